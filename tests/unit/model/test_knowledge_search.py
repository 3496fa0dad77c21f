"""The search of the knowledge base: the right article for other words, nothing sure for strangers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from bots.nlu.traditional import simplify
from bots.training import read_folder
from hub.demo.articles import written
from hub.model.ids import AgentId
from hub.model.knowledge import Article, ArticleId, may_see
from hub.model.knowledge_search import KnowledgeIndex
from hub.model.timestamps import Timestamp
from hub.model.word_search import plain
from hub.services.bot_knowledge import SURE, language_of

ARTICLES = {article.id: article for article in written(Timestamp("2026-01-01T00:00:00.000Z"), AgentId("trainer"))}
DEMO_BOT = Path(__file__).parents[3] / "bots" / "demo"

FITTING = [
    ("水壶里面好多水垢，怎么弄干净", "水垢"),
    ("水壶有水垢", "水垢"),
    ("滤芯几个月换", "滤芯"),
    ("濾芯怎麼更換", "滤芯"),
    ("加湿器出白粉正常吗", "加湿器"),
    ("什么时候来安装空调", "安装"),
    ("安装要钱吗", "安装"),
    ("旧洗衣机能换新的吗", "以旧换新"),
    ("去美国能用吗 110v", "国外"),
    ("能帮我包装成礼物吗", "礼品包装"),
    ("礼品卡过期时间", "礼品卡"),
    ("ＧＩＦＴ CARD 有效期", "礼品卡"),
    ("包裹可以放快递柜吗", "驿站"),
    ("家里没人能放门卫吗", "驿站"),
    ("定金能退吗", "预售"),
    ("字体太小看不清", "长辈模式"),
    ("删除我的个人信息", "个人数据"),
    ("my kettle is full of limescale", "limescale"),
    ("how to change filters", "filter"),
    ("white powder near humidifier", "humidifier"),
    ("when will someone install my washing machine", "installation"),
    ("pick up my old fridge", "trade in"),
    ("does it run on 110 volts in the US", "abroad"),
    ("can you gift wrap this", "wrapping"),
    ("gift card balance", "gift card"),
    ("nobody home, can you leave the parcel with a neighbour", "neighbour"),
    ("is my deposit refundable", "deposit"),
    ("text too small in app", "too small"),
    ("delete my data", "personal data"),
]
SURELY = [
    "水壶有水垢怎么清洗",
    "加湿器出白粉正常吗",
    "濾芯怎麼更換",
    "请问礼品卡怎么用啊",
    "家里没人能放门卫吗",
    "How can I use a gift card",
    "is the deposit refundable?",
    "my kettle is full of limescale",
    "Text too small in the app!",
]
STRANGE = [
    "电饭煲可以煮粥吗",
    "这个杯子是什么材质",
    "多少钱",
    "怎么用",
    "可以吗",
    "手机没电了怎么办",
    "你们老板是谁",
    "水壶漏水了",
    "卡丢了",
    "安装软件",
    "冰箱不制冷了",
    "can the rice cooker make porridge",
    "how much",
    "how do I use it",
    "my phone is dead",
    "who is your boss",
    "the kettle leaks",
    "I lost my card",
    "install the software",
    "the fridge does not cool",
    "",
    "？！……",
    "😀",
    "a" * 5000,
]


@pytest.fixture(scope="module")
def indexes() -> Mapping[str, KnowledgeIndex]:
    made = {language: KnowledgeIndex(lambda text: simplify(plain(text))) for language in ("zh", "en")}
    for article in ARTICLES.values():
        made[article.language].put(article)
    return made


def is_public(article_id: ArticleId) -> bool:
    return may_see(ARTICLES[article_id], "customers")


@pytest.mark.parametrize(("asked", "title"), FITTING)
def test_other_words_find_the_article(asked: str, title: str, indexes: Mapping[str, KnowledgeIndex]) -> None:
    hits = indexes[language_of(asked)].search(asked, wanted=is_public)
    assert title in ARTICLES[hits[0].article_id].title


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.title)
def test_each_question_that_an_article_names_finds_it_and_is_sure(
    article: Article, indexes: Mapping[str, KnowledgeIndex]
) -> None:
    for asked in (article.title, *article.questions):
        [best, *_] = indexes[article.language].search(asked)
        assert (best.article_id, best.score >= SURE) == (article.id, True), asked


@pytest.mark.parametrize("asked", SURELY)
def test_a_question_that_is_nearly_one_of_an_articles_is_sure(
    asked: str, indexes: Mapping[str, KnowledgeIndex]
) -> None:
    assert indexes[language_of(asked)].search(asked, wanted=is_public)[0].score >= SURE


@pytest.mark.parametrize("asked", STRANGE)
def test_nothing_is_sure_for_strangers(asked: str, indexes: Mapping[str, KnowledgeIndex]) -> None:
    for index in indexes.values():
        assert all(hit.score < SURE for hit in index.search(asked))


def test_no_sentence_out_of_scope_is_answered_by_an_article(indexes: Mapping[str, KnowledgeIndex]) -> None:
    strangers = [one.text for one in read_folder(DEMO_BOT).data.examples if one.intent == "out_of_scope"]
    assert len(strangers) > 50
    sure = [text for text in strangers for index in indexes.values() for hit in index.search(text) if hit.score >= SURE]
    assert sure == []


def test_scores_are_between_0_and_1_and_descend(indexes: Mapping[str, KnowledgeIndex]) -> None:
    for asked, _ in FITTING:
        scores = [hit.score for hit in indexes[language_of(asked)].search(asked, limit=20)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_an_article_is_found_by_its_new_words_and_no_longer_by_its_old_ones() -> None:
    index = KnowledgeIndex()
    for article in ARTICLES.values():
        index.put(article)
    first = next(article for article in ARTICLES.values() if "水垢" in article.title)
    index.put(replace(first, title="自行车怎么充气", questions=(), body=""))
    assert index.search("自行车轮胎怎么充气")[0].article_id == first.id
    assert all(hit.article_id != first.id for hit in index.search("柠檬酸除垢"))
    index.remove(first.id)
    index.remove(first.id)
    assert all(hit.article_id != first.id for hit in index.search("自行车轮胎怎么充气"))
