"""Sign-in, token refresh, sign-out, and who am I."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.api.access import EVERYBODY, PUBLIC
from hub.api.call import Call, Nothing
from hub.api.gate import address_of
from hub.api.routes import Routes
from hub.api.views import AgentView, agent_view
from hub.errors import Unauthenticated
from hub.model.timestamps import Timestamp
from hub.services import Services
from hub.services.accounts import SignIn

routes = Routes("auth")


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person signs in with."""

    email: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class RefreshToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The refresh token of the last sign-in or refresh."""

    refresh_token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of tokens: `token` for calls, `refresh_token` (good once) for the next pair."""

    token: str
    expires_at: Timestamp
    refresh_token: str
    refresh_expires_at: Timestamp
    agent: AgentView


@routes.on("POST", "/auth/login", access=PUBLIC, sign_in=True)
async def login(call: Call[Credentials, Nothing]) -> SignedIn:
    """Sign in with e-mail and password."""
    address = address_of(call.request, call.settings)
    return _signed_in(call.services, await call.services.accounts.login(call.body.email, call.body.password, address))


@routes.on("POST", "/auth/refresh", access=PUBLIC)
async def refresh(call: Call[RefreshToken, Nothing]) -> SignedIn:
    """Use up a refresh token for a new pair of tokens.

    A refresh token that is used twice ends all tokens that descend from the same sign-in.
    """
    return _signed_in(call.services, await call.services.accounts.refresh(call.body.refresh_token))


@routes.on("POST", "/auth/logout", access=PUBLIC)
async def logout(call: Call[RefreshToken, Nothing]) -> None:
    """Sign out: the refresh token is void from now on."""
    await call.services.accounts.logout(call.body.refresh_token)


@routes.on("GET", "/auth/me", access=EVERYBODY)
async def me(call: Call[Nothing, Nothing]) -> AgentView:
    """Tell who is signed in."""
    return agent_view(call.services, call.agent)


def _signed_in(services: Services, pair: SignIn) -> SignedIn:
    agent = services.directory.agent(pair.agent_id)
    if agent is None:
        raise Unauthenticated("Sign in again.")
    return SignedIn(
        token=pair.token,
        expires_at=pair.expires_at,
        refresh_token=pair.refresh_token,
        refresh_expires_at=pair.refresh_expires_at,
        agent=agent_view(services, agent),
    )
