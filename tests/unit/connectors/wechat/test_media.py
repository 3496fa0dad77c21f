"""Customers' files: by media_id, by the address beside it, and in all the shapes in which the platform answers."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest

from hub.ports.abilities import FetchesFiles
from hub.ports.channel import FetchedFile, FileDelayed, FileRefused
from tests.providers.wechat import STABLE_TOKEN
from tests.unit.connectors.wechat.ground import OFFICIAL, World, a_connector, settings_of, world

JPEG = b"\xff\xd8\xff\xe0 a picture"
GET = "/cgi-bin/media/get"


def stored(ground: World, kind: str, data: bytes, mime: str) -> str:
    return ground.provider.platform.store_media(kind, data, mime)


async def test_a_file_is_fetched_by_its_media_id() -> None:
    async with world() as ground:
        assert isinstance(ground.connector, FetchesFiles)
        media_id = stored(ground, "image", JPEG, "image/jpeg")
        fetched = await ground.connector.fetch(FetchedFile(url=f"media:{media_id}"))
        assert (fetched.data, fetched.mime) == (JPEG, "image/jpeg")


async def test_a_video_is_fetched_from_the_address_in_the_answer() -> None:
    async with world() as ground:
        media_id = stored(ground, "video", b"\x00\x00\x00\x18ftypmp42", "video/mp4")
        fetched = await ground.connector.fetch(FetchedFile(url=f"media:{media_id}"))
        assert (fetched.data, fetched.mime) == (b"\x00\x00\x00\x18ftypmp42", "video/mp4")


async def test_an_error_with_status_200_is_an_error() -> None:
    async with world() as ground:
        with pytest.raises(FileRefused, match="40007"):
            await ground.connector.fetch(FetchedFile(url="media:gone"))
        ground.provider.answers(GET, b'{"errcode":-1}')
        with pytest.raises(FileDelayed):
            await ground.connector.fetch(FetchedFile(url="media:gone"))
        ground.provider.answers(GET, b'{"errcode":40164}')
        with pytest.raises(FileDelayed):
            await ground.connector.fetch(FetchedFile(url="media:gone"))


async def test_the_address_beside_it_is_tried_when_it_is_gone() -> None:
    async with world() as ground:
        spare = ground.provider.platform.media_url(stored(ground, "image", JPEG, "image/jpeg"))
        fetched = await ground.connector.fetch(FetchedFile(url=f"media:gone?or={quote(spare, safe='')}"))
        assert fetched.data == JPEG


@pytest.mark.parametrize(
    "answer", [b"{", b"{}", b'{"video_url":7}', b'{"video_url":""}', b'{"errcode":"40007"}', b'{"video_url":null}']
)
async def test_an_answer_of_wrong_types_means_later(answer: bytes) -> None:
    async with world() as ground:
        ground.provider.answers(GET, answer)
        with pytest.raises(FileDelayed):
            await ground.connector.fetch(FetchedFile(url="media:m"))


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/secret", "http://10.0.0.1/x", "file:///etc/passwd", "gopher://a/", "http://[::1]/"]
)
async def test_no_private_address_of_an_answer_or_message_is_opened(address: str) -> None:
    async with world() as ground:
        ground.provider.answers(GET, f'{{"video_url":"{address}"}}'.encode())
        with pytest.raises(FileRefused):
            await ground.connector.fetch(FetchedFile(url="media:m"))
        with pytest.raises(FileRefused):
            await ground.connector.fetch(FetchedFile(url=address))
        with pytest.raises(FileRefused):
            await ground.connector.fetch(FetchedFile(url=f"media:gone?or={quote(address, safe='')}"))


async def test_a_media_id_cannot_lead_elsewhere() -> None:
    async with world() as ground:
        with pytest.raises(FileRefused):
            await ground.connector.fetch(FetchedFile(url=f"media:{quote('x&access_token=y#/../', safe='')}"))
        assert ground.provider.calls[GET] == 1


async def test_a_token_that_ended_is_replaced_once_for_many_files() -> None:
    async with world() as ground:
        media_id = stored(ground, "image", JPEG, "image/jpeg")
        await ground.connector.fetch(FetchedFile(url=f"media:{media_id}"))
        ground.provider.platform.tokens(OFFICIAL.app_id).expire()
        files = [ground.connector.fetch(FetchedFile(url=f"media:{media_id}")) for _ in range(8)]
        assert {each.data for each in await asyncio.gather(*files)} == {JPEG}
        assert ground.provider.calls[STABLE_TOKEN] == 2


async def test_a_token_that_is_not_to_be_had_means_later() -> None:
    connector = a_connector({**settings_of(OFFICIAL), "app_secret": ""})
    with pytest.raises(FileDelayed, match="app_secret"):
        await connector.fetch(FetchedFile(url="media:m"))


async def test_a_picture_that_looks_like_json_is_a_picture() -> None:
    async with world() as ground:
        media_id = stored(ground, "image", b'{"errcode":40007}', "image/png")
        fetched = await ground.connector.fetch(FetchedFile(url=f"media:{media_id}"))
        assert fetched.data == b'{"errcode":40007}'
