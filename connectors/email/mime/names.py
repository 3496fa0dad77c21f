"""File names from mails, made safe to show and to store; names for files that have none.

A sender may write a path, a hidden direction mark that turns `gpj.exe` around, or a kilobyte of dots. What leaves here
has none of these and at most 255 bytes. This module does not judge what the file is.
"""

from __future__ import annotations

import mimetypes
import re
import unicodedata

_MAX_BYTES = 255
_MAX_ENDING = 20
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\uffff]")
# The tables of the machine differ from one to the next; these do not.
_TYPES = mimetypes.MimeTypes(filenames=())
_ENDINGS = {
    "text/plain": ".txt", "text/html": ".html", "image/jpeg": ".jpg", "image/jpg": ".jpg", "message/rfc822": ".eml",
    "text/calendar": ".ics", "application/ics": ".ics", "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/ms-tnef": ".dat",
    "application/rtf": ".rtf", "text/rtf": ".rtf", "image/webp": ".webp", "audio/amr": ".amr", "audio/ogg": ".ogg",
    "text/x-vcard": ".vcf", "text/vcard": ".vcf", "text/richtext": ".rtx", "application/x-pkcs7-signature": ".p7s",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}  # fmt: skip
_STEMS = {
    "text/calendar": "calendar", "application/ics": "calendar", "text/vcard": "contact", "text/x-vcard": "contact",
    "text": "document", "image": "image", "audio": "audio", "video": "video", "message": "message",
}  # fmt: skip


def safe_name(name: str) -> str:
    """Return the name without path, control and direction characters and outer dots; empty when nothing is left."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    bare = " ".join(_NOT_IN_NAMES.sub("", last).split()).strip(" .")
    return _shortened(bare.encode("utf-8", "ignore").decode())


def default_name(mime: str) -> str:
    """Return a name for a file of this type that has none."""
    ending = _ENDINGS.get(mime) or _TYPES.guess_extension(mime) or ""
    stem = _STEMS.get(mime) or _STEMS.get(mime.partition("/")[0], "file")
    return stem + (ending if ending != ".bin" else "")


def name_from_title(title: str, ending: str) -> str:
    """Return a file name made of a title (the subject of an attached mail), or nothing for an empty one."""
    stem = safe_name(re.sub(r"[/\\]", "_", title))
    return safe_name(f"{stem}{ending}") if stem else ""


def _shortened(name: str) -> str:
    if len(name.encode()) <= _MAX_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not (stem and len(ending.encode()) <= _MAX_ENDING):
        stem, dot, ending = name, "", ""
    room = _MAX_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + ending
