"""The pretend world: providers, and people who write to the hub through them. All of it is in memory, and ends with it.

It knows the hub as a provider does: by what an administrator has filled in for a channel. Whatever is changed there is
seen at the next act. Only channels whose address leads here are served.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlsplit

from hub.errors import Conflict, NotFound
from hub.ports.environment import Clock, Ids
from simulator.acts import Follow, Outcome, Say, SendLocation, SendPicture, Tap, Unfollow, WechatAct
from simulator.mail import MailProvider
from simulator.mail_store import MailAccount
from simulator.people import People, Person
from simulator.post_office import PostOffice
from simulator.screens import MailAddress, SmsScreen, State, WechatScreen, sms_screen, wechat_screen
from simulator.twilio import Account as TwilioAccount
from simulator.twilio import Twilio
from simulator.wechat import WechatPlatform
from simulator.wechat_phone import Phone as WechatPhone
from simulator.wechat_pushes import Account as WechatAccount

WECHAT, TWILIO = "/wechat", "/twilio"
"""Where the providers' APIs stand below the world's own address."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChannel:
    """A channel as its administrator has set it up, its secrets open."""

    id: str
    kind: str
    name: str
    settings: Mapping[str, object]
    webhook_url: str


Channels = Callable[[], Sequence[KnownChannel]]


class World:
    """Owns the providers; the mail ports are known after `open`."""

    def __init__(self, *, base_url: str, clock: Clock, ids: Ids) -> None:
        """Begin with nobody; `base_url` is the address below which the providers' APIs are mounted."""
        self.base_url = base_url.rstrip("/")
        self.wechat = WechatPlatform(
            clock.seconds, lambda size: ids.secret(size).encode()[:size], base_url=lambda: self.base_url + WECHAT
        )
        self.twilio = Twilio(public_base=self.base_url + TWILIO, clock=clock, ids=ids)
        self.mail = MailProvider(clock, self.refresh)
        self.post_office = PostOffice(self.mail.store, clock, ids)
        self.people = People(ids)
        self._channels: Channels = tuple
        self._known: deque[KnownChannel] = deque()

    async def open(self) -> None:
        """Start the mail servers."""
        await self.mail.open()

    async def close(self) -> None:
        """Stop them."""
        await self.mail.close()

    def watch(self, channels: Channels) -> None:
        """Serve these channels, asked for anew before each act and each login."""
        self._channels = channels

    def refresh(self) -> None:
        """Bring the providers' accounts up to what the administrator has filled in by now."""
        self._known = deque(channel for channel in self._channels() if self._leads_here(channel))
        for channel in self._known:
            match channel.kind:
                case "wechat":
                    self.wechat.set_account(_wechat_account(channel))
                case "sms_twilio":
                    self.twilio.connect(
                        account_sid=_text(channel.settings, "account_sid"),
                        auth_token=_text(channel.settings, "auth_token"),
                        number=_text(channel.settings, "from"),
                        webhook_url=channel.webhook_url,
                    )
                case _:
                    self.mail.store.set_account(_mail_account(channel.settings))

    def new_person(self) -> Person:
        """Make somebody, with a phone and a mailbox of their own.

        Raises:
            Conflict: there are enough people.
        """
        person = self.people.add()
        self.mail.store.open_box(person.address)
        return person

    async def use_wechat(self, person: Person, channel_id: str, act: WechatAct) -> Outcome:
        """Let somebody do something in WeChat.

        Raises:
            NotFound: there is no such channel, or no such entry to tap.
            Conflict: they do not follow the account.
        """
        phone = self._wechat_phone(self._find(channel_id, "wechat"), person)
        if not phone.follows and not isinstance(act, Follow):
            raise Conflict("Follow the account first.", code="not-following")
        is_right = await _done(phone, act)
        statuses = [status for app_id, status in self.wechat.pushes if app_id == phone.account.app_id]
        return Outcome(ok=is_right, status=statuses[-1] if statuses else 0)

    async def use_sms(self, person: Person, channel_id: str, text: str) -> Outcome:
        """Let somebody send a text message.

        Raises:
            NotFound: there is no such channel.
        """
        account = self._twilio_account(self._find(channel_id, "sms_twilio"))
        status = await account.phone(person.number).say(text)
        return Outcome(ok=200 <= status < 300, status=status)

    def mail_address(self, channel_id: str) -> str:
        """Return the address of a mail channel.

        Raises:
            NotFound: there is no such channel.
        """
        return _text(self._find(channel_id, "email").settings, "address")

    def state(self, person: Person | None) -> State:
        """Return all that the page shows, with the devices of one person."""
        wechat, sms = list[WechatScreen](), list[SmsScreen]()
        mail = list[MailAddress]()
        for channel in self._known if person else ():
            match channel.kind, person:
                case "wechat", Person():
                    phone = self._wechat_phone(channel, person)
                    wechat.append(wechat_screen(channel.id, channel.name, phone, f"/simulator{WECHAT}/media"))
                case "sms_twilio", Person():
                    account = self._twilio_account(channel)
                    sms.append(sms_screen(channel.id, channel.name, account.number, account.phone(person.number)))
                case _:
                    address = _text(channel.settings, "address")
                    mail.append(MailAddress(channel_id=channel.id, name=channel.name, address=address))
        return State(
            people=tuple(self.people.all()),
            person=person,
            wechat=tuple(wechat),
            sms=tuple(sms),
            mail=tuple(mail),
            letters=self.post_office.letters(person) if person else (),
        )

    def _leads_here(self, channel: KnownChannel) -> bool:
        settings = channel.settings
        match channel.kind:
            case "wechat":
                return _path(settings).endswith("/simulator" + WECHAT) and bool(_text(settings, "app_id"))
            case "sms_twilio":
                return _path(settings).endswith("/simulator" + TWILIO) and bool(_text(settings, "account_sid"))
            case "email":
                imap = _group(settings, "imap")
                is_here = _text(imap, "host") in _LOOPBACK and str(imap.get("port")) == str(self.mail.imap_port)
                return is_here and bool(_text(settings, "address"))
            case _:
                return False

    def _find(self, channel_id: str, kind: str) -> KnownChannel:
        found = (each for each in self._known if (each.id, each.kind) == (channel_id, kind))
        channel = next(found, None)
        if channel is None:
            raise NotFound("There is no such channel in the simulator.")
        return channel

    def _wechat_phone(self, channel: KnownChannel, person: Person) -> WechatPhone:
        return self.wechat.phone(_text(channel.settings, "app_id"), person.openid)

    def _twilio_account(self, channel: KnownChannel) -> TwilioAccount:
        return self.twilio.accounts[_text(channel.settings, "account_sid")]


async def _done(phone: WechatPhone, act: WechatAct) -> bool:
    match act:
        case Follow(scene=scene):
            return await phone.follow(scene)
        case Unfollow():
            return await phone.unfollow()
        case Say(text=text):
            return await phone.say(text)
        case Tap(entry_id=entry_id):
            try:
                return await phone.tap_entry(entry_id)
            except LookupError:
                raise NotFound("There is no such entry on the screen.") from None
        case SendPicture(mime=mime, data=data):
            return await phone.send_picture(data, mime)
        case SendLocation(latitude=latitude, longitude=longitude, label=label):
            return await phone.send_location(latitude, longitude, label)
        case _:
            assert_never(act)


def _wechat_account(channel: KnownChannel) -> WechatAccount:
    settings = channel.settings
    return WechatAccount(
        app_id=_text(settings, "app_id"),
        app_secret=_text(settings, "app_secret"),
        token=_text(settings, "token"),
        aes_key=_text(settings, "aes_key"),
        webhook_url=channel.webhook_url,
        is_mini_program=_text(settings, "account") == "mini_program",
    )


def _mail_account(settings: Mapping[str, object]) -> MailAccount:
    imap, smtp, address = _group(settings, "imap"), _group(settings, "smtp"), _text(settings, "address")
    return MailAccount(
        address=address,
        user=_text(imap, "user") or address,
        password=_text(imap, "password"),
        smtp_user=_text(smtp, "user"),
        smtp_password=_text(smtp, "password"),
    )


def _path(settings: Mapping[str, object]) -> str:
    return urlsplit(_text(settings, "api_base")).path.rstrip("/")


def _group(settings: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = settings.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(settings: Mapping[str, object], name: str) -> str:
    value = settings.get(name)
    return value if isinstance(value, str) else ""
