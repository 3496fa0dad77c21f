"""A mail in the thread: its text and all of it, its design in a frame that can do nothing, and the answer to it."""

from __future__ import annotations

from email.message import EmailMessage

from playwright.async_api import Browser, Route, expect

from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.mail_desk import CUSTOMER, DOT, INBOX, MailDesk, a_letter, mail_desk, mail_with
from tests.ui.tabs import WAIT_MS

TEXT = """The left side is silent, see the photo.

Chen

On Monday, Support wrote:
> Is it better now?
> Please tell us.
"""
HTML = """<html><body><p>The left side is <b>silent</b>.</p><img src="cid:dot@customers.test" alt="dot">
<img src="https://spy.example/read.gif" alt="banner" width="10" height="10">
<script>parent.document.title = 'owned'</script><form action="https://spy.example"><input name="password"></form>
<a href="https://shop.example/orders">order</a></body></html>"""


async def _desk_with(desk: MailDesk, *mails: EmailMessage) -> Console:
    ann = await desk.floor.console("ann")
    for mail in mails:
        desk.deliver(mail)
    await desk.accept(ann)
    await expect(ann.part("mail")).to_have_count(len(mails), timeout=2 * WAIT_MS)
    return ann


async def test_a_mail_shows_what_was_written_and_all_of_it_on_demand(start_hub: StartHub, browser: Browser) -> None:
    async with mail_desk(start_hub, browser) as desk:
        ann = await _desk_with(desk, a_letter("Headphones", TEXT))
        mail = mail_with(ann, "Headphones")
        await expect(mail.get_by_test_id("mail-body")).to_contain_text("The left side is silent")
        await expect(mail.get_by_test_id("mail-body")).not_to_contain_text("Is it better now?")
        await mail.get_by_test_id("mail-view-all").click()
        quote = mail.get_by_test_id("mail-quote")
        await expect(quote).not_to_have_attribute("open", "")
        await quote.locator("summary").click()
        await expect(quote.get_by_text("Is it better now?")).to_be_visible()
        await expect(mail.get_by_test_id("mail-details")).to_have_count(0)
        await mail.get_by_test_id("mail-details-toggle").click()
        details = mail.get_by_test_id("mail-details")
        await expect(details).to_contain_text(CUSTOMER)
        await expect(details).to_contain_text(INBOX)
        await expect(details).to_contain_text("boss@customers.test")


async def test_the_design_of_a_mail_runs_nothing_and_asks_nobody(start_hub: StartHub, browser: Browser) -> None:
    async with mail_desk(start_hub, browser) as desk:
        ann = await _desk_with(desk, a_letter("Headphones", TEXT, html=HTML))
        asked: list[str] = []

        async def elsewhere(route: Route) -> None:
            asked.append(route.request.url)
            await route.fulfill(body=DOT, content_type="image/png")

        await ann.page.route(lambda url: not url.startswith(desk.floor.hub.url), elsewhere)
        mail = mail_with(ann, "Headphones")
        await mail.get_by_test_id("mail-view-html").click()
        element = mail.get_by_test_id("mail-frame")
        assert await element.get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"
        frame = element.content_frame
        await expect(frame.get_by_text("silent")).to_be_visible()
        await expect(frame.locator("script, form, input")).to_have_count(0)
        # The mail's own picture stands in its place, and is not listed a second time.
        await expect(frame.get_by_alt_text("dot")).to_have_js_property("naturalWidth", 1)
        await expect(mail.get_by_test_id("attachment-image")).to_have_count(0)
        await expect(mail.get_by_test_id("mail-remote")).to_have_attribute("data-count", "1")
        assert asked == []
        assert await ann.page.title() != "owned"

        await mail.get_by_test_id("mail-show-pictures").click()
        await expect(frame.get_by_alt_text("banner")).to_have_js_property("naturalWidth", 1)
        assert asked == ["https://spy.example/read.gif"]
        await expect(mail.get_by_test_id("mail-remote")).to_have_count(0)


async def test_the_answer_to_a_mail_belongs_to_it(start_hub: StartHub, browser: Browser) -> None:
    async with mail_desk(start_hub, browser) as desk:
        first = a_letter("Headphones", "The left side is silent.")
        second = a_letter("The invoice", "Where is it?", message_id="<second@customers.test>")
        ann = await _desk_with(desk, first, second)
        await mail_with(ann, "Headphones").get_by_test_id("mail-reply").click()
        await expect(ann.part("reply-answers")).to_contain_text("Headphones")
        await expect(ann.part("reply-text")).to_be_focused()
        await ann.say("You get a new pair.")
        await expect(ann.part("reply-answers")).to_have_count(0)
        await expect(ann.page.locator("[data-testid=delivery][data-state=sent]")).to_have_count(1)
        [answer] = await desk.received(1)
        assert (answer["In-Reply-To"], answer["Subject"]) == ("<first@customers.test>", "Re: Headphones")
        await ann.say("And the invoice is on its way.")
        [_, other] = await desk.received(2)
        assert other["In-Reply-To"] == "<second@customers.test>"
        await expect(ann.page.locator("[data-testid=delivery][data-state=sent]")).to_have_count(1)


async def test_kinds_of_mail_are_told_apart(start_hub: StartHub, browser: Browser) -> None:
    async with mail_desk(start_hub, browser) as desk:
        away = a_letter("Automatic reply: Headphones", "I am away.", message_id="<third@customers.test>")
        away["Auto-Submitted"] = "auto-replied"
        ann = await _desk_with(desk, a_letter("Headphones", "Silent."), away)
        await expect(mail_with(ann, "Automatic reply").get_by_test_id("mail-kind")).to_have_text("Automatic reply")
        await expect(mail_with(ann, "Silent").get_by_test_id("mail-kind")).to_have_count(0)
