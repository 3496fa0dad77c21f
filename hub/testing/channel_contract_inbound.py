"""The contract of a connector that takes webhooks: signatures first, then the normal form, and nothing ever lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from hub.errors import Forbidden, HubError, InvalidInput, NotFound, Unauthenticated
from hub.model.content import MAX_TEXT, Unsupported
from hub.model.timestamps import normalise, shift
from hub.ports.channel import Inbound, Request
from hub.testing.channel_ground import ADDRESS, TEXTS, Ground, Maker
from hub.testing.expect import holds, same

_REFUSALS = (Unauthenticated, Forbidden, NotFound)


async def a_true_request_becomes_a_message(make: Maker) -> None:
    """Text, address, event id and a proved identity are there, and the time is in the form of the journal."""
    async with make() as ground:
        [inbound] = _taken(ground, ground.pushed("你好", "e-1"))
        same(inbound.kind, "message", "kind")
        same(_text(inbound), "你好", "text")
        same(normalise(inbound.occurred_at), inbound.occurred_at, "the time's form")
        if inbound.sender is None:
            raise AssertionError("a message has a sender")
        same(inbound.sender.address, ADDRESS, "the address to answer to")
        holds(any(identity.verified for identity in inbound.sender.identities), "an identity must be proved")


async def a_forged_signature_is_refused_before_anything_is_parsed(make: Maker) -> None:
    """Also where the body is one that the parser could not read."""
    async with make() as ground:
        true = ground.pushed("你好", "e-1")
        refusal(ground, ground.forged(true.body), "signed with another secret")
        refusal(ground, ground.forged(b"\xff{"), "signed with another secret, body unreadable")
        refusal(ground, replace(true, body=true.body + b" "), "a body that grew after signing")
        refusal(ground, replace(true, body=true.body.replace("你".encode(), "我".encode())), "a changed body")
        refusal(ground, replace(true, body=b""), "a body that is gone")
        refusal(ground, replace(true, headers={}, query={}), "no signature")


async def a_damaged_header_is_refused_and_never_crashes(make: Maker) -> None:
    """Each header and parameter may be missing, empty, long, repeated or not ASCII."""
    async with make() as ground:
        true = ground.pushed("你好", "e-1")
        damages: Sequence[Callable[[str], str]] = (
            lambda _: "",
            lambda value: value[:-2],
            lambda value: value + ",\u00e9\udcff²",
            lambda _: "9" * 400,
            lambda value: " ".join([value[::-1]] * 2000),
        )
        for damage in damages:
            headers = {name: damage(value) for name, value in true.headers.items()}
            query = {name: damage(value) for name, value in true.query.items()}
            refusal(ground, replace(true, headers=headers, query=query), "damaged headers")
        for name in true.headers:
            _only_refused(ground, replace(true, headers={k: v for k, v in true.headers.items() if k != name}))
            _only_refused(ground, replace(true, headers={**true.headers, name: "\udcff"}))


async def an_old_signature_is_refused(make: Maker) -> None:
    """Five minutes either way is the limit, where the protocol signs a time."""
    async with make() as ground:
        if not ground.signs_time:
            return
        true = ground.pushed("你好", "e-1")
        for seconds in (-295, 0, 295):
            ground.connector.verify(true, shift(ground.now, seconds))
        for seconds in (-306, 306, 86_400):
            try:
                ground.connector.verify(true, shift(ground.now, seconds))
            except _REFUSALS:
                continue
            raise AssertionError(f"a request {seconds} s away was taken")


async def the_same_payload_has_the_same_event_id(make: Maker) -> None:
    """A repeat is known by its id; another message has another."""
    async with make() as ground:
        first, repeat = (_taken(ground, ground.pushed("你好", "e-1"))[0] for _ in range(2))
        other = _taken(ground, ground.pushed("你好", "e-2"))[0]
        same(repeat.event_id, first.event_id, "the id of a repeat")
        holds(other.event_id != first.event_id, "two messages must not share an id")


async def an_unknown_kind_becomes_a_visible_entry(make: Maker) -> None:
    """What we cannot show is kept: the provider's name for the kind stands in the payload."""
    async with make() as ground:
        [inbound] = _taken(ground, ground.pushed_unknown("e-1"))
        holds(isinstance(inbound.content, Unsupported), f"wanted unsupported content, got {inbound.content!r}")
        if isinstance(inbound.content, Unsupported):
            holds(any(inbound.content.payload.values()), "the kind and its matter must be kept")
        holds(inbound.sender is not None, "somebody sent it")


async def texts_of_every_length_are_taken_or_refused(make: Maker) -> None:
    """An empty text never becomes an empty message; the longest is taken whole; a longer one is never cut."""
    async with make() as ground:
        for text in ("x", "龍" * MAX_TEXT):
            [inbound] = _taken(ground, ground.pushed(text, "e-1"))
            same(_text(inbound), text, f"a text of {len(text)}")
        for text in ("", "龍" * (MAX_TEXT + 1)):
            request = ground.pushed(text, "e-1")
            ground.connector.verify(request, ground.now)
            try:
                parsed = ground.connector.parse(request)
            except InvalidInput as error:
                holds(error.faults, "the refusal must name the field")
                continue
            whole = [inbound for inbound in parsed if inbound.kind == "message"]
            same([_text(inbound) for inbound in whole], [text] if text else [], f"a text of {len(text)}")


async def every_script_comes_through(make: Maker) -> None:
    """Chinese, joined emoji, rare characters, line ends and marks of direction are not touched."""
    async with make() as ground:
        for text in TEXTS:
            same(_text(_taken(ground, ground.pushed(text, "e-1"))[0]), text, "the text")


async def an_unreadable_body_is_the_senders_mistake(make: Maker) -> None:
    """Signed garbage is refused as input, quickly, and the refusal repeats neither secrets nor the body."""
    async with make() as ground:
        for body in (b"", b"\xff{", b"{", b"null", b"[]", b'{"canary-7f3a":1}', b"[" * 50_000, b'"\\ud800"'):
            request = ground.signed(body)
            ground.connector.verify(request, ground.now)
            try:
                parsed = ground.connector.parse(request)
            except InvalidInput as error:
                holds("canary-7f3a" not in str(error.__cause__), "the body stands in the error's cause")
                _holds_no_secret(ground, repr(error))
            else:
                raise AssertionError(f"{body[:20]!r} was read as {parsed!r}")


def refusal(ground: Ground, request: Request, what: str) -> HubError:
    """Fail unless the request is refused for its signature; return the error."""
    try:
        ground.connector.verify(request, ground.now)
    except _REFUSALS as error:
        _holds_no_secret(ground, repr(error))
        return error
    raise AssertionError(f"{what}: the request was taken")


def _only_refused(ground: Ground, request: Request) -> None:
    try:
        ground.connector.verify(request, ground.now)
    except _REFUSALS:
        return


def _holds_no_secret(ground: Ground, text: str) -> None:
    holds(not any(secret in text for secret in ground.secrets), "a secret stands in an error")


def _taken(ground: Ground, request: Request) -> Sequence[Inbound]:
    ground.connector.verify(request, ground.now)
    return ground.connector.parse(request)


def _text(inbound: Inbound) -> str:
    if inbound.content is None:
        raise AssertionError("a message has content")
    return inbound.content.text


CHECKS = (
    a_true_request_becomes_a_message,
    a_forged_signature_is_refused_before_anything_is_parsed,
    a_damaged_header_is_refused_and_never_crashes,
    an_old_signature_is_refused,
    the_same_payload_has_the_same_event_id,
    an_unknown_kind_becomes_a_visible_entry,
    texts_of_every_length_are_taken_or_refused,
    every_script_comes_through,
    an_unreadable_body_is_the_senders_mistake,
)
