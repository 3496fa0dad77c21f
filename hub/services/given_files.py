"""Files whose bytes come with a message, as those of a mail do: kept before the message, which then names them.

A repeat of the message keeps nothing again. A file that cannot be kept leaves a line in the message's text, so that
nobody wonders. The original of a mail (content id `original`) is named by the mail and not among its files.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from hub.errors import TooLarge
from hub.model.content import Attachment, Content, Email, with_files
from hub.model.workspace import Channel
from hub.ports.channel import FetchedFile, GivenFile, Inbound
from hub.services.attachments import Attachments

MAX_GIVEN_BYTES = 40 * 1024 * 1024
"""A whole mail may be larger than the files that people upload."""
ORIGINAL = "original"
_LOST = "[文件未能保存 · File not kept: {name}]"


class GivenFiles:
    """Keeps the files of messages that bring them along."""

    def __init__(self, attachments: Attachments) -> None:
        """Keep files as the channel's own."""
        self._attachments = attachments

    async def keep(self, channel: Channel, inbound: Inbound) -> Inbound:
        """Return the inbound with its given files kept and named by its content; others are left to be fetched."""
        given = [file for file in inbound.files if isinstance(file, GivenFile)]
        if not given or inbound.content is None:
            return inbound
        content, kept = inbound.content, list[Attachment]()
        for file in given:
            stored = await self._store(channel, file)
            if stored is None:
                content = replace(content, text="\n".join(filter(None, (content.text, _LOST.format(name=file.name)))))
            elif file.content_id == ORIGINAL and isinstance(content, Email):
                content = replace(content, email=replace(content.email, original=stored))
            else:
                kept.append(replace(stored, inline=file.inline, content_id=file.content_id))
        waiting = tuple(file for file in inbound.files if isinstance(file, FetchedFile))
        return replace(inbound, content=_with(content, kept), files=waiting)

    async def _store(self, channel: Channel, file: GivenFile) -> Attachment | None:
        try:
            return await self._attachments.keep(
                file.data,
                name=file.name,
                mime=file.mime,
                owner=f"channel/{channel.id}",
                limit=MAX_GIVEN_BYTES,
                may_be_empty=True,
            )
        except TooLarge:
            return None


def _with(content: Content, files: Sequence[Attachment]) -> Content:
    return with_files(content, (*content.attachments, *files)) if files else content
