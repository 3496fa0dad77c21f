"""Each kind of item of a page becomes what a person can see, and nothing that the platform sends is lost."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from connectors.wecom_kf.events import Entry, key_of, msgid_of
from connectors.wecom_kf.items import NOBODY, Account, read_item
from connectors.wecom_kf.page import read_page
from hub.model.content import (
    Card,
    Content,
    File,
    Image,
    Link,
    Location,
    MenuReply,
    Text,
    Unsupported,
    Video,
    Voice,
)
from hub.model.ids import ChannelId
from hub.model.session import ReplyWindow
from hub.model.timestamps import Timestamp
from hub.ports.channel import FetchedFile, Inbound
from hub.testing.environment import START
from tests.unit.connectors.wecom_kf.ground import KEY, USER

NOW = Timestamp("2026-01-05T09:00:00.000Z")
SENT_S = 1_767_600_600  # 08:10:00 of that day
ACCOUNT = Account(channel_id=ChannelId("ch-1"), open_kfid="wkAAA", since=START)


def an_item(kind: str, matter: object, **more: object) -> dict[str, object]:
    item = {"msgid": "m1", "open_kfid": "wkAAA", "external_userid": USER, "send_time": SENT_S, "origin": 3}
    return {**item, "msgtype": kind, kind: matter, **more}


def read(item: object) -> Inbound:
    [inbound] = read_item(item, ACCOUNT, NOW)
    return inbound


def an_event(event_type: str, **matter: object) -> Inbound:
    event = {"event_type": event_type, "open_kfid": "wkAAA", **matter}
    return read({"msgid": "e1", "send_time": SENT_S, "origin": 4, "msgtype": "event", "event": event})


@pytest.mark.parametrize(
    ("kind", "matter", "content", "files"),
    [
        ("text", {"content": "hi 你好"}, Text(text="hi 你好"), ()),
        ("text", {"content": 12345}, Text(text="12345"), ()),
        ("text", {"content": "退款", "menu_id": "101"}, MenuReply(text="退款", option_id="101", payload="101"), ()),
        ("image", {"media_id": "I1"}, Image(), (FetchedFile(url="media:I1", name="image.jpg"),)),
        ("voice", {"media_id": "V1"}, Voice(), (FetchedFile(url="media:V1", name="voice.amr"),)),
        ("video", {"media_id": "W1"}, Video(), (FetchedFile(url="media:W1", name="video.mp4"),)),
        ("file", {"media_id": "F1"}, File(), (FetchedFile(url="media:F1"),)),
        (
            "location",
            {
                "latitude": 23.106021881103501,
                "longitude": 113.320503234863,
                "name": "广州国际媒体港",
                "address": "海珠区",
            },
            Location(latitude=23.106021881103501, longitude=113.320503234863, text="广州国际媒体港\n海珠区"),
            (),
        ),
        ("location", {"latitude": "23.1", "longitude": 113}, Location(latitude=23.1, longitude=113.0), ()),
        (
            "link",
            {"title": "标题", "desc": "描述", "url": "https://shop.example/1", "pic_url": "https://shop.example/1.png"},
            Link(url="https://shop.example/1", title="标题", text="描述"),
            (),
        ),
        ("business_card", {"userid": "zhangsan"}, Card(title="zhangsan"), ()),
        (
            "miniprogram",
            {"title": "商城", "appid": "wx1", "pagepath": "pages/a.html", "thumb_media_id": "T"},
            Card(title="商城", text="pages/a.html"),
            (),
        ),
    ],
)
def test_known_kinds(kind: str, matter: object, content: Content, files: tuple[FetchedFile, ...]) -> None:
    inbound = read(an_item(kind, matter))
    assert (inbound.kind, inbound.content, inbound.files) == ("message", content, files)
    assert inbound.event_id == "m1"
    assert inbound.occurred_at == "2026-01-05T08:10:00.000Z"
    assert inbound.sender is not None
    assert inbound.sender.address == USER
    assert inbound.window == ReplyWindow(ends_at=Timestamp("2026-01-07T08:10:00.000Z"), left=5)


@pytest.mark.parametrize(
    ("kind", "matter"),
    [
        ("msgmenu", {"head_content": "满意吗", "list": []}),
        ("merged_msg", {"title": "聊天记录", "item": [{"send_time": 1, "msgtype": "text"}]}),
        ("channels_shop_product", {"product_id": "1", "title": "鞋"}),
        ("channels_shop_order", {"order_id": "2"}),
        ("channels", {"sub_type": 1, "nickname": "视频号"}),
        ("note", {}),
        ("meeting", {"meeting_id": "9"}),
        ("schedule", {"schedule_id": "9"}),
        ("hologram", {"depth": 3}),
        ("image", {"media_id": ""}),
        ("image", None),
        ("text", {"content": ["a", "list"]}),
        ("text", "not an object"),
        ("location", {"latitude": 91, "longitude": 0}),
        ("location", {"latitude": float("nan"), "longitude": 0}),
        ("location", {"latitude": True, "longitude": 0}),
        ("link", {"title": "点我", "url": "javascript:alert(1)"}),
        ("link", {"url": "https://a.example", "desc": "长" * 10_001}),
    ],
)
def test_what_cannot_be_shown_is_kept_and_seen(kind: str, matter: object) -> None:
    inbound = read(an_item(kind, matter))
    assert inbound.kind == "message"
    assert isinstance(inbound.content, Unsupported)
    assert inbound.content.payload["kind"] == kind
    assert kind in inbound.content.payload["fields"]
    assert inbound.sender is not None
    assert inbound.sender.address == USER


@pytest.mark.parametrize(
    "item", [None, 7, "text", [], {}, {"msgtype": 3}, {"msgtype": "text", "external_userid": [USER]}]
)
def test_an_item_that_is_none_is_kept_under_nobodys_address(item: object) -> None:
    first, again = read(item), read(item)
    assert first == again
    assert first.kind == "message"
    assert isinstance(first.content, Unsupported)
    assert first.sender is not None
    assert first.sender.address == NOBODY
    assert not any(identity.verified for identity in first.sender.identities)
    assert first.window is None


@pytest.mark.parametrize("sent", [None, "", "soon", -1, 0, 10**30, [], 1e300])
def test_a_time_that_is_none_is_now(sent: object) -> None:
    inbound = read(an_item("text", {"content": "你好"}, send_time=sent))
    assert inbound.content == Text(text="你好")
    assert inbound.occurred_at == NOW


def test_items_of_before_and_of_other_accounts_are_left_alone() -> None:
    assert read(an_item("text", {"content": "旧"}, send_time=SENT_S - 3600)).kind == "ignored"
    assert read(an_item("text", {"content": "别家"}, open_kfid="wkBBB")).kind == "ignored"


def test_what_a_colleague_writes_in_the_app_is_no_message_of_the_customer() -> None:
    inbound = read(an_item("text", {"content": "我来处理"}, origin=5, servicer_userid="lisi"))
    assert (inbound.kind, inbound.content) == ("lifecycle", None)


@pytest.mark.parametrize(
    ("fail_type", "trouble"),
    [
        (0, "refused"),
        (1, "misconfigured"),
        (2, "misconfigured"),
        (4, "window_closed"),
        (5, "window_closed"),
        (6, "quota_used"),
        (7, "misconfigured"),
        (10, "blocked"),
        (99, "refused"),
        ("6", "quota_used"),
        (None, "refused"),
    ],
)
def test_a_failed_delivery_is_the_status_of_our_message(fail_type: object, trouble: str) -> None:
    for part in (0, 3):
        inbound = an_event("msg_send_fail", external_userid=USER, fail_msgid=msgid_of(KEY, part), fail_type=fail_type)
        assert (inbound.kind, inbound.status_of, inbound.status, inbound.trouble) == ("status", KEY, "failed", trouble)
        assert inbound.reason


@pytest.mark.parametrize(
    ("event_type", "matter"),
    [
        ("enter_session", {"external_userid": USER, "scene": "123", "scene_param": "abc"}),
        ("user_recall_msg", {"external_userid": USER, "recall_msgid": "m1"}),
        ("servicer_recall_msg", {"external_userid": USER, "recall_msgid": "m1", "servicer_userid": "lisi"}),
        ("session_status_change", {"external_userid": USER, "change_type": 3, "msg_code": "C"}),
        ("servicer_status_change", {"servicer_userid": "lisi", "status": 2}),
        ("reject_customer_msg_switch_change", {"servicer_userid": "lisi", "reject_switch": 1}),
        ("msg_send_fail", {"external_userid": USER, "fail_type": 1}),
        ("an_event_of_next_year", {"external_userid": USER}),
        ("", {}),
    ],
)
def test_other_events_are_lifecycle(event_type: str, matter: Mapping[str, object]) -> None:
    inbound = an_event(event_type, **matter)
    assert (inbound.kind, inbound.event_id, inbound.content) == ("lifecycle", "e1", None)
    assert (inbound.sender.address if inbound.sender else None) == matter.get("external_userid")


def test_an_event_without_fields_is_lifecycle() -> None:
    assert read({"msgid": "e1", "msgtype": "event", "event": [1]}).kind == "lifecycle"


def test_a_page_names_each_message_once_and_who_came_in() -> None:
    twice = an_item("text", {"content": "你好"})
    entry = {"event_type": "enter_session", "external_userid": USER, "welcome_code": "W1"}
    came = {"msgid": "e9", "send_time": SENT_S, "origin": 4, "msgtype": "event", "event": entry}
    page = read_page({"msg_list": [twice, came, twice], "next_cursor": "c2", "has_more": 1}, ACCOUNT, NOW)
    assert [one.event_id for one in page.inbounds] == ["m1", "e9"]
    assert page.entries == (Entry(code="W1", event_id="e9", at=Timestamp("2026-01-05T08:10:00.000Z")),)
    assert (page.cursor, page.has_more) == ("c2", True)
    empty = read_page({"next_cursor": "", "has_more": 0}, ACCOUNT, NOW)
    assert (empty.inbounds, empty.cursor, empty.has_more) == ((), None, False)


def test_our_message_ids_are_the_platforms_kind_and_lead_back() -> None:
    ids = [msgid_of(KEY, part) for part in range(120)]
    assert len(set(ids)) == 120
    assert all(len(one.encode()) <= 32 and one.replace("-", "").replace("_", "").isalnum() for one in ids)
    assert {key_of(one) for one in ids} == {KEY}
    odd = [msgid_of(key, part) for key in ("m-1", "ключ", "x" * 40, "") for part in (0, 1)]
    assert len(set(odd)) == 8
    assert all(0 < len(one.encode()) <= 32 for one in odd)
    assert key_of("foreign") == "foreign"
