"""Alarms: raised once, cleared when over, acknowledged by a person, and known to every node.

The leader says what is wrong now (`settle`); the difference to what is open becomes one commit with the leader's epoch,
so that two leaders never raise one twice. Which causes there are is the watchdog's business, not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import Conflict, NotFound, VersionConflict
from hub.model.agent import Agent
from hub.model.alarms import Alarm, AlarmId, AlarmKey, Cause, raised
from hub.model.commit import REMOVED, Commit, EventTag, EventType, Record, record_key
from hub.model.timestamps import shift
from hub.ports.bus import Published
from hub.services.core import Core

log = structlog.get_logger()

KEPT_S = 30 * 86_400.0
"""How long an alarm that is over can be looked up."""
_AT_ONCE = 100
"""So many alarms in one commit; the others follow a moment later."""
_MOST_KEPT = 5_000
"""More than this would be no list that people read; the oldest that are over go first."""
_ATTEMPTS = 5


class Alarms:
    """Every alarm of the last 30 days, on every node."""

    def __init__(self, core: Core) -> None:
        """Begin empty; `load` fills it."""
        self._core = core
        self._all: dict[AlarmId, Alarm] = {}
        self._open: dict[AlarmKey, Alarm] = {}

    async def load(self) -> None:
        """Read all alarms."""
        for record in await self._core.store.records("alarm"):
            self._keep(record)

    def hear(self, published: Published) -> None:
        """Take in the alarms of a commit from the event stream."""
        for record in published.commit.records:
            if record.kind == "alarm":
                self._keep(record)

    def known(self, *, only_open: bool = False) -> list[Alarm]:
        """Return the alarms, newest first."""
        found = self._open.values() if only_open else self._all.values()
        return sorted(found, key=lambda alarm: alarm.id, reverse=True)

    async def settle(self, causes: Iterable[Cause], epoch: int) -> None:
        """Raise an alarm for each cause that has none, clear those whose cause is over, forget the oldest.

        At most 100 changes at once; called again, it goes on. Nothing is lost when another writer was first.

        Raises:
            Conflict: code `stale-epoch`: another leader does this now.
            Unavailable: the store cannot write; call again later.
        """
        now, wanted = self._core.clock.now(), {one.key: one for one in causes}
        over = [alarm for key, alarm in self._open.items() if key not in wanted]
        changes: list[tuple[Alarm, EventType]] = [
            (replace(one, version=one.version + 1, cleared_at=now), "alarm.cleared") for one in over
        ]
        changes += [(raised(cause, now), "alarm.raised") for key, cause in wanted.items() if key not in self._open]
        await self._write(changes[:_AT_ONCE], epoch)
        await self._forget(epoch)

    async def acknowledge(self, alarm_id: AlarmId, agent: Agent) -> Alarm:
        """Note that somebody has seen an alarm; the first to do so stays.

        Raises:
            NotFound: there is no such alarm.
        """
        for _ in range(_ATTEMPTS):
            alarm = self._all.get(alarm_id)
            if alarm is None:
                raise NotFound("There is no such alarm.")
            if alarm.acknowledged_at is not None:
                return alarm
            changed = replace(
                alarm,
                version=alarm.version + 1,
                acknowledged_at=self._core.clock.now(),
                acknowledged_by=agent.id,
                acknowledged_by_name=agent.name,
            )
            try:
                await self._append([(changed, "alarm.acknowledged")], None)
            except VersionConflict:
                await self._read_again([alarm_id])
                continue
            return changed
        raise Conflict("The alarm is being changed by others: try again.")

    async def _write(self, changes: list[tuple[Alarm, EventType]], epoch: int) -> None:
        if not changes:
            return
        try:
            await self._append(changes, epoch)
        except VersionConflict:
            # Somebody acknowledged one meanwhile, or an earlier leader raised it.
            await self._read_again(alarm.id for alarm, _ in changes)
            return
        for alarm, event in changes:
            level = log.warning if event == "alarm.raised" else log.info
            level(event, alarm=alarm.id, kind=alarm.kind, subject=f"{alarm.subject.kind}/{alarm.subject.id}")

    async def _append(self, changes: list[tuple[Alarm, EventType]], epoch: int | None) -> None:
        records = [
            Record(kind="alarm", id=one.id, version=one.version, data=msgspec.Raw(msgspec.json.encode(one)))
            for one, _ in changes
        ]
        events = tuple(EventTag(type=event, data={"id": alarm.id}) for alarm, event in changes)
        await self._commit(records, events, epoch)

    async def _forget(self, epoch: int) -> None:
        """Remove what has been over for long, some at a time."""
        if len(self._all) == len(self._open):
            return
        oldest = shift(self._core.clock.now(), -KEPT_S)
        surplus = len(self._all) - _MOST_KEPT
        over = sorted((one for one in self._all.values() if one.cleared_at is not None), key=lambda one: one.id)
        gone = [one for place, one in enumerate(over) if place < surplus or (one.cleared_at or oldest) < oldest]
        if gone:
            await self._commit(
                [Record(kind="alarm", id=one.id, version=one.version + 1, data=REMOVED) for one in gone[:_AT_ONCE]],
                (),
                epoch,
            )

    async def _commit(self, records: list[Record], events: tuple[EventTag, ...], epoch: int | None) -> None:
        keys = tuple(record_key("alarm", record.id, record.version) for record in records)
        commit = Commit(at=self._core.clock.now(), keys=keys, records=tuple(records), events=events, epoch=epoch)
        await self._core.store.append(commit)
        for record in records:
            self._keep(record)

    async def _read_again(self, ids: Iterable[AlarmId]) -> None:
        for alarm_id in ids:
            record = await self._core.store.record("alarm", alarm_id)
            if record is not None:
                self._keep(record)

    def _keep(self, record: Record) -> None:
        alarm_id = AlarmId(record.id)
        present = self._all.get(alarm_id)
        if present is not None and present.version >= record.version:
            return
        if present is not None and self._open.get(present.key) == present:
            del self._open[present.key]
        if record.is_removed:
            self._all.pop(alarm_id, None)
            return
        alarm = msgspec.json.decode(record.data, type=Alarm)
        self._all[alarm_id] = alarm
        if alarm.cleared_at is None:
            self._open[alarm.key] = alarm
