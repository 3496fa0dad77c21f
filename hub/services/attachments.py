"""Attachments: kept by content, named safely, typed by what the bytes are and not by what somebody says.

Whatever is not a real picture is only ever given out as a download. Addresses are signed and run out: after an hour or
two for screens, after a week for other systems. Nothing is served without a signature.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import unicodedata
from collections.abc import AsyncIterator, Sequence

import msgspec

from hub.errors import FieldFault, InvalidInput, NotFound, TooLarge
from hub.model.content import Attachment
from hub.model.ids import AttachmentId
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp
from hub.ports.blobs import Blobs
from hub.ports.environment import Clock, Ids
from hub.services.records import Records
from hub.services.secrets import Secrets

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 120
MAX_PIXELS = 100_000_000
"""A picture with more is a bomb for whoever opens it: it is kept, as a download."""

URL_STEP_S = 3600
"""Addresses expire on the hour after next, so that a screen that loads twice sees the same address and caches it."""

LASTING_DAYS = 7
"""An address for another system outlives every retry of the outbox (three days) and a weekend's outage there."""
_DAY_S = 86400

DOWNLOAD = "application/octet-stream"
_PATH = "/api/v1/attachments"
_MIME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_PASSIVE = re.compile(
    r"audio/.*|video/.*|text/(plain|csv)|application/(pdf|zip|json|msword|rtf|gzip|vnd\.openxmlformats-.*|vnd\.ms-.*)"
)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a file beside its bytes; `owner` brought it, and may put it into a message."""

    id: AttachmentId
    name: str
    mime: str
    size: int
    blob: str
    owner: str
    at: Timestamp
    width: int | None = None
    height: int | None = None

    @property
    def is_picture(self) -> bool:
        """Tell whether it may be shown in place; everything else is a download."""
        return self.width is not None


class Attachments:
    """Keeps files and gives them out under signed addresses."""

    def __init__(
        self, *, records: Records, blobs: Blobs, secrets: Secrets, clock: Clock, ids: Ids, public_url: str
    ) -> None:
        """Derive the signing key; nothing is read or written yet. `public_url` is the hub's own origin."""
        self._records = records
        self._blobs = blobs
        self._clock = clock
        self._ids = ids
        self._public_url = public_url.rstrip("/")
        self._key = secrets.derive("attachment-url")

    async def keep(
        self, data: bytes, *, name: str, mime: str, owner: str, limit: int = MAX_BYTES, may_be_empty: bool = False
    ) -> Attachment:
        """Keep a file durably.

        `name` and `mime` are what the sender claims; `owner` is `agent/ID`, `visitor/ID` or alike.

        Raises:
            TooLarge: it has more than `limit` bytes.
            InvalidInput: it is empty, and may not be.
        """
        if len(data) > limit:
            raise TooLarge(Sentence("A file may have at most {limit} MB.", limit=limit // 1024 // 1024))
        if not data and not may_be_empty:
            raise InvalidInput("The file is empty.", faults=[FieldFault(field="file", message="Empty.")])
        real, width, height = kind_of(data, mime)
        file = StoredFile(
            id=AttachmentId(self._ids.new()),
            name=safe_name(name),
            mime=real,
            size=len(data),
            blob=await self._blobs.put(data),
            owner=owner,
            at=self._clock.now(),
            width=width,
            height=height,
        )
        await self._records.put_plain("attachment", file.id, msgspec.json.encode(file))
        return _shown(file)

    async def find(self, ids: Sequence[AttachmentId], owner: str) -> tuple[Attachment, ...]:
        """Return files for a message of whoever brought them, in the order of their ids, without addresses.

        Raises:
            InvalidInput: one is not there, or was brought by somebody else: the answer is the same.
        """
        files = [await self._file(attachment_id) for attachment_id in ids]
        faults = [
            FieldFault(field=f"attachment_ids[{index}]", message="There is no such attachment of yours.")
            for index, file in enumerate(files)
            if file is None or file.owner != owner
        ]
        if faults:
            raise InvalidInput("An attachment is not there.", faults=faults)
        return tuple(_shown(file) for file in files if file is not None)

    def url(self, file: Attachment) -> str:
        """Return the file's address, signed, below the hub's own origin, good for one to two hours."""
        return self._signed(file, URL_STEP_S, 1)

    def lasting_url(self, file: Attachment) -> str:
        """Return the file's absolute address for another system, signed, good for seven to eight days."""
        return self._public_url + self._signed(file, _DAY_S, LASTING_DAYS)

    def _signed(self, file: Attachment, step_s: int, steps: int) -> str:
        """Return an address that is good for so many whole steps and the rest of the present one."""
        expires = (int(self._clock.seconds()) // step_s + 1 + steps) * step_s
        return f"{_PATH}/{file.id}?expires={expires}&signature={self._sign(file.id, expires)}"

    async def open(self, attachment_id: str, *, expires: int, signature: str) -> StoredFile:
        """Return the file that a signed address stands for.

        Raises:
            NotFound: the signature is wrong or has run out, or the file is gone: all alike.
        """
        expected = self._sign(attachment_id, expires)
        is_signed = hmac.compare_digest(expected.encode(), signature.encode())
        if not is_signed or expires < self._clock.seconds():
            raise NotFound("There is no such file, or its address has run out: load the conversation again.")
        file = await self._file(attachment_id)
        if file is None:
            raise NotFound("There is no such file.")
        return file

    async def read(self, attachment_id: AttachmentId) -> bytes | None:
        """Return the bytes of a file for a connector, or None when it is not there."""
        file = await self._file(attachment_id)
        if file is None:
            return None
        return b"".join([part async for part in self._blobs.get(file.blob)])

    def content(self, file: StoredFile) -> AsyncIterator[bytes]:
        """Yield the file's bytes in pieces."""
        return self._blobs.get(file.blob)

    async def _file(self, attachment_id: str) -> StoredFile | None:
        data = await self._records.get_plain("attachment", attachment_id)
        return msgspec.json.decode(data, type=StoredFile) if data is not None else None

    def _sign(self, attachment_id: str, expires: int) -> str:
        return hmac.new(self._key, f"{attachment_id}.{expires}".encode(), hashlib.sha256).hexdigest()


def _shown(file: StoredFile) -> Attachment:
    return Attachment(id=file.id, name=file.name, mime=file.mime, size=file.size, width=file.width, height=file.height)


def safe_name(name: str) -> str:
    """Return a file name without a path, control or direction characters, at most 120 long, its ending kept."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    bare = _NOT_IN_NAMES.sub("", bare).encode("utf-8", "ignore").decode().strip(" .")
    if len(bare) > MAX_NAME:
        stem, dot, ending = bare.rpartition(".")
        bare = f"{stem[: MAX_NAME - 1 - len(ending)]}{dot}{ending}" if 0 < len(ending) <= 12 else bare[:MAX_NAME]
    return bare or "file"


def kind_of(data: bytes, claimed: str) -> tuple[str, int | None, int | None]:
    """Return the media type that the file is given out as, with width and height where it is a real picture.

    A claimed type is believed only where a browser does nothing with it; html, svg, scripts and pictures that are
    none become plain downloads.
    """
    for mime, measure in _PICTURES.items():
        size = measure(data)
        if size is not None:
            width, height = size
            fits = 0 < width * height <= MAX_PIXELS
            return (mime, width, height) if fits else (DOWNLOAD, None, None)
    mime = claimed.partition(";")[0].strip().lower()
    believed = _MIME.fullmatch(mime) and _PASSIVE.fullmatch(mime) and not _looks_active(data)
    return (mime if believed else DOWNLOAD), None, None


def _looks_active(data: bytes) -> bool:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<body", b"<iframe"))


def _measure_png(data: bytes) -> tuple[int, int] | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR" or len(data) < 24:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _measure_gif(data: bytes) -> tuple[int, int] | None:
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 13:
        return None
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


def _measure_jpeg(data: bytes) -> tuple[int, int] | None:
    """Walk over the segments to the frame header, which has the size (ITU T.81, B.2.2)."""
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _measure_webp(data: bytes) -> tuple[int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    match data[12:16]:
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", data[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L" if data[20] == 0x2F:
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case _:
            return None


_PICTURES = {
    "image/png": _measure_png,
    "image/jpeg": _measure_jpeg,
    "image/gif": _measure_gif,
    "image/webp": _measure_webp,
}
