"""The model server in use: its settings kept, its key sealed, and every question to it bounded.

Nothing of the hub waits for it but the person who asked: a server that hangs costs at most its time limit, and one
that failed several times in a row is left alone for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from msgspec.structs import replace

from hub.errors import Conflict, RateLimited, SettingsError, Unavailable
from hub.model.model_server import MODEL_SERVER_ID, ModelServerSettings, ModelUses, Prompt
from hub.model.prompts import hello_prompt
from hub.model.sentences import Sentence
from hub.ports.model_server import ModelFaultReason, ModelServer, ModelServerFault
from hub.services.breaker import Breaker
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.records import Records
from hub.services.secrets import Secrets

log = structlog.get_logger()

MakeModelServer = Callable[[ModelServerSettings, str], ModelServer]
"""Makes the server from its settings and its key, opened; `hub.app` names the implementation."""
API_KEY = "api_key"
AT_ONCE = 8
"""Questions under way at a time on one node: more are refused, so that a slow server gathers no crowd."""
_SLACK_S = 1.0
"""How long after its own limit the server is cut off."""
_NOT_ITS_FAULT: frozenset[ModelFaultReason] = frozenset({"rejected", "empty"})
"""Reasons that lie in the question: they do not count against the server."""
_NONE = ModelUses(drafts=False, summaries=False, suggestions=False)
_NO_SERVER = ModelServerSettings(base_url="", model="", uses=_NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of trying a server out: its words, or the reason why there are none; `took_s` is how long it took."""

    answer: str = ""
    reason: ModelFaultReason | None = None
    status: int | None = None
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _InUse:
    """The server of one version of the settings."""

    version: int
    server: ModelServer
    breaker: Breaker


class ModelServers:
    """Keeps the settings of the model server, and asks it."""

    def __init__(
        self, core: Core, directory: Directory, records: Records, secrets: Secrets, make: MakeModelServer
    ) -> None:
        """Take the maker; nothing is asked before somebody wants something."""
        self._core = core
        self._directory = directory
        self._records = records
        self._secrets = secrets
        self._make = make
        self._in_use: _InUse | None = None
        self._under_way = 0

    def settings(self) -> ModelServerSettings:
        """Return the settings; without an address and any use where there is no server."""
        return self._directory.find(ModelServerSettings, MODEL_SERVER_ID) or _NO_SERVER

    def uses(self) -> ModelUses:
        """Return what the server may be asked for."""
        settings = self.settings()
        return settings.uses if settings.base_url else _NONE

    async def keep(self, wanted: ModelServerSettings, api_key: str | None) -> ModelServerSettings:
        """Keep settings. Without a key the one of before stays, as long as the address does; "" takes it away."""
        present = self._directory.find(ModelServerSettings, MODEL_SERVER_ID)
        if present is None:
            first = replace(wanted, version=1, secrets=self._sealed(wanted, api_key, None))
            try:
                return await self._records.create(first)
            except Conflict as error:
                if error.type != "exists":
                    raise

        def change(before: ModelServerSettings) -> ModelServerSettings:
            return replace(wanted, version=before.version, secrets=self._sealed(wanted, api_key, before))

        return await self._records.update(ModelServerSettings, MODEL_SERVER_ID, change)

    async def remove(self) -> None:
        """Take the server out of use, and forget its key."""
        if self._directory.find(ModelServerSettings, MODEL_SERVER_ID) is not None:
            await self.keep(_NO_SERVER, "")

    def _sealed(
        self, wanted: ModelServerSettings, api_key: str | None, before: ModelServerSettings | None
    ) -> dict[str, str]:
        if api_key is None:
            same_place = before is not None and before.base_url == wanted.base_url
            return dict(before.secrets) if before is not None and same_place else {}
        return {API_KEY: self._secrets.seal(api_key)} if api_key else {}

    async def try_out(self, wanted: ModelServerSettings, api_key: str | None) -> Tried:
        """Ask a server that need not be kept for a sign of life; the key of before serves the same address."""
        kept = self.settings()
        own = self._key(kept) if api_key is None and kept.base_url == wanted.base_url else ""
        key = own if api_key is None else api_key
        started = self._core.clock.seconds()
        try:
            answer = await self._bounded(self._make(wanted, key), wanted.timeout_s, hello_prompt())
        except ModelServerFault as fault:
            return Tried(reason=fault.reason, status=fault.status, took_s=self._core.clock.seconds() - started)
        return Tried(answer=answer, took_s=self._core.clock.seconds() - started)

    async def ask(self, prompt: Prompt) -> str:
        """Return what the model says.

        Raises:
            Conflict: there is no model server.
            RateLimited: too many questions are under way.
            Unavailable: it gives no answer, or gave none lately.
        """
        in_use, settings = self._current(), self.settings()
        pause = in_use.breaker.pause_s()
        if pause:
            raise Unavailable("The model server has failed several times: it is tried again soon.", retry_after=pause)
        if self._under_way >= AT_ONCE:
            raise RateLimited("Too many questions to the model server are under way.", retry_after=settings.timeout_s)
        self._under_way += 1
        try:
            answer = await self._bounded(in_use.server, settings.timeout_s, prompt)
        except ModelServerFault as fault:
            if fault.reason not in _NOT_ITS_FAULT:
                in_use.breaker.failed()
            log.warning("model_server.failed", reason=fault.reason, status=fault.status)
            raise Unavailable(Sentence("The model server gave no answer ({reason}).", reason=fault.reason)) from fault
        finally:
            self._under_way -= 1
        in_use.breaker.succeeded()
        return answer

    async def _bounded(self, server: ModelServer, limit_s: float, prompt: Prompt) -> str:
        try:
            async with asyncio.timeout(limit_s + _SLACK_S):
                return await server.complete(prompt)
        except TimeoutError as error:
            raise ModelServerFault("slow") from error

    def _current(self) -> _InUse:
        settings = self.settings()
        if not settings.base_url:
            raise Conflict("No model server is set up.", code="no-model-server")
        if self._in_use is None or self._in_use.version != settings.version:
            server = self._make(settings, self._key(settings))
            self._in_use = _InUse(version=settings.version, server=server, breaker=Breaker(self._core.clock))
        return self._in_use

    def _key(self, settings: ModelServerSettings) -> str:
        """Return the key of kept settings, "" where there is none.

        Raises:
            Unavailable: another application key has sealed it.
        """
        sealed = settings.secrets.get(API_KEY)
        try:
            return self._secrets.open(sealed) if sealed else ""
        except SettingsError as error:
            raise Unavailable("The model server's key cannot be opened any more: set it anew.") from error
