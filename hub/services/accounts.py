"""Accounts: passwords, sign-in with back-off, access tokens and the rotating refresh tokens behind them.

An access token lives a quarter of an hour and is checked without the store; a refresh token is opaque, kept only as
a hash, and good once. This module decides who somebody is, never what they may do (`hub.api.access` does).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from functools import lru_cache

import jwt
import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import AlreadyClaimed, FieldFault, InvalidInput, RateLimited, Unauthenticated, Unavailable
from hub.model.agent import Agent
from hub.model.commit import Claim
from hub.model.ids import AgentId
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, from_seconds, to_seconds
from hub.ports.environment import Clock, Ids
from hub.ports.store import Store
from hub.services.directory import Directory
from hub.services.records import Records
from hub.services.secrets import Secrets

ACCESS_S = 15 * 60
REFRESH_S = 14 * 24 * 3600
MIN_PASSWORD = 8
MAX_PASSWORD = 200
_ALGORITHM = "HS256"
_HASHES_AT_ONCE = 2
_HASHES_WAITING = 100
_CACHED_TOKENS = 20_000
_REFUSED = "The e-mail address or the password is wrong."


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign-in gives: an access token, the refresh token behind it, and who it is."""

    token: str
    expires_at: Timestamp
    refresh_token: str
    refresh_expires_at: Timestamp
    agent_id: AgentId


class _Family(msgspec.Struct, frozen=True, kw_only=True):
    """All refresh tokens that descend from one sign-in; only the newest (`current`, a hash) is good."""

    agent_id: AgentId
    stamp: str
    current: str
    turn: int
    expires_at: Timestamp


class Backoff:
    """Slows down whoever guesses: after some free tries each further one doubles the wait, up to five minutes.

    Counted for an account as seen from one address, so that nobody locks out the true user who is elsewhere, and
    for an address over all accounts. A try counts before its password is looked at: many at once gain nothing.
    """

    FREE_PER_ACCOUNT = 5
    FREE_PER_ADDRESS = 50
    LONGEST_S = 300.0
    FORGET_S = 900.0
    MAX_KEPT = 20_000

    def __init__(self, clock: Clock) -> None:
        """Begin with nobody slowed down."""
        self._clock = clock
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def begin(self, email: str, address: str) -> None:
        """Count a try.

        Raises:
            RateLimited: this account from this address, or this address, must wait; the try is not counted.
        """
        keys = self._keys(email, address)
        wait = max(self._wait(key, free) for key, free in keys)
        if wait > 0:
            raise RateLimited("Too many sign-in attempts: wait a while.", retry_after=wait)
        now = self._clock.seconds()
        for key, _ in keys:
            self._tries[key] = (self._count(key) + 1, now)
            self._tries.move_to_end(key)
        while len(self._tries) > self.MAX_KEPT:
            self._tries.popitem(last=False)

    def succeed(self, email: str, address: str) -> None:
        """Forget the tries of the account from this address, and take this one back from the address's count."""
        (account, _), (place, _) = self._keys(email, address)
        self._tries.pop(account, None)
        if self._count(place) <= 1:
            self._tries.pop(place, None)
        else:
            self._tries[place] = (self._count(place) - 1, self._tries[place][1])

    def _keys(self, email: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
        # Only a hash of what was typed as an address is kept: it may be a password by mistake.
        name = hashlib.sha256(email.encode()).hexdigest()
        return (f"{name}@{address}", self.FREE_PER_ACCOUNT), (address, self.FREE_PER_ADDRESS)

    def _count(self, key: str) -> int:
        count, last = self._tries.get(key, (0, 0.0))
        return count if self._clock.seconds() - last < self.FORGET_S else 0

    def _wait(self, key: str, free: int) -> float:
        over = self._count(key) - free
        if over < 0:
            return 0.0
        delay = min(self.LONGEST_S, 2.0 ** min(over, 20))
        return self._tries[key][1] + delay - self._clock.seconds()


class Accounts:
    """Signs people in and says who a token belongs to."""

    def __init__(self, *, directory: Directory, records: Records, secrets: Secrets, clock: Clock, ids: Ids) -> None:
        """Derive the signing key; nothing is read or written yet."""
        self._directory = directory
        self._records = records
        self._clock = clock
        self._ids = ids
        self._key = secrets.derive("agent-token")
        # RFC 9106 leaves room below its defaults; these are OWASP's (19 MiB, two passes, one lane), about 25 ms a
        # hash on two cores, so that a shift of agents can sign in within a second.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)
        self._waiting = 0
        self._backoff = Backoff(clock)
        self._decoy: str | None = None
        self._known_tokens: OrderedDict[str, tuple[AgentId, str, float]] = OrderedDict()

    async def hash(self, password: str) -> str:
        """Return the Argon2id hash of a new password, made in a thread.

        Raises:
            InvalidInput: the password is shorter than 8 or longer than 200 characters.
            Unavailable: too many hashes are waiting.
        """
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            message = Sentence("Use {least} to {most} characters.", least=MIN_PASSWORD, most=MAX_PASSWORD)
            raise InvalidInput("The password cannot be used.", faults=[FieldFault(field="password", message=message)])
        return await self._in_thread(password, None)

    async def login(self, email: str, password: str, address: str) -> SignIn:
        """Sign in by e-mail and password; `address` is where the request comes from.

        An unknown address and a wrong password answer alike and take the same time.

        Raises:
            Unauthenticated: the pair is wrong, or the account is disabled.
            RateLimited: too many tries.
        """
        email = email.strip().lower()
        self._backoff.begin(email, address)
        agent = self._directory.agent_by_email(email)
        if self._decoy is None:
            self._decoy = await self._in_thread(self._ids.secret(), None)
        stored = agent.password_hash if agent is not None else self._decoy
        matches = await self._in_thread(password[: MAX_PASSWORD + 1], stored) == stored
        if agent is None or agent.disabled or not matches:
            raise Unauthenticated(_REFUSED)
        self._backoff.succeed(email, address)
        return await self.sign_in(agent)

    async def refresh(self, refresh_token: str) -> SignIn:
        """Use up a refresh token for a new pair. A token used twice ends the whole family: one of the two is a thief.

        Raises:
            Unauthenticated: the token is unknown, expired, used or its account has changed.
        """
        family_id, secret = _split(refresh_token)
        family = await self._family(family_id)
        if family is None or family.expires_at <= self._clock.now():
            raise Unauthenticated("Sign in again.")
        agent = self._directory.agent(family.agent_id)
        if agent is None or agent.disabled or family.stamp != _stamp(agent.password_hash):
            await self._records.put_plain("refresh_token", family_id, None)
            raise Unauthenticated("Sign in again.")
        if not hmac.compare_digest(family.current, _digest(secret)):
            await self._records.put_plain("refresh_token", family_id, None)
            raise Unauthenticated("This refresh token was used before: sign in again.")
        return await self._turn(agent, family_id, family.turn + 1)

    async def logout(self, refresh_token: str) -> None:
        """End the family of a refresh token; one that is not known is no error. Access tokens run out by themselves."""
        try:
            family_id, secret = _split(refresh_token)
        except Unauthenticated:
            return
        family = await self._family(family_id)
        if family is not None and hmac.compare_digest(family.current, _digest(secret)):
            await self._records.put_plain("refresh_token", family_id, None)

    def agent_of(self, token: str) -> Agent:
        """Return whom an access token belongs to, as they are now: roles taken away are gone at once.

        Raises:
            Unauthenticated: the token is forged, expired, or its account is disabled or has a new password.
        """
        known = self._known_tokens.get(token) or self._read(token)
        agent_id, stamp, expires = known
        agent = self._directory.agent(agent_id)
        if agent is None or agent.disabled or stamp != _stamp(agent.password_hash) or expires <= self._clock.seconds():
            self._known_tokens.pop(token, None)
            raise Unauthenticated("The token is not valid any more: sign in again.")
        return agent

    def _read(self, token: str) -> tuple[AgentId, str, float]:
        try:
            # The expiry is compared with our own clock in `agent_of`.
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience="huike-agent",
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "stamp"]},
            )
            known = (AgentId(str(claims["sub"])), str(claims["stamp"]), float(claims["exp"]))
        except (jwt.InvalidTokenError, TypeError, ValueError) as error:
            raise Unauthenticated("The token is not valid: sign in again.") from error
        self._known_tokens[token] = known
        if len(self._known_tokens) > _CACHED_TOKENS:
            self._known_tokens.popitem(last=False)
        return known

    async def forget_old(self, store: Store) -> int:
        """Remove refresh tokens that have run out; return how many."""
        now = self._clock.now()
        records = await store.records("refresh_token")
        families = [(one.id, msgspec.json.decode(one.data, type=_Family)) for one in records if not one.is_removed]
        old = [family_id for family_id, family in families if family.expires_at <= now]
        for family_id in old:
            await self._records.put_plain("refresh_token", family_id, None)
        return len(old)

    async def sign_in(self, agent: Agent) -> SignIn:
        """Give tokens to an agent who has proved who they are."""
        return await self._turn(agent, self._ids.new(), 1)

    async def _turn(self, agent: Agent, family_id: str, turn: int) -> SignIn:
        """Write the next turn of a family; its claim lets one of two concurrent writers win, on any node."""
        now = self._clock.seconds()
        secret = self._ids.secret()
        expires_at = from_seconds(now + REFRESH_S)
        family = _Family(
            agent_id=agent.id,
            stamp=_stamp(agent.password_hash),
            current=_digest(secret),
            turn=turn,
            expires_at=expires_at,
        )
        claim = Claim(key=f"refresh/{family_id}#{turn}")
        try:
            await self._records.put_plain("refresh_token", family_id, msgspec.json.encode(family), [claim])
        except AlreadyClaimed as error:
            await self._records.put_plain("refresh_token", family_id, None)
            raise Unauthenticated("This refresh token was used before: sign in again.") from error
        access_expires = from_seconds(now + ACCESS_S)
        claims = {
            "sub": agent.id,
            "aud": "huike-agent",
            "exp": int(to_seconds(access_expires)),
            "stamp": _stamp(agent.password_hash),
            "jti": self._ids.new(),
        }
        return SignIn(
            token=jwt.encode(claims, self._key, algorithm=_ALGORITHM),
            expires_at=access_expires,
            refresh_token=f"{family_id}.{secret}",
            refresh_expires_at=expires_at,
            agent_id=agent.id,
        )

    async def _family(self, family_id: str) -> _Family | None:
        data = await self._records.get_plain("refresh_token", family_id)
        return msgspec.json.decode(data, type=_Family) if data is not None else None

    async def _in_thread(self, password: str, stored: str | None) -> str:
        """Hash a password, or check it against a stored hash: that hash is returned when it matches, else ``""``."""
        if self._waiting >= _HASHES_WAITING:
            raise Unavailable("Too many people are signing in: try again.", retry_after=2)
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(self._compute, password, stored)
        finally:
            self._waiting -= 1

    def _compute(self, password: str, stored: str | None) -> str:
        if stored is None:
            return self._hasher.hash(password)
        try:
            self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return ""
        return stored


def _split(refresh_token: str) -> tuple[str, str]:
    family_id, _, secret = refresh_token.partition(".")
    if not (secret and len(refresh_token) <= 200 and family_id.isascii() and family_id.isalnum()):
        raise Unauthenticated("Sign in again.")
    return family_id, secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@lru_cache(maxsize=1024)
def _stamp(password_hash: str) -> str:
    """Return what changes with the password: tokens from before the change are void. Every call asks for it."""
    return _digest(password_hash)[:12]
