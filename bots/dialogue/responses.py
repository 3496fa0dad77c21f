"""Chooses the variation of a response and turns it into message contents.

As in Rasa: only variations whose slot conditions hold and whose channel agrees are considered, a variation for this
channel before one for all, one with conditions before one without. Where Rasa rolls dice, this begins at a place that
follows from the session's id and then takes turns by a counter in the session's memory, so the same turn always gets
the same answer. A bot in two languages needs nothing beyond this: its variations carry a condition on the slot
`language`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from bots.dialogue.memory import Memory
from bots.training.dataset import Button, Variation
from hub.model.content import MAX_TEXT, Card, Content, Link, Menu, MenuOption, Text

LANGUAGE_SLOT = "language"
MAX_BUTTONS = 20

_PLACE = re.compile(r"\{([^\W\d][\w.-]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Says the responses of one bot in one session on one channel."""

    responses: Mapping[str, Sequence[Variation]]
    channel_kind: str
    session_id: str

    def knows(self, name: str) -> bool:
        """Tell whether there is such a response."""
        return name in self.responses

    def title(self, name: str, memory: Memory) -> str | None:
        """Return the text of a response that only names something, or None where there is none that fits."""
        fitting = _best([item for item in self.responses.get(name, ()) if self._fits(item, memory)])
        return fitting[0].text if fitting else None

    def say(
        self, name: str, memory: Memory, values: Mapping[str, object], more: Sequence[Button] = ()
    ) -> list[Content]:
        """Return the contents of a response and count it as said; nothing when no variation fits.

        Args:
            name: The response, which must exist.
            memory: Slots to choose by; its rotation moves on.
            values: What `{name}` stands for, beside the slots.
            more: Buttons put before those of the variation.
        """
        variation = self._choose(name, memory)
        if variation is None:
            return []
        known = {**memory.slots, **values}
        custom = variation.custom
        text = variation.text or (str(custom.get("text", "")) if isinstance(custom, Mapping) else "")
        buttons = [
            Button(title=fill(button.title, known), payload=fill(button.payload, known))
            for button in (*more, *variation.buttons)
        ]
        return contents_of(text=fill(text, known), image=variation.image, link=variation.link, buttons=buttons)

    def _choose(self, name: str, memory: Memory) -> Variation | None:
        equal = _best([variation for variation in self.responses[name] if self._fits(variation, memory)])
        if len(equal) < 2:
            return equal[0] if equal else None
        first = crc32(f"{self.session_id} {name}".encode())
        turn = memory.rotations.pop(name, first % len(equal))
        memory.rotations[name] = (turn + 1) % len(equal)
        return equal[turn % len(equal)]

    def _fits(self, variation: Variation, memory: Memory) -> bool:
        return variation.channel in ("", self.channel_kind) and all(
            memory.slots.get(slot) == value for slot, value in variation.conditions
        )


def contents_of(*, text: str, image: str, link: str, buttons: Sequence[Button]) -> list[Content]:
    """Return the contents that show a text, a picture, a link and choices together."""
    text = text[:MAX_TEXT]
    contents: list[Content] = []
    if image:
        contents.append(Card(title="" if buttons else text, image_url=image))
    if buttons:
        options = (
            MenuOption(id=str(number), label=button.title, payload=button.payload)
            for number, button in enumerate(buttons[:MAX_BUTTONS], start=1)
        )
        contents.append(Menu(text=text, options=tuple(options)))
    elif text and not image:
        contents.append(Text(text=text))
    if link:
        contents.append(Link(url=link))
    return contents


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values into `{name}`; a name without a value leaves nothing, so no customer sees a brace."""
    if "{{" in text:
        text = text.replace("{{", "{").replace("}}", "}")
    return _PLACE.sub(lambda match: _words(values.get(match[1])), text)


def _words(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case list():
            return ", ".join(_words(item) for item in value)
        case _:
            return str(value)


def _best(fitting: Sequence[Variation]) -> list[Variation]:
    best = max((_rank(variation) for variation in fitting), default=None)
    return [variation for variation in fitting if _rank(variation) == best]


def _rank(variation: Variation) -> tuple[bool, bool]:
    return bool(variation.channel), bool(variation.conditions)
