"""What a pretend person can do on each device, as the page sends it. Shapes only."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=5000)]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]
PictureType = Literal["image/png", "image/jpeg", "image/gif"]
MediaType = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}$")]


class Follow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act", tag="follow"):
    """Follow the account, perhaps by a QR code with a scene."""

    scene: ShortText = ""


class Unfollow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act", tag="unfollow"):
    """Follow it no more."""


class Say(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act", tag="say"):
    """Write a text."""

    text: Text


class Tap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act", tag="tap"):
    """Tap an entry of a menu message."""

    entry_id: ShortText


class SendPicture(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act", tag="picture"
):
    """Send a picture; its bytes are base64 in JSON."""

    mime: PictureType
    data: bytes


class SendLocation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act", tag="location"
):
    """Send a place."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    label: ShortText = ""


WechatAct = Follow | Unfollow | Say | Tap | SendPicture | SendLocation


class WriteSms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send a text message."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1600)]


class Enclosed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a mail; its bytes are base64 in JSON."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    mime: MediaType = "application/octet-stream"
    data: bytes


class WriteMail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send a mail; `answers` is the number of the mail in the inbox that it answers."""

    subject: ShortText = ""
    text: Annotated[str, msgspec.Meta(max_length=50_000)] = ""
    answers: int | None = None
    files: Annotated[tuple[Enclosed, ...], msgspec.Meta(max_length=5)] = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an act: the status of the hub's answer, 0 when there was none in time."""

    ok: bool
    status: int
