"""Pages: the front end under a strict policy, and only what belongs to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.api.pages import CONSOLE_POLICY
from tests.unit.api.world import World


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built front end."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "widget").mkdir()
    (tmp_path / "index.html").write_text("<title>console</title>")
    (tmp_path / "demo.html").write_text('<script src="/widget.js" data-channel="__CHANNEL_ID__"></script>')
    (tmp_path / "widget.js").write_text("// loader")
    (tmp_path / "help.html").write_text("<title>help</title>")
    (tmp_path / "widget/frame.html").write_text("<title>frame</title>")
    (tmp_path / "assets/index-abc.js").write_text("// app")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return tmp_path


@pytest.mark.usefixtures("built")
async def test_the_console_answers_its_own_addresses(world: World) -> None:
    for path in ("/", "/wall", "/sessions/abc"):
        response = await world.send("GET", path)
        assert response.status == 200
        assert "console" in await response.text()
        assert response.headers["Content-Security-Policy"] == f"{CONSOLE_POLICY}; frame-ancestors 'none'"
        assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.usefixtures("built")
async def test_the_help_page_answers_for_each_article_to_everybody(world: World) -> None:
    for path in ("/help", "/help/01a203a1fc9b2b7dfe089b30181eea00"):
        response = await world.send("GET", path)
        assert (response.status, await response.text()) == (200, "<title>help</title>")
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("built")
async def test_assets_are_kept_for_ever_and_nothing_else_is_served(world: World) -> None:
    response = await world.send("GET", "/assets/index-abc.js")
    assert response.status == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert (await world.send("GET", "/favicon.svg")).status == 200
    for path in (
        "/assets/missing.js", "/assets/..%2f..%2fsecret.txt", "/assets/%2e%2e/secret.txt", "/assets/%00", "/secret.txt",
        "/.env", "/index.html/x.js", "/socket.iox", "/api", "/channels",
    ):  # fmt: skip
        assert (await world.send("GET", path)).status == 404, path
    assert (await world.send("POST", "/", {})).status == 404


@pytest.mark.usefixtures("built")
async def test_the_frame_may_stand_where_the_channel_allows(world: World) -> None:
    shop = await world.add_channel("webchat", allowed_origins=["https://shop.cn"])
    anywhere = await world.add_channel("webchat")
    response = await world.send("GET", f"/widget/frame?channel={shop.id}")
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://shop.cn")
    response = await world.send("GET", f"/widget/frame?channel={anywhere.id}")
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert (await world.send("GET", "/widget/frame?channel=nothing")).status == 404


@pytest.mark.usefixtures("built")
async def test_the_demo_shop_names_its_channel(world: World) -> None:
    channel = await world.add_channel("webchat")
    response = await world.send("GET", "/demo")
    assert f'data-channel="{channel.id}"' in await response.text()
    assert (await world.send("GET", "/widget.js")).status == 200


async def test_without_a_front_end_the_pages_say_how_to_build_it(world: World) -> None:
    response = await world.send("GET", "/")
    assert response.status == 503
    assert "make front-end" in await response.text()


async def test_the_documentation_is_readable_without_a_script(world: World) -> None:
    response = await world.send("GET", "/api/docs")
    text = await response.text()
    assert response.status == 200
    assert "/api/v1/sessions/{id}/messages" in text
    assert "<script" not in text
    assert "style-src 'unsafe-inline'" in response.headers["Content-Security-Policy"]
