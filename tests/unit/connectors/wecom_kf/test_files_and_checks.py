"""Files of customers, and what an administrator hears who presses "test"."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import pytest

from hub.ports.abilities import CheckResult
from hub.ports.channel import FetchedFile, FileDelayed, FileRefused
from tests.providers.wecom_kf import AES_KEY, OPEN_KFID, SECRET, TOKEN
from tests.unit.connectors.wecom_kf.ground import Account, an_account


def told(results: Sequence[CheckResult]) -> dict[str, bool]:
    assert all(result.said["en"] and result.said["zh-CN"] for result in results)
    assert not any(secret in str(results) for secret in (SECRET, TOKEN, AES_KEY))
    return {result.name: result.is_ok for result in results}


def a_file(account: Account, media_id: str = "M1") -> FetchedFile:
    account.provider.media["M1"] = (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg", "a.jpg")
    return FetchedFile(url=f"media:{media_id}")


async def test_a_customers_file_is_fetched_by_its_media_id() -> None:
    async with an_account() as account:
        found = await account.connector.fetch(a_file(account))
        assert (found.data, found.mime) == (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg")
        account.provider.ends_token()
        assert (await account.connector.fetch(a_file(account))).data == found.data
        assert account.provider.calls["gettoken"] == 2


async def test_a_customers_own_json_file_is_a_file() -> None:
    async with an_account() as account:
        account.provider.media["M2"] = (b'{"name": "x"}', "application/json", "x.json")
        assert (await account.connector.fetch(FetchedFile(url="media:M2"))).data == b'{"name": "x"}'


async def test_a_file_that_is_gone_is_refused_and_trouble_means_later() -> None:
    async with an_account() as account:
        with pytest.raises(FileRefused):
            await account.connector.fetch(a_file(account, "M9"))
        for answer in (b'{"errcode":-1}', b'{"errcode":45009}', 500):
            account.provider.planned["media_get"] = deque([answer])
            with pytest.raises(FileDelayed):
                await account.connector.fetch(a_file(account))
        account.provider.planned["media_get"] = deque([b'{"errcode":42001}'] * 2)
        with pytest.raises(FileDelayed):
            await account.connector.fetch(a_file(account))
        await account.provider.behave("is_gone")
        with pytest.raises(FileDelayed):
            await account.connector.fetch(a_file(account))


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "file:///etc/passwd", "", "MEDIA:M1"])
async def test_only_media_ids_are_fetched(url: str) -> None:
    async with an_account() as account:
        with pytest.raises(FileRefused):
            await account.connector.fetch(FetchedFile(url=url))
        assert account.provider.calls.total() == 0


async def test_a_media_id_stays_a_parameter() -> None:
    async with an_account() as account:
        with pytest.raises(FileRefused):
            await account.connector.fetch(FetchedFile(url="media:M1&access_token=x#/../kf"))
        assert account.provider.calls["media_get"] == 1


async def test_right_settings_are_green() -> None:
    async with an_account() as account:
        account.provider.accounts = [*(f"wk{number}" for number in range(150)), OPEN_KFID]
        results = await account.connector.check()
        assert told(results) == {"callback": True, "token": True, "account": True}
        assert OPEN_KFID[-4:] in results[-1].said["zh-CN"]


@pytest.mark.parametrize(
    ("setting", "value", "wanted", "word"),
    [
        ("secret", "wrong", {"callback": True, "token": False}, "secret is wrong"),
        ("corp_id", "wwWrong", {"callback": True, "token": False}, "corp_id is wrong"),
        ("open_kfid", "wkWrong", {"callback": True, "token": True, "account": False}, OPEN_KFID),
        ("aes_key", "short", {"callback": False, "token": True, "account": True}, "there"),
        ("open_kfid", None, {"settings": False}, "open_kfid"),
        ("api_base", "http://127.0.0.1:1", {"callback": True, "token": False}, "api_base"),
        ("api_base", "not an address", {"callback": True, "token": False}, "api_base"),
    ],
)
async def test_a_wrong_setting_is_named(setting: str, value: object, wanted: dict[str, bool], word: str) -> None:
    async with an_account(**{setting: value}) as account:
        results = await account.connector.check()
        assert told(results) == wanted
        assert word in results[-1].said["en"]


async def test_an_application_without_accounts_is_told_what_to_do() -> None:
    async with an_account() as account:
        account.provider.accounts = []
        results = await account.connector.check()
        assert "no customer service account" in results[-1].said["en"]
        account.provider.planned["account_list"] = deque([b'{"errcode":0,"account_list":{"a":1}}'])
        assert told(await account.connector.check())["account"] is False
