"""The words of mail servers, by what they mean for an address.

Tables of families, not of cases: a state ("not found") beside a noun ("mailbox") is an unknown user in whatever order
and dress. Codes come first (see `verdict`); these tables speak where codes are silent or say too little.
"""

from __future__ import annotations

from enum import Enum

from connectors.email.kinds.words import contains, near, spaced, words_of


class Family(Enum):
    """What a diagnostic text says about why a mail was not taken."""

    REFUSED = "refused"
    FULL = "full"
    GONE = "gone"
    NO_USER = "no_user"
    LATER = "later"
    NO_HOST = "no_host"
    CLOSED = "closed"


_REFUSED = (
    # who sends: name, place, proof
    "sender address", "sender rejected", "sender denied", "sender blocked", "sender domain", "sender verify*",
    "sender not", "of sender", "senders domain", "sender is", "domain of sender", "the sender", "envelope sender",
    "mail from", "valid from", "from header", "from address", "return address", "helo", "ehlo", "reverse dns", "rdns",
    "ptr", "reverse lookup", "ip name lookup", "mismatches client ip", "forged", "spoof*", "spf", "dmarc", "dkim",
    "arc", "unauthenticated", "authentication", "not authenticated", "smtp auth*", "starttls", "must issue a",
    "encryption", "connecting host", "client host", "your host", "host network", "your ip", "source ip", "ip source",
    "your domain", "your server", "sending domain", "sending server", "sending mail of", "mail server at", "your isp",
    "unverif*", "adresse ip", "expéditeur", "absender*", "remitente", "mittente", "отправител*",
    # how it is judged
    "spam*", "unsolicited", "junk", "bulk", "uce", "virus*", "malware", "phish*", "infected", "blacklist*",
    "blocklist*", "black list*", "blocklisted", "denylist*", "dnsbl*", "rbl", "rbls", "spamhaus", "spamcop",
    "barracuda", "reputation", "blocked", "blocking", "banned", "is listed", "been listed", "listed by", "listed on",
    "refused by", "abuse*", "greylist*", "graylist*", "grey listed", "policy", "policies", "security", "content",
    "suspicious", "dangerous", "executable", "attachment", "attachments", "prohibited", "not permitted",
    "not allowed", "not authorized", "not authorised", "unauthorized", "unauthorised", "not have permission",
    "permission", "restricted", "recipient preferences", "preferences", "access denied", "access not allowed",
    "no access from", "administrative*", "rules", "filter*", "verboten", "rejected your message", "message rejected",
    "message was rejected", "mail rejected", "email rejected", "refused your", "not a member", "not members",
    "moderat*", "subscribers only", "members only", "private list", "confirm that you", "challenge", "whitelist*",
    "unwanted", "invalid header", "header error", "headers", "compliant", "rfc*", "duplicate", "redundant", "charset",
    # how much of it
    "relay", "relaying", "relayed", "relays", "rate limit*", "rate limited", "ratelimit*", "rate that", "too many",
    "too much", "too fast", "throttl*", "frequency", "exceeded the", "max*imum connection*", "concurrent",
    "connections from", "limit exceeded", "sending limit", "quota for sending", "hop count", "hops", "loop", "loops",
    "looping", "mail loop",
    # what of it
    "too large", "too big", "too long", "message size", "size exceeds", "size limit", "exceeds size",
    "message length", "exceeds the maximum", "exceeds fixed", "maximum message size", "file size",
)  # fmt: skip
_FULL = (
    "quota", "over quota", "overquota", "mailbox full", "mailbox is full", "inbox is full", "inbox full", "is full",
    "box full", "storage", "exceeded storage", "out of space", "disk space", "insufficient space", "no space",
    "disk full", "not enough space", "exceeds allowed size", "exceeded allocated", "exceeds the size limit",
    "mailfull", "full mailbox", "mailbox size", "too many messages", "would exceed", "recipient overquota", "voll",
    "plein", "pleine", "llen*", "piena", "переполнен*",
)  # fmt: skip
_GONE = (
    "has moved", "have moved", "user moved", "mailbox moved", "no longer on server", "no longer on the server",
    "moved to", "no forwarding address", "user not local", "not our user", "has been replaced", "address has changed",
    "changed address", "new address is", "has left", "no longer works", "no longer employed", "please use the new",
    "doesnt have a %host account", "doesnt have an account", "does not have an account", "recipient no longer",
    "user no longer", "no longer exists",
)  # fmt: skip
_LATER = (
    "try again later", "try later", "host not found try again", "not found try again", "retry later", "temporar*",
    "timed out", "timeout", "time out", "timeouts", "retried", "deferred", "queue too long", "retry time not reached",
    "giving up", "gave up", "connection refused", "connection reset", "connection lost", "lost connection",
    "connection dropped", "no route to host", "network is unreachable", "unreachable", "not responding",
    "did not respond", "no answer", "unable to connect", "could not connect", "cannot connect",
    "not accept our requests to connect", "connection closed", "connection failed", "socket error", "expired",
    "retries", "lookup failure", "resources", "service unavailable", "not available", "internal error",
    "system error", "local error", "local problem", "protocol error", "not accepting connections",
    "currently unavailable", "unable to contact",
)  # fmt: skip
_CLOSED = (
    "disabled", "suspended", "frozen", "inactive", "deactivated", "locked", "is blocked", "not active",
    "has been closed", "is closed", "on hold", "out of service", "expired account", "terminated", "bloque",
    "désactivé", "gesperrt", "заблокирован*",
)  # fmt: skip
_TAKES_NO_MAIL = (
    "does not accept mail", "does not accept email", "doesnt accept mail", "null mx", "nullmx", "accepts no mail",
    "not accept mail", "does not receive mail", "no mail accepted", "not accept any mail", "does not handle mail",
    "not accepting network messages",
)  # fmt: skip

_STATE_WORDS = (
    "unknown", "not found", "not exist", "doesnt exist", "doesnot exist", "dont exist", "didnt exist", "not existing",
    "no such", "nosuch", "no user", "no recipient", "no account", "invalid", "not valid", "not a valid", "isnt valid",
    "not known", "not know", "nonexistent", "non-existent", "non existent", "unrecognized", "unrecognised",
    "not recognized", "not recognised", "not listed", "not be found", "wasnt found", "cant be found",
    "couldnt be found", "not our", "not have", "doesnt have", "does not have", "dont have", "have no", "has no",
    "no longer", "not a user", "not a registered", "not registered", "illegal", "bad destination",
    "undeliverable address", "undefined", "isnt here", "not here", "does not live", "couldnt find", "could not find",
    "cannot find", "unable to find", "no mailbox", "no valid", "not present", "nxdomain", "unrouteable", "unroutable",
    "unresolvable", "not reachable", "no mx", "unbekannt", "unbekannter", "inconnu", "inconnue", "invalide",
    "nexiste pas", "introuvable", "desconocido", "no existe", "inexistente", "sconosciuto", "inesistente",
    "не существует", "не найден", "does not seem to exist", "mailbox unavailable", "no more", "misspelled", "wrong",
    "incorrect", "ambiguous", "deleted", "isnt a", "is not a",
)  # fmt: skip
_STATES = {
    first: tuple(tuple(state.split()) for state in _STATE_WORDS if state.split()[0] == first)
    for first in {state.split()[0] for state in _STATE_WORDS}
}
_USER_NOUNS = frozenset(
    {
        "user", "users", "userid", "username", "user-id", "recipient", "recipients", "mailbox", "mailboxes",
        "account", "accounts", "address", "addresses", "addressee", "addressees", "alias", "aliases", "member",
        "inbox", "local-part", "localpart", "subscriber", "person", "destination", "customer", "login", "email",
        "e-mail", "mail-address", "@", "employee", "empfänger", "benutzer", "adresse", "destinataire", "utilisateur",
        "boîte", "usuario", "destinatario", "buzón", "cuenta", "utente", "casella", "пользователь", "адрес", "ящик",
        "unrouteable", "here",
    }
)  # fmt: skip
_HOST_NOUNS = frozenset(
    {
        "domain", "domains", "host", "hosts", "hostname", "mx", "exchanger", "record", "records", "dns", "%host",
        "site", "domaine", "dominio", "хост", "домен", "server", "unrouteable", "lookup", "route",
    }
)  # fmt: skip
_NO_USER = (
    "recipient address rejected access denied", "requested action not taken mailbox unavailable",
    "mailbox unavailable", "nosuchuser", "useruknown", "userunknown", "recipnotfound", "recipientnotfound",
    "unknown-user", "bad address", "delivery to this address", "unrouteable address", "unroutable address",
    "recipient not accepted", "addressee unknown", "recipient unknown", "sorry no mailbox here by that name",
    "unable to deliver to that address", "rcpt address not", "recipient is not local", "not listed in", "user doesnt",
)  # fmt: skip

_Table = tuple[tuple[Family, tuple[str, ...]], ...]
_WIDE: _Table = (
    (Family.FULL, (
        "邮箱已满", "空间已满", "空间不足", "容量不足", "超出容量", "郵箱已滿", "信箱已滿", "容量を超え", "一杯",
        "いっぱい",
    )),
    (
        Family.REFUSED,
        (
            "权限", "權限", "権限", "垃圾邮件", "拒收", "拒绝接收", "拒绝了", "黑名单", "频率", "过于频繁", "发信方",
            "发件人", "策略", "病毒", "过大", "超过限制", "大小超", "垃圾郵件", "拒絕", "迷惑メール", "受信拒否",
            "拒否", "サイズ",
        ),
    ),
    (
        Family.NO_USER,
        (
            "用户不存在", "收件人不存在", "邮箱不存在", "地址不存在", "帐号不存在", "账号不存在", "帐户不存在",
            "账户不存在", "无此用户", "没有此用户", "没有该用户", "找不到收件人", "找不到该用户", "不存在的用户",
            "收件地址有误", "地址有误", "邮箱地址错误", "收件人地址错误", "使用者不存在", "收件者不存在", "查無",
            "存在しない", "存在しません", "見つかりません", "見つからない", "リストにありません", "該当するユーザ",
            "宛先不明", "알 수 없는 사용자", "존재하지 않",
        ),
    ),
    (Family.NO_HOST, (
        "域名不存在", "域名有误", "域名错误", "找不到域名", "无法解析", "網域不存在", "ドメインが",
    )),
    (Family.LATER, (
        "稍后", "超时", "暂时", "连接失败", "无法连接", "稍後", "逾時", "しばらく", "一時的", "タイムアウト",
    )),
    (Family.CLOSED, (
        "已停用", "被停用", "被冻结", "已冻结", "被禁用", "已禁用", "被锁定", "已注销", "被封", "停止中",
    )),
)  # fmt: skip

_BEFORE_STATES: _Table = ((Family.FULL, _FULL), (Family.REFUSED, _REFUSED), (Family.GONE, _GONE))
_AFTER_USERS: _Table = ((Family.LATER, _LATER), (Family.CLOSED, _CLOSED))


def family(text: str) -> Family | None:
    """Return what a diagnostic text says, or nothing when it says nothing known.

    What is said against the sender wins: servers write "unknown" of senders and of their own lists as well.
    """
    wide = next((meaning for meaning, signs in _WIDE if any(sign in text for sign in signs)), None)
    if wide is not None:
        return wide
    words = words_of(text)
    flat = spaced(word for word in words if word != ".")
    if contains(flat, _NO_USER[:1]):
        return Family.NO_USER
    if contains(flat, _TAKES_NO_MAIL):
        return Family.NO_HOST
    if (found := _first(flat, _BEFORE_STATES)) is not None:
        return found
    noun = near(words, _STATES, _USER_NOUNS | _HOST_NOUNS)
    if noun in _USER_NOUNS or contains(flat, _NO_USER):
        return Family.NO_USER
    if (found := _first(flat, _AFTER_USERS)) is not None:
        return found
    if noun in _HOST_NOUNS:
        return Family.NO_HOST
    if flat.endswith((" address rejected ", " address rejected @ ")):
        return Family.NO_USER
    # A bare name is a user's or a host's: both are gone for good.
    return Family.NO_USER if near(words, _STATES, frozenset({"name", "names"})) else None


def _first(flat: str, table: _Table) -> Family | None:
    return next((meaning for meaning, phrases in table if contains(flat, phrases)), None)
