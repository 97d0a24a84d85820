"""Choosing how somebody is told things: by which way, at which hours, with a calendar or not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from kash.notices.errors import HoursOutside
from kash.notices.models import MessageChoice
from kash.notices.rules.hours import MessageHours
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.policy import Actor


@dataclass(frozen=True)
class ChoiceDetails:
    """A way ("sms", "email" or "usual"), hours of the day, and whether calendar files go with her
    mails: "yes", "no" or "usual", which is as in her group."""

    channel: str = "usual"
    from_hour: int = 8
    until_hour: int = 19
    calendar: str = "usual"


def choose(person_id: str, details: ChoiceDetails, *, row_version: int, by: Actor) -> None:
    """Keep how a person wants to be told things, by her public id. Raises NotFound, HoursOutside
    and ChangedMeanwhile."""
    try:
        hours = MessageHours(details.from_hour, details.until_hour)
    except ValueError:
        raise HoursOutside from None
    with audited("notices.chosen", by) as change:
        session = change.session
        person = one_or_404(
            session.scalar(
                select(Person)
                .where(Person.public_id == person_id, within_reach(by, "messages.choose", few=True))
                .with_for_update(of=Person)
            )
        )
        row = session.scalar(select(MessageChoice).where(MessageChoice.person_id == person.id))
        if (row.row_version if row is not None else 0) != row_version:
            raise ChangedMeanwhile
        if row is None:
            row = MessageChoice(person_id=person.id, row_version=0)
            session.add(row)
        row.channel = "" if details.channel == "usual" else details.channel
        row.from_hour, row.until_hour = hours.first, hours.last
        row.calendar = {"yes": True, "no": False}.get(details.calendar)
        row.row_version += 1
        row.set_by, row.set_at = by.public_id, change.now
        change.about(person.public_id)
