"""The callback of 微信客服: who signed it, and what it says. Pure: a request in, values out, no network.

A callback holds no message, only the word that there are some; messages come from `kf/sync_msg` and are read in
`items`. One callback address serves the whole enterprise, so pushes of other accounts and applications come here too.
"""

from __future__ import annotations

import re
from hashlib import sha256

import msgspec

from connectors._wechat.crypto import Crypto, InvalidKey, Undecipherable
from connectors._wechat.xml import Fields, read_xml, text
from hub.errors import FieldFault, HubError, InvalidInput, Malformed, Unauthenticated
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, from_seconds, to_seconds
from hub.ports.channel import Inbound, Request

_TOLERANCE_S = 300.0
_SECONDS = re.compile(r"[0-9]{1,11}")
_MAX_ENVELOPE = 96 * 1024
"""A document of 64 kB is a third longer when it is encrypted and written in base64."""
_KF = "kf_msg_or_event"
_ACCOUNTS = "kf_account_auth_change"


class Wake(msgspec.Struct, frozen=True, kw_only=True):
    """What the puller is told by `Inbound.wake`, as JSON: the token lets it pull without a limit for 10 minutes."""

    token: str = ""
    open_kfid: str = ""


def read_wake(word: str) -> Wake:
    """Read a wake word; one that cannot be read wakes all the same, without a token."""
    try:
        return msgspec.json.decode(word, type=Wake)
    except (msgspec.DecodeError, UnicodeError):
        return Wake()


class Callback:
    """Verifies and reads the pushes of one enterprise for one of its accounts."""

    def __init__(self, *, token: str, aes_key: str, corp_id: str, open_kfid: str) -> None:
        """Keep the settings; what is wrong with them is told when something comes."""
        self._open_kfid = open_kfid
        self._crypto: Crypto | None = None
        self._fault = ""
        for name, value in (("token", token), ("aes_key", aes_key), ("corp_id", corp_id)):
            if not value:
                self._fault = self._fault or f"This channel takes nothing: its {name} is not set."
        try:
            self._crypto = Crypto(token, aes_key, corp_id)
        except InvalidKey as error:
            self._fault = self._fault or f"This channel takes nothing: its aes_key cannot be used. {error}"

    @property
    def fault(self) -> str:
        """Return what is wrong with the settings of the callback in a sentence, or nothing."""
        return self._fault

    def verify(self, request: Request, now: Timestamp) -> None:
        """Check `msg_signature` and that the text decrypts for this enterprise; a POST must also be of now.

        Raises:
            Unauthenticated: any of it is wrong, or the channel's settings are.
        """
        crypto = self._ready()
        query = request.query
        at, nonce = query.get("timestamp", ""), query.get("nonce", "")
        sealed = self._sealed(request)
        if not sealed or not crypto.is_signed(
            query.get("msg_signature", ""), timestamp=at, nonce=nonce, encrypt=sealed
        ):
            raise Unauthenticated("The msg_signature is missing or does not fit.")
        is_near = _SECONDS.fullmatch(at) is not None and abs(int(at) - to_seconds(now)) <= _TOLERANCE_S
        if request.method != "GET" and not is_near:
            raise Unauthenticated("The push was signed more than 5 minutes away from now.")
        try:
            crypto.decrypt(sealed)
        except Undecipherable as error:
            raise Unauthenticated(reason(error)) from None

    def echo(self, request: Request) -> bytes:
        """Return the plain text that the address check wants to hear."""
        return self._opened(request)

    def parse(self, request: Request) -> tuple[Inbound, ...]:
        """Return what a verified push says: a word for the puller, or one that is left alone.

        Raises:
            Malformed: what was encrypted is not the document of a push.
        """
        if request.method == "GET":
            return ()
        return (self._inbound(read_xml(self._opened(request))),)

    def _inbound(self, push: Fields) -> Inbound:
        at = text(push, "CreateTime").strip()
        if not _SECONDS.fullmatch(at):
            message = "Must be the seconds of a POSIX time."
            raise InvalidInput(
                Sentence("CreateTime: {message}", message=Sentence.of(message)),
                faults=[FieldFault(field="CreateTime", message=message)],
            )
        event, event_id, occurred = text(push, "Event").strip(), _event_id(push, at), from_seconds(int(at))
        if text(push, "MsgType").strip().lower() == "event" and event.lower() == _KF:
            wake = Wake(token=text(push, "Token"), open_kfid=text(push, "OpenKfId"))
            if wake.open_kfid in ("", self._open_kfid):
                said = msgspec.json.encode(wake).decode()
                return Inbound(event_id=event_id, kind="lifecycle", occurred_at=occurred, wake=said)
        is_ours = event.lower() == _ACCOUNTS
        return Inbound(event_id=event_id, kind="lifecycle" if is_ours else "ignored", occurred_at=occurred)

    def _opened(self, request: Request) -> bytes:
        try:
            return self._ready().decrypt(self._sealed(request))
        except Undecipherable as error:
            raise Malformed(reason(error)) from None

    def _sealed(self, request: Request) -> str:
        if request.method == "GET":
            return request.query.get("echostr", "")
        try:
            return text(read_xml(request.body, _MAX_ENVELOPE), "Encrypt").strip()
        except HubError:
            return ""

    def _ready(self) -> Crypto:
        if self._fault or self._crypto is None:
            raise Unauthenticated(self._fault)
        return self._crypto


def _event_id(push: Fields, at: str) -> str:
    """Name a push by what stays the same when it is repeated: its receiver, its second and what it holds."""
    token = text(push, "Token") or repr(sorted(push.items()))
    matter = "\n".join((text(push, "ToUserName"), at, text(push, "Event"), text(push, "OpenKfId"), token))
    return f"push:{sha256(matter.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"
