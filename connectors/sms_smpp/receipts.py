"""Which message a receipt is about: carriers name it in hexadecimal when they take it, and often in decimal later.

Names that this process has seen decide; how a carrier writes them is learned from those, and kept for all processes.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

from hub.ports.channel_tools import SharedMemory

_KEPT = 10_000
_NAME = "receipt-ids"
_DECIMAL_TO_HEX, _HEX_TO_DECIMAL, _SAME = "decimal-to-hex", "hex-to-decimal", "same"
_LONGEST = 64
_HEXADECIMAL = re.compile(r"[0-9a-f]+")


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """The message that a part belongs to, by the name of its last part; and whether the part is that one."""

    id: str
    is_last: bool


def normal_id(text: str) -> str:
    """Return a carrier's name of a message without what differs between its spellings: case and leading zeros."""
    return text.strip().lower()[:_LONGEST].lstrip("0") or "0"


class ReceiptIds:
    """The names of messages that went out by one process."""

    def __init__(self, memory: SharedMemory) -> None:
        """Know no names yet."""
        self._memory = memory
        self._sent: OrderedDict[str, Named] = OrderedDict()
        self._learned: str | None = None

    def note(self, ids: Sequence[str]) -> str | None:
        """Keep the names of a message's parts, and return the one by which all of it is known; None: it has none."""
        if not all(ids):
            return None
        names = [normal_id(each) for each in ids]
        for name in names:
            self._sent[name] = Named(id=names[-1], is_last=name == names[-1])
            self._sent.move_to_end(name)
        while len(self._sent) > _KEPT:
            self._sent.popitem(last=False)
        return names[-1]

    async def find(self, receipt_id: str) -> Named | None:
        """Return the message that a receipt names; one that nobody here has sent by the spelling that was learned."""
        if not receipt_id.strip():
            return None
        spellings = _spellings(normal_id(receipt_id))
        learned = await self._style()
        for style in sorted(spellings, key=lambda style: style != learned):
            named = self._sent.get(spellings[style])
            if named is not None:
                await self._learn(style)
                return named
        return Named(id=spellings.get(learned) or spellings[_SAME], is_last=True)

    async def _style(self) -> str:
        if self._learned is None:
            self._learned = await self._memory.read(_NAME) or _SAME
        return self._learned

    async def _learn(self, style: str) -> None:
        if style != self._learned:
            await self._memory.write(_NAME, style)
            self._learned = style


def _spellings(name: str) -> Mapping[str, str]:
    spellings = {_SAME: name}
    if name.isascii() and name.isdigit():
        spellings[_DECIMAL_TO_HEX] = f"{int(name):x}"
    if _HEXADECIMAL.fullmatch(name):
        spellings[_HEX_TO_DECIMAL] = str(int(name, 16))
    return spellings
