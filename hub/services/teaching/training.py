"""Training and cross-validation of a bot's present files, as long jobs in processes of their own.

The model comes from its process in a file of a folder that is gone afterwards, whatever happened; it is kept, and the
version written, only when the process has succeeded. A job that dies leaves nothing and can be started again.
"""

from __future__ import annotations

import asyncio

import msgspec

from hub.errors import Conflict
from hub.model.agent import Agent
from hub.model.ids import BotId
from hub.model.long_job import LongJob
from hub.model.teaching import BotVersion
from hub.ports.teaching import CrossTask, TrainDone, TrainTask
from hub.services.core import Core
from hub.services.long_jobs import Assignment, LongJobs
from hub.services.teaching.asking import Asking
from hub.services.teaching.keeping import Keeping
from hub.services.teaching.material import Material, Taught
from hub.services.teaching.shown import version_view
from hub.services.teaching.versions import KeptMaterial, Versions
from hub.services.teaching.workroom import Workroom


class Training:
    """Begins the long jobs of teaching."""

    def __init__(
        self,
        core: Core,
        material: Material,
        versions: Versions,
        *,
        keeping: Keeping,
        jobs: LongJobs,
        asking: Asking,
    ) -> None:
        """Take what is trained, where versions are kept, and who runs the jobs."""
        self._core = core
        self._material = material
        self._versions = versions
        self._keeping = keeping
        self._jobs = jobs
        self._asking = asking

    async def train(self, bot_id: BotId, *, by: Agent, note: str = "") -> LongJob:
        """Begin to train a version; the job's result is a `VersionView`.

        Raises:
            Conflict: code `nothing-to-learn`: the bot has no files.
            RateLimited: too many jobs wait.
        """
        await self._check(bot_id)

        async def prepare() -> Assignment:
            taught = await self._material.read(bot_id)
            work, encoder = await self._asking.ask(lambda teacher: (teacher.work("train"), teacher.encoder))
            room = await asyncio.to_thread(Workroom.make)

            async def finish(result: bytes) -> bytes:
                model = await asyncio.to_thread(room.out.read_bytes)
                version = await self._keep(taught, model, msgspec.json.decode(result, type=TrainDone), by, note)
                return msgspec.json.encode(version_view(version))

            return Assignment(
                work=work,
                payload=msgspec.json.encode(TrainTask(files=taught.files, out=str(room.out), encoder=encoder)),
                finish=finish,
                clear=room.clear,
            )

        return await self._jobs.start("train", by.id, prepare)

    async def _keep(self, taught: Taught, model: bytes, done: TrainDone, by: Agent, note: str) -> BotVersion:
        kept = KeptMaterial(files=taught.files, evaluation=done.evaluation)
        model_blob, files_blob = await self._versions.keep(model, kept)
        version = await self._versions.add(
            BotVersion(
                id="",
                bot_id=taught.bot.id,
                n=0,
                created_at=self._core.clock.now(),
                by=by.id,
                by_name=by.name,
                note=note,
                model=model_blob,
                files=files_blob,
                revision=taught.revision,
                examples=done.examples,
                intents=done.intents,
                seconds=done.seconds,
                scores=done.scores,
            )
        )
        await self._keeping.tidy(version.bot_id)
        return version

    async def cross_validate(self, bot_id: BotId, *, by: Agent, parts: int) -> LongJob:
        """Begin a cross-validation; the job's result is an `Evaluation`.

        Raises:
            Conflict: code `nothing-to-learn`: the bot has no files.
            RateLimited: too many jobs wait.
        """
        await self._check(bot_id)

        async def prepare() -> Assignment:
            taught = await self._material.read(bot_id)
            work, encoder = await self._asking.ask(lambda teacher: (teacher.work("cross_validate"), teacher.encoder))
            task = CrossTask(files=taught.files, parts=parts, encoder=encoder)
            return Assignment(work=work, payload=msgspec.json.encode(task))

        return await self._jobs.start("cross_validate", by.id, prepare)

    async def _check(self, bot_id: BotId) -> None:
        if not (await self._material.read(bot_id)).files:
            raise Conflict("There is nothing to learn from yet: add sentences or files.", code="nothing-to-learn")
