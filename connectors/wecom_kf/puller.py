"""The one puller of an account: pages of `kf/sync_msg` from the kept cursor on, each made durable with its cursor.

A page whose cursor was not kept is pulled again, its messages under the same ids: nothing is lost, nothing doubles.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors._wechat.api import Fault, Unreadable
from connectors.wecom_kf import answers
from connectors.wecom_kf.items import Account
from connectors.wecom_kf.page import Page, UnreadablePage, read_page
from connectors.wecom_kf.people import People
from connectors.wecom_kf.platform import Platform
from connectors.wecom_kf.welcome import Welcome
from connectors.wecom_kf.wire import read_wake
from hub.errors import Unavailable, VersionConflict
from hub.ports.abilities import Intake, Words
from hub.ports.channel import SendDelayed, SendRefused
from hub.ports.channel_tools import ChannelTools

POLL_S = 60.0
"""A callback may be lost: so often we look by ourselves. Without a callback's token about 10 a minute are allowed."""
MAX_PAGE = 1000
_TOKEN_S = 570.0
"""The token of a callback is good for 10 minutes; half a minute of it is left to the clocks."""
_FIRST_GAP_S, _LONGEST_GAP_S = 1.0, 60.0
_MAX_STALLS = 10
"""So many pages in a row may say that there is more and bring neither messages nor a new cursor."""


class Puller:
    """Pulls for one account until cancelled."""

    def __init__(
        self, platform: Platform, account: Account, tools: ChannelTools, *, people: People, welcome: Welcome
    ) -> None:
        """Pull nothing yet."""
        self._platform = platform
        self._account = account
        self._clock = tools.clock
        self._people = people
        self._welcome = welcome
        self._token = ""
        self._token_ends = 0.0
        self._limit = MAX_PAGE

    async def receive(self, intake: Intake) -> None:
        """Pull when woken, and every minute; wait out troubles with growing gaps."""
        gap_s = _FIRST_GAP_S
        while True:
            trouble = await self._round(intake)
            if trouble is None:
                gap_s = _FIRST_GAP_S
                self._hear(await intake.wait(POLL_S))
            else:
                await self._clock.sleep(gap_s)
                gap_s = min(gap_s * 2, _LONGEST_GAP_S)
                self._hear(await intake.wait(0))

    async def _round(self, intake: Intake) -> Exception | None:
        """Pull all that there is; return what went wrong so that a gap is needed."""
        try:
            await self._pull_all(intake)
        except Fault as fault:
            if fault.code == answers.TOO_OFTEN:
                # The limit lasts a minute, as our wait does; a callback meanwhile brings a token that lifts it.
                return None
            if fault.code == answers.BAD_PULL_TOKEN:
                self._token = ""
            intake.fails(answers.words(fault))
            return fault
        except (Unreadable, UnreadablePage) as error:
            # Of a smaller page perhaps one can be read; messages before the one that cannot come through that way.
            self._limit = max(1, self._limit // 4)
            intake.fails(_unreadable(error))
            return error
        except (SendDelayed, SendRefused) as error:
            intake.fails(_unreachable(error))
            return error
        except (Unavailable, VersionConflict) as error:
            return error
        return None

    async def _pull_all(self, intake: Intake) -> None:
        cursor, stalls = await intake.cursor(), 0
        while True:
            page = await self._page(cursor)
            is_new = page.cursor is not None and page.cursor != cursor
            if page.inbounds or is_new:
                await intake.take(await self._people.named(page.inbounds), cursor=page.cursor)
            intake.works()
            self._limit = min(MAX_PAGE, self._limit * 2)
            await self._welcome.greet(page.entries)
            if not page.has_more:
                return
            stalls = 0 if is_new else stalls + 1
            if stalls > _MAX_STALLS:
                raise UnreadablePage("it says that there is more, and where it goes on stays the same")
            cursor = page.cursor or cursor

    async def _page(self, cursor: str | None) -> Page:
        now = self._clock.seconds()
        body: dict[str, object] = {
            "cursor": cursor or "",
            "limit": self._limit,
            "voice_format": 0,
            "open_kfid": self._account.open_kfid,
        }
        if self._token and now < self._token_ends:
            body["token"] = self._token
        return read_page(await self._platform.pull(body), self._account, self._clock.now())

    def _hear(self, words: Sequence[str]) -> None:
        for word in words:
            wake = read_wake(word)
            if wake.token and wake.open_kfid in ("", self._account.open_kfid):
                self._token, self._token_ends = wake.token, self._clock.seconds() + _TOKEN_S


def _unreadable(error: Exception) -> Words:
    return {
        "en": f"WeCom answered with messages that cannot be read: {error} They will be asked for again.",
        "zh-CN": "企业微信返回的消息无法读取，系统会继续重试。",
    }


def _unreachable(error: Exception) -> Words:
    return {
        "en": f"WeCom does not give messages: {error} Check the network and the api_base of the channel.",
        "zh-CN": "无法从企业微信拉取消息，请检查网络和渠道的接口地址（api_base）。",
    }
