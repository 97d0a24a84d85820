"""People who are to be told something: their ways, consent, hours and language."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.notices.models import MessageChoice
from kash.notices.rules.hours import MessageHours
from kash.notices.rules.reaching import Recipient
from kash.people.models import Group, Person
from kash.people.queries.consents import consent_given
from kash.platform.messages import mail_is_set_up, sms_is_set_up
from kash.platform.messages.states import Channel
from kash.platform.vault import open_text

PURPOSE = "contact"
_AT_ONCE = 500


@dataclass(frozen=True)
class ReachedPerson:
    """A person as she is told things. Her phone and e-mail stay sealed until one is written to."""

    id: int
    public_id: str
    language: str
    recipient: Recipient
    hours: MessageHours
    calendar: bool
    sealed: dict[Channel, bytes] = field(repr=False)
    lookups: dict[Channel, str] = field(repr=False)

    def address(self, channel: Channel) -> str:
        """The number or e-mail, opened. Raises KeyError where there is none."""
        kind = "person.phone" if channel is Channel.SMS else "person.email"
        return open_text(self.sealed[channel], kind=kind, public_id=self.public_id)


def set_up_channels() -> frozenset[Channel]:
    """The channels that reach anybody."""
    found = {Channel.SMS} if sms_is_set_up() else set()
    return frozenset(found | {Channel.EMAIL} if mail_is_set_up() else found)


def reached(session: Session, person_ids: Collection[int]) -> dict[int, ReachedPerson]:
    """These people by their keys; two queries for each few hundred."""
    found: dict[int, ReachedPerson] = {}
    for some in _in_parts(sorted(set(person_ids))):
        agreed = consent_given(some, PURPOSE, session)
        rows = session.execute(
            select(
                Person.id,
                Person.public_id,
                Person.language,
                Person.minor,
                Person.phone_sealed,
                Person.phone_lookup,
                Person.email_sealed,
                Person.email_lookup,
                Group.is_police,
                MessageChoice.channel,
                MessageChoice.from_hour,
                MessageChoice.until_hour,
                MessageChoice.calendar,
            )
            .join(Group, Group.id == Person.group_id)
            .outerjoin(MessageChoice, MessageChoice.person_id == Person.id)
            .where(Person.id.in_(some))
        )
        for row in rows:
            ways = {
                channel: (sealed, known)
                for channel, sealed, known in (
                    (Channel.SMS, row.phone_sealed, row.phone_lookup),
                    (Channel.EMAIL, row.email_sealed, row.email_lookup),
                )
                if sealed is not None and known
            }
            # A calendar on a shared phone speaks on its lock screen.
            calendar = row.is_police if row.calendar is None else row.calendar
            found[row.id] = ReachedPerson(
                row.id,
                row.public_id,
                row.language,
                Recipient(
                    row.id in agreed,
                    row.minor,
                    tuple(ways),
                    Channel(row.channel) if row.channel else None,
                ),
                MessageHours(row.from_hour, row.until_hour)
                if row.from_hour is not None
                else MessageHours(),
                calendar,
                {channel: sealed for channel, (sealed, _) in ways.items()},
                {channel: known for channel, (_, known) in ways.items()},
            )
    return found


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
