"""What is wrong with a mail server, in plain words and both languages: for the channel's health and its test.

Decided by the kind of the error, by response codes and by the host, never by a server's own words.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from connectors.email.imap import FolderRefused, ImapBroken, ImapError, ImapGone, ImapRefused, LoginRefused
from hub.ports.abilities import Words
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

_APP_CODES = ("qq.com", "163.com", "126.com", "yeah.net", "sina.com", "139.com", "aliyun.com")
_APP_PASSWORDS = ("gmail.com", "googlemail.com", "icloud.com", "me.com", "yahoo.com", "zoho.com", "fastmail.com")
_ONLY_OAUTH = ("office365.com", "outlook.com", "live.com", "hotmail.com")
_SHOWN_FOLDERS = 12
_PASSING = ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG")
"""Response codes of RFC 5530 by which a refused login says nothing about the password."""


def words(chinese: str, english: str) -> Words:
    """Return one text in both languages."""
    return {"zh-CN": chinese, "en": english}


NOT_SET = words(
    "此渠道没有填写收信服务器（imap.host），无法收信。",
    "This channel has no IMAP server (imap.host): it receives nothing.",
)
NO_ADDRESS = words("此渠道没有填写邮箱地址（address）。", "This channel has no mail address (address).")
NO_SMTP = words(
    "此渠道没有填写发信服务器（smtp.host），无法发信。",
    "This channel has no SMTP server (smtp.host): it sends nothing.",
)
NO_OAUTH = words(
    "登录方式是 OAuth，但 oauth 各项没有填全，或令牌服务器拒绝了它们。",
    "The login is by OAuth, but the oauth settings are incomplete, or the token server refuses them.",
)
STORED_NOTHING = words(
    "系统暂时无法保存邮件，稍后会自动重试。", "Mails cannot be stored at the moment; they are tried again."
)
_PLAIN_PASSWORD = words(
    "收信服务器只在加密连接上接受密码：请把 imap.tls 设为 tls 或 starttls。",
    "The IMAP server takes passwords over an encrypted connection only: set imap.tls to tls or starttls.",
)
RECEIVES = words("能够登录并打开邮件文件夹。", "The login works, and the folder can be opened.")
SENDS = words("能够登录发信服务器。", "The login at the sending server works.")


def of_imap(error: BaseException, host: str) -> Words:
    """Return what to do about an error of the receiving server."""
    match error:
        case LoginRefused() if error.status != "BYE" and error.code not in _PASSING:
            return _PLAIN_PASSWORD if error.code == "LOGINDISABLED" else _login(host)
        case FolderRefused():
            return _folder(error.folders)
        case ImapRefused(command="STARTTLS"):
            return words(
                f"收信服务器 {host} 不支持 STARTTLS：请改用 tls（端口 993）。",
                f"The IMAP server {host} offers no STARTTLS: use tls (port 993).",
            )
        case ImapBroken():
            return words(
                f"{host} 的这个端口上不是 IMAP 服务，或加密方式不对：请检查端口和加密方式。",
                f"This port of {host} does not speak IMAP, or the encryption differs: check port and encryption.",
            )
        case ImapGone():
            return _unreachable(error.__cause__, host)
        case _:
            return _closed(host) if isinstance(error, ImapError) else _unreachable(error, host)


def of_smtp(error: SendRefused | SendDelayed | SendUnknown, host: str) -> Words:
    """Return what to do about an error of the sending server, met before any mail was sent."""
    cause = error.__cause__
    if isinstance(error, SendRefused):
        return _login(host) if error.trouble == "misconfigured" and cause is not None else _refused(str(error), host)
    while cause is not None and not isinstance(cause, OSError | TimeoutError):
        cause = cause.__cause__
    inner = cause.__cause__ if cause is not None and isinstance(cause.__cause__, OSError) else cause
    return _unreachable(inner, host)


def _unreachable(cause: BaseException | None, host: str) -> Words:
    match cause:
        case socket.gaierror():
            return words(
                f"找不到服务器 {host}：请检查地址是否写错。",
                f"There is no server {host}: check how its name is written.",
            )
        case ssl.SSLCertVerificationError():
            return words(
                f"{host} 的证书无效，或与地址不符：请检查地址；自建证书请填入 ca。",
                f"The certificate of {host} is not valid for this name: check the name; put a certificate of your own "
                "authority into ca.",
            )
        case ssl.SSLError():
            return words(
                f"与 {host} 的加密连接失败：请检查端口和加密方式是否相符（993、465 用 tls）。",
                f"No encrypted connection to {host}: check that port and encryption fit (993 and 465 take tls).",
            )
        case ConnectionRefusedError():
            return words(
                f"{host} 在这个端口上没有服务：请检查端口。", f"Nothing listens at this port of {host}: check the port."
            )
        case TimeoutError():
            return words(
                f"{host} 没有应答：请检查地址、端口和防火墙。",
                f"{host} does not answer: check name, port and firewall.",
            )
        case _:
            return _closed(host)


def _closed(host: str) -> Words:
    return words(
        f"与 {host} 的连接中断，正在自动重连。", f"The connection to {host} was lost; it is being opened again."
    )


def _refused(said: str, host: str) -> Words:
    return words(f"{host} 拒绝了连接：{said}", f"{host} refuses the connection: {said}")


def _login(host: str) -> Words:
    name = host.lower().rstrip(".")
    if name.endswith(_APP_CODES):
        return words(
            "用户名或授权码不对。请在邮箱网页版的设置中开启 IMAP/SMTP，并填写那里生成的授权码，而不是登录密码。",
            "User or code is wrong. Turn IMAP/SMTP on in the settings of the webmail and enter the authorisation code "
            "that it gives, not the password.",
        )
    if name.endswith(_APP_PASSWORDS):
        return words(
            "用户名或密码不对。此服务商要求使用“应用专用密码”，请在账号安全设置中生成。",
            "User or password is wrong. This provider wants an app password: make one in the security settings of the "
            "account.",
        )
    if name.endswith(_ONLY_OAUTH):
        return words(
            "微软邮箱不再接受密码登录：请把登录方式设为 oauth 并填写 oauth 各项。",
            "Microsoft no longer takes passwords: set the login to oauth and fill in the oauth settings.",
        )
    return words("用户名或密码不对。", "User or password is wrong.")


def _folder(folders: Sequence[str]) -> Words:
    shown = ", ".join(folders[:_SHOWN_FOLDERS])
    if not shown:
        return words("邮件文件夹打不开：请检查 imap.folder。", "The folder cannot be opened: check imap.folder.")
    return words(
        f"没有这个邮件文件夹，或不能打开。现有：{shown}。",
        f"The folder is not there or cannot be opened. There are: {shown}.",
    )
