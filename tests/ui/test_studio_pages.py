"""What a bot is taught, in a browser: sentences, marks, answers, words, files; each change in the history, undone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.flows.workspace import ADMIN, ENV, PASSWORD, Workspace, workspace
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.studio_page import StudioPage
from tests.ui.tabs import DESK, Locale, Size, open_tab

FILES: Mapping[str, str] = {
    "domain.yml": (
        'version: "3.1"\nintents:\n- greet\n- refund\n- travel\nentities:\n- city\n'
        "responses:\n  utter_greet:\n  - text: Hello\n  utter_ask_size:\n  - text: Which size?\n"
        "slots:\n  size:\n    type: text\n    mappings:\n    - type: from_text\n"
        "forms:\n  size_form:\n    required_slots:\n    - size\n"
    ),
    "data/nlu.yml": (
        'version: "3.1"\nnlu:\n'
        "- intent: greet\n  examples: |\n    - hello\n    - good morning\n    - hi there\n"
        "- intent: refund\n  examples: |\n    - I want my money back\n    - refund please\n"
        "- intent: travel\n  examples: |\n    - fly to [Paris](city)\n    - a train to Rome\n"
        "- synonym: Paris\n  examples: |\n    - City of Light\n"
    ),
    "data/rules.yml": ('version: "3.1"\nrules:\n- rule: greet\n  steps:\n  - intent: greet\n  - action: utter_greet\n'),
}


@dataclass(kw_only=True)
class Study:
    """A hub with a small bot; the administrator has the studio open."""

    made: Workspace
    bot: dict[str, Any]
    page: StudioPage
    stack: AsyncExitStack
    browser: Browser

    async def training(self) -> dict[str, str]:
        """Return the bot's files."""
        files: dict[str, str] = (await self.made.admin.get(f"/bots/{self.bot['id']}/training"))["files"]
        return files

    async def examples(self, intent: str) -> list[str]:
        """Return an intent's sentences with their marks."""
        answer = await self.made.admin.get(f"/bots/{self.bot['id']}/examples", intent=intent)
        return [one["marked"] for one in answer["items"]]

    async def dataset(self) -> dict[str, Any]:
        """Return what the files come to."""
        found: dict[str, Any] = await self.made.admin.get(f"/bots/{self.bot['id']}/dataset")
        return found


@asynccontextmanager
async def open_study(
    start_hub: StartHub, browser: Browser, *, settings: Mapping[str, Any], locale: Locale = "en", size: Size = DESK
) -> AsyncIterator[Study]:
    """Start a hub with a bot of these settings and sign the administrator in."""
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        bot = await made.admin.post("/bots", {"name": "Scout", "engine": "intent", "settings": dict(settings)})
        tab = await stack.enter_async_context(open_tab(browser, hub.url, locale=locale, size=size))
        console = Console(tab)
        await console.sign_in(ADMIN, PASSWORD)
        yield Study(made=made, bot=bot, page=StudioPage(console, bot["id"]), stack=stack, browser=browser)


@pytest_asyncio.fixture
async def study(start_hub: StartHub, browser: Browser) -> AsyncIterator[Study]:
    """The studio of a bot of three intents."""
    async with open_study(start_hub, browser, settings={"files": dict(FILES)}) as opened:
        yield opened


async def test_sentences_are_added_changed_moved_and_removed_and_all_of_it_can_be_undone(study: Study) -> None:
    page = study.page
    await page.part("nav-studio").click()
    await expect(page.part("bot-picker")).to_contain_text("Scout")
    await page.open_intent("refund")
    await page.add("give me a refund")
    await page.add("I return this")
    assert await study.examples("refund") == [
        "I want my money back",
        "refund please",
        "give me a refund",
        "I return this",
    ]
    await page.part("example-add").fill("refund please")
    await page.part("example-add").press("Enter")
    await expect(page.part("toast").last).to_contain_text("has it already")

    await page.act("I return this", "edit")
    await page.part("example-text").fill("I send this back")
    await page.part("example-text").press("Enter")
    await expect(page.example("I send this back")).to_be_visible()

    await page.example("refund please").get_by_test_id("example-select").check()
    await page.example("I want my money back").get_by_test_id("example-select").check()
    await expect(page.part("example-selected")).to_have_text("2 selected")
    await page.part("examples-move").click()
    await page.part("intent-find").fill("greet")
    await page.part("intent-find").press("Enter")
    await expect(page.example("refund please")).to_have_count(0)
    assert {"refund please", "I want my money back"} <= set(await study.examples("greet"))

    await page.act("give me a refund", "remove")
    await expect(page.example("give me a refund")).to_have_count(0)
    await page.part("toast").last.get_by_test_id("toast-action").click()
    await expect(page.example("give me a refund")).to_be_visible()

    await page.switch("history")
    rows = page.part("history-row")
    await expect(rows.first).to_have_attribute("data-kind", "undo")
    moved = page.page.locator("[data-testid=history-row][data-kind=move_examples]")
    await moved.get_by_test_id("history-lines").click()
    await expect(moved).to_contain_text("- refund please")
    await moved.get_by_test_id("history-undo").click()
    await expect(moved).to_have_attribute("data-undone", "true")
    assert "refund please" in await study.examples("refund")


async def test_pasted_lines_are_judged_before_they_are_added(study: Study) -> None:
    page = study.page
    await page.open("intents", "?intent=refund")
    await page.part("example-paste").click()
    await page.part("paste-text").fill("- where is my money\nrefund please\n\nwhere is my money\nhello\n2. pay me back")
    await expect(page.part("paste-counts")).to_have_attribute("data-add", "2")
    states = [await line.get_attribute("data-state") for line in await page.part("paste-line").all()]
    assert states == ["new", "known", "empty", "repeated", "elsewhere", "new"]
    await page.part("paste-elsewhere").check()
    await expect(page.part("paste-counts")).to_have_attribute("data-add", "3")
    await page.part("paste-elsewhere").uncheck()
    await page.part("paste-add").click()
    await page.gone("paste-dialog")
    await expect(page.example("pay me back")).to_be_visible()
    assert (await study.examples("refund"))[2:] == ["where is my money", "pay me back"]


async def test_words_are_marked_by_mouse_and_by_keyboard(study: Study) -> None:
    page = study.page
    await page.open("intents", "?intent=travel")
    await page.act("a train to Rome", "mark")
    await page.part("mark-word").get_by_text("Rome", exact=True).click()
    await page.part("mark-entity").fill("city")
    await page.part("mark-role").fill("to")
    await page.part("mark-set").click()
    await page.part("mark-save").click()
    await expect(page.example("a train to Rome").get_by_test_id("entity")).to_have_text("Romecity·to")
    assert '[Rome]{"entity":"city","role":"to"}' in (await study.examples("travel"))[1].replace(": ", ":")

    await page.add("from New York")
    await page.act("from New York", "mark")
    await page.part("mark-word").first.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Enter"):
        await page.page.keyboard.press(key)
    await expect(page.part("mark-entity")).to_be_focused()
    await page.page.keyboard.type("city")
    await page.page.keyboard.press("Enter")
    await page.part("mark-save").click()
    await expect(page.example("from New York").get_by_test_id("entity")).to_contain_text("New York")
    assert "from [New York](city)" in await study.examples("travel")


async def test_an_intent_is_made_answered_renamed_and_removed(study: Study) -> None:
    page = study.page
    await page.open("intents")
    await page.part("intent-add").click()
    await page.part("name-field").fill("two words")
    await expect(page.part("name-save")).to_be_disabled()
    await page.part("name-field").fill("hours")
    await page.part("name-save").click()
    await expect(page.part("intent-title")).to_have_text("hours")
    await page.add("when do you open")
    await page.part("intent-answer").select_option(label="New answer…")
    await page.part("name-save").click()
    await page.part("way-text").fill("From 9:00, {name}.")
    await page.part("way-add-button").click()
    await page.part("button-title").fill("Thanks")
    await page.part("answer-save").click()
    await expect(page.part("answer-way")).to_contain_text("A choice needs words and a meaning.")
    await page.part("button-payload").fill("/greet")
    await expect(page.part("bubble-preview")).to_contain_text("{name}")
    await page.part("answer-save").click()
    await page.told("Saved")
    found = await study.dataset()
    assert next(one["answer"] for one in found["intents"] if one["name"] == "hours") == "utter_hours"
    made = next(one for one in found["responses"] if one["name"] == "utter_hours")
    assert made["variations"][0]["buttons"] == [{"title": "Thanks", "payload": "/greet"}]

    await page.open("intents", "?intent=travel")
    await page.part("intent-more").click()
    await page.part("intent-rename").click()
    await page.part("name-field").fill("journey")
    await page.part("name-save").click()
    await expect(page.part("intent-title")).to_have_text("journey")
    assert await study.examples("journey")
    await page.part("intent-more").click()
    await page.part("intent-remove").click()
    await page.part("confirm-yes").click()
    await expect(page.intent("journey")).to_have_count(0)


async def test_unsaved_answers_are_asked_about_and_forms_ask_in_order(study: Study) -> None:
    page = study.page
    await page.open("answers", "?answer=utter_greet")
    await page.part("way-text").fill("Hello there")
    await page.part("studio-tab-words").click()
    await page.part("confirm-no").click()
    await expect(page.part("way-text")).to_have_value("Hello there")
    await page.part("answer-discard").click()
    await page.page.locator("[data-testid=form-row][data-form=size_form]").click()
    await page.part("form-slot-name").fill("colour")
    await page.part("form-slot-add").click()
    await page.page.locator("[data-testid=form-slot][data-slot=colour]").get_by_test_id("form-up").click()
    await page.part("form-save").click()
    await page.told("Saved")
    assert (await study.dataset())["forms"] == {"size_form": ["colour", "size"]}


async def test_words_are_kept_one_a_line(study: Study) -> None:
    page = study.page
    await page.open("words")
    await page.word("Paris").get_by_test_id("word-edit").click()
    await page.part("word-list").fill("City of Light\nPanam\n\nPanam")
    await page.part("word-save").click()
    await expect(page.word("Paris")).to_contain_text("2 words")
    await page.part("words-lookups").click()
    await page.part("words-add").click()
    await page.part("word-name").fill("city")
    await page.part("word-list").fill("Rome\nOslo")
    await page.part("word-save").click()
    await expect(page.word("city")).to_contain_text("Oslo")
    found = await study.dataset()
    assert (found["synonyms"], found["lookups"]) == ({"Paris": ["City of Light", "Panam"]}, {"city": ["Rome", "Oslo"]})


async def test_a_fault_stands_at_its_line_and_an_import_says_what_it_changed(study: Study) -> None:
    page = study.page
    await page.open("files")
    await page.file("data/rules.yml").click()
    wrong = FILES["data/rules.yml"].replace("- intent: greet", "- intent: nobody")
    await page.part("file-text").fill(wrong.replace("  - action", "   - action"))
    await page.part("file-save").click()
    await expect(page.part("file-fault").first).to_be_visible()
    await expect(page.part("fault-mark").first).to_be_attached()
    assert (await study.training())["data/rules.yml"] == FILES["data/rules.yml"]
    await page.part("file-discard").click()

    await page.part("file-text").fill("# ours\n" + FILES["data/rules.yml"])
    await page.part("file-save").click()
    await page.told("data/rules.yml saved")
    assert (await study.training())["data/rules.yml"].startswith("# ours\n")

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for path, text in FILES.items():
            packed.writestr(path, text.replace("- hi there", "- hi there\n    - hey"))
    await page.part("file-import").click()
    zipped = {"name": "bot.zip", "mimeType": "application/zip", "buffer": archive.getvalue()}
    await page.part("import-file").set_input_files(zipped)  # type: ignore[arg-type]  # a payload, as documented
    summary = page.part("import-summary")
    await expect(summary.locator("[data-path='data/nlu.yml']")).to_contain_text("+1")
    await expect(summary.locator("[data-path='data/rules.yml']")).to_contain_text("−1")
    await expect(page.part("import-sums").locator("[data-key=examples]")).to_contain_text("8")
    assert (await study.training())["data/rules.yml"].startswith("# ours\n"), "nothing is changed by looking"
    await page.part("import-run").click()
    await expect(page.part("import-done")).to_be_visible()
    assert not (await study.training())["data/rules.yml"].startswith("# ours\n")
    await page.part("import-undo").click()
    await page.gone("import-dialog")
    assert (await study.training())["data/rules.yml"].startswith("# ours\n")
    async with page.page.expect_download() as download:
        await page.part("file-export").click()
    assert (await download.value).suggested_filename == "Scout.zip"


async def test_what_somebody_else_changed_meanwhile_is_shown_and_nothing_is_lost(study: Study) -> None:
    page = study.page
    await page.open("answers", "?answer=utter_greet")
    await page.part("way-text").fill("Hello there")
    edit = {"kind": "add_examples", "intent": "greet", "texts": ["howdy"]}
    await study.made.admin.post(f"/bots/{study.bot['id']}/edits", {"edits": [edit]})
    await page.part("answer-save").click()
    await expect(page.part("toast")).to_contain_text("Somebody changed the material meanwhile")
    await expect(page.part("way-text")).to_have_value("Hello there")
    await page.part("answer-save").click()
    await page.told("Saved")
    said = next(one for one in (await study.dataset())["responses"] if one["name"] == "utter_greet")
    assert said["variations"][0]["text"] == "Hello there"
    assert "howdy" in await study.examples("greet")


async def test_trainers_begin_in_the_studio_and_auditors_may_only_look(study: Study) -> None:
    for name, role in (("tina", "trainer"), ("otto", "auditor")):
        await study.made.person(name, roles=(role,))
    url = study.made.url
    tab = await study.stack.enter_async_context(open_tab(study.browser, url, locale="en"))
    await tab.page.get_by_test_id("login-email").fill("tina@example.com")
    await tab.page.get_by_test_id("login-password").fill(PASSWORD)
    await tab.page.get_by_test_id("login-submit").click()
    await expect(tab.page.get_by_test_id("intents-tab")).to_be_visible()
    await expect(tab.page.get_by_test_id("connection")).to_have_attribute("data-link", "online")
    await expect(tab.page.get_by_test_id("nav-console")).to_have_count(0)
    await expect(tab.page.get_by_test_id("intent-add")).to_be_visible()

    tab = await study.stack.enter_async_context(open_tab(study.browser, url, locale="en"))
    await Console(tab).sign_in("otto@example.com")
    page = StudioPage(Console(tab), study.bot["id"])
    await page.part("nav-studio").click()
    await page.open_intent("greet")
    await expect(page.part("studio-read-only")).to_be_visible()
    for part in ("intent-add", "example-add", "train-run", "example-select"):
        await expect(page.part(part)).to_have_count(0)
