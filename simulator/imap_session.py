"""One IMAP connection to a pretend mailbox: INBOX alone, strict in its grammar, with IDLE that pushes at once.

It takes a password in clear, which no server on a network should. It never changes a mail.

Source: RFC 3501; RFC 2177 (IDLE), 2971 (ID), 7888 (literals).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime

from simulator.imap_words import LITERAL, BadCommand, Item, items_of, search_test, section_of, uids_of, words
from simulator.mail_store import Mail, Mailbox, MailStore

_CAPABILITIES = "IMAP4rev1 ID IDLE LITERAL+"
MAX_LINE = 8192
_MAX_LITERAL = 4096
_SILENCE_S = 1800.0
_WRITE_S = 60.0
_MOST_MISTAKES = 10
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Bye(Exception):
    """The connection ends, with a last word."""


class ImapSession:
    """One connection, from the greeting to the end."""

    def __init__(self, store: MailStore, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin without a login."""
        self._store = store
        self._reader = reader
        self._writer = writer
        self._own: Mailbox | None = None
        self._open: Mailbox | None = None
        self._writes = False
        # What this client has been told is there; sequence numbers are places in it.
        self._told: list[int] = []
        self._commands: Mapping[str, Callable[[str, bytes], Awaitable[None]]] = {
            "CAPABILITY": self._capability,
            "NOOP": self._noop,
            "LOGOUT": self._logout,
            "ID": self._id,
            "LOGIN": self._login,
            "LIST": self._list,
            "SELECT": self._select,
            "EXAMINE": self._examine,
            "CLOSE": self._close,
            "UID": self._uid,
            "IDLE": self._idle,
        }

    async def run(self) -> None:
        """Answer commands until the client leaves, is silent for half an hour, or writes nonsense ten times."""
        await self._say(f"* OK [CAPABILITY {_CAPABILITIES}] pretend mail server")
        mistakes = 0
        while True:
            tag = "*"
            try:
                line = await self._read_command()
                first, _, rest = line.partition(b" ")
                tag = _tag(first)
                await self._run(tag, rest)
            except BadCommand as error:
                mistakes += 1
                await self._say(f"{tag} BAD {error}")
                if mistakes >= _MOST_MISTAKES:
                    await self._say("* BYE too many mistakes")
                    return
            except Bye as bye:
                await self._say(f"* BYE {bye}")
                if tag != "*":
                    await self._say(f"{tag} OK LOGOUT done")
                return

    async def _run(self, tag: str, rest: bytes) -> None:
        name, _, arguments = rest.partition(b" ")
        command = self._commands.get(name.decode("ascii", "replace").upper())
        if command is None or rest.endswith(b" "):
            raise BadCommand("this command is not known")
        await command(tag, arguments)

    async def _capability(self, tag: str, rest: bytes) -> None:
        _nothing(rest)
        await self._say(f"* CAPABILITY {_CAPABILITIES}", f"{tag} OK CAPABILITY done")

    async def _noop(self, tag: str, rest: bytes) -> None:
        _nothing(rest)
        await self._say(*self._news(), f"{tag} OK NOOP done")

    async def _logout(self, _tag_: str, rest: bytes) -> None:
        _nothing(rest)
        raise Bye("logging out")

    async def _id(self, tag: str, rest: bytes) -> None:
        if rest.upper() != b"NIL" and (len(given := words(rest)) < 2 or given[0] != b"(" or given[-1] != b")"):
            raise BadCommand("ID takes a list or NIL")
        await self._say('* ID ("name" "Huike simulator")', f"{tag} OK ID done")

    async def _login(self, tag: str, rest: bytes) -> None:
        given = words(rest)
        if self._own is not None or len(given) != 2:
            raise BadCommand("LOGIN takes a name and a password, once")
        user, password = (word.decode("utf-8", "replace") for word in given)
        account = self._store.reader(user, password)
        if account is None:
            await self._say(f"{tag} NO [AUTHENTICATIONFAILED] wrong name or password")
            return
        self._own = self._store.open_box(account.address)
        await self._say(f"{tag} OK [CAPABILITY {_CAPABILITIES}] logged in")

    async def _list(self, tag: str, rest: bytes) -> None:
        self._need_login()
        # A pattern may hold wildcards, which stand in no other argument.
        if len(words(rest.replace(b"%", b"*"))) != 2:
            raise BadCommand("LIST takes a reference and a pattern")
        await self._say('* LIST () "/" INBOX', f"{tag} OK LIST done")

    async def _select(self, tag: str, rest: bytes) -> None:
        await self._open_box(tag, "SELECT", rest)

    async def _examine(self, tag: str, rest: bytes) -> None:
        await self._open_box(tag, "EXAMINE", rest)

    async def _open_box(self, tag: str, name: str, rest: bytes) -> None:
        own, given = self._need_login(), words(rest)
        if len(given) != 1:
            raise BadCommand(f"{name} takes a mailbox")
        self._open, self._told = None, []
        if given[0].upper() != b"INBOX":
            await self._say(f"{tag} NO [NONEXISTENT] there is INBOX only")
            return
        self._open, self._writes = own, name == "SELECT"
        self._told = [mail.uid for mail in own.mails]
        await self._say(
            "* FLAGS (\\Seen)",
            f"* {len(self._told)} EXISTS",
            "* 0 RECENT",
            f"* OK [UIDVALIDITY {own.uidvalidity}] valid",
            f"* OK [UIDNEXT {own.next_uid}] next",
            f"{tag} OK [{'READ-WRITE' if self._writes else 'READ-ONLY'}] {name} done",
        )

    async def _close(self, tag: str, rest: bytes) -> None:
        _nothing(rest)
        self._need_open()
        self._open, self._told = None, []
        await self._say(f"{tag} OK CLOSE done")

    async def _uid(self, tag: str, rest: bytes) -> None:
        name, _, arguments = rest.partition(b" ")
        box, given = self._need_open(), words(arguments)
        match name.upper():
            case b"SEARCH":
                await self._say(*self._news())
                test = search_test(given, self._told, box.seen)
                found = [str(mail.uid) for mail in box.mails if mail.uid in self._told and test(mail)]
                await self._say(" ".join(["* SEARCH", *found]), f"{tag} OK SEARCH done")
            case b"FETCH" if given:
                items = items_of(given[1:])
                for uid in uids_of(given[0], self._told):
                    mail = box.find(uid)
                    if mail is not None:
                        await self._write(self._fetched(mail, items))
                await self._say(*self._news(), f"{tag} OK FETCH done")
            case _:
                raise BadCommand("UID takes SEARCH or FETCH")

    def _fetched(self, mail: Mail, items: Iterable[Item]) -> bytes:
        box = self._need_open()
        parts = [f"UID {mail.uid}".encode()]
        for item in items:
            match item.name:
                case "UID":
                    continue
                case "FLAGS":
                    parts.append(b"FLAGS (%b)" % (b"\\Seen" if mail.uid in box.seen else b""))
                case "RFC822.SIZE":
                    parts.append(f"RFC822.SIZE {len(mail.data)}".encode())
                case "INTERNALDATE":
                    parts.append(f'INTERNALDATE "{_date(mail.at)}"'.encode())
                case _:
                    body = section_of(mail, item)
                    origin = "" if item.start is None else f"<{item.start}>"
                    parts.append(f"BODY[{item.section}]{origin} {{{len(body)}}}\r\n".encode() + body)
                    if self._writes and not item.is_peek:
                        box.seen.add(mail.uid)
        return f"* {self._told.index(mail.uid) + 1} FETCH (".encode() + b" ".join(parts) + b")\r\n"

    async def _idle(self, tag: str, rest: bytes) -> None:
        _nothing(rest)
        box, came = self._need_open(), asyncio.Event()
        box.listen(came)
        done = asyncio.create_task(self._read_line(_SILENCE_S))
        try:
            await self._say("+ idling", *self._news())
            while not done.done():
                waiting = asyncio.create_task(came.wait())
                await asyncio.wait({done, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if came.is_set():
                    came.clear()
                    await self._say(*self._news())
            if done.result().upper() != b"DONE":
                raise BadCommand("DONE ends IDLE")
        finally:
            box.leave(came)
            done.cancel()
            await asyncio.gather(done, return_exceptions=True)
        await self._say(f"{tag} OK IDLE done")

    def _news(self) -> list[str]:
        """Return what has changed since this client was last told, and count it as told."""
        if self._open is None:
            return []
        present = [mail.uid for mail in self._open.mails]
        gone = [place for place, uid in enumerate(self._told, 1) if uid not in present]
        is_longer = len(present) > len(self._told) - len(gone)
        self._told = present
        # The last first: each line moves the numbers of those behind it.
        told = [f"* {place} EXPUNGE" for place in reversed(gone)]
        return [*told, f"* {len(present)} EXISTS"] if is_longer else told

    def _need_login(self) -> Mailbox:
        if self._own is None:
            raise BadCommand("log in first")
        return self._own

    def _need_open(self) -> Mailbox:
        if self._open is None:
            raise BadCommand("open a mailbox first")
        return self._open

    async def _read_command(self) -> bytes:
        """Return a command without its last line end; literals stand in it as they came."""
        line = await self._read_line(_SILENCE_S)
        command = bytearray(line)
        # Only a line may announce a literal: the end of another literal may look the same.
        while match := LITERAL.search(line):
            size = int(match[1])
            if size > _MAX_LITERAL:
                # What follows cannot be told from commands any more.
                raise Bye("this literal is too long")
            if not match[2]:
                await self._say("+ go on")
            async with asyncio.timeout(_WRITE_S):
                command += b"\r\n" + await self._reader.readexactly(size)
            line = await self._read_line(_WRITE_S)
            command += line
            if len(command) > 4 * MAX_LINE:
                raise Bye("this command is too long")
        return bytes(command)

    async def _read_line(self, limit_s: float) -> bytes:
        try:
            async with asyncio.timeout(limit_s):
                line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise Bye("this line is too long") from None
        except TimeoutError:
            raise Bye("silent for too long") from None
        if not line.endswith(b"\r\n") or b"\0" in line:
            raise BadCommand("lines end with CR LF and hold no NUL")
        return line[:-2]

    async def _say(self, *lines: str) -> None:
        await self._write("".join(f"{line}\r\n" for line in lines).encode())

    async def _write(self, data: bytes) -> None:
        async with asyncio.timeout(_WRITE_S):
            self._writer.write(data)
            await self._writer.drain()


def _tag(word: bytes) -> str:
    if not 0 < len(word) <= 32 or not word.isalnum():
        raise BadCommand("a command begins with a tag")
    return word.decode("ascii")


def _nothing(rest: bytes) -> None:
    if rest:
        raise BadCommand("this command takes no arguments")


def _date(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day:2d}-{_MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"
