"""Words of a text, as people mark and read them: the trainer's own are never cut apart, with and without jieba."""

from __future__ import annotations

import builtins
import importlib.util
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bots
from bots.nlu import Model, word_cuts

_FILES = {
    "nlu.yml": """
nlu:
- intent: buy
  examples: |
    - 我要买扫地机
    - buy a robot
    - 来一个[小汇同学](product)
- lookup: product
  examples: |
    - 小汇净水器
    - robot vacuum
- synonym: 充电宝
  examples: |
    - 移動電源
""",
    "domain.yml": "intents: [buy]\nentities: [product]\n",
}


@pytest.fixture(scope="module")
def model() -> Model:
    return bots.train(bots.read_files(_FILES))


@pytest.fixture
def without_jieba(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the cutter believe that jieba is not installed."""
    real = builtins.__import__

    def imported(name: str, *args: object, **kwargs: object) -> object:
        if name == "jieba":
            raise ImportError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(builtins, "__import__", imported)
    word_cuts._chinese_cutter.cache_clear()
    yield
    word_cuts._chinese_cutter.cache_clear()


def words(model: Model, text: str) -> list[str]:
    """Return the words of a text."""
    return [text[start:end] for start, end in model.words(text)]


@pytest.mark.skipif(
    importlib.util.find_spec("jieba") is None, reason="jieba is not installed: pip install huike[words]"
)
def test_chinese_is_cut_into_words(model: Model) -> None:
    assert words(model, "我想买一台小汇净水器，多少钱？") == ["我", "想", "买", "一台", "小汇净水器", "多少", "钱"]
    assert model.explain("我要退款").tokens == ("我要", "退款")


def test_own_words_are_never_cut_apart(model: Model, without_jieba: None) -> None:
    assert words(model, "买小汇净水器和移动电源") == ["买", "小汇净水器", "和", "移动电源"]
    assert words(model, "買小汇净水器和移動電源") == ["買", "小汇净水器", "和", "移動電源"]
    assert words(model, "a Robot Vacuum, HK20260001!") == ["a", "Robot Vacuum", "HK20260001"]
    assert words(model, "叫小汇同学来") == ["叫", "小汇同学", "来"]


def test_cutting_is_loaded_with_the_first_text_that_needs_it() -> None:
    code = "import sys, bots; bots.load_demo; assert 'jieba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.text(alphabet="小汇净水器买移动电源robot vacum 1，。😀\ufdfa", max_size=60))
@settings(max_examples=100, deadline=None)
def test_words_stand_in_order_and_in_the_text(model: Model, text: str) -> None:
    end = 0
    for start, stop in model.words(text):
        assert end <= start <= stop <= len(text)
        end = stop
