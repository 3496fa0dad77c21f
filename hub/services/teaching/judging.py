"""Judging versions: by examples, against one another on the test set, and on the messages of real customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hub.errors import NotFound
from hub.model.evaluation import Evaluation
from hub.model.ids import BotId
from hub.ports.teaching import Reading
from hub.services.teaching.asking import Asking
from hub.services.teaching.material import Material
from hub.services.teaching.models import Models
from hub.services.teaching.shown import Changed, Comparison
from hub.services.teaching.traffic import Traffic
from hub.services.teaching.versions import Versions

Pairs = Sequence[tuple[str, str]]


class Judging:
    """Tells how versions fare."""

    def __init__(
        self, material: Material, versions: Versions, models: Models, traffic: Traffic, asking: Asking
    ) -> None:
        """Take what to judge by, and the models."""
        self._material = material
        self._versions = versions
        self._models = models
        self._traffic = traffic
        self._asking = asking

    async def kept(self, bot_id: BotId, n: int) -> Evaluation:
        """Return how a version fared on the test set when it was trained.

        Raises:
            NotFound: there is no such version; code `no-test-set`: the bot had no test set then.
        """
        evaluation = (await self._versions.material(self._versions.get(bot_id, n))).evaluation
        if evaluation is None:
            raise _no_test_set()
        return evaluation

    async def evaluate(self, bot_id: BotId, n: int, given: Pairs | None = None) -> Evaluation:
        """Judge a version by (text, intent) pairs, or by the present test set.

        Raises:
            NotFound: there is no such version; code `no-test-set`: no pairs are given and there is no test set.
        """
        model = await self._models.of(bot_id, n)
        pairs = await self._test_set(bot_id) if given is None else given
        if not pairs:
            raise _no_test_set()
        return await self._asking.ask(lambda _: model.evaluate(pairs))

    async def worse(self, bot_id: BotId, n: int, live: int) -> list[tuple[str, str, str]]:
        """Return the sentences that speak against a version: (text, its intent, what the version takes it for).

        They are those of the present test set that the live version gets right and this one does not; none where
        this one is right as often or more often, or there is no test set.
        """
        pairs = await self._test_set(bot_id)
        if not pairs:
            return []
        was, now = await self._models.of(bot_id, live), await self._models.of(bot_id, n)
        before = await self._asking.ask(lambda _: was.evaluate(pairs))
        after = await self._asking.ask(lambda _: now.evaluate(pairs))
        if after.accuracy >= before.accuracy:
            return []
        wrong_before = {(one.text, one.intent) for one in before.confused}
        return [
            (one.text, one.intent, one.taken_for)
            for one in after.confused
            if (one.text, one.intent) not in wrong_before
        ]

    async def compare(self, bot_id: BotId, n: int, other: int | None, *, limit: int) -> Comparison:
        """Compare a version with another one (the live one, or else the bot as it was given) on real messages.

        Raises:
            NotFound: there is no such version.
        """
        if other is None:
            live, _ = self._versions.answering(bot_id)
            other = live.n if live is not None else 0
        old, new = await self._models.of(bot_id, other), await self._models.of(bot_id, n)
        notes, at_most = await self._traffic.newest(bot_id, limit, keep=lambda note: not note.is_choice)
        texts = await self._traffic.texts(notes)
        counts = Counter(text for note in notes if (text := texts.get(note.id)))
        wanted = list(counts)
        was, now = await self._asking.ask(lambda _: (old.read(wanted), new.read(wanted)))
        changed = [
            Changed(text=text, count=counts[text], was=before, now=after)
            for text, before, after in zip(wanted, was, now, strict=True)
            if _taken(before) != _taken(after)
        ]
        return Comparison(
            n=n,
            other=other,
            messages=counts.total(),
            same=counts.total() - sum(one.count for one in changed),
            changed=tuple(sorted(changed, key=lambda one: -one.count)),
            at_most=at_most,
        )

    async def _test_set(self, bot_id: BotId) -> list[tuple[str, str]]:
        return [(one.text, one.intent) for one in await self._material.examples(bot_id, "test")]


def _taken(reading: Reading) -> str | None:
    """Return the intent that a customer would be answered for."""
    return None if reading.is_fallback else reading.intent


def _no_test_set() -> NotFound:
    return NotFound("The bot has no test set: add sentences to it first.", code="no-test-set")
