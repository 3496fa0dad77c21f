"""Asks a model server: one POST to `{base_url}/chat/completions`, with bounds on time and size.

The address is the one that the administrator set, which may be a private one. Redirects are not followed and proxies
of the environment are not used, so that neither an answer nor a variable chooses who gets to read the question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import aiohttp
import msgspec

from hub.model.model_server import ModelServerSettings, Prompt
from hub.ports.model_server import ModelFaultReason, ModelServerFault

MAX_ANSWER_BYTES = 512 * 1024
MAX_SAID = 20_000
_CONNECT_S = 5.0
_TEMPERATURE = 0.3
"""Low: an answer to a customer should say the same thing tomorrow."""
_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
"""What some models put before their answer, for nobody's eyes."""


class _Said(msgspec.Struct, frozen=True):
    content: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    message: _Said


class _Completion(msgspec.Struct, frozen=True):
    choices: tuple[_Choice, ...]


_completions = msgspec.json.Decoder(_Completion)


class ChatServer:
    """One model on one server. Holds no connection, so it needs no closing."""

    def __init__(self, settings: ModelServerSettings, api_key: str) -> None:
        """Take the settings, and the opened key ("" where the server wants none)."""
        self._url = f"{settings.base_url.rstrip('/')}/chat/completions"
        self._model = settings.model
        self._limit = aiohttp.ClientTimeout(total=settings.timeout_s, connect=min(_CONNECT_S, settings.timeout_s))
        self._headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "Huike",
            **({"Authorization": f"Bearer {api_key}"} if api_key else {}),
        }

    async def complete(self, prompt: Prompt) -> str:
        """Return what the model says.

        Raises:
            ModelServerFault: there is no answer, with the reason.
        """
        body = msgspec.json.encode(self._question(prompt))
        try:
            status, answer = await self._post(body)
        except TimeoutError as error:
            raise ModelServerFault("slow") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ModelServerFault("unreachable") from error
        if status != 200:
            raise ModelServerFault(_reason(status), status)
        return _said(answer)

    def _question(self, prompt: Prompt) -> Mapping[str, object]:
        return {
            "model": self._model,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": prompt.matter},
            ],
            "max_tokens": prompt.longest_tokens,
            "temperature": _TEMPERATURE,
            "stream": False,
        }

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        async with (
            aiohttp.ClientSession(
                timeout=self._limit,
                trust_env=False,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            session.post(self._url, data=body, headers=self._headers, allow_redirects=False) as response,
        ):
            if response.status != 200:
                return response.status, b""
            answer = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                answer += chunk
                if len(answer) > MAX_ANSWER_BYTES:
                    raise ModelServerFault("nonsense", 200)
            return 200, bytes(answer)


def _reason(status: int) -> ModelFaultReason:
    match status:
        case 401 | 403:
            return "refused"
        case 404:
            return "not_found"
        case 402 | 429:
            return "busy"
        case _ if 300 <= status < 400:
            return "redirected"
        case _ if 400 <= status < 500:
            return "rejected"
        case _:
            return "broken"


def _said(answer: bytes) -> str:
    """Return the words of a completion, without what the model thought before.

    Raises:
        ModelServerFault: it is no completion, or has no words.
    """
    try:
        found = _completions.decode(answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ModelServerFault("nonsense", 200) from error
    if not found.choices:
        raise ModelServerFault("nonsense", 200)
    plain = _THOUGHTS.sub("", found.choices[0].message.content or "")
    plain = "".join(letter for letter in plain[:MAX_SAID] if letter >= " " or letter in "\n\t").strip()
    if not plain:
        raise ModelServerFault("empty", 200)
    return plain
