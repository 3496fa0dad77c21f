"""The mail programs of the pretend people: what they have in their mailboxes, what they have sent, and sending it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from hub.errors import Conflict, NotFound
from hub.model.sentences import Sentence
from hub.ports.environment import Clock, Ids
from simulator.acts import Outcome, WriteMail
from simulator.mail_letters import Draft, File, Letter, compose, read
from simulator.mail_store import MailStore
from simulator.people import Person
from simulator.screens import LetterShown, letter_shown

_MOST_SENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    letter: Letter
    to: str
    at: float


class PostOffice:
    """Carries mail from people to the hub's mailboxes, and shows them what came."""

    def __init__(self, store: MailStore, clock: Clock, ids: Ids) -> None:
        """Deliver into the mailboxes of a store."""
        self._store = store
        self._clock = clock
        self._ids = ids
        self._sent: Mapping[str, deque[_Sent]] = defaultdict(partial(deque[_Sent], maxlen=_MOST_SENT))
        # Mails are read once: the page asks often.
        self._read: dict[tuple[str, int], Letter] = {}

    def send(self, person: Person, to: str, written: WriteMail) -> Outcome:
        """Deliver what a person has written; an answer goes where the answered mail wants it.

        Raises:
            NotFound: the mail that is answered is not there.
            Conflict: nobody has the address that it goes to.
        """
        answers = None if written.answers is None else self.find(person, written.answers)
        if answers is not None:
            to = answers.reply_to
        box, at = self._store.box(to), self._clock.seconds()
        if box is None:
            raise Conflict(Sentence("No mailbox here takes mail for {to}.", to=to), code="no-mailbox")
        data = compose(
            Draft(
                name=person.name,
                address=person.address,
                to=to,
                subject=written.subject,
                text=written.text,
                files=tuple(File(name=one.name, mime=one.mime, data=one.data) for one in written.files),
                answers=answers,
            ),
            message_id=f"<{self._ids.new()}@{person.address.rpartition('@')[2]}>",
            at=at,
        )
        box.deliver(data, sender=person.address, recipient=to, at=at)
        self._sent[person.id].append(_Sent(letter=read(data), to=to, at=at))
        return Outcome(ok=True, status=250)

    def find(self, person: Person, uid: int) -> Letter:
        """Return a mail of somebody's inbox.

        Raises:
            NotFound: there is none with this number.
        """
        mail = self._store.open_box(person.address).find(uid)
        if mail is None:
            raise NotFound("There is no such mail.")
        return self._letter(person.address, uid, mail.data)

    def letters(self, person: Person) -> tuple[LetterShown, ...]:
        """Return what came and what was sent, the oldest first."""
        mails = self._store.open_box(person.address).mails
        present = {mail.uid for mail in mails}
        for address, uid in list(self._read):
            if address == person.address and uid not in present:
                del self._read[address, uid]
        came = [
            letter_shown(self._letter(person.address, mail.uid, mail.data), uid=mail.uid, at=mail.at) for mail in mails
        ]
        sent = [letter_shown(each.letter, uid=0, at=each.at, to=each.to) for each in self._sent[person.id]]
        return tuple(sorted([*came, *sent], key=lambda letter: letter.at))

    def _letter(self, address: str, uid: int, data: bytes) -> Letter:
        key = (address, uid)
        if key not in self._read:
            self._read[key] = read(data)
        return self._read[key]
