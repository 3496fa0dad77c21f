"""The demonstration workspace of `huike serve --demo`: a small shop with staff, customers and a past.

It is told once, into an empty workspace, through the same decisions that real conversations take. Nothing outside
`hub.cli` uses it, and nothing in it runs in a workspace that has work of its own.
"""

from hub.demo.fill import accounts, fill
from hub.demo.staff import Account

__all__ = ["Account", "accounts", "fill"]
