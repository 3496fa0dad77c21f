"""Every engine of ours keeps the promises of the understanding port."""

from __future__ import annotations

from functools import cache

import pytest

import bots
from bots.engine import default_responses
from bots.rasa_remote import RasaEngine, RasaSettings
from hub.ports.understanding import BotEngine
from hub.testing.understanding_contract import CHECKS, Check, MakeEngine
from tests.support.rasa_server import TOKEN, rasa_server

_SMALL = {
    "nlu.yml": "nlu:\n- intent: greet\n  examples: |\n    - hello\n    - 你好\n",
    "domain.yml": "intents: [greet]\nresponses:\n  utter_greet:\n  - text: Hello 你好\n",
    "rules.yml": "rules:\n- rule: greet\n  steps:\n  - intent: greet\n  - action: utter_greet\n",
}


@cache
def _small() -> BotEngine:
    return bots.IntentEngine(bots.read_files(_SMALL))


@cache
def _untrained() -> BotEngine:
    return bots.IntentEngine(bots.read_files({"domain.yml": "intents: []\n"}))


_MAKERS: tuple[MakeEngine, ...] = (bots.load_demo, _small, _untrained)


@pytest.fixture(autouse=True)
def _loaded() -> None:
    """Load before any loop runs, as the hub does; the makers keep what they have loaded."""
    for make in _MAKERS:
        make()


@pytest.mark.parametrize("make", _MAKERS, ids=["demo", "small", "untrained"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_engine_keeps(check: Check, make: MakeEngine) -> None:
    await check(make)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_a_rasa_server_behind_the_port_keeps(check: Check) -> None:
    async with rasa_server() as server:
        settings = RasaSettings(url=server.url, token=TOKEN)
        await check(lambda: RasaEngine(settings, default_responses()))
