"""Everything about what bots are taught, in one value, as the interfaces call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.ports.blobs import Blobs
from hub.ports.teaching import Teacher
from hub.services.bot_engines import BotEngines, MakeEngine
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.long_jobs import LongJobs
from hub.services.records import Records
from hub.services.teaching.analytics import BotAnalytics
from hub.services.teaching.asking import Asking
from hub.services.teaching.history import History
from hub.services.teaching.judging import Judging
from hub.services.teaching.keeping import Keeping
from hub.services.teaching.material import Material
from hub.services.teaching.misunderstood import Inbox
from hub.services.teaching.models import Models
from hub.services.teaching.publishing import Publishing
from hub.services.teaching.traffic import Traffic
from hub.services.teaching.training import Training
from hub.services.teaching.versions import Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """The services of teaching."""

    material: Material
    history: History
    versions: Versions
    engines: BotEngines
    models: Models
    training: Training
    judging: Judging
    publishing: Publishing
    traffic: Traffic
    misunderstood: Inbox
    analytics: BotAnalytics


def make_teaching(
    core: Core,
    directory: Directory,
    records: Records,
    *,
    blobs: Blobs,
    jobs: LongJobs,
    versions_kept: int,
    make_teacher: Callable[[], Teacher],
    make_engine: MakeEngine,
) -> Teaching:
    """Make the services of teaching, in the order in which they stand on one another."""
    asking = Asking(make_teacher)
    material = Material(core, directory, records, asking)
    versions = Versions(core, directory, records, blobs)
    engines = BotEngines(make_engine, directory, versions)
    models = Models(material, versions, engines, asking)
    traffic = Traffic(core, directory)
    judging = Judging(material, versions, models, traffic, asking)
    return Teaching(
        material=material,
        history=History(core, material, asking),
        versions=versions,
        engines=engines,
        models=models,
        training=Training(
            core,
            material,
            versions,
            keeping=Keeping(versions, directory, blobs, newest=versions_kept),
            jobs=jobs,
            asking=asking,
        ),
        judging=judging,
        publishing=Publishing(core, versions, models, judging),
        traffic=traffic,
        misunderstood=Inbox(core, directory, records, material=material, traffic=traffic, asking=asking),
        analytics=BotAnalytics(core, directory, traffic),
    )
