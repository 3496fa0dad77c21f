"""What `huike doctor` found of one part, and how it is shown. Looks at nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hub.translation import Language, translated

Verdict = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one part: `ok`, a `note` that somebody may want to know, or `wrong` with the remedy."""

    verdict: Verdict
    part: str
    what: str

    @property
    def is_wrong(self) -> bool:
        """Tell whether this must be mended."""
        return self.verdict == "wrong"

    def line(self, language: Language) -> str:
        """Return the line that is shown; verdict and part are names that a script may look for."""
        return f"{self.verdict:<6} {self.part:<9} {' '.join(translated(self.what, language).split())}"


def ok(part: str, what: str) -> Finding:
    """Return that a part is as it should be."""
    return Finding(verdict="ok", part=part, what=what)


def note(part: str, what: str) -> Finding:
    """Return something that somebody may want to know."""
    return Finding(verdict="note", part=part, what=what)


def wrong(part: str, what: str) -> Finding:
    """Return something that must be mended, with the remedy."""
    return Finding(verdict="wrong", part=part, what=what)
