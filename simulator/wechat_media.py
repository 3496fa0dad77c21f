"""The pretend platform's files: what is uploaded and sent, with the real one's limits on type and size. No network."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

_KEPT_S = 3 * 86_400.0
_MOST = 200
_MEGABYTE = 1024 * 1024
_LIMITS = {"image": 10 * _MEGABYTE, "voice": 2 * _MEGABYTE, "video": 10 * _MEGABYTE, "thumb": 64 * 1024}
_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "image": (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM"),
    "voice": (b"#!AMR", b"ID3", b"\xff\xfb", b"\xff\xf3"),
    "video": (),
    "thumb": (b"\xff\xd8\xff",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file on the platform."""

    kind: str
    data: bytes
    mime: str
    ends_at: float


class MediaShelf:
    """Keeps files for three days, the newest 200."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._count = 0

    def put(self, kind: str, data: bytes, mime: str, now_s: float) -> str:
        """Keep a file and return its media_id."""
        self._count += 1
        media_id = f"media_{self._count:06d}_{kind}"
        self._files[media_id] = StoredFile(kind=kind, data=data, mime=mime, ends_at=now_s + _KEPT_S)
        if len(self._files) > _MOST:
            self._files.popitem(last=False)
        return media_id

    def get(self, media_id: object, now_s: float) -> StoredFile | None:
        """Return a file, or None when it is not there or too old."""
        file = self._files.get(media_id) if isinstance(media_id, str) else None
        return file if file is not None and now_s < file.ends_at else None


def upload_fault(kind: str, data: bytes) -> int:
    """Return the error code with which the platform refuses an upload, or 0."""
    if kind not in _LIMITS:
        return 40004
    if not data:
        return 44001
    if len(data) > _LIMITS[kind]:
        return 45001
    looks_right = data[4:8] == b"ftyp" if kind == "video" else data.startswith(_BEGINNINGS[kind])
    return 0 if looks_right else 40005
