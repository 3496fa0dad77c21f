"""A hub with a mail channel at a pretend provider, an agent at the console, and the letters that customers write to it.

Nothing is skipped on the way: a mail comes in by IMAP, and an answer leaves by SMTP.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from playwright.async_api import Browser, Locator, expect

from hub.environment import SystemClock
from simulator.mail import MailProvider
from simulator.mail_store import MailAccount
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor
from tests.ui.tabs import WAIT_MS

INBOX, CUSTOMER = "help@shop.test", "chen@customers.test"
_PASSWORD = "an-app-password"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(kw_only=True)
class MailDesk:
    """The floor with the provider beside it."""

    floor: Floor
    provider: MailProvider

    def deliver(self, mail: EmailMessage) -> None:
        """Put a mail into the hub's inbox, as the customer's provider would."""
        raw = mail.as_bytes(policy=policy.SMTP)
        box = self.provider.store.open_box(INBOX)
        box.deliver(raw, sender=CUSTOMER, recipient=INBOX, at=SystemClock().seconds())

    async def received(self, count: int) -> list[EmailMessage]:
        """Wait until the customer has got so many mails, and return them."""
        box = self.provider.store.open_box(CUSTOMER)
        arrived = asyncio.Event()
        box.listen(arrived)
        try:
            async with asyncio.timeout(WAIT_MS / 1000):
                while len(box.mails) < count:
                    await arrived.wait()
                    arrived.clear()
        finally:
            box.leave(arrived)
        return [message_from_bytes(mail.data, policy=policy.default) for mail in box.mails]

    async def accept(self, console: Console) -> None:
        """Accept whatever is offered next."""
        await console.part("offer-card").first.get_by_test_id("offer-accept").click(timeout=2 * WAIT_MS)
        await expect(console.part("reply-tab-reply")).to_be_visible()


def a_letter(subject: str, text: str, *, html: str = "", message_id: str = "<first@customers.test>") -> EmailMessage:
    """Write a mail from the customer."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"陈思远 <{CUSTOMER}>", INBOX
    mail["Cc"] = "Boss <boss@customers.test>"
    mail["Subject"], mail["Message-ID"] = subject, message_id
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
        part = list(mail.iter_parts())[1]
        assert isinstance(part, EmailMessage)
        part.add_related(DOT, "image", "png", cid="<dot@customers.test>", filename="dot.png")
    return mail


def mail_with(console: Console, subject: str) -> Locator:
    """Return a mail of the thread by its subject."""
    return console.page.locator(
        "[data-testid=mail]", has=console.page.get_by_test_id("mail-subject").get_by_text(subject)
    )


@asynccontextmanager
async def mail_desk(start_hub: StartHub, browser: Browser) -> AsyncIterator[MailDesk]:
    """Run all of it."""
    provider = MailProvider(SystemClock())
    await provider.open()
    try:
        account = MailAccount(address=INBOX, user=INBOX, password=_PASSWORD, smtp_user=INBOX, smtp_password=_PASSWORD)
        provider.store.set_account(account)
        provider.store.open_box(CUSTOMER)
        async with open_floor(start_hub, browser) as floor:
            server = {"host": "127.0.0.1", "tls": "none", "user": INBOX, "password": _PASSWORD}
            imap, smtp = {**server, "port": provider.imap_port}, {**server, "port": provider.smtp_port}
            await floor.made.channel("email", address=INBOX, imap=imap, smtp=smtp)
            yield MailDesk(floor=floor, provider=provider)
    finally:
        await provider.close()
