"""The inbox of what a bot did not understand: by likeness, to be given an intent or put aside.

What gets an intent becomes an example in the same commit that notes the label, so that neither is there alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from hub.errors import Conflict, NotFound, VersionConflict
from hub.model.agent import Agent
from hub.model.content import Content, Menu, preview
from hub.model.ids import BotId
from hub.model.teaching import AddExamples, BotTurnId, BotTurnNote, LabelChange
from hub.model.timeline import Message
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.records import Records
from hub.services.teaching.asking import Asking
from hub.services.teaching.labels import next_note, read_note
from hub.services.teaching.material import Material, Rewriting, Taught
from hub.services.teaching.shown import Edited, Misunderstood, Talk, TalkLine, TurnGroup, TurnState, TurnView
from hub.services.teaching.traffic import Traffic

SHOWN = 500
_ATTEMPTS = 5
_LONGEST = 2000
_BEFORE, _AROUND = 12, 20
"""Entries of the session before a turn that are shown with it, and all together."""
_BRACKETS = str.maketrans("[]", "［］")  # full-width on purpose
_LATER = "9999"
"""After every moment."""


class Inbox:
    """What bots did not understand."""

    def __init__(
        self,
        core: Core,
        directory: Directory,
        records: Records,
        *,
        material: Material,
        traffic: Traffic,
        asking: Asking,
    ) -> None:
        """Read the traffic; add examples to the material."""
        self._store = core.store
        self._directory = directory
        self._records = records
        self._material = material
        self._traffic = traffic
        self._asking = asking

    async def groups(self, bot_id: BotId, *, days: int, state: TurnState) -> Misunderstood:
        """Return the messages of some days in one state, those that are alike together, the largest group first."""
        if self._directory.bot(bot_id) is None:
            raise NotFound("There is no such bot.")
        found, at_most = await self._traffic.between(bot_id, self._traffic.days_ago(days), _LATER)
        wanted = [note for note in found if note.missed and _state(note) == state]
        texts = await self._traffic.texts(wanted[:SHOWN])
        notes = [note for note in wanted[:SHOWN] if note.id in texts]
        alike = await self._asking.ask(lambda teacher: teacher.alike([texts[note.id] for note in notes]))
        groups = tuple(TurnGroup(turns=tuple(_view(notes[at], texts[notes[at].id]) for at in group)) for group in alike)
        return Misunderstood(groups=groups, total=len(wanted), at_most=at_most)

    async def talk(self, bot_id: BotId, turn_id: BotTurnId) -> Talk:
        """Return what was said around a turn; a trainer sees no more of the session than that.

        Raises:
            NotFound: there is no such turn.
        """
        (note,) = await self._notes(bot_id, [turn_id])
        entries = await self._store.timeline(note.session_id, max(0, note.seq - _BEFORE), _AROUND)
        return Talk(
            items=tuple(
                TalkLine(seq=entry.seq, at=entry.at, author=entry.author, text=_told(entry.content))
                for entry in entries
                if isinstance(entry, Message) and not entry.note
            )
        )

    async def label(
        self, bot_id: BotId, turn_ids: Sequence[BotTurnId], intent: str, *, texts: Mapping[str, str], by: Agent
    ) -> Edited:
        """Add messages to an intent's examples, as they stand or as `texts` has them, and note the label.

        Raises:
            NotFound: there is no such turn.
            InvalidInput: the sentences or the intent cannot be taken.
        """
        self._material.bot(bot_id)

        async def rewrite(taught: Taught) -> Rewriting:
            notes = await self._notes(bot_id, turn_ids)
            heard = await self._traffic.texts([note for note in notes if note.id not in texts])
            sentences = tuple(
                dict.fromkeys(
                    " ".join((texts.get(note.id) or _unmarked(heard.get(note.id, ""))).split()) for note in notes
                )
            )
            edits = [AddExamples(intent=intent, texts=tuple(one for one in sentences if one))]
            files = await self._asking.ask(lambda teacher: teacher.edit(taught.files, edits))
            return Rewriting(
                files=files,
                kind="label",
                about=intent,
                count=len(sentences),
                labels=tuple(LabelChange(turn_id=note.id, was=note.label, now=intent) for note in notes),
                beside=tuple(next_note(replace(note, label=intent, labelled_by=by.name)) for note in notes),
            )

        return await self._material.change(bot_id, rewrite, by=by)

    async def put_aside(self, bot_id: BotId, turn_ids: Sequence[BotTurnId], *, back: bool, by: Agent) -> None:
        """Put messages aside, or bring them back (labelled ones too; their examples stay).

        Raises:
            NotFound: there is no such turn.
        """
        if self._directory.bot(bot_id) is None:
            raise NotFound("There is no such bot.")
        for _ in range(_ATTEMPTS):
            notes = await self._notes(bot_id, turn_ids)
            changed = [replace(note, label=None if back else "", labelled_by="" if back else by.name) for note in notes]
            if not changed:
                return
            try:
                await self._records.put_together([next_note(note) for note in changed])
            except VersionConflict:
                continue
            return
        raise Conflict("These messages are being worked on by others: load them again.")

    async def _notes(self, bot_id: BotId, turn_ids: Sequence[BotTurnId]) -> list[BotTurnNote]:
        notes: list[BotTurnNote] = []
        for turn_id in dict.fromkeys(turn_ids):
            note = await read_note(self._store, turn_id) if turn_id.startswith(f"{bot_id}/") else None
            if note is None:
                raise NotFound("There is no such turn of this bot, or it is older than a month.")
            notes.append(note)
        return notes


def _told(content: Content) -> str:
    """Return what somebody was told, with the choices under it: "choose one" alone says nothing."""
    options = [f"{at}. {one.label}" for at, one in enumerate(content.options, 1)] if isinstance(content, Menu) else []
    return "\n".join((preview(content, _LONGEST), *options))


def _unmarked(text: str) -> str:
    """Return a customer's words so that none of them reads as a mark; full-width brackets are the same to the bot."""
    return text.translate(_BRACKETS)


def _state(note: BotTurnNote) -> TurnState:
    if note.label is None:
        return "open"
    return "labelled" if note.label else "aside"


def _view(note: BotTurnNote, text: str) -> TurnView:
    return TurnView(
        id=note.id,
        session_id=note.session_id,
        seq=note.seq,
        at=note.at,
        text=text,
        language=note.language,
        intents=note.intents,
        handoff=note.handoff,
        label=note.label,
    )
