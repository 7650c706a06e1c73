"""Training: ``python -m minigpt.train`` and what it is made of.
zh: 训练：``python -m minigpt.train`` 及其各个部分。
"""
