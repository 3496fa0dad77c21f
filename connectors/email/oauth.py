"""Access tokens of Google and Microsoft mailboxes: got with the refresh token, kept until shortly before their end.

All nodes share one token, so that a provider sees one request an hour. No text here ever holds a token.
"""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec

from connectors._http import Poster
from connectors.email.settings import OAuth
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown
from hub.ports.channel_tools import ChannelTools

_NAME = "oauth"
_EARLY_S = 120.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class NoToken(Exception):
    """No access token is to be had; `is_final`: the settings are refused, so trying again changes nothing."""

    def __init__(self, *, is_final: bool) -> None:
        """Keep whether it is worth trying again."""
        super().__init__("no access token")
        self.is_final = is_final


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    access_token: str
    expires_in: float = 3600.0


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    token: str
    until: float
    client: str


class TokenSource:
    """Gives the access token of the moment."""

    def __init__(self, oauth: OAuth, tools: ChannelTools, poster: Poster) -> None:
        """Take the settings; ask for nothing yet."""
        self._oauth = oauth
        self._tools = tools
        self._poster = poster

    async def token(self) -> str:
        """Return an access token that is good for two minutes at least.

        Raises:
            NoToken: the token server gives none.
        """
        async with self._tools.memory.alone(_NAME):
            kept = await self._kept()
            if kept is not None:
                return kept
            answer = await self._fresh()
            until = self._tools.clock.seconds() + answer.expires_in - _EARLY_S
            fresh = _Kept(token=answer.access_token, until=until, client=self._oauth.client_id)
            await self._tools.memory.write(_NAME, msgspec.json.encode(fresh).decode())
            return answer.access_token

    async def forget(self) -> None:
        """Drop the token that is kept: the mail server does not take it."""
        await self._tools.memory.write(_NAME, "")

    async def _kept(self) -> str | None:
        text = await self._tools.memory.read(_NAME)
        if not text:
            return None
        try:
            kept = msgspec.json.decode(text, type=_Kept)
        except msgspec.DecodeError:
            return None
        is_good = kept.client == self._oauth.client_id and kept.until > self._tools.clock.seconds()
        return kept.token if is_good else None

    async def _fresh(self) -> _Answer:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._oauth.client_id,
            "client_secret": self._oauth.client_secret,
            "refresh_token": self._oauth.refresh_token,
        }
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        try:
            answer = await self._poster.post(self._oauth.token_url, body=body, headers=_FORM)
        except SendRefused as error:
            raise NoToken(is_final=True) from error
        except (SendDelayed, SendUnknown) as error:
            raise NoToken(is_final=False) from error
        if answer.status != 200:
            raise NoToken(is_final=answer.status in (400, 401, 403))
        try:
            return msgspec.json.decode(answer.body, type=_Answer)
        except msgspec.DecodeError:
            raise NoToken(is_final=False) from None
