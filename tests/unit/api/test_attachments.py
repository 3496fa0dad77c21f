"""Files: typed by their bytes, named safely, given out by signature only."""

from __future__ import annotations

import io
import struct

import pytest
from aiohttp import FormData
from hypothesis import given
from hypothesis import strategies as st

from hub.services.attachments import DOWNLOAD, kind_of, safe_name
from tests.unit.api.world import World

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 3, 2) + b"\x08\x02\x00\x00\x00"
GIF = b"GIF89a" + struct.pack("<HH", 7, 5) + b"\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 10 + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 9, 11) + b"\x03"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\x0f\x00\x00" + b"\x07\x00\x00"
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("data", "claimed", "expected"),
    [
        (PNG, "text/html", ("image/png", 3, 2)),
        (GIF, "", ("image/gif", 7, 5)),
        (JPEG, "image/png", ("image/jpeg", 11, 9)),
        (WEBP, "image/webp", ("image/webp", 16, 8)),
        (HTML, "image/png", (DOWNLOAD, None, None)),
        (HTML, "text/html", (DOWNLOAD, None, None)),
        (HTML, "application/pdf", (DOWNLOAD, None, None)),
        (b"<svg onload=alert(1)>", "image/svg+xml", (DOWNLOAD, None, None)),
        (b"alert(1)", "text/javascript", (DOWNLOAD, None, None)),
        (b"%PDF-1.7", "application/pdf; name=x", ("application/pdf", None, None)),
        (b"hello", "text/plain; charset=utf-8", ("text/plain", None, None)),
        (b"hello", "not a type\r\nX: y", (DOWNLOAD, None, None)),
        (PNG[:16], "image/png", (DOWNLOAD, None, None)),
        (PNG[:16] + struct.pack(">II", 65_535, 65_535) + PNG[24:], "image/png", (DOWNLOAD, None, None)),
    ],
)
def test_the_bytes_decide_the_type(data: bytes, claimed: str, expected: tuple[str, int | None, int | None]) -> None:
    assert kind_of(data, claimed) == expected


@given(st.sampled_from([b"", PNG[:8], GIF[:6], b"\xff\xd8\xff", b"RIFF1234WEBP", b"RIFF1234WEBPVP8L"]), st.binary())
def test_no_bytes_make_the_measuring_fail(start: bytes, rest: bytes) -> None:
    mime, width, _ = kind_of(start + rest, "image/png")
    assert mime.startswith("image/") == (width is not None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\照片.png", "照片.png"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie x.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("..", "file"),
        ("", "file"),
        ("\x00", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_safe(name: str, expected: str) -> None:
    assert safe_name(name) == expected


@given(st.text())
def test_every_name_becomes_a_plain_file_name(name: str) -> None:
    safe = safe_name(name)
    assert safe == safe_name(safe)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\\r\n\0"')


async def _upload(world: World, form: FormData, who: str = "agent") -> tuple[int, dict[str, object]]:
    headers = {"Authorization": f"Bearer {world.tokens[who]}"}
    response = await world.client.post("/api/v1/attachments", data=form, headers=headers)
    return response.status, await response.json()


def _form(data: bytes, name: str = "a.png", mime: str = "image/png", field: str = "file") -> FormData:
    form = FormData()
    form.add_field(field, io.BytesIO(data), filename=name, content_type=mime)
    return form


async def test_a_picture_comes_back_as_a_picture(staffed: World) -> None:
    status, file = await _upload(staffed, _form(PNG, "../猫.png"))
    assert status == 201
    assert (file["name"], file["mime"], file["size"]) == ("猫.png", "image/png", len(PNG))
    assert (file["width"], file["height"]) == (3, 2)
    response = await staffed.client.get(str(file["url"]))
    assert await response.read() == PNG
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_html_that_says_it_is_a_picture_is_a_download(staffed: World) -> None:
    _, file = await _upload(staffed, _form(HTML))
    assert file["mime"] == DOWNLOAD
    response = await staffed.client.get(str(file["url"]))
    assert response.headers["Content-Type"] == DOWNLOAD
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_addresses_are_signed_and_run_out(staffed: World) -> None:
    _, file = await _upload(staffed, _form(PNG))
    url = str(file["url"])
    path = f"/api/v1/attachments/{file['id']}"
    assert (await staffed.send("GET", path)).status == 422
    assert (await staffed.send("GET", url[:-1] + ("0" if url[-1] != "0" else "1"))).status == 404
    assert (await staffed.send("GET", url.replace("expires=", "expires=9"))).status == 404
    assert (await staffed.send("GET", url.replace(str(file["id"]), "f" * 32))).status == 404
    await staffed.clock.advance(2 * 3600 + 1)
    assert (await staffed.send("GET", url)).status == 404


async def test_visitors_upload_too_and_own_what_they_bring(staffed: World) -> None:
    staffed.add_visitor(await staffed.add_channel("webchat"))
    status, file = await _upload(staffed, _form(PNG), "visitor")
    assert status == 201
    found = await staffed.services.attachments.find([file["id"]], "visitor/d1")  # type: ignore[list-item]  # from JSON
    assert found[0].size == len(PNG)


async def test_a_file_of_somebody_else_is_not_to_be_had(staffed: World) -> None:
    await staffed.services.presences.set(staffed.services.directory.agents()[0].id, "online")
    _, file = await _upload(staffed, _form(PNG), "supervisor")
    channel = await staffed.add_channel()
    taken = await staffed.receive(channel, "e1")
    body = {"client_id": "1", "attachment_ids": [file["id"]]}
    await staffed.call("POST", f"/sessions/{taken['session_id']}/take", {}, as_="agent")
    path = f"/sessions/{taken['session_id']}/messages"
    status, problem = await staffed.call("POST", path, body, as_="agent")
    assert status == 422
    assert problem["errors"][0]["field"] == "attachment_ids[0]"


async def test_wrong_forms_are_refused(staffed: World) -> None:
    assert (await _upload(staffed, _form(b"")))[0] == 422
    assert (await _upload(staffed, _form(PNG, field="other")))[0] == 422
    two = _form(PNG)
    two.add_field("file", PNG, filename="b.png")
    assert (await _upload(staffed, two))[0] == 422
    assert (await _upload(staffed, _form(b"x" * (20 * 1024 * 1024 + 1))))[0] == 413
    assert (await staffed.call("POST", "/attachments", {"file": "x"}, as_="agent"))[0] == 415
    broken = await staffed.call(
        "POST", "/attachments", b"--x\r\nnonsense", as_="agent", Content_Type="multipart/form-data; boundary=x"
    )
    assert broken[0] in (400, 422), staffed.log
    missing = await staffed.call("POST", "/attachments", b"", as_="agent", Content_Type="multipart/form-data")
    assert missing[0] in (400, 422)


async def test_the_same_upload_under_one_key_is_kept_once(staffed: World) -> None:
    headers = {"Authorization": f"Bearer {staffed.tokens['agent']}", "Idempotency-Key": "k"}
    answers = [
        await (await staffed.client.post("/api/v1/attachments", data=_form(PNG), headers=headers)).json()
        for _ in range(2)
    ]
    assert answers[0]["id"] == answers[1]["id"]
