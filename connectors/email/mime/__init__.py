"""The mail reader: raw RFC 5322 bytes to a `Mail`, for the mails that people really send."""

from connectors.email.mime.reader import read

__all__ = ["read"]
