"""The gate for pushes: signatures, age, and the message inside, whichever of the three modes the account is in.

In plain mode the platform's signature covers a time and a nonce, but not the body: that is the platform's design, and
the reason to set an aes_key. With one, only what its signature covers is believed, and the rest must agree with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors._wechat.crypto import Crypto, InvalidKey, Undecipherable, fits, signature
from connectors._wechat.xml import Fields, read_document, text
from connectors.wechat.account import Account
from hub.errors import FieldFault, InvalidInput, Malformed, Unauthenticated
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, to_seconds
from hub.ports.channel import Request

TOLERANCE_S = 300
"""How far a push's signed time may be from ours, either way; the platform repeats within 15 s."""
MAX_ENVELOPE_BYTES = 160 * 1024
"""In compatible mode a message of 64 kB stands in the body twice, once as base64."""
_TIME_DIGITS = 11


class PushGate:
    """Lets in what the platform signed for one account."""

    def __init__(self, account: Account) -> None:
        """Keep what is wrong with the settings; then every request is refused with that sentence."""
        self._token = account.token
        self._fault = account.receiving_fault
        self._crypto: Crypto | None = None
        # The hub parses a request right after checking it: it is decrypted once for both.
        self._opened: tuple[Request, bytes] | None = None
        if account.aes_key:
            try:
                self._crypto = Crypto(account.token, account.aes_key, account.app_id)
            except InvalidKey as error:
                self._fault = self._fault or str(error)

    def check(self, request: Request, now: Timestamp) -> None:
        """Check a request. The platform's check of the address (GET) may be of any age.

        Raises:
            Unauthenticated: not signed with the token, too old, not encrypted as it must be, or for another account.
        """
        if self._fault:
            raise Unauthenticated(Sentence("This channel takes nothing. {fault}", fault=Sentence.of(self._fault)))
        query = request.query
        if request.method == "GET" or self._crypto is None:
            self._check_signature(query)
        elif "signature" in query:
            # The one over the body comes below; this one costs nothing and keeps strangers from the parser.
            self._check_signature(query)
        if request.method != "GET":
            _check_age(query, now)
            if self._crypto is not None:
                self._check_envelope(request, self._crypto)

    def message(self, request: Request) -> Fields:
        """Return the fields of a checked push.

        Raises:
            InvalidInput: what is inside is not a document of the platform.
        """
        if self._crypto is None:
            fields = read_document(request.body)
            if "Encrypt" in fields and "MsgType" not in fields:
                fault = FieldFault(field="Encrypt", message="The push is encrypted: set the channel's aes_key.")
                raise InvalidInput(fault.message, faults=[fault])
            return fields
        return read_document(self._matter(request, self._crypto))

    def _matter(self, request: Request, crypto: Crypto) -> bytes:
        opened, self._opened = self._opened, None
        if opened is not None and opened[0] is request:
            return opened[1]
        envelope = read_document(request.body, MAX_ENVELOPE_BYTES)
        try:
            return crypto.decrypt(text(envelope, "Encrypt"))
        except Undecipherable:
            raise Malformed("The push cannot be decrypted.") from None

    def _check_signature(self, query: Mapping[str, str]) -> None:
        right = signature(self._token, query.get("timestamp", ""), query.get("nonce", ""))
        if not fits(query.get("signature", ""), right):
            raise Unauthenticated("The signature does not fit: compare the token with the platform's configuration.")

    def _check_envelope(self, request: Request, crypto: Crypto) -> None:
        if len(request.body) > MAX_ENVELOPE_BYTES:
            raise Unauthenticated("The body is larger than any push, and was not read.")
        try:
            envelope = read_document(request.body, MAX_ENVELOPE_BYTES)
        except InvalidInput:
            raise Unauthenticated("This channel takes only encrypted pushes, and this is none.") from None
        query, encrypt = request.query, text(envelope, "Encrypt")
        if not encrypt:
            raise Unauthenticated("This channel takes only encrypted pushes: choose safe mode on the platform.")
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not crypto.is_signed(query.get("msg_signature", ""), timestamp=timestamp, nonce=nonce, encrypt=encrypt):
            raise Unauthenticated("The signature does not fit the encrypted text.")
        try:
            matter = crypto.decrypt(encrypt)
        except Undecipherable as error:
            raise Unauthenticated(reason(error)) from None
        if not _is_bare(request.body) or _differs(envelope, matter):
            raise Unauthenticated("The part of the body that is not signed was changed.")
        self._opened = request, matter


def _check_age(query: Mapping[str, str], now: Timestamp) -> None:
    signed_at = query.get("timestamp", "")
    if not (signed_at.isascii() and signed_at.isdecimal() and len(signed_at) <= _TIME_DIGITS):
        raise Unauthenticated("The parameter timestamp must hold whole seconds since 1970.")
    if abs(to_seconds(now) - int(signed_at)) > TOLERANCE_S:
        raise Unauthenticated("The signed time is more than 5 minutes away: check the server's clock.")


def _is_bare(body: bytes) -> bool:
    """Tell whether nothing but line ends stands around the document."""
    inner = body.strip(b"\r\n")
    return inner[:1] + inner[-1:] in (b"<>", b"{}")


def _differs(envelope: Fields, matter: bytes) -> bool:
    """Tell whether the plain half of compatible mode says something else than the signed half."""
    plain = {name: value for name, value in envelope.items() if name not in ("Encrypt", "ToUserName")}
    if not plain:
        return False
    try:
        signed = read_document(matter)
    except InvalidInput:
        return True
    return any(name in signed and signed[name] != value for name, value in plain.items())
