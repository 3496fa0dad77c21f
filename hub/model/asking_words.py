"""Words of asking: they stand in every question and tell nothing about what is asked."""

from __future__ import annotations

_CHINESE = """
请问 你们 我们 咱们 你好 您好 可不可以 能不能 是不是 有没有 会不会 可以 怎么样 怎么办 怎么 怎样 如何 什么 为什么 为啥
哪里 哪儿 多少 是否 一下 这个 那个 现在 需要 应该 想要 告诉 知道 了解 帮我 麻烦 我 你 您 的 了 吗 呢 啊 呀 吧 哦 嘛
是 有 在 想 要 能 会 请 把 给 和 与 或 就 都 也 还 到 对 里 个 这 那
"""
_ENGLISH = """
a an the i me my you your we our us it its is are was were be been am do does did can could may might will would shall
should how what when where which who why whose to of in on at for from with by about as and or if then than this that
these those there here please hello hi hey tell know want need like get got have has had some any much many long just so
too not no yes into out up s t m re ve ll d
"""
CHINESE_ASKING = tuple(sorted(_CHINESE.split(), key=len, reverse=True))
"""The longest first, since the first that fits is taken."""
ENGLISH_ASKING = frozenset(_ENGLISH.split())
