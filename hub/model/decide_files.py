"""Files that come with a customer's message: the message stands at once, each file joins it when it has been fetched.

The files of one message are fetched one after another, so that the message has one writer at a time; no other message
waits for them. A file that will never be had leaves a line in the message's text with its name and the reason: that is
where every screen, search and reader of the interface looks.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.commit import Job
from hub.model.content import Content, with_files
from hub.model.draft import Draft
from hub.model.session import Session

_LOST = {"zh": "[文件未能取回：{name} · {reason}]", "en": "[File not fetched: {name} · {reason}]"}


def until_fetched(content: Content, files: Sequence[c.AwaitedFile]) -> Content:
    """Return the content as it is shown while its files are awaited."""
    stand_in = _stand_in(content, files)
    return replace(content, text=stand_in) if stand_in else content


def ask_for_files(draft: Draft, command: c.Receive | c.Enclose) -> None:
    """Ask for each awaited file of a message, in their order."""
    last = len(command.files)
    for number, file in enumerate(command.files, start=1):
        stand_in = _stand_in(command.content, command.files) if number == last else ""
        draft.ask(
            Job(
                id=file.job,
                kind="fetch",
                group=command.message_id,
                seq=number,
                due_at=draft.now,
                session_id=draft.session.id,
                payload={"url": file.url, "name": file.name, "mime": file.mime, "stand_in": stand_in},
            )
        )


def settle_file(draft: Draft, command: c.SettleFile) -> bool:
    """Put a fetched file into its message, or a line that says why it is missing."""
    content = command.message.content
    text = content.text.removeprefix(command.stand_in).lstrip("\n") if command.stand_in else content.text
    files = content.attachments
    if command.file is not None:
        files = (*files, command.file)
    else:
        text = "\n".join(part for part in (text, _lost_line(draft.session, command)) if part)
    revised = replace(content, text=text)
    draft.finish(command.done_job)
    draft.revise(replace(command.message, content=with_files(revised, files) if files else revised))
    return True


def _stand_in(content: Content, files: Sequence[c.AwaitedFile]) -> str:
    return "" if content.text else ", ".join(file.name for file in files)


def _lost_line(session: Session, command: c.SettleFile) -> str:
    line = _LOST["en" if (session.demand.language or "").startswith("en") else "zh"]
    return line.format(name=command.name, reason=command.reason)
