"""What a bot is taught: its files, its sentences and answers, and who changed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from aiohttp import web

from hub.api.access import READ_BOTS, TRAIN
from hub.api.call import Call, Listing, Nothing, Upload
from hub.api.routes import Routes
from hub.model.ids import BotId
from hub.model.teaching import BotEdit, BotEditId, Dataset, Edit, ExampleView, SetName
from hub.services.teaching.shown import Edited, Exchange, Training, Words

routes = Routes("bots")
_NAME = msgspec.Meta(max_length=200)
MATERIAL_BYTES = 4 * 1024 * 1024
"""Largest body with files of training material: the most that a bot may be taught, as JSON."""
Texts = Annotated[Mapping[str, str], msgspec.Meta(max_length=1000)]


class TrainingDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files by path, in the place of all that there are."""

    files: Texts


class Edits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Edits to be made, all or none; with `revision` only while that is the newest."""

    edits: Annotated[tuple[Edit, ...], msgspec.Meta(min_length=1, max_length=1000)]
    revision: Annotated[str, _NAME] | None = None


class DatasetView(Dataset, frozen=True, kw_only=True):
    """All that a bot is taught, and the newest edit behind it."""

    revision: str


class ExamplesAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which sentences: of an intent, with some words in them, of the training or the test set."""

    intent: Annotated[str, _NAME] | None = None
    q: Annotated[str, _NAME] = ""
    set: SetName = "training"
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100
    cursor: Annotated[str, _NAME] | None = None


class HistoryAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of the edits."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, _NAME] | None = None


class WordsAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text to be cut into words."""

    text: Annotated[str, msgspec.Meta(max_length=2000)]


@routes.on("GET", "/bots/{id}/training", access=READ_BOTS)
async def get_training(call: Call[Nothing, Nothing]) -> Training:
    """Return the files that a bot is taught."""
    taught = await call.services.teaching.material.read(BotId(call.id))
    return Training(files=taught.files, revision=taught.revision)


@routes.on("PUT", "/bots/{id}/training", access=TRAIN, max_body=MATERIAL_BYTES)
async def put_training(call: Call[TrainingDraft, Nothing]) -> Training:
    """Put files in the place of all that a bot is taught; errors name file and line, and nothing is kept then."""
    return await call.services.teaching.material.replace(
        BotId(call.id), dict(call.body.files), by=call.agent, kind="files"
    )


@routes.on("POST", "/bots/{id}/training/import", access=TRAIN)
async def import_training(call: Call[Upload, Nothing]) -> Training:
    """Put the files of a zip archive in the place of all that a bot is taught."""
    teaching = call.services.teaching
    files = await teaching.material.unpack(call.body.data, call.body.name)
    return await teaching.material.replace(BotId(call.id), files, by=call.agent, kind="import", about=call.body.name)


@routes.on("POST", "/bots/{id}/training/import/check", access=TRAIN)
async def check_import(call: Call[Upload, Nothing]) -> Exchange:
    """Tell what importing a zip archive would come to; nothing is changed. Errors name file and line."""
    material = call.services.teaching.material
    return await material.weigh(BotId(call.id), await material.unpack(call.body.data, call.body.name))


@routes.on("GET", "/bots/{id}/training/export", access=READ_BOTS)
async def export_training(call: Call[Nothing, Nothing]) -> web.StreamResponse:
    """Return all files as a zip archive."""
    archive = await call.services.teaching.material.pack(BotId(call.id))
    headers = {
        "Content-Disposition": 'attachment; filename="training.zip"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(body=archive, content_type="application/zip", headers=headers)


@routes.on("GET", "/bots/{id}/dataset", access=READ_BOTS)
async def get_dataset(call: Call[Nothing, Nothing]) -> DatasetView:
    """Return what the files come to: intents with their health, answers, words, forms."""
    dataset, revision = await call.services.teaching.material.dataset(BotId(call.id))
    fields = {name: getattr(dataset, name) for name in Dataset.__struct_fields__}
    return DatasetView(**fields, revision=revision)


@routes.on("GET", "/bots/{id}/examples", access=READ_BOTS)
async def list_examples(call: Call[Nothing, ExamplesAsked]) -> Listing[ExampleView]:
    """List sentences in the order of the files."""
    asked = call.query
    found = await call.services.teaching.material.examples(BotId(call.id), asked.set)
    words = asked.q.strip().casefold()
    matching = [
        one
        for one in found
        if (asked.intent is None or one.intent == asked.intent) and (not words or words in one.text.casefold())
    ]
    start = int(asked.cursor) if asked.cursor and asked.cursor.isascii() and asked.cursor.isdigit() else 0
    end = start + asked.limit
    return Listing(items=tuple(matching[start:end]), next_cursor=str(end) if end < len(matching) else None)


@routes.on("POST", "/bots/{id}/edits", access=TRAIN, max_body=MATERIAL_BYTES)
async def edit_training(call: Call[Edits, Nothing]) -> Edited:
    """Make edits, all or none; `edit` is null when nothing changed."""
    material = call.services.teaching.material
    return await material.edit(BotId(call.id), call.body.edits, by=call.agent, revision=call.body.revision)


@routes.on("GET", "/bots/{id}/history", access=READ_BOTS)
async def list_edits(call: Call[Nothing, HistoryAsked]) -> Listing[BotEdit]:
    """List the edits with their changed lines, the newest first."""
    history = call.services.teaching.history
    items, cursor = await history.page(BotId(call.id), limit=call.query.limit, cursor=call.query.cursor)
    return Listing(items=items, next_cursor=cursor)


@routes.on("POST", "/bots/{id}/history/{edit_id}/undo", access=TRAIN)
async def undo_edit(call: Call[Nothing, Nothing]) -> Edited:
    """Take an edit back, in an edit of its own; `edit_id` is the part after the bot's id."""
    edit_id = BotEditId(f"{call.id}/{call.part('edit_id')}")
    return await call.services.teaching.history.undo(BotId(call.id), edit_id, by=call.agent)


@routes.on("GET", "/bots/{id}/words", access=READ_BOTS)
async def cut_words(call: Call[Nothing, WordsAsked]) -> Words:
    """Cut a text into words, for marking entities."""
    return Words(words=await call.services.teaching.material.words(BotId(call.id), call.query.text))
