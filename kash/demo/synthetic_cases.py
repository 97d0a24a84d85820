"""Cases made up by chance alone. Nobody in them exists, and they say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from kash.demo.people import WARDS
from kash.incidents.consent_texts import TEXTS
from kash.incidents.rules.acts import ACTS
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.record import (
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
    Record,
)

_PARTIES = {"police": 60, "client": 25, "landlord_venue": 5, "health_worker": 4, "public_mob": 6}
_ACTS = {code: 8 if code in ("L1", "M1", "P1", "W1", "S2") else 2 for code in ACTS}
_AGES = ("18_24", "25_34", "35_44", "45_up")
_ENDINGS = {"settled": 40, "partly_settled": 20, "not_settled": 25, "withdrawn": 10, "": 5}
# Of a hundred cases so many agree to be counted, and so many are closed once they are old enough.
_AGREE, _CLOSED = 90, 70
_OLD = timedelta(days=45)
_WORDS = "Invented by chance, to fill a programme. It happened to nobody."


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
        place=Place(ward=chance.choice(WARDS)),
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
            persons=[one.id for one in persons],
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
