"""Measures: how a channel would send a text, by its connector's own rules or else by its plain limits."""

from __future__ import annotations

from hub.model.ids import ChannelId
from hub.ports.abilities import Measure, Measures
from hub.ports.channel import Capabilities, Connector
from hub.services.connectors import Connectors


def measured(connector: Connector, text: str) -> Measure:
    """Return how the connector would send a text."""
    if isinstance(connector, Measures):
        return connector.measure(text)
    return _by_limit(connector.capabilities, text)


def parts_on(connectors: Connectors, channel_id: ChannelId | None, text: str, files: int = 0) -> int:
    """Return how many messages of the provider a text with files makes, for channels that count them."""
    if channel_id is None:
        return 1
    connector = connectors.get(channel_id)[1]
    if not connector.capabilities.has_window:
        return 1
    return max(1, (measured(connector, text).segments if text else 0) + files)


def _by_limit(capabilities: Capabilities, text: str) -> Measure:
    """Cut a text at the channel's limit, which counts characters or bytes of UTF-8."""
    in_bytes = capabilities.text_unit == "bytes"
    parts: list[str] = []
    current, size = "", 0
    for character in text:
        weight = len(character.encode()) if in_bytes else 1
        if size + weight > capabilities.max_text and capabilities.splits_text:
            parts.append(current)
            current, size = "", 0
        current += character
        size += weight
    parts.append(current)
    return Measure(
        encoding="utf-8",
        segments=len(parts),
        units=len(text.encode()) if in_bytes else len(text),
        limit=capabilities.max_text * len(parts),
        parts=tuple(parts),
    )
