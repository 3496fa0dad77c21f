"""The model server that may be plugged in: administrators keep it and try it out. Its key never comes out again."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import ADMIN
from hub.api.call import Call, Nothing
from hub.api.routes import Routes
from hub.model.model_server import ModelServerSettings, ModelUses
from hub.ports.abilities import Words
from hub.services.model_server_words import SAID_READY, said_of
from hub.services.model_servers import ModelServers

routes = Routes("model-server")
Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s?#@]+(/[^\s?#@]*)?$", max_length=500)]
_ANSWER = 200


class ModelServerDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model server: the address before `/chat/completions`, and the model's name there.

    A key that is not sent stays as it was, as long as the address does; null or "" takes it away.
    """

    base_url: Address
    model: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    api_key: Annotated[str, msgspec.Meta(max_length=2000, pattern=r"^[!-~]*$")] | UnsetType | None = UNSET
    timeout_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 20.0
    uses: ModelUses = ModelUses()
    mask: bool = True


class ModelServerView(msgspec.Struct, frozen=True, kw_only=True):
    """The model server in use; an empty address means that there is none."""

    base_url: str
    model: str
    timeout_s: float
    uses: ModelUses
    mask: bool
    secrets_set: tuple[str, ...]


class ModelServerTrial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of trying a model server out: in plain words, and what the model said."""

    is_ok: bool
    said: Words
    answer: str
    took_s: float


@routes.on("GET", "/model-server", access=ADMIN)
async def get_model_server(call: Call[Nothing, Nothing]) -> ModelServerView:
    """Return the model server in use."""
    return _view(call.services.model_servers)


@routes.on("PUT", "/model-server", access=ADMIN)
async def put_model_server(call: Call[ModelServerDraft, Nothing]) -> ModelServerView:
    """Set the model server up, or change it; it holds for the next question."""
    servers = call.services.model_servers
    await servers.keep(_settings(call.body), _key(call.body))
    return _view(servers)


@routes.on("DELETE", "/model-server", access=ADMIN)
async def remove_model_server(call: Call[Nothing, Nothing]) -> None:
    """Take the model server out of use and forget its key."""
    await call.services.model_servers.remove()


@routes.on("POST", "/model-server/test", access=ADMIN)
async def test_model_server(call: Call[ModelServerDraft, Nothing]) -> ModelServerTrial:
    """Ask a model server for a sign of life, without keeping anything; no customer's words go along."""
    tried = await call.services.model_servers.try_out(_settings(call.body), _key(call.body))
    said = SAID_READY if tried.reason is None else said_of(tried.reason, tried.status)
    return ModelServerTrial(
        is_ok=tried.reason is None, said=said, answer=tried.answer[:_ANSWER], took_s=round(tried.took_s, 2)
    )


def _settings(draft: ModelServerDraft) -> ModelServerSettings:
    return ModelServerSettings(
        base_url=draft.base_url.strip().rstrip("/"),
        model=draft.model,
        timeout_s=draft.timeout_s,
        uses=draft.uses,
        mask=draft.mask,
    )


def _key(draft: ModelServerDraft) -> str | None:
    """Return the key that was sent, "" where it is taken away, None where nothing was sent."""
    return None if isinstance(draft.api_key, UnsetType) else (draft.api_key or "").strip()


def _view(servers: ModelServers) -> ModelServerView:
    settings = servers.settings()
    return ModelServerView(
        base_url=settings.base_url,
        model=settings.model,
        timeout_s=settings.timeout_s,
        uses=settings.uses,
        mask=settings.mask,
        secrets_set=tuple(sorted(settings.secrets)),
    )
