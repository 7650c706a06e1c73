"""The learning rate of every step: a straight way up, then half a cosine down.
zh: 每一步的学习率：先直线上升，再沿半个余弦下降。
"""

from __future__ import annotations

import math

__all__ = ["learning_rate"]


def learning_rate(step: int, steps: int, warmup: int, peak: float, floor: float) -> float:
    r"""Learning rate of step ``step``, counted from 0.
    zh: 第 ``step`` 步的学习率，从 0 数起。

    $$
    \eta(t) = \begin{cases}
    \eta_\mathrm{peak}\,\dfrac{t + 1}{w} & t < w \\[1.5ex]
    \eta_\mathrm{floor} + \dfrac{1 + \cos(\pi p)}{2}\,(\eta_\mathrm{peak} - \eta_\mathrm{floor}), \quad
    p = \dfrac{t - w}{n - w} & w \le t < n
    \end{cases}
    $$

    $w$ is ``warmup``, $n$ is ``steps``. From $n$ on, the rate stays at ``floor``.
    zh: $w$ 是 ``warmup``，$n$ 是 ``steps``。从 $n$ 起，学习率一直是 ``floor``。

    Source: the cosine is from Loshchilov and Hutter (2016), arXiv:1608.03983; with linear warm-up as in
    Brown et al. (2020), arXiv:2005.14165, appendix B.
    zh: 出处：余弦来自 Loshchilov、Hutter（2016），arXiv:1608.03983；线性预热同 Brown 等（2020），
    arXiv:2005.14165，附录 B。

    Args:
        step: Steps already taken.
            zh: 已经走过的步数。
        steps: Steps of the whole run.
            zh: 整个训练的步数。
        warmup: Steps of the way up; 0 leaves it out.
            zh: 上升阶段的步数；0 表示不要这一段。
        peak: Highest rate.
            zh: 最高学习率。
        floor: Rate at the end.
            zh: 结束时的学习率。

    Returns:
        The rate.
            zh: 学习率。

    Examples:
        >>> [learning_rate(step, steps=6, warmup=2, peak=1.0, floor=0.2) for step in (0, 1, 2, 4, 6)]
        [0.5, 1.0, 1.0, 0.6, 0.2]
    """
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, steps - warmup))
    return floor + (1 + math.cos(math.pi * progress)) / 2 * (peak - floor)
