"""A programme invented to a size: people, and cases over months, out of a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kash.demo.accounts import ACCOUNTS, ADMINISTRATOR, DOCUMENTATION, TRAINER
from kash.demo.figures import add_plans
from kash.demo.members import SampleMember, add_members
from kash.demo.opening import ProgrammeNotEmpty, open_accounts, programme_is_empty, set_up
from kash.demo.people import COMMUNITY, COMMUNITY_PEOPLE, POLICE, POLICE_PEOPLE, WARDS
from kash.demo.synthetic_cases import SynthCase, synth_case
from kash.incidents.models import Incident
from kash.incidents.rules.record import as_bytes
from kash.people.queries.organisations import groups
from kash.people.services.persons import PersonDetails, add_people
from kash.platform.database import utc_now
from kash.platform.vault import audited, file_document
from kash.policy import Actor

_AT_ONCE = 200
# The sample's accounts that are no participant's.
STAFF = [one for one in ACCOUNTS if not one.person]


@dataclass(frozen=True)
class SynthSize:
    """Size of what is invented, and the seed."""

    people: int
    incidents_per_month: int
    months: int
    seed: int


@dataclass(frozen=True)
class SynthProgramme:
    """Programme as it was invented: who holds keys of its vault, and addresses by account."""

    members: list[SampleMember]
    emails: dict[str, str]


def synthesize(asked: SynthSize, password: str, today: date) -> SynthProgramme:
    """Fill an empty programme. Raises ProgrammeNotEmpty and WeakPassword."""
    if not programme_is_empty():
        raise ProgrammeNotEmpty
    actors = {ADMINISTRATOR.key: set_up(password)}
    open_accounts(actors, STAFF, password)
    members = add_members(actors)
    chance = Random(asked.seed)
    _add_people(asked.people, chance, actors[TRAINER.key])
    months = list(_months(today, asked.months))
    for first, last in months:
        cases = [
            synth_case(chance, first, last, utc_now(), actors[DOCUMENTATION.key].public_id)
            for _ in range(asked.incidents_per_month)
        ]
        _file(cases, actors[DOCUMENTATION.key])
    add_plans(actors, sorted({first.year for first, _last in months}))
    return SynthProgramme(members, {actors[one.key].public_id: one.email for one in STAFF})


def _months(today: date, number: int) -> Iterator[tuple[date, date]]:
    """First and last day of the months that end with today's, the oldest first."""
    for back in range(number - 1, -1, -1):
        count = today.year * 12 + today.month - 1 - back
        first = date(count // 12, count % 12 + 1, 1)
        following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
        yield first, min(following - timedelta(days=1), today)


def _add_people(number: int, chance: Random, by: Actor) -> None:
    ids = {group.name: group.public_id for group in groups()}
    details = []
    for count in range(number):
        group, like = chance.choice(((POLICE, POLICE_PEOPLE), (COMMUNITY, COMMUNITY_PEOPLE)))
        first, last = (chance.choice(like).name.split() for _ in range(2))
        details.append(
            PersonDetails(
                chosen_name=f"{first[0]} {last[-1]} {count + 1}",
                group=ids[group],
                sex=chance.choice(("female", "male")),
                age_band=chance.choice(("18-24", "25-34", "35-44", "45-plus")),
                ward=chance.choice(WARDS),
                language=chance.choice(("sw", "luo", "en")),
            )
        )
    for begin in range(0, number, _AT_ONCE):
        add_people(details[begin : begin + _AT_ONCE], by)


def _file(cases: list[SynthCase], by: Actor) -> None:
    with audited("incidents.recorded", by) as change:
        for case in cases:
            document = file_document(change.session, "incident", as_bytes(case.record))
            row = Incident(state=case.state, document_id=document.id)
            change.session.add(row)
            change.session.flush()
            change.about(row.public_id)
