"""Chooses the variation of a response and turns it into message contents.

As in Rasa: only variations whose slot conditions hold and whose channel agrees are considered, a variation for this
channel before one for all, one with conditions before one without. Where Rasa rolls dice, this takes turns by a counter
in the session's memory, so the same turn always gets the same answer. A bot in two languages needs nothing beyond this:
its variations carry a condition on the slot `language`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bots.memory import Memory
from bots.training.dataset import Button, Variation
from hub.model.content import Card, Content, Link, Menu, MenuOption, Text

LANGUAGE_SLOT = "language"

_PLACE = re.compile(r"\{([^\W\d]\w*)\}")


class Speaker:
    """Says the responses of one bot on one channel."""

    def __init__(self, responses: Mapping[str, Sequence[Variation]], channel_kind: str) -> None:
        """Take the responses of a domain and the kind of the channel that the answer goes to."""
        self._responses = responses
        self._channel = channel_kind

    def knows(self, name: str) -> bool:
        """Tell whether there is such a response."""
        return name in self._responses

    def say(self, name: str, memory: Memory, values: Mapping[str, str], more: Sequence[Button] = ()) -> list[Content]:
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
        text = _fill(variation.text, known)
        buttons = [*more, *variation.buttons]
        contents: list[Content] = []
        if variation.image:
            contents.append(Card(title="" if buttons else text, image_url=variation.image))
        if buttons:
            contents.append(Menu(text=text, options=_options(buttons, known)))
        elif text and not variation.image:
            contents.append(Text(text=text))
        if variation.link:
            contents.append(Link(url=variation.link))
        return contents

    def _choose(self, name: str, memory: Memory) -> Variation | None:
        fitting = [
            variation
            for variation in self._responses[name]
            if variation.channel in ("", self._channel)
            and all(memory.slots.get(slot) == value for slot, value in variation.conditions)
        ]
        if not fitting:
            return None
        best = max(_rank(variation) for variation in fitting)
        equal = [variation for variation in fitting if _rank(variation) == best]
        if len(equal) == 1:
            return equal[0]
        turn = memory.rotations.pop(name, 0)
        memory.rotations[name] = (turn + 1) % len(equal)
        return equal[turn % len(equal)]


def _rank(variation: Variation) -> tuple[bool, bool]:
    return bool(variation.channel), bool(variation.conditions)


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into `{name}`; a name without a value leaves nothing, so no customer sees a brace."""
    return _PLACE.sub(lambda match: values.get(match[1], ""), text)


def _options(buttons: Sequence[Button], values: Mapping[str, str]) -> tuple[MenuOption, ...]:
    return tuple(
        MenuOption(id=str(number), label=_fill(button.title, values), payload=_fill(button.payload, values))
        for number, button in enumerate(buttons, start=1)
    )
