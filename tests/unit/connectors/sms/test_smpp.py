"""The SMPP connector against a strict carrier: parts, receipts, messages in, keep-alive, and lost connections."""

from __future__ import annotations

import asyncio
import struct
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from connectors.sms_smpp.connector import SmppConnector
from hub.errors import Unavailable
from hub.model.content import Attachment, Text, Unsupported
from hub.model.ids import AttachmentId, ChannelId
from hub.model.workspace import Channel
from hub.ports.abilities import Checks, Measures, Receives, Words
from hub.ports.channel import Inbound, Outbound, SendRefused, SendUnknown
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import FakeMemory, fake_tools
from hub.testing.environment import START, FakeClock
from tests.providers.smpp import PASSWORD, SYSTEM_ID, SmppServer, smpp_server
from tests.support.patience import PATIENCE_S

CHANNEL = Channel(id=ChannelId("ch-1"), kind="sms_smpp", name="SMS", created_at=START)
LONG = "您的订单已经发出。" * 20


class KeptIntake:
    """Takes as the hub does; `is_broken` is our own trouble."""

    def __init__(self) -> None:
        self.taken: list[Inbound] = []
        self.said: asyncio.Queue[Words | None] = asyncio.Queue(100)
        self.is_broken = False

    async def cursor(self) -> str | None:
        return None

    async def take(self, inbounds: Sequence[Inbound], *, cursor: str | None = None) -> None:
        if self.is_broken:
            raise Unavailable("The store is away.")
        self.taken += inbounds

    async def wait(self, seconds: float) -> Sequence[str]:
        return ()

    def works(self) -> None:
        self.said.put_nowait(None)

    def fails(self, said: Words) -> None:
        self.said.put_nowait(said)

    @property
    def texts(self) -> list[str]:
        return [one.content.text for one in self.taken if one.content is not None]


def made(
    provider: SmppServer, clock: FakeClock, memory: FakeMemory | None, other: Mapping[str, object]
) -> SmppConnector:
    settings = {"host": "127.0.0.1", "port": provider.port, "system_id": SYSTEM_ID, "password": PASSWORD}
    tools = fake_tools(clock=clock, memory=memory)
    return SmppConnector(CHANNEL, {**settings, "source_addr": "10690", **other}, tools, total_s=1.2)


@asynccontextmanager
async def world(
    settings: Mapping[str, object] | None = None, memory: FakeMemory | None = None
) -> AsyncIterator[tuple[SmppConnector, SmppServer, FakeClock]]:
    clock = FakeClock()
    async with smpp_server() as provider:
        connector = made(provider, clock, memory, settings or {})
        try:
            yield connector, provider, clock
        finally:
            await connector.close()


@asynccontextmanager
async def received(connector: SmppConnector) -> AsyncIterator[KeptIntake]:
    """Receive until the block ends; it begins when the connection is there."""
    intake = KeptIntake()
    receiving = asyncio.create_task(connector.receive(intake))
    try:
        async with asyncio.timeout(PATIENCE_S):
            assert await intake.said.get() is None
        yield intake
    finally:
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)


async def until(claim: Callable[[], bool]) -> None:
    """Let the sockets of this process come to rest."""
    for _ in range(5000):
        if claim():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came to that")


def to_customer(text: str = LONG, key: str = "m-1") -> Outbound:
    return replace(an_outbound(key, text), address="+8613800138000")


async def test_a_long_text_goes_out_in_parts_that_a_phone_joins() -> None:
    async with world() as (connector, provider, _):
        await connector.send(to_customer())
        await connector.send(to_customer("a€" * 100))
        assert [(each.address, each.text) for each in provider.heard] == [
            ("+8613800138000", LONG),
            ("+8613800138000", "a€" * 100),
        ]
        assert [len(part) for part in provider.parts] == [140, 140, 98, 159, 153]
        assert provider.faults == []
        assert provider.binds == ["transmitter"]


@pytest.mark.parametrize(
    ("charset", "text", "octets"),
    [
        ("gsm", "é@$", b"\x05\x00\x02"),
        ("gsm", "{", b"\x1b\x28"),
        ("latin1", "é@$", b"\xe9@$"),
        ("latin1", "Δ", b"\x03\x94"),
        ("latin1", "€", b"\x20\xac"),
        ("ucs2", "ab", b"\0a\0b"),
        ("odd", "é", b"\x05"),
    ],
)
async def test_the_default_alphabet_is_a_setting(charset: str, text: str, octets: bytes) -> None:
    async with world({"data_coding": charset}) as (connector, provider, _):
        provider.is_latin = charset == "latin1"
        await connector.send(to_customer(text))
        assert provider.parts == [octets]


async def test_a_later_part_that_is_throttled_is_tried_again() -> None:
    async with world() as (connector, provider, clock):
        provider.throttle = [2]
        sending = asyncio.ensure_future(connector.send(to_customer()))
        await until(lambda: clock.sleepers > 0 and provider.attempts == 2)
        await clock.advance(1)
        await sending
        assert [each.text for each in provider.heard] == [LONG]


async def test_a_message_of_which_a_part_is_out_stays_open() -> None:
    async with world() as (connector, provider, _):
        provider.throttle = list(range(2, 100))
        with pytest.raises(SendUnknown):
            await connector.send(to_customer())
        provider.throttle = []
        await connector.send(to_customer("好", "m-2"))
        assert [each.text for each in provider.heard] == ["好"]


async def test_an_idle_connection_that_was_lost_is_made_anew() -> None:
    async with world() as (connector, provider, _):
        await connector.send(to_customer("一"))
        await provider.behave("is_gone")
        await provider.behave("takes")
        await connector.send(to_customer("二"))
        assert [each.text for each in provider.heard] == ["一", "二"]


@pytest.mark.parametrize(("spelling", "first"), [("d", 0xA0), ("X", 0xA0), ("x", 0x10), ("010d", 0xABC)])
async def test_receipts_find_their_message_however_it_is_spelled(spelling: str, first: int) -> None:
    async with world() as (connector, provider, _):
        provider.first_id = first
        async with received(connector) as intake:
            sent = await connector.send(to_customer("好"))
            assert await provider.receipt(0, "DELIVRD", spelling=spelling) == 0
            [inbound] = intake.taken
            assert (inbound.kind, inbound.status, inbound.status_of) == ("status", "delivered", sent.provider_id)
        assert provider.binds == ["transceiver"]


async def test_the_spelling_is_learned_for_messages_of_other_processes() -> None:
    memory = FakeMemory()
    async with world(memory=memory) as (connector, provider, clock), received(connector) as intake:
        await connector.send(to_customer("好"))
        await provider.receipt(0, "DELIVRD")
        other = made(provider, clock, memory, {})
        foreign = await other.send(to_customer("好", "m-2"))
        await other.close()
        await provider.receipt(1, "DELIVRD")
        assert intake.taken[-1].status_of == foreign.provider_id


async def test_of_a_message_in_parts_the_last_one_speaks_unless_another_fails() -> None:
    async with world() as (connector, provider, _), received(connector) as intake:
        sent = await connector.send(to_customer())
        await provider.receipt(0, "DELIVRD")
        assert intake.taken[-1].kind == "ignored"
        await provider.receipt(1, "UNDELIV", code="042")
        failed = intake.taken[-1]
        assert (failed.status, failed.status_of, failed.trouble) == ("failed", sent.provider_id, "refused")
        assert failed.reason
        assert "042" in failed.reason
        await provider.receipt(2, "DELIVRD")
        assert (intake.taken[-1].status, intake.taken[-1].status_of) == ("delivered", sent.provider_id)


@pytest.mark.parametrize(
    ("stat", "wanted", "trouble"),
    [
        ("DELIVRD", "delivered", None),
        ("ACCEPTD", "sent", None),
        ("EXPIRED", "failed", "refused"),
        ("REJECTD", "failed", "filtered"),
        ("DELETED", "failed", "refused"),
        ("UNKNOWN", None, None),
        ("ODD", None, None),
    ],
)
async def test_states(stat: str, wanted: str | None, trouble: str | None) -> None:
    async with world() as (connector, provider, _), received(connector) as intake:
        await connector.send(to_customer("好"))
        await provider.receipt(0, stat)
        assert (intake.taken[-1].status, intake.taken[-1].trouble) == (wanted, trouble)


async def test_a_message_comes_in() -> None:
    async with world() as (connector, provider, _), received(connector) as intake:
        assert await provider.deliver("我的订单 👩🏽‍💻") == 0
        assert await provider.deliver("退订") == 0
        first, second = intake.taken
        assert first.content == Text(text="我的订单 👩🏽‍💻")
        assert first.sender is not None
        assert first.sender.address == "+8613800138000"
        assert first.sender.identities[0].key == "phone:+8613800138000"
        assert (second.consent, second.is_automatic) == ("opt_out", True)


@pytest.mark.parametrize("way", ["eight", "sixteen", "sar"])
async def test_parts_are_joined_in_any_order_and_by_every_way(way: str) -> None:
    text = "一" * 66 + "😜" + "二" * 10
    wide = text.encode("utf-16-be")
    # The cut goes through the middle of a character, as some phones do it.
    pieces = [wide[:134], wide[134:]]
    memory = FakeMemory()
    async with world(memory=memory) as (connector, provider, _), received(connector) as intake:
        for number in (2, 1):
            header = {
                "eight": bytes((5, 0, 3, 7, 2, number)),
                "sixteen": bytes((6, 8, 4, 1, 7, 2, number)),
                "sar": b"",
            }[way]
            fields = b""
            if way == "sar":
                fields = struct.pack("!HHH", 0x020C, 2, 263) + struct.pack("!HHB", 0x020E, 1, 2)
                fields += struct.pack("!HHB", 0x020F, 1, number)
            piece = pieces[number - 1].decode("utf-16-be", "surrogatepass")
            assert await provider.deliver(piece, header=header, fields=fields) == 0
        assert intake.texts == [text]
        assert memory.texts["parts"] == "[]"


async def test_parts_survive_the_end_of_a_process_and_what_never_comes_is_not_waited_for() -> None:
    memory = FakeMemory()
    async with world(memory=memory) as (connector, provider, clock):
        async with received(connector) as intake:
            await provider.deliver("前半", header=bytes((5, 0, 3, 7, 2, 1)))
            await provider.deliver("没有下文", header=bytes((5, 0, 3, 8, 2, 1)))
            assert intake.taken == []
        again = made(provider, clock, memory, {})
        async with received(again) as intake:
            await provider.deliver("后半", header=bytes((5, 0, 3, 7, 2, 2)))
            assert intake.texts == ["前半后半"]
            await clock.advance(601)
            await provider.deliver("你好")
            assert intake.texts == ["前半后半", "没有下文\n[…]", "你好"]
        await again.close()


async def test_what_could_not_be_kept_is_delivered_again_and_is_the_same_message() -> None:
    async with world() as (connector, provider, _), received(connector) as intake:
        intake.is_broken = True
        assert await provider.deliver("好") == 0x64
        intake.is_broken = False
        assert await provider.deliver("好") == 0
        assert await provider.deliver("好") == 0
        first, second = intake.taken
        assert first.event_id != second.event_id


async def test_a_repeat_of_what_was_not_answered_keeps_its_name() -> None:
    names: list[str] = []

    class Forgetful(KeptIntake):
        async def take(self, inbounds: Sequence[Inbound], *, cursor: str | None = None) -> None:
            names.extend(one.event_id for one in inbounds)
            if len(names) == 1:
                raise Unavailable("Nobody knows whether it was kept.")

    async with world() as (connector, provider, _):
        intake = Forgetful()
        receiving = asyncio.create_task(connector.receive(intake))
        await intake.said.get()
        assert await provider.deliver("好") == 0x64
        assert await provider.deliver("好") == 0
        assert await provider.deliver("好") == 0
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        assert names[0] == names[1] != names[2]


async def test_what_is_no_text_is_kept_to_be_seen() -> None:
    body = b"\0\x01\x018613800138000\0\0\x0110690\0\0\0\0\0\0\0\0\x04\0\x03\x01\x02\x03"
    async with world() as (connector, provider, _), received(connector) as intake:
        assert await provider.deliver_raw(body) == 0
        content = intake.taken[0].content
        assert isinstance(content, Unsupported)
        assert content.payload["bytes"] == "010203"


@pytest.mark.parametrize(
    "body", [b"", b"\0", b"no end", b"\0\x01\x01123\0\0\x01456\0\0\0\0\0\0\0\0\0\0\xff123", b"\xff" * 300]
)
async def test_broken_deliveries_are_refused_and_nothing_breaks(body: bytes) -> None:
    async with world() as (connector, provider, _), received(connector) as intake:
        assert await provider.deliver_raw(body) == 1
        assert await provider.deliver_raw(b"", command=0x0103) == 3
        assert await provider.deliver("好") == 0
        assert intake.texts == ["好"]


async def test_the_carrier_is_asked_whether_it_is_there() -> None:
    async with world() as (connector, provider, clock), received(connector):
        await clock.advance(30)
        await until(lambda: provider.enquiries > 0)
        assert await provider.deliver_raw(b"", command=0x15) == 0


async def test_a_lost_connection_is_made_anew_with_growing_gaps() -> None:
    async with world() as (connector, provider, clock), received(connector) as intake:
        await provider.behave("is_gone")
        for gap in (1, 2, 5):
            await until(lambda: clock.sleepers > 0)
            await clock.advance(gap)
            async with asyncio.timeout(PATIENCE_S):
                said = await intake.said.get()
            assert said is not None
            assert set(said) == {"en", "zh-CN"}
        await provider.behave("takes")
        await clock.advance(10)
        async with asyncio.timeout(PATIENCE_S):
            assert await intake.said.get() is None
        assert await provider.deliver("好") == 0


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"password": "wrong"}, "password"),
        ({"system_id": "nobody"}, "system_id"),
        ({"password": "longer than eight"}, "8 of password"),
        ({"password": "密码"}, "ASCII"),
        ({"host": ""}, "host"),
        ({"system_id": 7}, "system_id"),
        ({"password": None}, "password"),
    ],
)
async def test_a_wrong_login_is_a_setting(settings: Mapping[str, object], word: str) -> None:
    async with world(settings) as (connector, provider, _):
        with pytest.raises(SendRefused, match=word) as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "misconfigured"
        [result] = await connector.check()
        assert not result.is_ok
        assert provider.heard == []


@pytest.mark.parametrize("address", ["+86" + "1" * 25, "名字", "x" * 21])
async def test_an_address_that_smpp_cannot_write_is_refused(address: str) -> None:
    async with world() as (connector, *_):
        with pytest.raises(SendRefused) as refused:
            await connector.send(replace(to_customer(), address=address))
        assert refused.value.trouble == "address_invalid"


async def test_files_cannot_go_out() -> None:
    file = Attachment(id=AttachmentId("f"), name="a.png", mime="image/png", size=3, url="https://h/f")
    async with world() as (connector, *_):
        for content in (Text(text="x", attachments=(file,)), Text()):
            with pytest.raises(SendRefused):
                await connector.send(replace(to_customer(), content=content))


async def test_the_test_of_the_settings() -> None:
    async with world() as (connector, provider, _):
        assert [(one.name, one.is_ok) for one in await connector.check()] == [("host", True)]
        await provider.behave("is_gone")
        assert [(one.name, one.is_ok) for one in await connector.check()] == [("host", False)]


async def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as (connector, *_):
        monkeypatch.setitem(sys.modules, "aiosmpplib", None)
        with pytest.raises(SendRefused, match=r"huike\[smpp\]") as refused:
            await connector.send(to_customer())
        assert refused.value.trouble == "misconfigured"
        [result] = await connector.check()
        assert "huike[smpp]" in result.said["en"]
        intake = KeptIntake()
        receiving = asyncio.create_task(connector.receive(intake))
        async with asyncio.timeout(PATIENCE_S):
            said = await intake.said.get()
        assert said is not None
        assert "huike[smpp]" in said["zh-CN"]
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)


async def test_what_it_can_do_besides() -> None:
    async with world() as (connector, *_):
        for ability in (Measures, Checks, Receives):
            assert isinstance(connector, ability)
        assert connector.is_exclusive
        assert connector.measure("文" * 71).parts == ("文" * 67, "文" * 4)
