"""What a message says where only plain text can be said: menus are numbered, links and places written out."""

from __future__ import annotations

from typing import assert_never

from hub.model.content import (
    Card,
    Content,
    Email,
    File,
    Image,
    Link,
    Location,
    Menu,
    MenuReply,
    System,
    Text,
    Unsupported,
    Video,
    Voice,
)


def plain_text(content: Content) -> str:
    """Return the content as one text; empty when only files speak."""
    match content:
        case Menu():
            options = [f"{number}. {option.label}" for number, option in enumerate(content.options, 1)]
            return _lines(content.text, *options)
        case Link() | Card():
            return _lines(content.title, content.text, content.url)
        case Location():
            return _lines(content.text, f"{content.latitude}, {content.longitude}")
        case Text() | Image() | File() | Voice() | Video() | MenuReply() | System() | Email() | Unsupported():
            return content.text
        case _:
            assert_never(content)


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
