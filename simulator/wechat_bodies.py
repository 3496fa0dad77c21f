"""What the pretend platform takes in custom/send: the shape of each kind, at least as strict as the real one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.wechat_phone import Entry

_TEXT_BYTES = 2048
_OFFICIAL = frozenset(
    {"text", "image", "voice", "video", "music", "news", "mpnews", "mpnewsarticle", "msgmenu", "wxcard"}
    | {"miniprogrampage"}
)
_MINI_PROGRAM = frozenset({"text", "image", "link", "miniprogrampage"})
_REQUIRED: Mapping[str, frozenset[str]] = {
    "text": frozenset({"content"}),
    "image": frozenset({"media_id"}),
    "voice": frozenset({"media_id"}),
    "video": frozenset({"media_id", "thumb_media_id", "title", "description"}),
    "music": frozenset({"title", "description", "musicurl", "hqmusicurl", "thumb_media_id"}),
    "news": frozenset({"articles"}),
    "mpnews": frozenset({"media_id"}),
    "mpnewsarticle": frozenset({"article_id"}),
    "msgmenu": frozenset({"head_content", "list", "tail_content"}),
    "wxcard": frozenset({"card_id"}),
    "miniprogrampage": frozenset({"title", "appid", "pagepath", "thumb_media_id"}),
    "link": frozenset({"title", "description", "url", "thumb_url"}),
}
_ARTICLE = frozenset({"title", "description", "url", "picurl"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a body asks to be shown; `media` are the files that must be there."""

    kind: str
    text: str = ""
    url: str = ""
    media: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


class BodyRefused(Exception):
    """The body is not one that the platform takes: its error code, and what is wrong."""

    def __init__(self, code: int, said: str) -> None:
        """Keep both."""
        super().__init__(said)
        self.code = code
        self.said = said


def read_body(body: object, *, is_mini_program: bool) -> tuple[str, Wanted]:
    """Return to whom a body goes and what it shows.

    Raises:
        BodyRefused: a field is missing, unknown, of a wrong type or too long.
    """
    if not isinstance(body, dict):
        raise BodyRefused(47001, "data format error")
    kind = body.get("msgtype")
    if not isinstance(kind, str) or kind not in (_MINI_PROGRAM if is_mini_program else _OFFICIAL):
        raise BodyRefused(40008, "invalid message type")
    unknown = set(body) - {"touser", "msgtype", kind, "customservice"}
    inner = body.get(kind)
    if unknown or not isinstance(inner, dict) or set(inner) != _REQUIRED[kind]:
        raise BodyRefused(47001, f"data format error: fields of {kind}")
    service = body.get("customservice", {"kf_account": "x"})
    if not isinstance(service, dict) or set(service) != {"kf_account"}:
        raise BodyRefused(47001, "data format error: customservice")
    openid = body.get("touser")
    if not isinstance(openid, str):
        raise BodyRefused(40003, "invalid openid")
    return openid, _READERS.get(kind, _other)(kind, inner)


def _text(kind: str, inner: Mapping[str, object]) -> Wanted:
    content = _need_text(inner, "content")
    if not content:
        raise BodyRefused(44004, "empty content")
    if len(content.encode()) > _TEXT_BYTES:
        raise BodyRefused(45002, "content size out of limit")
    return Wanted(kind=kind, text=content)


def _news(kind: str, inner: Mapping[str, object]) -> Wanted:
    articles = inner["articles"]
    if not isinstance(articles, list) or not articles:
        raise BodyRefused(47001, "data format error: articles")
    if len(articles) > 1:
        raise BodyRefused(45008, "article size out of limit")
    article = articles[0]
    if not isinstance(article, dict) or set(article) != _ARTICLE:
        raise BodyRefused(47001, "data format error: fields of an article")
    return Wanted(kind=kind, text=_titled(article), url=_need_text(article, "url"))


def _menu(kind: str, inner: Mapping[str, object]) -> Wanted:
    entries = inner["list"]
    if not isinstance(entries, list) or not entries:
        raise BodyRefused(47001, "data format error: list")
    shown = []
    for each in entries:
        if not isinstance(each, dict) or set(each) != {"id", "content"}:
            raise BodyRefused(47001, "data format error: fields of an entry")
        shown.append(Entry(id=_need_text(each, "id"), content=_need_text(each, "content")))
    texts = (_need_text(inner, "head_content"), _need_text(inner, "tail_content"))
    return Wanted(kind=kind, text="\n".join(filter(None, texts)), entries=tuple(shown))


def _link(kind: str, inner: Mapping[str, object]) -> Wanted:
    return Wanted(kind=kind, text=_titled(inner), url=_need_text(inner, "url"))


def _other(kind: str, inner: Mapping[str, object]) -> Wanted:
    media = tuple(_need_text(inner, name) for name in ("media_id", "thumb_media_id") if name in inner)
    url = "/".join(_need_text(inner, name) for name in ("appid", "pagepath") if name in inner)
    return Wanted(kind=kind, text=_titled(inner), url=url, media=media)


_READERS: Mapping[str, Callable[[str, Mapping[str, object]], Wanted]] = {
    "text": _text,
    "news": _news,
    "msgmenu": _menu,
    "link": _link,
}


def _titled(inner: Mapping[str, object]) -> str:
    return "\n".join(filter(None, (_need_text(inner, name) for name in ("title", "description") if name in inner)))


def _need_text(inner: Mapping[str, object], name: str) -> str:
    value = inner.get(name)
    if not isinstance(value, str):
        raise BodyRefused(47001, f"data format error: {name}")
    return value
