"""Who a web chat visitor is: the two forms of `identity` that a site signs on its own server. Pure.

A token (JWT) signs everything that it says; the simple form signs the id alone, so the phone and mail address beside it
are hearsay and never match anybody. Nothing here says which part of a wrong identity was wrong in its secret matter.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Annotated

import jwt
import msgspec

from hub.errors import Unauthenticated
from hub.model.addresses import normal_email, normal_phone
from hub.model.customer import Identity
from hub.model.ids import ChannelId
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, to_seconds
from hub.ports.channel import Sender

_MAX_TOKEN = 8192
_EARLY_S = 60
"""A token may be dated so far ahead of our clock: servers differ a little. It never lives longer for it."""
_KEY_BYTES = 32

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Short = Annotated[str, msgspec.Meta(max_length=200)]


class _TokenForm(msgspec.Struct, frozen=True, kw_only=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=_MAX_TOKEN)]


class _HashForm(msgspec.Struct, frozen=True, kw_only=True):
    id: Name | int
    hash: Short
    name: Short | None = None
    email: Short | None = None
    phone: Short | None = None


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    sub: Name
    exp: float
    nbf: float | None = None
    name: Short | None = None
    email: Short | None = None
    phone: Short | None = None


# Times are checked here against the clock that the caller brings, not by the library against its own.
_tokens = jwt.PyJWT({"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False})


def identify(identity: Mapping[str, object], secret: str, channel_id: ChannelId, now: Timestamp) -> Sender:
    """Return the sender whom a site's identity proves.

    Raises:
        Unauthenticated: the token or hash is wrong, expired or written wrongly, or the channel has no secret.
    """
    if not secret:
        raise Unauthenticated("This channel takes no identities: its identity_secret is not set.")
    try:
        if "token" in identity:
            form = msgspec.convert(identity, _TokenForm)
            return _from_token(form.token, secret, channel_id, to_seconds(now))
        return _from_hash(msgspec.convert(identity, _HashForm), secret, channel_id)
    except msgspec.ValidationError as error:
        raise Unauthenticated(Sentence("The identity is written wrongly: {error}.", error=reason(error))) from None


def _from_token(token: str, secret: str, channel_id: ChannelId, now_s: float) -> Sender:
    # HMAC itself fills short keys with zeros; done here, it keeps the library from warning on every connection.
    key = secret.encode().ljust(_KEY_BYTES, b"\0")
    try:
        read = _tokens.decode(token, key, algorithms=["HS256"], options={"require": ["sub", "exp"]})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthenticated("The identity token is not valid.") from None
    claims = msgspec.convert(read, _Claims)
    # Asked this way round, a time that is no number counts as over.
    if not claims.exp > now_s:
        raise Unauthenticated("The identity token has expired: have the site make a new one.")
    if claims.nbf is not None and not claims.nbf <= now_s + _EARLY_S:
        raise Unauthenticated("The identity token is not valid yet: check the site's clock.")
    return _sender(claims.sub, claims, channel_id, is_signed=True)


def _from_hash(form: _HashForm, secret: str, channel_id: ChannelId) -> Sender:
    visitor_id = str(form.id)
    right = hmac.new(secret.encode(), visitor_id.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(form.hash.lower().encode("utf-8", "replace"), right.encode()):
        raise Unauthenticated("The identity hash is not valid.")
    return _sender(visitor_id, form, channel_id, is_signed=False)


def _sender(visitor_id: str, said: _Claims | _HashForm, channel_id: ChannelId, *, is_signed: bool) -> Sender:
    identities = [Identity(kind="external", value=f"{channel_id}:{visitor_id}", verified=True)]
    # A site's badly written phone number is no reason to turn its customer away: it is left out.
    if said.phone and (phone := _or_none(normal_phone, said.phone)):
        identities.append(Identity(kind="phone", value=phone, verified=is_signed))
    if said.email and (email := _or_none(normal_email, said.email)):
        identities.append(Identity(kind="email", value=email, verified=is_signed))
    return Sender(address=visitor_id, identities=tuple(identities), name=said.name or "")


def _or_none(normal: Callable[[str], str], text: str) -> str | None:
    try:
        return normal(text)
    except ValueError:
        return None
