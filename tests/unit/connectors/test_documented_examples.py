"""The examples of the integrators' guide work as they stand, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import connectors
from connectors._signing import Signer
from connectors.api import wire
from hub.errors import Unauthenticated
from hub.model.ids import ChannelId
from hub.model.timestamps import from_seconds
from hub.testing.channel_ground import an_outbound

DOCS = Path(connectors.__file__).parents[1] / "docs"
NOW_S = 1_795_334_400
PAGES = ("integrators.md", "zh-CN/integrators.md")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def example(page: str, index: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr("time.time", lambda: float(NOW_S))
    names: dict[str, Any] = {"__name__": "example"}
    exec(blocks(page, "python")[index], names)  # noqa: S102  # the guide's own code is what is tested
    return names


@pytest.mark.parametrize("page", PAGES)
def test_what_the_sender_signs_is_taken(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = example(page, 0, monkeypatch)
    headers = sender["signed_headers"](sender["SECRET"], "app-1", b"{}")
    Signer(sender["SECRET"]).verify(headers, b"{}", from_seconds(NOW_S))
    with pytest.raises(Unauthenticated):
        Signer(sender["SECRET"]).verify(headers, b"{ }", from_seconds(NOW_S))


@pytest.mark.parametrize("page", PAGES)
def test_the_receiver_takes_what_we_sign_and_nothing_else(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = example(page, 1, monkeypatch)
    secret, is_genuine = receiver["SECRET"], receiver["is_genuine"]
    body = wire.format_message(an_outbound())
    headers = Signer(secret).sign("m-0001", body, from_seconds(NOW_S))
    assert is_genuine(secret, headers, body)
    assert not is_genuine(secret, headers, body + b" ")
    assert not is_genuine(secret, {}, body)
    old = Signer(secret).sign("m-0001", body, from_seconds(NOW_S - 301))
    assert not is_genuine(secret, old, body)


@pytest.mark.parametrize("page", PAGES)
def test_the_bodies_are_the_real_ones(page: str) -> None:
    pushed, sent = blocks(page, "json")
    inbound = wire.parse(pushed.encode(), ChannelId("ch-1"))
    assert (inbound.event_id, len(inbound.files)) == ("app-20261122-0001", 1)
    real = json.loads(wire.format_message(an_outbound()))
    documented = json.loads(sent)
    assert (set(documented), set(documented["data"])) == (set(real), set(real["data"]))
    assert set(documented["data"]["content"]) == set(real["data"]["content"])
    assert set(documented["data"]["author"]) == set(real["data"]["author"])


@pytest.mark.parametrize("page", PAGES)
def test_the_body_of_the_curl_example_is_taken(page: str) -> None:
    [body] = [found for block in blocks(page, "sh") for found in re.findall(r"^BODY='(.*)'$", block, re.MULTILINE)]
    assert wire.parse(body.encode(), ChannelId("ch-1")).event_id == "app-1"
