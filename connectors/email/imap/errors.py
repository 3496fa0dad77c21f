"""What can go wrong with an IMAP server, told apart by what one would do about it. Texts hold no mail and no secret."""

from __future__ import annotations

from collections.abc import Sequence


class ImapError(Exception):
    """Anything that an IMAP server did not do for us."""


class ImapGone(ImapError):
    """The connection did not come about, broke, or stayed silent for too long; the cause says which."""


class ImapBroken(ImapError):
    """What came is not IMAP, or more than we take."""


class ImapRefused(ImapError):
    """The server answered NO, BAD or BYE. `code` is the word of its response code, such as AUTHENTICATIONFAILED."""

    def __init__(self, command: str, *, status: str = "NO", code: str = "", text: str = "") -> None:
        """Keep the server's words: they are for its administrator, never for matching."""
        super().__init__(f"{command}: {status}" + (f" [{code}]" if code else ""))
        self.command = command
        self.status = status
        self.code = code
        self.text = text[:300]


class LoginRefused(ImapRefused):
    """The user, the password or the token is not good; or passwords are not taken this way."""


class FolderRefused(ImapRefused):
    """The folder is not there, or may not be opened; `folders` are the names of those that are."""

    folders: Sequence[str] = ()
