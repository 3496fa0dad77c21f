"""The puller: every message once, whatever dies, whoever else pulls, and however the pages are cut."""

from __future__ import annotations

import json
from collections import deque

import pytest

from connectors.wecom_kf.connector import WecomKfConnector
from connectors.wecom_kf.wire import Wake, read_wake
from hub.errors import Unavailable
from hub.model.customer import Identity
from hub.model.ids import ChannelId
from hub.model.timestamps import shift
from hub.model.workspace import Channel
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START
from tests.providers.wecom_kf import OPEN_KFID, SECRET
from tests.unit.connectors.wecom_kf.ground import USER, Kept, MemoryIntake, an_account


async def test_a_thousand_messages_over_many_pages_with_empty_ones_come_once_and_in_order() -> None:
    async with an_account() as account:
        provider = account.provider
        provider.page_size, provider.empty_pages = 37, 1
        wanted = [provider.says(f"{USER}{n % 50}", "text", content=f"第{n}条")["text"]["content"] for n in range(1000)]
        account.intake.wake(json.dumps({"token": provider.pull_token(), "open_kfid": OPEN_KFID}))
        async with account.receives() as intake:
            await intake.rests()
            while intake.waits[-1] != 60.0 or len(intake.kept.texts) < 1000:
                intake.wake(json.dumps({"token": provider.pull_token(), "open_kfid": OPEN_KFID}))
                await intake.rests()
        assert intake.kept.texts == wanted
        assert intake.kept.repeats == 0
        assert provider.faults == []
        assert len(provider.pulls) > 2 * 1000 / 37


async def test_a_callback_wakes_and_its_token_is_used_for_ten_minutes() -> None:
    async with an_account() as account, account.receives() as intake:
        await intake.rests()
        token = account.provider.pull_token()
        account.provider.says(USER, "text", content="你好")
        intake.wake(json.dumps({"token": token, "open_kfid": OPEN_KFID}))
        await intake.rests()
        assert intake.kept.texts == ["你好"]
        assert account.provider.pulls[-1]["token"] == token
        for _ in range(12):
            await account.clock.advance(60)
            await intake.rests()
        assert "token" not in account.provider.pulls[-1]
        assert intake.is_working


async def test_without_a_callback_it_looks_every_minute() -> None:
    async with an_account() as account, account.receives() as intake:
        await intake.rests()
        account.provider.says(USER, "text", content="回调丢了")
        await account.clock.advance(60)
        await intake.rests()
        assert intake.kept.texts == ["回调丢了"]


async def test_a_callback_of_another_account_brings_no_token() -> None:
    async with an_account() as account, account.receives() as intake:
        await intake.rests()
        intake.wake(json.dumps({"token": "ENCother", "open_kfid": "wkOther"}))
        await intake.rests()
        intake.wake("not json")
        await intake.rests()
        assert all("token" not in pull for pull in account.provider.pulls)


async def test_killed_between_the_page_and_its_cursor_the_same_ids_come_again() -> None:
    async with an_account() as account:
        account.provider.page_size = 10
        for number in range(25):
            account.provider.says(USER, "text", content=str(number))
        account.intake.dies_after = 4
        async with account.receives() as intake:
            await account.clock.advance(0)
            while intake.dies_after is not None or intake.kept.cursor is None:
                await account.clock.advance(1)
            await intake.rests()
        assert intake.kept.texts == [str(number) for number in range(25)]
        assert intake.kept.repeats == 4
        assert intake.said == []


async def test_the_cursor_is_kept_only_with_its_messages() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="甲")
        account.intake.dies_after = 0
        async with account.receives() as intake:
            while intake.dies_after is not None:
                await account.clock.advance(0)
            assert (intake.kept.cursor, intake.kept.texts) == (None, [])
            await account.clock.advance(1)
            await intake.rests()
        assert intake.kept == Kept(inbounds=intake.kept.inbounds, cursor="4gw7MepFLfgF2VC5n000001", version=1)
        assert intake.kept.texts == ["甲"]


async def test_two_pullers_lose_nothing_and_keep_nothing_twice() -> None:
    async with an_account() as account:
        account.provider.page_size = 7
        for number in range(100):
            account.provider.says(USER, "text", content=str(number))
        kept, wake = Kept(), json.dumps({"token": account.provider.pull_token()})
        first, second = MemoryIntake(account.clock, kept), MemoryIntake(account.clock, kept)
        other = account.another()
        for intake in (first, second):
            intake.wake(wake)
        async with account.receives(first), account.receives(second, other):
            while len(kept.texts) < 100:
                await account.clock.advance(1)
        assert sorted(kept.texts, key=int) == [str(number) for number in range(100)]


async def test_a_restart_goes_on_where_the_cursor_stands() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="之前")
        async with account.receives() as intake:
            await intake.rests()
        account.provider.says(USER, "text", content="之后")
        again, connector = MemoryIntake(account.clock, account.intake.kept), account.another()
        async with account.receives(again, connector):
            await again.rests()
        assert again.kept.texts == ["之前", "之后"]
        assert again.kept.repeats == 0


async def test_what_is_older_than_the_channel_is_left_alone() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="昨天")["send_time"] -= 86_400
        account.provider.says(USER, "text", content="同一秒")
        async with account.receives(connector=account.another(shift(START, 0.5))) as intake:
            await intake.rests()
        assert [one.kind for one in intake.kept.inbounds.values()] == ["ignored", "message"]
        assert intake.kept.texts == ["同一秒"]


async def test_too_many_pulls_wait_a_minute_and_a_token_ends_the_wait() -> None:
    async with an_account() as account:
        account.provider.page_size = 1
        for number in range(15):
            account.provider.says(USER, "text", content=str(number))
        async with account.receives() as intake:
            await intake.rests()
            assert len(intake.kept.texts) == 10
            assert intake.waits == [60.0]
            assert intake.said == []
            intake.wake(json.dumps({"token": account.provider.pull_token(), "open_kfid": OPEN_KFID}))
            while len(intake.kept.texts) < 15:
                await intake.rests()
        assert intake.kept.texts == [str(number) for number in range(15)]


async def test_a_token_that_ended_is_fetched_once_and_the_pull_repeated() -> None:
    async with an_account() as account, account.receives() as intake:
        await intake.rests()
        account.provider.ends_token()
        account.provider.says(USER, "text", content="你好")
        await account.clock.advance(60)
        await intake.rests()
        assert intake.kept.texts == ["你好"]
        assert account.provider.calls["gettoken"] == 2
        assert intake.said == []


async def test_a_wrong_secret_is_told_in_plain_words_and_never_shown() -> None:
    async with an_account(secret="another-secret-000") as account, account.receives() as intake:
        await intake.has_failed()
        assert "secret is wrong" in intake.said[0]["en"]
        assert "Secret" in intake.said[0]["zh-CN"]
        assert not any(secret in str(intake.said) for secret in (SECRET, "another-secret-000"))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>busy</html>",
        b"[]",
        b"null",
        b'{"errcode":"zero"}',
        b'{"errcode":0,"msg_list":{},"next_cursor":"x","has_more":0}',
        b'{"errcode":0,"msg_list":[],"next_cursor":7,"has_more":0}',
        b'{"errcode":0,"msg_list":[],"next_cursor":"x","has_more":"often"}',
        b"[" * 100_000,
        500,
        302,
        429,
    ],
)
async def test_a_page_that_cannot_be_read_is_told_and_asked_for_again(answer: bytes | int) -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="你好")
        account.provider.planned["sync_msg"] = deque([answer, answer])
        async with account.receives() as intake:
            await intake.has_failed()
            assert intake.kept.cursor is None
            assert all(words["en"] and words["zh-CN"] for words in intake.said)
            await account.clock.advance(1)
            await intake.has_failed()
            await account.clock.advance(2)
            await intake.rests()
        assert intake.kept.texts == ["你好"]
        assert intake.is_working


async def test_after_a_page_that_cannot_be_read_smaller_ones_are_asked_for() -> None:
    async with an_account() as account:
        for number in range(5):
            account.provider.says(USER, "text", content=str(number))
        account.provider.planned["sync_msg"] = deque([b"{"] * 5)
        async with account.receives() as intake:
            for gap in (1, 2, 4, 8, 16):
                await intake.has_failed()
                await account.clock.advance(gap)
            await intake.rests()
        assert [pull["limit"] for pull in account.provider.pulls] == [1, 2, 4]
        assert intake.kept.texts == ["0", "1", "2", "3", "4"]


async def test_the_cursor_of_an_empty_page_is_kept() -> None:
    async with an_account() as account:
        account.provider.planned["sync_msg"] = deque([b'{"errcode":0,"next_cursor":"c7","has_more":0,"msg_list":[]}'])
        async with account.receives() as intake:
            await intake.rests()
        assert intake.kept.cursor == "c7"


async def test_pages_that_say_more_for_ever_do_not_spin() -> None:
    async with an_account() as account:
        page = b'{"errcode":0,"errmsg":"ok","next_cursor":"","has_more":1,"msg_list":[]}'
        account.provider.planned["sync_msg"] = deque([page] * 100)
        async with account.receives() as intake:
            await intake.has_failed()
            assert account.provider.calls["sync_msg"] < 20


async def test_a_broken_character_of_one_customer_does_not_stop_the_page() -> None:
    async with an_account() as account:
        item = (
            b'{"msgid":"m1","send_time":%d,"origin":3,"external_userid":"wm1","msgtype":"text","text":{"content":"%s"}}'
        )
        now = int(account.clock.seconds())
        items = b",".join((item % (now, b"a\\ud83d\\u0000b"), item.replace(b"m1", b"m2") % (now, b"ok \xff")))
        page = b'{"errcode":0,"next_cursor":"4gw7MepFLfgF2VC5n000000","has_more":0,"msg_list":[%s]}' % items
        account.provider.planned["sync_msg"] = deque([page])
        async with account.receives() as intake:
            await intake.rests()
        assert intake.kept.texts == ["a\ufffd\ufffdb", "ok \ufffd"]


async def test_a_customer_has_a_name_and_a_unionid_where_the_platform_tells_them() -> None:
    async with an_account() as account:
        account.provider.people[USER] = {"nickname": "张三", "avatar": "", "gender": 1, "unionid": "ozynqsulJFCZ2z1aYe"}
        for number in range(150):
            account.provider.says(USER if number == 3 else f"wm{number}", "text", content=str(number))
        async with account.receives() as intake:
            await intake.rests()
            account.provider.says(USER, "text", content="again")
            await account.clock.advance(60)
            await intake.rests()
        senders = [one.sender for one in intake.kept.inbounds.values() if one.sender and one.sender.address == USER]
        assert [sender.name for sender in senders] == ["张三", "张三"]
        assert Identity(kind="wechat_unionid", value="ozynqsulJFCZ2z1aYe", verified=True) in senders[0].identities
        assert account.provider.calls["batchget"] == 2
        assert account.provider.faults == []


async def test_messages_come_without_names_when_those_cannot_be_had() -> None:
    async with an_account() as account:
        account.provider.planned["batchget"] = deque([b'{"errcode":48002}', 500])
        account.provider.says(USER, "text", content="你好")
        async with account.receives() as intake:
            await intake.rests()
            account.provider.says(USER, "text", content="还在吗")
            await account.clock.advance(60)
            await intake.rests()
        assert intake.kept.texts == ["你好", "还在吗"]
        assert account.provider.calls["batchget"] == 1


async def test_who_comes_in_is_welcomed_once_and_in_time() -> None:
    async with an_account(welcome="您好，请问有什么可以帮您？") as account:
        account.provider.enters("wmLate", "code-late")["send_time"] -= 60
        async with account.receives(connector=account.another(shift(START, -3600))) as intake:
            await intake.rests()
            account.provider.enters(USER, "code-1")
            intake.wake(json.dumps({"token": account.provider.pull_token(), "open_kfid": OPEN_KFID}))
            await intake.rests()
            await account.clock.advance(60)
            await intake.rests()
        [welcome] = account.provider.welcomed
        assert (welcome["code"], welcome["text"]) == ("code-1", {"content": "您好，请问有什么可以帮您？"})
        assert account.provider.calls["send_msg_on_event"] == 1
        assert account.provider.faults == []


async def test_a_welcome_that_is_refused_stops_nothing() -> None:
    async with an_account(welcome="您好") as account:
        account.provider.planned["send_msg_on_event"] = deque([b'{"errcode":95015}', 500])
        account.provider.enters(USER, "code-1")
        account.provider.enters(USER, "code-2")
        account.provider.says(USER, "text", content="你好")
        async with account.receives() as intake:
            await intake.rests()
        assert intake.kept.texts == ["你好"]
        assert intake.said == []


async def test_an_account_without_settings_says_which() -> None:
    channel = Channel(id=ChannelId("ch-1"), kind="wecom_kf", name="x", created_at=START)
    async with an_account() as account:
        connector = WecomKfConnector(channel, {"corp_id": 7, "secret": None}, fake_tools(clock=account.clock))
        async with account.receives(connector=connector) as intake:
            await intake.rests()
        assert intake.said[0]["en"] == "These settings are missing: corp_id, secret, open_kfid."


async def test_trouble_of_our_own_is_not_told_as_the_providers() -> None:
    async with an_account() as account:
        account.provider.says(USER, "text", content="你好")

        class Gone(MemoryIntake):
            async def cursor(self) -> str | None:
                if self.kept.repeats == 0:
                    self.kept.repeats = 1
                    raise Unavailable("The store is gone.")
                return await super().cursor()

        async with account.receives(Gone(account.clock)) as intake:
            await account.clock.advance(1)
            await intake.rests()
        assert intake.said == []
        assert intake.kept.texts == ["你好"]


def test_a_wake_word_that_cannot_be_read_wakes_without_a_token() -> None:
    assert read_wake('{"token":"T","open_kfid":"wk1"}') == Wake(token="T", open_kfid="wk1")
    assert [read_wake(word) for word in ("", "[]", '{"token":7}', "{")] == [Wake()] * 4
