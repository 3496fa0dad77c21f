"""Who has waited longest, without looking at everybody: an order of waits that is put right only at its head."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush

from hub.model.ids import SessionId
from hub.model.timestamps import Timestamp
from hub.services.dispatch_view import Known


class LongestWait:
    """Follows what the leader believes; `note` whoever may have begun to wait."""

    def __init__(self, known: Mapping[SessionId, Known]) -> None:
        """Take the leader's beliefs, which change meanwhile."""
        self._known = known
        self._order: list[tuple[Timestamp, SessionId]] = []
        self._noted: dict[SessionId, Timestamp] = {}

    def note(self, session_id: SessionId) -> None:
        """Look at a session that may wait from now on; looking again costs nothing."""
        known = self._known.get(session_id)
        if known is not None and known.status == "waiting" and self._noted.get(session_id) != known.since:
            self._noted[session_id] = known.since
            heappush(self._order, (known.since, session_id))

    def since(self) -> Timestamp | None:
        """Return since when the one waits who has waited longest; None when nobody waits."""
        while self._order:
            since, session_id = self._order[0]
            known = self._known.get(session_id)
            if known is not None and known.status == "waiting" and known.since == since:
                return since
            heappop(self._order)
            if self._noted.get(session_id) == since:
                del self._noted[session_id]
        return None
