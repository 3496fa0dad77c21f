"""An IMAP client of our own on asyncio streams: reads one folder, changes nothing in it, trusts no server."""

from connectors.email.imap.client import Folder, ImapClient, Tls
from connectors.email.imap.connection import Limits
from connectors.email.imap.errors import FolderRefused, ImapBroken, ImapError, ImapGone, ImapRefused, LoginRefused
from connectors.email.imap.fetching import MailSize

__all__ = [
    "Folder",
    "FolderRefused",
    "ImapBroken",
    "ImapClient",
    "ImapError",
    "ImapGone",
    "ImapRefused",
    "Limits",
    "LoginRefused",
    "MailSize",
    "Tls",
]
