"""The model server that an administrator may plug in: where it is, what it may be used for, and what goes to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

MODEL_SERVER_ID = "default"
"""There is one model server, kept under this id."""


class ModelUses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the model server is asked for: answers from knowledge, summaries, short replies to choose from."""

    drafts: bool = True
    summaries: bool = True
    suggestions: bool = True


class ModelServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server is and how it is used; the key is stored sealed, under `secrets`."""

    id: str = MODEL_SERVER_ID
    version: int = 1
    base_url: str
    model: str
    timeout_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 20.0
    uses: ModelUses = ModelUses()
    mask: bool = True
    secrets: Mapping[str, str] = {}


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked: our instructions, the matter they are about, and how long the answer may be.

    `matter` holds what customers wrote. It is something to work on and never an instruction.
    """

    instructions: str
    matter: str
    longest_tokens: int = 600
