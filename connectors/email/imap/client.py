"""The commands of IMAP that a reader of one folder needs, over one connection.

The folder is opened read-only (EXAMINE) and mails are fetched by PEEK: nothing that others see of it ever changes.
Use one client from one task.

Source: RFC 3501; RFC 2177 (IDLE), 2971 (ID), 4959 (SASL-IR), 7162 (CONDSTORE), 7628 (OAUTHBEARER).
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.email.imap import fetching
from connectors.email.imap.connection import Connection, Limits
from connectors.email.imap.errors import FolderRefused, ImapRefused, LoginRefused
from connectors.email.imap.fetching import MailSize
from connectors.email.imap.responses import Response
from connectors.email.imap.spelling import argument, day, folder_name, read_folder_name, uid_set

Tls = Literal["none", "starttls", "tls"]
_ID = '("name" "Huike" "vendor" "Huike" "version" "1")'
"""NetEase opens no folder for a client without a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """An open folder; numbers that the server does not tell are 0."""

    uidvalidity: int = 0
    uidnext: int = 0
    exists: int = 0
    highest_modseq: int = 0


class ImapClient:
    """A session with a server, from the greeting to the end."""

    def __init__(self, connection: Connection, host: str) -> None:
        """Take a fresh connection; `open` makes one."""
        self._connection = connection
        self._host = host
        self.capabilities: frozenset[str] = frozenset()
        self._is_authenticated = False

    @classmethod
    async def open(
        cls, host: str, port: int, *, tls: Tls, context: ssl.SSLContext | None, limits: Limits | None = None
    ) -> ImapClient:
        """Connect, hear the greeting, and encrypt where that is wanted: never less than that.

        Raises:
            ImapError: no connection, no greeting, or no encryption.
        """
        at_once = context if tls == "tls" else None
        connection = await Connection.open(host, port, at_once, limits or Limits())
        client = cls(connection, host)
        try:
            await client._greeting()
            if tls == "starttls" and context is not None:
                await client._encrypt(context)
        except BaseException:
            await connection.close()
            raise
        return client

    def can(self, capability: str) -> bool:
        """Tell whether the server has named a capability."""
        return capability.upper() in self.capabilities

    async def login(self, user: str, password: str) -> None:
        """Log in with a password, by LOGIN or, where that is off, by AUTHENTICATE PLAIN.

        Raises:
            LoginRefused: the server does not take it. Other errors as for every command.
        """
        if self._is_authenticated:
            return
        if self.can("LOGINDISABLED"):
            if not self.can("AUTH=PLAIN"):
                raise LoginRefused("LOGIN", code="LOGINDISABLED")
            await self._authenticate("PLAIN", b"\0".join((b"", user.encode(), password.encode())))
            return
        await self._log_in("LOGIN", self._connection.command("LOGIN", argument(user), argument(password)))

    async def login_with_token(self, user: str, token: str) -> None:
        """Log in with an OAuth access token, by whichever of the two ways the server knows.

        Raises:
            LoginRefused: the server does not take it. Other errors as for every command.
        """
        if self.can("AUTH=OAUTHBEARER") and not self.can("AUTH=XOAUTH2"):
            name = user.replace("=", "=3D").replace(",", "=2C").encode()
            await self._authenticate("OAUTHBEARER", b"n,a=%b,\x01auth=Bearer %b\x01\x01" % (name, token.encode()))
            return
        await self._authenticate("XOAUTH2", b"user=%b\x01auth=Bearer %b\x01\x01" % (user.encode(), token.encode()))

    async def examine(self, name: str) -> Folder:
        """Open a folder for reading.

        Raises:
            FolderRefused: it is not there, or closed to us; the error names those that are there.
        """
        words = (argument(folder_name(name)), *(("(CONDSTORE)",) if self.can("CONDSTORE") else ()))
        try:
            responses = await self._connection.command("EXAMINE", *words)
        except ImapRefused as error:
            refused = FolderRefused("EXAMINE", status=error.status, code=error.code, text=error.text)
            if error.status == "NO":
                refused.folders = await self.folders()
            raise refused from None
        self._connection.has_news = False
        return _folder(responses)

    async def folders(self) -> Sequence[str]:
        """Return the names of the folders, a thousand at most."""
        responses = await self._connection.command("LIST", '""', '"*"')
        listed = (each.values[-1] for each in responses if each.kind == "LIST" and each.values)
        return [read_folder_name(name.decode("ascii", "replace")) for name in listed if isinstance(name, bytes)][:1000]

    async def search(self, *, first_uid: int = 1, since: float | None = None) -> Sequence[int]:
        """Return the UIDs from `first_uid` on, ascending; only of mails that arrived on the day of `since` or later."""
        self._connection.has_news = False
        words = ["UID", f"{first_uid}:*", *([] if since is None else ["SINCE", day(since)])]
        responses = await self._connection.command("UID SEARCH", *words)
        found = {uid for each in responses if each.kind == "SEARCH" for uid in fetching.numbers(each.values)}
        # `n:*` holds the last mail even when its number is below n.
        return sorted(uid for uid in found if uid >= first_uid)

    async def sizes(self, uids: Sequence[int]) -> Mapping[int, MailSize]:
        """Return size and time of arrival of each mail that is there."""
        items = "(UID RFC822.SIZE INTERNALDATE)"
        responses = await self._connection.command("UID FETCH", uid_set(uids), items)
        return fetching.sizes(responses)

    async def mails(self, uids: Sequence[int]) -> Mapping[int, bytes]:
        """Return whole mails. Ask for few at a time: all of them are in memory."""
        responses = await self._connection.command("UID FETCH", uid_set(uids), "(UID BODY.PEEK[])")
        return fetching.bodies(responses, "BODY[]")

    async def beginning(self, uid: int, size: int) -> bytes | None:
        """Return the header of a mail and the first bytes of the rest; None when the mail is gone."""
        items = f"(UID BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.{size}>)"
        responses = await self._connection.command("UID FETCH", str(uid), items)
        header = fetching.bodies(responses, "BODY[HEADER]").get(uid)
        if header is None:
            return None
        return header + fetching.bodies(responses, "BODY[TEXT]").get(uid, b"")

    async def header(self, uid: int) -> bytes | None:
        """Return the header of a mail, where the server has trouble with the rest; None when the mail is gone."""
        responses = await self._connection.command("UID FETCH", str(uid), "(UID BODY.PEEK[HEADER])")
        return fetching.bodies(responses, "BODY[HEADER]").get(uid)

    async def idle(self, seconds: float) -> bool:
        """Wait until mails come, at most so long; tell whether some came since the last search or opening.

        Raises:
            ImapRefused: the server says that it has no IDLE after all, or says goodbye.
        """
        if self._connection.has_news:
            return True
        tag = await self._connection.send("IDLE")
        await self._connection.until_wanted(tag, "IDLE")
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self._connection.has_news:
            # Some servers send a word every two minutes to keep the line warm; that is no news.
            response = await self._connection.read_quietly(max(end - loop.time(), 0.0))
            if response is None:
                break
            if response.tag == tag or response.kind == "BYE":
                raise ImapRefused("IDLE", status=response.kind, code=response.code, text=response.text)
        await self._connection.write(b"DONE\r\n")
        await self._connection.answer(tag, "IDLE")
        return self._connection.has_news

    async def noop(self) -> bool:
        """Tell whether mails came since the last search, where nothing tells so by itself."""
        await self._connection.command("NOOP")
        return self._connection.has_news

    async def close(self, *, politely: bool = True) -> None:
        """Log out and close; never raises for what the server says."""
        try:
            if politely:
                async with asyncio.timeout(2.0):
                    await self._connection.command("LOGOUT")
        except Exception:  # noqa: S110 - whatever a goodbye meets, the connection is cut next
            pass
        finally:
            await self._connection.close()

    async def _greeting(self) -> None:
        response = await self._connection.read()
        if response.kind not in ("OK", "PREAUTH"):
            raise ImapRefused("greeting", status=response.kind, code=response.code, text=response.text)
        self._is_authenticated = response.kind == "PREAUTH"
        if not self._learn([response]):
            await self._ask_capabilities()

    async def _encrypt(self, context: ssl.SSLContext) -> None:
        if self._is_authenticated or not self.can("STARTTLS"):
            raise ImapRefused("STARTTLS", code="UNAVAILABLE", text="no STARTTLS")
        await self._connection.command("STARTTLS")
        await self._connection.start_tls(self._host, context)
        # What was said before the encryption may have been said by anybody.
        await self._ask_capabilities()

    async def _authenticate(self, mechanism: str, initial: bytes) -> None:
        coded = b64encode(initial)
        answers = [] if self.can("SASL-IR") else [coded]
        # After a refusal the server sends its reasons as a challenge and waits for an empty answer.
        self._connection.challenge = lambda _: answers.pop() if answers else b""
        words = (mechanism, *((coded,) if self.can("SASL-IR") else ()))
        try:
            await self._log_in("AUTHENTICATE", self._connection.command("AUTHENTICATE", *words))
        finally:
            self._connection.challenge = None

    async def _log_in(self, name: str, command: Coroutine[None, None, Sequence[Response]]) -> None:
        try:
            responses = await command
        except ImapRefused as error:
            raise LoginRefused(name, status=error.status, code=error.code, text=error.text) from None
        self._is_authenticated = True
        if not self._learn(responses):
            await self._ask_capabilities()
        if self.can("ID"):
            await self._connection.command("ID", _ID)

    async def _ask_capabilities(self) -> None:
        self._learn(await self._connection.command("CAPABILITY"))

    def _learn(self, responses: Sequence[Response]) -> bool:
        """Take the capabilities from wherever they stand; tell whether they stood anywhere."""
        for response in responses:
            if response.kind == "CAPABILITY":
                named = [value.decode("ascii", "replace") for value in response.values if isinstance(value, bytes)]
            elif response.code == "CAPABILITY":
                named = response.argument.decode("ascii", "replace").split()
            else:
                continue
            self.capabilities = frozenset(name.upper() for name in named)
            self._connection.takes_literals_at_once = self.can("LITERAL+")
            return True
        return False


def _folder(responses: Sequence[Response]) -> Folder:
    codes = {each.code: each.argument for each in responses if each.code}
    exists = [each.number for each in responses if each.kind == "EXISTS"]
    return Folder(
        uidvalidity=_number(codes.get("UIDVALIDITY")),
        uidnext=_number(codes.get("UIDNEXT")),
        exists=exists[-1] if exists else 0,
        highest_modseq=_number(codes.get("HIGHESTMODSEQ")),
    )


def _number(text: bytes | None) -> int:
    text = (text or b"").strip()
    return int(text) if text.isdigit() and len(text) < 20 else 0
