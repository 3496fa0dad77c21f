"""Bytes of the journal: each commit is written with the version of its form, and every older form stays readable.

A change of form that old readers could not take raises `VERSION` and adds a step to `_UPGRADES`; a journal written by
a newer Huike is refused rather than half understood. Fields that are added with a default need no new version.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hub.errors import SettingsError
from hub.model.commit import Commit
from hub.model.sentences import Sentence
from hub.model.timeline import Activity, Entry, Message

VERSION = 1
_PREFIX = b'{"v":1,"c":'
_UPGRADES: dict[int, Callable[[dict[str, object]], dict[str, object]]] = {}
"""For each older version, the step that rewrites a commit of it into the next version's form."""


class _Envelope(msgspec.Struct):
    v: int
    c: msgspec.Raw


_encoder = msgspec.json.Encoder()
_commits = msgspec.json.Decoder(Commit)
_envelopes = msgspec.json.Decoder(_Envelope)
_messages = msgspec.json.Decoder(Message)
_activities = msgspec.json.Decoder(Activity)


def encode_commit(commit: Commit) -> bytes:
    """Write a commit in the present form."""
    return _PREFIX + _encoder.encode(commit) + b"}"


def decode_commit(data: bytes) -> Commit:
    """Read a commit of this or any older form.

    Raises:
        SettingsError: the journal was written by a newer version of Huike.
    """
    if data.startswith(_PREFIX):
        return _commits.decode(memoryview(data)[len(_PREFIX) : -1])
    envelope = _envelopes.decode(data)
    if envelope.v > VERSION:
        raise SettingsError(
            Sentence(
                "The journal is of form {form}, this Huike reads up to {known}: upgrade Huike.",
                form=envelope.v,
                known=VERSION,
            )
        )
    fields = msgspec.json.decode(envelope.c, type=dict[str, object])
    for version in range(envelope.v, VERSION):
        fields = _UPGRADES[version](fields)
    return msgspec.convert(fields, Commit)


def encode_entry(entry: Entry) -> bytes:
    """Write a timeline entry."""
    return _encoder.encode(entry)


def decode_entry(data: bytes) -> Entry:
    """Read a timeline entry; its first field says which of the two forms it has."""
    return _messages.decode(data) if data.startswith(b'{"kind":"message"') else _activities.decode(data)
