"""Who a WeChat user is beyond the openid: the unionid, by which one person is known to all accounts of a company.

The platform gives no name any more, and the unionid only where the account is bound to an open platform account.
"""

from __future__ import annotations

from connectors._http import Fetcher
from connectors._wechat.api import TOKEN_CODES, Api, Fault, Unreadable, read_fields
from hub.model.customer import Identity
from hub.ports.channel import FileDelayed, FileRefused, SendDelayed, Sender, SendRefused

_USER = "/cgi-bin/user/info"
_BUSY = -1


class People:
    """Asks the platform about users of one account."""

    def __init__(self, api: Api, fetcher: Fetcher) -> None:
        """Ask nothing yet."""
        self._api = api
        self._fetcher = fetcher

    async def profile(self, openid: str) -> Sender | None:
        """Return the user with the unionid, or None where the platform tells none or does not let us ask.

        Raises:
            FileDelayed: it cannot be had now.
        """
        try:
            unionid = await self._unionid(openid)
            if unionid is None:
                # The token that failed has been dropped: once more, with a fresh one.
                unionid = await self._unionid(openid) or ""
        except (Fault, Unreadable, FileRefused, SendRefused):
            return None
        if not unionid:
            return None
        known = (
            Identity(kind="wechat_openid", value=openid, verified=True),
            Identity(kind="wechat_unionid", value=unionid, verified=True),
        )
        return Sender(address=openid, identities=known)

    async def _unionid(self, openid: str) -> str | None:
        """Return the unionid, empty where there is none; None when the token was not taken."""
        try:
            address, token = await self._api.address(_USER, {"openid": openid, "lang": "zh_CN"})
        except SendDelayed as error:
            raise FileDelayed(str(error)) from error
        try:
            unionid = read_fields((await self._fetcher.fetch(address)).data).get("unionid")
            return unionid if isinstance(unionid, str) else ""
        except Fault as fault:
            if fault.code in TOKEN_CODES:
                await self._api.failed(token)
                return None
            if fault.code == _BUSY:
                raise FileDelayed("WeChat is busy.") from fault
            raise
