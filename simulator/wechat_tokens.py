"""The pretend platform's access tokens: lives of two hours, the stable kind and the older kind. No network."""

from __future__ import annotations

from collections.abc import Callable

_LIFE_S = 7200.0
_RENEWS_S = 300.0
_GRACE_S = 300.0


class Tokens:
    """The tokens of one account."""

    def __init__(self, new_text: Callable[[], str]) -> None:
        """Give out nothing yet; `new_text` makes a text that nobody can guess."""
        self._new_text = new_text
        self._ends: dict[str, float] = {}
        self._stable = ""
        self._plain = ""
        self.given = 0

    def stable(self, now_s: float, *, is_forced: bool = False) -> tuple[str, int]:
        """Return the stable token and its seconds: the same while it is good, a new one in its last five minutes."""
        if is_forced:
            self._ends.pop(self._stable, None)
        if self._ends.get(self._stable, 0.0) - now_s <= _RENEWS_S:
            self._stable = self._new(now_s)
        return self._stable, int(self._ends[self._stable] - now_s)

    def plain(self, now_s: float) -> tuple[str, int]:
        """Return a new token; the one before it is good for five minutes more."""
        if self._plain in self._ends:
            self._ends[self._plain] = min(self._ends[self._plain], now_s + _GRACE_S)
        self._plain = self._new(now_s)
        return self._plain, int(_LIFE_S)

    def fault(self, token: str, now_s: float) -> int:
        """Return the error code for a token, or 0 when it is good."""
        if not token:
            return 41001
        if token not in self._ends:
            return 40001
        return 0 if now_s < self._ends[token] else 42001

    def expire(self) -> None:
        """End every token now, as if two hours had passed; the next that is asked for is a new one."""
        self._ends = dict.fromkeys(self._ends, 0.0)

    def _new(self, now_s: float) -> str:
        self.given += 1
        token = self._new_text()
        self._ends[token] = now_s + _LIFE_S
        return token
