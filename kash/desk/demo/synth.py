"""A programme invented to a size: people, and cases over months, out of a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from kash.desk.demo.acts import add_plans
from kash.desk.demo.opening import (
    ACCOUNTS,
    SampleMember,
    SampleProgramme,
    add_members,
    open_accounts,
    read_data,
    refuse_what_is_not_empty,
    set_up,
)
from kash.incidents.consent_texts import TEXTS
from kash.incidents.models import Incident
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import ACTS
from kash.incidents.rules.parts import (
    Act,
    Asked,
    CaseDecision,
    Event,
    Filing,
    Happening,
    Information,
    Intervention,
    Party,
    Person,
    Place,
)
from kash.incidents.rules.record import Record, as_bytes
from kash.people.queries.directory import groups
from kash.people.services.persons import PersonDetails, add_people
from kash.platform.database import utc_now
from kash.platform.vault import audited, file_document
from kash.policy import Actor

_AT_ONCE = 200
# Names as the sample's people have them, of each group.
_NAMES = [
    [row[table["cells"].index("chosen_name")] for row in table["each"]]
    for table in (read_data("people")["persons"][0]["rows"], read_data("people")["persons"][2])
]
_WARDS = ("Kondele", "Market Milimani", "Railways", "Nyalenda A", "Nyalenda B", "Manyatta B")
_PARTIES = {"police": 60, "client": 25, "landlord_venue": 5, "health_worker": 4, "public_mob": 6}
_ACTS = {code: 8 if code in ("L1", "M1", "P1", "W1", "S2") else 2 for code in ACTS}
_AGES = ("18_24", "25_34", "35_44", "45_up")
_ENDINGS = {"settled": 40, "partly_settled": 20, "not_settled": 25, "withdrawn": 10, "": 5}
# Of a hundred cases so many agree to be counted, and so many are closed once they are old enough.
_AGREE, _CLOSED = 90, 70
_OLD = timedelta(days=45)
_WORDS = "Invented by chance, to fill a programme. It happened to nobody."
# The sample's accounts that are no participant's.
STAFF = [account for account in ACCOUNTS if not account.person]


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
    refuse_what_is_not_empty()
    sample = SampleProgramme(today, password)
    actors = sample.actors
    actors["administrator"] = set_up(password)
    open_accounts(sample)
    add_members(sample)
    chance, officer = Random(asked.seed), actors["documentation"]
    _add_people(asked.people, chance, actors["trainer"])
    months = list(_months(today, asked.months))
    for first, last in months:
        cases = [
            synth_case(chance, first, last, utc_now(), officer.public_id)
            for _ in range(asked.incidents_per_month)
        ]
        _file(cases, officer)
    add_plans(actors["director"], officer, sorted({first.year for first, _last in months}))
    emails = {actors[account.key].public_id: account.email for account in STAFF}
    return SynthProgramme(sample.members, emails)


def _months(today: date, number: int) -> Iterator[tuple[date, date]]:
    """First and last day of the months that end with today's, the oldest first."""
    for back in range(number - 1, -1, -1):
        count = today.year * 12 + today.month - 1 - back
        first = date(count // 12, count % 12 + 1, 1)
        following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
        yield first, min(following - timedelta(days=1), today)


def _add_people(number: int, chance: Random, by: Actor) -> None:
    police, community = _NAMES
    letters = {group.letter: group.public_id for group in groups()}
    details = []
    for count in range(number):
        letter, like = chance.choice((("A", police), ("B", community)))
        first, last = (chance.choice(like).split() for _ in range(2))
        details.append(
            PersonDetails(
                chosen_name=f"{first[0]} {last[-1]} {count + 1}",
                group=letters[letter],
                sex=chance.choice(("female", "male")),
                age_band=chance.choice(("18-24", "25-34", "35-44", "45-plus")),
                ward=chance.choice(_WARDS),
                language=chance.choice(("sw", "luo", "en")),
            )
        )
    for begin in range(0, number, _AT_ONCE):
        add_people(details[begin : begin + _AT_ONCE], by)


def _file(cases: list[SynthCase], by: Actor) -> None:
    with audited("incidents.recorded", by) as change:
        for case in cases:
            document = file_document(change.session, "incident", as_bytes(case.record))
            incident = Incident(state=case.state, document_id=document.id)
            change.session.add(incident)
            change.session.flush()
            change.about(incident.public_id)


@dataclass(frozen=True)
class SynthCase:
    """A case as it is filed, and the state in which it stands."""

    record: Record
    state: str


def synth_case(chance: Random, first: date, last: date, now: datetime, officer: str) -> SynthCase:
    """A case that was filed on one of these days. The same chance makes the same case."""
    day = first + timedelta(days=chance.randrange((last - first).days + 1))
    at = min(datetime.combine(day, time(chance.randrange(6, 18)), UTC), now)
    persons = [
        Person(id=f"p{place}", code=f"P{place}", age_band=chance.choice(_AGES))
        for place in range(1, chance.choice((2, 2, 2, 3)))
    ]
    acts = dict.fromkeys(
        chance.choices(list(_ACTS), list(_ACTS.values()), k=chance.randrange(1, 4))
    )
    purposes = ["record", "mediation"]
    if chance.randrange(100) < _AGREE:
        purposes.append("forum_totals")
    record = Record(
        filing=Filing(how="form", author=officer, filed_at=at, language="sw"),
        happening=Happening(begun_on=day - timedelta(days=chance.randrange(5))),
        place=Place(ward=chance.choice(_WARDS)),
        narrative=_WORDS,
        persons=persons,
        parties=[Party(id="o1", kind=_drawn(chance, _PARTIES))],
        acts=[Act(id=f"a{place}", code=code) for place, code in enumerate(acts, 1)],
        information=[Information(id="n1", source="herself")],
        consents=[
            CaseConsent(
                purpose=purpose, given=True, at=at, by=officer, wording=TEXTS[purpose].version
            )
            for purpose in purposes
        ],
        timeline=[Event(what="filed", by=officer, at=at, state="submitted")],
    )
    days = timedelta(days=chance.randrange(10, 40))
    ending, closes = _drawn(chance, _ENDINGS), chance.randrange(100) < _CLOSED
    if not closes or not ending or at + _OLD > now:
        return SynthCase(record, "submitted")
    record.interventions.append(
        Intervention(
            id="i1",
            persons=[person.id for person in persons],
            asked=[Asked(kind="stop", result="stopped" if ending == "settled" else "none")],
            asked_at=at + timedelta(days=2),
            ended_at=at + timedelta(days=8),
            response="agreed",
        )
    )
    record.closing = CaseDecision(by=officer, at=at + days, outcome=ending)
    return SynthCase(record, "closed")


def _drawn(chance: Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
