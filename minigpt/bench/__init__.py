"""Benchmarks: ``python -m minigpt.bench attention`` times every way of writing attention.
zh: 基准测试：``python -m minigpt.bench attention`` 给注意力的每一种写法计时。
"""
