"""The bodies of custom/send: the shapes of the collection, and every kind of content."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from connectors._wechat.menus import entry_id, tapped
from connectors.wechat.outgoing import Step, Upload, plan
from hub.model.content import (
    Card,
    Content,
    File,
    Image,
    Link,
    Location,
    Menu,
    MenuOption,
    MenuReply,
    System,
    Text,
    Video,
    Voice,
)
from simulator.wechat_bodies import read_body
from tests.mail.fixtures import folder
from tests.unit.connectors.wechat.ground import a_file

JPEG = a_file("a.jpg", "image/jpeg")
MP4 = a_file("v.mp4", "video/mp4")
AMR = a_file("v.amr", "audio/amr")
PDF = a_file("订单.pdf", "application/pdf")
OPTIONS = (MenuOption(id="1", label="退货", payload="/return"), MenuOption(id="2", label="人工", payload="2"))


def bodies(content: Content, *, is_mini_program: bool = False) -> list[dict[str, object]]:
    made = []
    for step in plan(content, is_mini_program=is_mini_program):
        body = step.body("o-1", dict.fromkeys(step.uploads, "MEDIA"), "")
        # Whatever we make, the strict platform takes it.
        read_body(json.loads(json.dumps(body)), is_mini_program=is_mini_program)
        made.append({name: value for name, value in body.items() if name != "touser"})
    return made


def shape(value: object) -> object:
    return {name: shape(inner) for name, inner in value.items()} if isinstance(value, Mapping) else type(value).__name__


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("oa_TextReply", Text(text="sfsfdsdf")),
        ("oa_ImageReply", Image(attachments=(JPEG,))),
        ("oa_VideoReply", Video(attachments=(MP4,))),
    ],
)
def test_bodies_have_the_shapes_of_the_collection(name: str, content: Content) -> None:
    wanted = json.loads((folder("wechat") / "custom_send_bodies.json").read_text("utf-8"))[name]
    [step] = plan(content, is_mini_program=False)
    assert shape(step.body("OPENID", dict.fromkeys(step.uploads, "MEDIA_ID"), "")) == shape(wanted)


def test_the_platforms_stand_in_takes_every_body_of_the_collection() -> None:
    for body in json.loads((folder("wechat") / "custom_send_bodies.json").read_text("utf-8")).values():
        openid, wanted = read_body(body, is_mini_program=False)
        assert (openid, wanted.kind) == ("OPENID", body["msgtype"])


def test_texts_and_what_goes_out_as_text() -> None:
    assert bodies(Text(text="你好")) == [{"msgtype": "text", "text": {"content": "你好"}}]
    assert bodies(System(text="再见")) == [{"msgtype": "text", "text": {"content": "再见"}}]
    assert bodies(MenuReply(text="退货", option_id="1", payload="1"))[0]["text"] == {"content": "退货"}
    place = Location(text="广州塔", latitude=23.1065, longitude=113.3245)
    assert bodies(place)[0]["text"] == {"content": "广州塔\n23.106500,113.324500"}
    assert bodies(Card(title="订单", text="已发货"))[0]["text"] == {"content": "订单\n已发货"}
    link = "订单.pdf\nhttps://hub.example/files/订单.pdf?sig=1"
    assert bodies(File(text="请查收", attachments=(PDF,)))[1]["text"] == {"content": link}


def test_nothing_is_no_step() -> None:
    assert plan(Text(text=""), is_mini_program=False) == ()


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (JPEG, "image"),
        (a_file("a.png", "image/png; x=y"), "image"),
        (a_file("big.png", "image/png", 10 * 1024 * 1024), "image"),
        (a_file("too-big.png", "image/png", 10 * 1024 * 1024 + 1), "text"),
        (a_file("a.svg", "image/svg+xml"), "text"),
        (a_file("a.webp", "image/webp"), "text"),
        (AMR, "voice"),
        (a_file("long.mp3", "audio/mpeg", 2 * 1024 * 1024 + 1), "text"),
        (a_file("v.webm", "video/webm"), "text"),
        (MP4, "video"),
        (PDF, "text"),
    ],
)
def test_a_file_goes_out_as_what_the_platform_takes(file: object, kind: str) -> None:
    assert [body["msgtype"] for body in bodies(File(attachments=(file,)))] == [kind]  # type: ignore[arg-type] # parametrized


def test_a_mini_program_takes_pictures_only() -> None:
    files = (JPEG, MP4, AMR)
    assert [body["msgtype"] for body in bodies(File(attachments=files), is_mini_program=True)] == [
        "image",
        "text",
        "text",
    ]


def test_a_caption_comes_before_its_picture_and_a_video_has_a_cover() -> None:
    text, picture = plan(Image(text="看图", attachments=(JPEG,)), is_mini_program=False)
    assert (text.msgtype, picture) == ("text", Step(msgtype="image", fields={}, uploads=picture.uploads))
    assert picture.uploads == {"media_id": Upload(kind="image", file=JPEG)}
    [video] = plan(Video(attachments=(MP4,)), is_mini_program=False)
    assert video.uploads["thumb_media_id"] == Upload(kind="thumb")
    assert [body["msgtype"] for body in bodies(Voice(attachments=(AMR,)))] == ["voice"]


def test_links_and_cards_are_articles() -> None:
    link = Link(title="标题", text="说明", url="https://a.cn/x")
    article = {"title": "标题", "description": "说明", "url": "https://a.cn/x", "picurl": ""}
    assert bodies(link) == [{"msgtype": "news", "news": {"articles": [article]}}]
    told = {"title": "标题", "description": "说明", "url": "https://a.cn/x", "thumb_url": ""}
    assert bodies(link, is_mini_program=True) == [{"msgtype": "link", "link": told}]
    card = Card(title="商品", url="https://a.cn/p", image_url="https://a.cn/p.jpg")
    assert bodies(card)[0]["news"] == {
        "articles": [{"title": "商品", "description": "", "url": "https://a.cn/p", "picurl": "https://a.cn/p.jpg"}]
    }
    untitled = bodies(Link(url="https://a.cn/x"))[0]["news"]
    assert untitled == {"articles": [{**article, "title": "https://a.cn/x", "description": ""}]}


def test_a_card_of_a_mini_program_opens_it() -> None:
    card = Card(title="商品", url="miniprogram://wx9/pages/i?id=1")
    for is_mini_program in (False, True):
        [body] = bodies(card, is_mini_program=is_mini_program)
        page = {"title": "商品", "appid": "wx9", "pagepath": "pages/i?id=1", "thumb_media_id": "MEDIA"}
        assert body == {"msgtype": "miniprogrampage", "miniprogrampage": page}


def test_menus() -> None:
    menu = Menu(text="请选择", options=OPTIONS)
    entries = [{"id": "1|/return", "content": "退货"}, {"id": "2", "content": "人工"}]
    shown = {"head_content": "请选择", "list": entries, "tail_content": ""}
    assert bodies(menu) == [{"msgtype": "msgmenu", "msgmenu": shown}]
    assert bodies(menu, is_mini_program=True)[0]["text"] == {"content": "请选择\n1. 退货\n2. 人工"}
    long = bodies(Menu(text="请选择。" * 400, options=OPTIONS))
    assert [body["msgtype"] for body in long] == ["text", "text", "msgmenu"]


@pytest.mark.parametrize(
    ("option", "back"),
    [
        (MenuOption(id="1", label="x", payload="/buy"), ("1", "/buy")),
        (MenuOption(id="1", label="x", payload="1"), ("1", "1")),
        (MenuOption(id="1", label="x", payload=""), ("1", "1")),
        (MenuOption(id="1", label="x", payload="a|b"), ("1", "a|b")),
        (MenuOption(id="a|b", label="x", payload="p"), ("a_b", "p")),
        (MenuOption(id="a|b", label="x", payload="a|b"), ("a_b", "a|b")),
        (MenuOption(id="1", label="x", payload="长" * 50), ("1", "1")),
    ],
)
def test_a_tap_brings_back_id_and_payload(option: MenuOption, back: tuple[str, str]) -> None:
    made = entry_id(option, 128)
    assert len(made.encode()) <= 128
    reply = tapped(made, "x")
    assert (reply.option_id, reply.payload, reply.text) == (*back, "x")


def test_an_agents_account_is_named_where_it_is_set() -> None:
    [step] = plan(Text(text="a"), is_mini_program=False)
    assert step.body("o-1", {}, "kf1@shop")["customservice"] == {"kf_account": "kf1@shop"}
