"""What pushes become: every kind, every event, every document of the collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from connectors._wechat.xml import read_document
from connectors.wechat.events import parse_event
from connectors.wechat.wire import parse_message
from hub.errors import InvalidInput
from hub.model.content import (
    Card,
    Content,
    Image,
    Link,
    Location,
    MenuReply,
    Text,
    Unsupported,
    Video,
    Voice,
    type_name,
)
from hub.model.session import ReplyWindow
from hub.model.timestamps import Timestamp
from hub.ports.channel import FetchedFile, Inbound
from tests.mail.fixtures import files

AT = 1_700_000_000
WRITTEN = Timestamp("2023-11-14T22:13:20.000Z")


def read(fields: Mapping[str, object]) -> Inbound:
    whole = {"FromUserName": "o-1", "CreateTime": str(AT), "MsgId": "24000000000000017", **fields}
    texts = {name: str(value) for name, value in whole.items() if value is not None}
    return parse_event(texts) if texts["MsgType"] == "event" else parse_message(texts)


def test_every_document_of_the_collection_becomes_something() -> None:
    outcomes: Counter[str] = Counter()
    for path in files("wechat/push_xml", ".xml"):
        fields = read_document(path.read_bytes())
        inbound = parse_event(fields) if fields["MsgType"] == "event" else parse_message(fields)
        outcomes[type_name(inbound.content) if inbound.content else inbound.kind] += 1
        assert inbound.kind in ("message", "lifecycle", "status")
        assert inbound.sender is not None
        assert 0 < len(inbound.event_id) <= 200
    print("\npush_xml:", dict(outcomes))  # noqa: T201 - the table that the bar asks for
    assert sum(outcomes.values()) >= 45
    assert outcomes["unsupported"] <= 1


@pytest.mark.parametrize(
    ("fields", "content", "wanted"),
    [
        ({"MsgType": "text", "Content": " 你好\n"}, Text(text=" 你好\n"), ()),
        (
            {"MsgType": "text", "Content": "退货", "bizmsgmenuid": "2|/return_goods"},
            MenuReply(text="退货", option_id="2", payload="/return_goods"),
            (),
        ),
        (
            {"MsgType": "text", "Content": "满意", "bizmsgmenuid": "101"},
            MenuReply(text="满意", option_id="101", payload="101"),
            (),
        ),
        (
            {"MsgType": "image", "PicUrl": "http://mmbiz.qpic.cn/a/0?x=1&y=2", "MediaId": "a/b_-"},
            Image(),
            (
                FetchedFile(
                    url="media:a%2Fb_-?or=http%3A%2F%2Fmmbiz.qpic.cn%2Fa%2F0%3Fx%3D1%26y%3D2",
                    name="image-24000000000000017.jpg",
                    mime="image/jpeg",
                ),
            ),
        ),
        (
            {"MsgType": "image", "PicUrl": "https://mmbiz.qpic.cn/a"},
            Image(),
            (FetchedFile(url="https://mmbiz.qpic.cn/a", name="image-24000000000000017.jpg", mime="image/jpeg"),),
        ),
        (
            {"MsgType": "voice", "MediaId": "m1", "Format": "amr", "Recognition": "你好"},
            Voice(text="你好"),
            (FetchedFile(url="media:m1", name="voice-24000000000000017.amr", mime="audio/amr"),),
        ),
        (
            {"MsgType": "shortvideo", "MediaId": "m1", "ThumbMediaId": "m2"},
            Video(),
            (FetchedFile(url="media:m1", name="video-24000000000000017.mp4", mime="video/mp4"),),
        ),
        (
            {"MsgType": "location", "Location_X": "23.134521", "Location_Y": "113.358803", "Label": "广州"},
            Location(text="广州", latitude=23.134521, longitude=113.358803),
            (),
        ),
        (
            {"MsgType": "link", "Title": "标题", "Description": "说明", "Url": "https://a.cn/x"},
            Link(text="说明", title="标题", url="https://a.cn/x"),
            (),
        ),
        (
            {"MsgType": "link", "Title": "t", "Description": "d", "Url": "javascript:alert(1)"},
            Link(text="d\njavascript:alert(1)", title="t", url=""),
            (),
        ),
        (
            {"MsgType": "miniprogrampage", "Title": "商品", "AppId": "wx9", "PagePath": "/pages/i?id=1"},
            Card(title="商品", url="miniprogram://wx9/pages/i?id=1"),
            (),
        ),
    ],
)
def test_each_kind(fields: Mapping[str, object], content: Content, wanted: tuple[FetchedFile, ...]) -> None:
    inbound = read(fields)
    assert (inbound.kind, inbound.content, inbound.files) == ("message", content, wanted)
    assert inbound.occurred_at == WRITTEN
    assert inbound.event_id == "24000000000000017"


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "hologram", "Depth": "3"},
        {"MsgType": "image"},
        {"MsgType": "image", "PicUrl": "file:///etc/passwd"},
        {"MsgType": "voice"},
        {"MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
        {"MsgType": "location", "Location_X": "91", "Location_Y": "1"},
        {"MsgType": "location"},
        {"MsgType": ""},
    ],
)
def test_what_cannot_be_shown_is_kept(fields: Mapping[str, object]) -> None:
    content = read(fields).content
    assert isinstance(content, Unsupported)
    assert content.payload["kind"]
    assert "24000000000000017" in content.payload["content"]


@pytest.mark.parametrize(
    ("fields", "window"),
    [
        ({"MsgType": "text", "Content": "a"}, (48 * 3600, 5)),
        ({"MsgType": "text", "Content": "a", "bizmsgmenuid": "1"}, (60, 3)),
        ({"MsgType": "event", "Event": "subscribe"}, (60, 3)),
        ({"MsgType": "event", "Event": "SCAN", "EventKey": "7"}, (60, 3)),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "K"}, (60, 3)),
        ({"MsgType": "event", "Event": "click", "EventKey": "K"}, (60, 3)),
        ({"MsgType": "event", "Event": "user_enter_tempsession", "SessionFrom": "x"}, (60, 2)),
        ({"MsgType": "event", "Event": "unsubscribe"}, (0, 0)),
        ({"MsgType": "event", "Event": "VIEW", "EventKey": "https://a.cn"}, None),
        ({"MsgType": "event", "Event": "LOCATION", "Latitude": "1", "Longitude": "2"}, None),
    ],
)
def test_windows(fields: Mapping[str, object], window: tuple[int, int] | None) -> None:
    inbound = read(fields)
    wanted = None
    if window is not None:
        ends = {0: WRITTEN, 60: "2023-11-14T22:14:20.000Z", 48 * 3600: "2023-11-16T22:13:20.000Z"}[window[0]]
        wanted = ReplyWindow(ends_at=Timestamp(ends), left=window[1])
    assert inbound.window == wanted


@pytest.mark.parametrize(
    ("status", "state", "trouble"),
    [
        ("success", "delivered", None),
        ("failed:user block", "failed", "blocked"),
        ("failed: system failed", "failed", "refused"),
        ("failed:system failed", "failed", "refused"),
    ],
)
def test_a_report_on_a_template_message(status: str, state: str, trouble: str | None) -> None:
    inbound = read({"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": "2001", "Status": status})
    assert (inbound.kind, inbound.status_of, inbound.status, inbound.trouble) == ("status", "2001", state, trouble)


def test_events_are_told_apart_and_repeats_are_not() -> None:
    event: dict[str, object] = {"MsgType": "event", "Event": "CLICK", "EventKey": "A", "MsgId": None}
    same = [read(event).event_id for _ in range(2)] + [read({**event, "Event": "click"}).event_id]
    assert len(set(same)) == 1
    others: list[dict[str, object]] = [
        {"EventKey": "B"},
        {"Event": "VIEW"},
        {"CreateTime": AT + 1},
        {"FromUserName": "o-2"},
    ]
    assert len({read({**event, **other}).event_id for other in others} | set(same)) == 5
    long = {read({**event, "EventKey": "https://a.cn/" + "x" * 2000 + ending}).event_id for ending in "ab"}
    assert len(long) == 2
    assert max(map(len, long)) <= 200


def test_a_message_without_an_id_is_known_by_what_it_says() -> None:
    message: dict[str, object] = {"MsgType": "text", "MsgId": None}
    first, repeat, other = (read({**message, "Content": text}).event_id for text in "aab")
    assert first == repeat != other


def test_a_proved_unionid_is_an_identity() -> None:
    sender = read({"MsgType": "text", "Content": "a", "UnionId": "u-9"}).sender
    assert sender is not None
    assert [(each.key, each.verified) for each in sender.identities] == [
        ("wechat_openid:o-1", True),
        ("wechat_unionid:u-9", True),
    ]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"FromUserName": ""}, "FromUserName"),
        ({"FromUserName": "o" * 201}, "FromUserName"),
        ({"CreateTime": ""}, "CreateTime"),
        ({"CreateTime": "soon"}, "CreateTime"),
        ({"CreateTime": "9" * 30}, "CreateTime"),
        ({"Content": "a" * 10_001}, "Content"),
        ({"MsgType": "event", "Event": ""}, "Event"),
    ],
)
def test_a_wrong_field_is_named(fields: Mapping[str, object], named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read({"MsgType": "text", "Content": "a", **fields})
    assert [fault.field for fault in caught.value.faults] == [named]


def test_a_text_of_nothing_opens_nothing() -> None:
    assert read({"MsgType": "text", "Content": ""}).kind == "ignored"
