"""The decisions of the current step, each with its epoch and number."""

from __future__ import annotations

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing.records import Offer


class Ledger:
    """Collects what one event leads to; numbers go on over the life of the engine."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.seq = 0
        self._written: list[d.Decision] = []

    def take(self) -> list[d.Decision]:
        """Return what was written since the last call."""
        written, self._written = self._written, []
        return written

    def offered(self, session: SessionId, offer: Offer) -> None:
        """An offer was made."""
        self._written.append(
            d.Offered(
                epoch=self.epoch,
                seq=self._next(),
                offer=offer.id,
                session=session,
                agent=offer.agent,
                expires_at=offer.expires_at,
                kind=offer.kind,
            )
        )

    def rescinded(self, session: SessionId, offer: Offer, reason: str) -> None:
        """An offer ended without an answer."""
        self._written.append(
            d.Rescinded(
                epoch=self.epoch, seq=self._next(), offer=offer.id, session=session, agent=offer.agent, reason=reason
            )
        )

    def assigned(self, session: SessionId, agent: AgentId) -> None:
        """An agent has a session."""
        self._written.append(d.Assigned(epoch=self.epoch, seq=self._next(), session=session, agent=agent))

    def unassigned(self, session: SessionId, agent: AgentId, reason: str) -> None:
        """An agent has a session no longer."""
        self._written.append(
            d.Unassigned(epoch=self.epoch, seq=self._next(), session=session, agent=agent, reason=reason)
        )

    def waiting(self, session: SessionId, position: int, reason: d.WaitReason) -> None:
        """A session came into a line."""
        self._written.append(
            d.Waiting(epoch=self.epoch, seq=self._next(), session=session, position=position, reason=reason)
        )

    def outside_hours(self, session: SessionId, action: d.ClosedAction) -> None:
        """A queue is closed for a session."""
        self._written.append(d.OutsideHours(epoch=self.epoch, seq=self._next(), session=session, action=action))

    def refused(self, event: str, reason: str, detail: str) -> None:
        """An event was not taken."""
        self._written.append(d.Refused(epoch=self.epoch, seq=self._next(), event=event, reason=reason, detail=detail))

    def transfer_failed(self, session: SessionId, agent: AgentId, reason: str) -> None:
        """The agent asked for does not take a session."""
        self._written.append(
            d.TransferFailed(epoch=self.epoch, seq=self._next(), session=session, agent=agent, reason=reason)
        )

    def alert(self, kind: str, *, session: SessionId | None = None, agent: AgentId | None = None) -> None:
        """Somebody should look."""
        self._written.append(d.Alert(epoch=self.epoch, seq=self._next(), kind=kind, session=session, agent=agent))

    def _next(self) -> int:
        self.seq += 1
        return self.seq
