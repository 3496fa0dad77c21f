"""Variations of responses as the studio edits them, and as they stand in a file."""

from __future__ import annotations

from bots.training.dataset import Variation
from hub.model.teaching import ButtonDraft, VariationDraft

Plain = dict[str, object]


def draft_of(variation: Variation) -> VariationDraft:
    """Return what the studio shows of a variation."""
    return VariationDraft(
        text=variation.text,
        image=variation.image,
        buttons=tuple(ButtonDraft(title=button.title, payload=button.payload) for button in variation.buttons),
        channel=variation.channel,
        conditions={name: _simple(value) for name, value in variation.conditions},
    )


def plain_of(variation: VariationDraft, before: Variation | None = None) -> Plain:
    """Return a variation as it stands in a file, with what only the one before it could say."""
    texts = {"text": variation.text.strip(), "image": variation.image, "channel": variation.channel}
    form: Plain = {key: text for key, text in texts.items() if text}
    if variation.conditions:
        form["condition"] = [
            {"type": "slot", "name": name, "value": value} for name, value in variation.conditions.items()
        ]
    if variation.buttons:
        form["buttons"] = [{"title": button.title, "payload": button.payload} for button in variation.buttons]
    if before is not None:
        if before.link:
            form["attachment"] = before.link
        if before.custom is not None:
            form["custom"] = before.custom
        form |= before.more
    return form


def _simple(value: object) -> str | bool | float | None:
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
