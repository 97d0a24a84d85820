"""Rows from which figures are counted, beside those that just don't count."""

from datetime import date

import pytest
from sqlalchemy import select

from kash.attendance.models import Register, Slot
from kash.certificates.models import Certificate, CertificateBatch
from kash.figures.indicators.models import Completion
from kash.figures.indicators.queries.definitions import (
    fact_rows,
    funders_of,
    has_facts,
    held_workshops,
    paid_by,
    with_facts,
)
from kash.figures.indicators.rules import (
    NEW,
    REFRESHER,
    FactRow,
    IndicatorKey,
    Least,
    PaidShare,
    quarter,
)
from kash.people.models import Organisation, Person
from kash.platform.database import db
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Funder, Funding, Workshop
from tests.rows import DAY, NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
PERIOD = quarter(2026, 4)
FIRST, LAST = PERIOD.first, PERIOD.last
KINDS = ("workshop", "renewal", "correction")


def _held(last: date, *confirmed: bool, state: str = "planned") -> Workshop:
    register = row(Register)
    for position, one in enumerate(confirmed):
        at = NOW if one else None
        row(Slot, register_id=register.id, position=position, confirmed_at=at)
    return row(Workshop, register_id=register.id, starts_on=last, ends_on=last, state=state)


def test_workshops_count_once_all_of_their_registers_are_confirmed():
    held = [_held(FIRST, True), _held(LAST, True, True)]
    for last in (FIRST - DAY, LAST + DAY):
        _held(last, True)
    _held(LAST, True, state="cancelled")
    _held(LAST)
    _held(LAST, True, False)
    payer, other = row(Funder), row(Funder)
    for workshop, funder, share in (
        (held[1], payer, 40),
        (held[1], other, 60),
        (_held(LAST, False), payer, 100),
    ):
        row(Funding, workshop_id=workshop.id, funder_id=funder.id, share=share)

    def counted(funder: str | None) -> list[Workshop]:
        asked = select(Workshop).where(*held_workshops(PERIOD, funder)).order_by(Workshop.id)
        return list(db.session.scalars(asked))

    assert counted(None) == held
    assert counted(payer.public_id) == held[1:]
    assert counted(row(Funder).public_id) == counted("nobody") == []
    assert set(db.session.scalars(paid_by(other.public_id))) == {held[1].id}
    shares = sorted([(payer.public_id, 40), (other.public_id, 60)])
    paid = [PaidShare(*one) for one in shares]
    assert funders_of([held[0].id, held[1].id]) == {held[1].id: paid}
    assert len(funders_of(None)) == 2


def test_facts_count_by_their_days_and_what_each_indicator_asks(groups):
    course, station = row(Course), row(Organisation, kind="station")
    workshop, second = (row(Workshop) for _at in range(2))
    person = row(Person, group=groups[0])
    made = {
        name: row(
            Completion,
            workshop_id=(row(Workshop) if at else workshop).id,
            person_id=person.id,
            group_id=groups[at % 2].id,
            course_id=course.id,
            held_on=held,
            completed_on=completed,
            minutes=minutes,
            percentage=share,
            met=met,
            refresher=refresher,
            organisation_id=station.id if at == 0 else None,
            sex="f",
            cadre="Sergeant",
        )
        for at, (name, held, completed, minutes, share, met, refresher) in enumerate(
            (
                ("first", FIRST, LAST, 60, 80, True, True),
                ("last", LAST, LAST + DAY, 1, 50, True, False),
                ("before", FIRST - DAY, FIRST, 0, 100, True, False),
                ("few", LAST, LAST, 30, 49, False, True),
                ("none", FIRST, FIRST, 0, 0, False, False),
                ("early", FIRST - DAY, FIRST - DAY, 60, 100, True, True),
            )
        )
    }

    def counted(key: IndicatorKey, share: int = 50) -> dict[str, date]:
        of = {one.id: name for name, one in made.items()}
        rows = fact_rows(key, PERIOD, (), least=Least(share))
        assert {one.person for one in rows} <= {person.id}
        return {of[one.order]: one.day for one in rows}

    assert counted(IndicatorKey.COMPLETED) == {"first": LAST, "before": FIRST}
    assert counted(IndicatorKey.REFRESHED) == {"first": LAST}
    reached = {"first": FIRST, "last": LAST}
    assert counted(IndicatorKey.REACHED) == counted(IndicatorKey.ATTENDANCES) == reached
    assert counted(IndicatorKey.REACHED, 49) == reached | {"few": LAST}
    asked = ("group", "course", "sex", "cadre", "station", "ward", "refresher", "funder")
    told = {
        "group": groups[0].letter,
        "course": course.public_id,
        "sex": "f",
        "cadre": "Sergeant",
        "station": station.public_id,
        "ward": "",
        "refresher": REFRESHER,
    }
    found = fact_rows(IndicatorKey.REFRESHED, PERIOD, asked)
    first = made["first"]
    assert found == [FactRow(person.id, workshop.id, LAST, first.id, told)]
    plain = [
        FactRow(person.id, workshop.id, LAST, 1, {"a": "b"}),
        FactRow(7, workshop.id, LAST, 2, {}),
    ]
    assert with_facts(plain, asked, db.session()) == [
        FactRow(person.id, workshop.id, LAST, 1, {"a": "b"} | told)
    ]
    of_before = fact_rows(IndicatorKey.COMPLETED, PERIOD, ("refresher", "station"))
    assert {one.order: one.values for one in of_before}[made["before"].id] == {
        "refresher": NEW,
        "station": "",
    }
    payer = row(Funder)
    assert db.session.scalar(select(has_facts(PERIOD, None)))
    assert not db.session.scalar(select(has_facts(quarter(2027, 1), None)))
    assert not db.session.scalar(select(has_facts(PERIOD, payer.public_id)))
    row(Funding, workshop_id=second.id, funder_id=payer.id, share=1)
    assert not db.session.scalar(select(has_facts(PERIOD, payer.public_id)))
    row(Funding, workshop_id=workshop.id, funder_id=payer.id, share=1)
    assert db.session.scalar(select(has_facts(PERIOD, payer.public_id)))


def test_certificates_count_where_they_were_first_issued(groups):
    course = row(Course)
    workshop = row(Workshop, version=row(CourseVersion, course=course))
    batches = {kind: row(CertificateBatch, workshop=workshop, kind=kind) for kind in KINDS}
    people = [row(Person, group=groups[at % 2]) for at in range(8)]
    made = [
        row(
            Certificate,
            batch=batches[kind],
            person_id=people[at].id,
            serial=f"S-{at}" if issued else None,
            issued_on=day,
            revoked_at=NOW if revoked else None,
            revoked_class=revoked,
        )
        for at, (kind, issued, day, revoked) in enumerate(
            (
                ("workshop", True, FIRST, ""),
                ("workshop", True, LAST, "replaced"),
                ("workshop", True, LAST, "withdrawn"),
                ("workshop", False, LAST, ""),
                ("workshop", True, FIRST - DAY, ""),
                ("workshop", True, LAST + DAY, ""),
                ("renewal", True, LAST, ""),
                ("correction", True, LAST, ""),
            )
        )
    ]
    row(
        Completion,
        workshop_id=workshop.id,
        person_id=people[0].id,
        group_id=groups[1].id,
        percentage=0,
    )
    found = fact_rows(IndicatorKey.CERTIFIED, PERIOD, ("group", "course"))
    assert sorted(found, key=lambda one: one.order) == [
        FactRow(
            people[at].id,
            workshop.id,
            made[at].issued_on,
            made[at].id,
            {"group": groups[1].letter, "course": course.public_id},
        )
        for at in (0, 1)
    ]
