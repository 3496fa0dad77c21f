"""The knowledge base through the interfaces: written, told by the bot at once, voted on once, read by customers."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.flows.workspace import ENV, PASSWORD, Workspace, workspace
from tests.support.clients import Json, Rest, RestError
from tests.support.hub_process import StartHub

ASKED = "净水器的滤芯怎么更换"
ARTICLE: Json = {
    "language": "zh",
    "title": "净水器滤芯怎么更换",
    "questions": ["滤芯多久换一次"],
    "body": "1. 关水。\n2. 旋下**旧滤芯**。",
    "category": "使用",
    "state": "published",
}


async def _article(made: Workspace, **changes: object) -> Json:
    article: Json = await made.admin.post("/articles", {**ARTICLE, **changes})
    return article


async def test_a_bot_tells_an_article_written_a_moment_ago_and_its_votes_count_once(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel(bot_id=(await made.bot())["id"])
        draft = await _article(made, state="draft")
        async with made.visitor(channel) as visitor:
            await visitor.say(ASKED)
            missed = await visitor.heard(3, 30)
            assert "article_id" not in missed["content"], "a draft is told to nobody"

            await made.admin.call("PATCH", f"/articles/{draft['id']}", {"state": "published"})
            await visitor.say(ASKED)
            told = await visitor.hears("旋下旧滤芯")
            assert told["content"]["article_id"] == draft["id"]
            assert f"{hub.url}/help/{draft['id']}" in told["content"]["text"]
            helped, _person = told["content"]["options"]

            await made.admin.call("PATCH", f"/articles/{draft['id']}", {"body": "找师傅来换。"})
            await visitor.say(ASKED)
            assert (await visitor.hears("找师傅来换"))["content"]["article_id"] == draft["id"]

            for number in range(2):
                await visitor.act(
                    "message.send", client_id=f"v{number}", text=helped["label"], payload=helped["payload"]
                )
            await visitor.until(
                lambda: sum("太好了" in one["content"]["text"] for one in visitor.messages.values()) == 2
            )
            shown = await made.admin.get(f"/articles/{draft['id']}")
            assert (shown["helpful"], shown["unhelpful"], shown["updated_by_name"]) == (1, 0, "admin")

            await visitor.say(ASKED)
            person = [one for one in visitor.messages.values() if one["content"].get("options")][-1]["content"][
                "options"
            ][1]
            await visitor.act("message.send", client_id="p", text=person["label"], payload=person["payload"])
            await visitor.until(lambda: any(one["state"] == "queued" for one in visitor.sessions))
            session = await made.session(visitor.session_id)
            assert session["handoff"]["reason"] == "asked"
            assert "净水器" in session["handoff"]["summary"]


async def test_customers_read_what_is_public_and_vote_once(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, Rest(hub.url) as reader:
        channel = await made.channel()
        article, draft, inner = (
            await _article(made),
            await _article(made, state="draft"),
            await _article(made, public=False),
        )
        page = await reader.get("/help/articles", language="zh")
        assert [one["id"] for one in page["items"]] == [article["id"]]
        assert page["items"][0]["summary"] == "1. 关水。 2. 旋下旧滤芯。"
        assert page["categories"] == [{"name": "使用", "count": 1}]
        assert page["chat_channel_id"] == channel["id"]
        assert (await reader.get("/help/articles", language="zh", q="滤芯多久换"))["items"][0]["id"] == article["id"]
        assert (await reader.get("/help/articles", language="en"))["items"] == []
        for hidden in (draft, inner):
            with pytest.raises(RestError, match="404"):
                await reader.get(f"/help/articles/{hidden['id']}")
        read = await reader.get(f"/help/articles/{article['id']}")
        assert set(read) == {
            "id", "language", "title", "body", "category", "updated_at", "related", "chat_channel_id",
        }  # fmt: skip

        vote = {"helpful": False, "comment": "看不懂", "token": "a-reader-of-this-test"}
        path = f"/help/articles/{article['id']}/feedback"
        counted = await asyncio.gather(*(reader.post(path, vote) for _ in range(5)))
        assert sum(one["counted"] for one in counted) == 1
        assert (await reader.post(path, {"helpful": True, "token": "another-reader-here"}))["counted"]
        shown = await made.admin.get(f"/articles/{article['id']}")
        assert (shown["helpful"], shown["unhelpful"], shown["comments"][0]["text"]) == (1, 1, "看不懂")
        with pytest.raises(RestError, match="404"):
            await reader.post(f"/help/articles/{draft['id']}/feedback", vote)
        async with aiohttp.ClientSession() as browser, browser.get(f"{hub.url}/help/{article['id']}") as document:
            assert document.status in (200, 503)
            assert "default-src 'self'" in document.headers["Content-Security-Policy"]


async def test_staff_find_and_trainers_write(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, Rest(hub.url) as agent:
        await made.person("ann")
        await agent.login("ann@example.com", PASSWORD)
        article, draft = await _article(made, public=False), await _article(made, state="draft", title="草稿")
        found = (await agent.get("/articles/search", q=ASKED))["items"]
        assert [(one["article"]["id"], one["sure"], one["url"]) for one in found] == [(article["id"], True, None)]
        assert found[0]["text"] == "1. 关水。\n2. 旋下旧滤芯。"
        assert [one["id"] for one in (await agent.get("/articles"))["items"]] == [article["id"]]
        with pytest.raises(RestError, match="404"):
            await agent.get(f"/articles/{draft['id']}")
        with pytest.raises(RestError, match="403"):
            await agent.post("/articles", ARTICLE)
        assert [one["id"] for one in (await made.admin.get("/articles", state="draft"))["items"]] == [draft["id"]]
        await made.admin.call("DELETE", f"/articles/{article['id']}")
        assert (await agent.get("/articles/search", q=ASKED))["items"] == []
        with pytest.raises(RestError, match="422"):
            await made.admin.post("/articles", {**ARTICLE, "title": "  "})


async def test_what_is_exported_is_imported_again_without_doubles(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, aiohttp.ClientSession() as browser:
        await _article(made)
        sign = {"Authorization": f"Bearer {made.admin.token}"}
        async with browser.get(f"{hub.url}/api/v1/articles/export", headers=sign) as answer:
            data = await answer.read()
        for text, expected in ((data, (0, 1)), (data + b"\r\nen,Pump,,Air\r\n", (1, 1))):
            form = aiohttp.FormData()
            form.add_field("file", text, filename="articles.csv", content_type="text/csv")
            async with browser.post(f"{hub.url}/api/v1/articles/import", headers=sign, data=form) as answer:
                done = await answer.json()
            assert (done["created"], done["changed"]) == expected
        articles = (await made.admin.get("/articles"))["items"]
        assert sorted(one["title"] for one in articles) == ["Pump", ARTICLE["title"]]


async def test_votes_and_articles_outlive_the_hub(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, Rest(hub.url) as reader:
        article = await _article(made)
        path = f"/help/articles/{article['id']}/feedback"
        await reader.post(path, {"helpful": True, "token": "a-reader-of-this-test"})
        await hub.kill()
        await hub.restart()
        again = await reader.post(path, {"helpful": True, "token": "a-reader-of-this-test"})
        assert not again["counted"]
        assert (await made.admin.get(f"/articles/{article['id']}"))["helpful"] == 1
        assert (await reader.get("/help/articles", language="zh", q=ASKED))["items"][0]["id"] == article["id"]
