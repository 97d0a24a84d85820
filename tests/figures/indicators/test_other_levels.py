"""Figures that rest on certificates, tests and practice, and on two people who turn out to be
one."""

from datetime import timedelta

from kash.assessments.models import ListedScore, PracticeAnswer, WorkshopTest
from kash.assessments.rules.results import Often, Teller
from kash.figures.indicators.models import Completion
from kash.figures.indicators.queries.figures import table_of, totals_of
from kash.figures.indicators.queries.levels import course_gains, course_practice
from kash.figures.indicators.rules import IndicatorKey, Period, quarter_holding
from kash.people.models import Person
from kash.people.services.merging import merge_people, undo_merge
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM
from tests.certificates.conftest import ALL, LITTLE, MOST

from .conftest import Ready, confirm


def _keys() -> dict[str, int]:
    found = {one.chosen_name: one.id for one in db.session.query(Person)}
    db.session.rollback()
    return found


def _period(ready: Ready) -> Period:
    found = quarter_holding(ready.workshop.ends_on)
    db.session.rollback()
    return found


def _counted(key: str, period: Period, *by: str) -> dict[tuple[str, ...], int | None]:
    found = table_of(key, period, by, actor=None)
    return {cell.values: cell.count for cell in found.cells}


def test_who_was_certified_is_counted_by_the_day_of_issue_and_not_after_it_was_revoked(ready):
    confirm(ready.held, ready.director)
    period = _period(ready)
    assert totals_of((IndicatorKey.CERTIFIED,), period) == {IndicatorKey.CERTIFIED: 0}
    ready.confirm(ALL)
    batch = ready.batch(ready.issued())
    course = ready.workshop.version.course.public_id
    assert _counted(IndicatorKey.CERTIFIED, period, "course") == {(course,): 1}
    assert _counted(IndicatorKey.CERTIFIED, period, "group") == {("B",): 1}
    (certificate,) = ready.batch(batch.public_id).certificates
    certificate.revoked_at, certificate.revoked_class = utc_now(), "mistake"
    db.session.commit()
    assert totals_of((IndicatorKey.CERTIFIED,), period) == {IndicatorKey.CERTIFIED: 0}


def test_who_knows_more_is_told_of_those_who_sat_both_tests(ready):
    confirm(ready.held, ready.director)
    period, people = _period(ready), _keys()
    assert _counted(IndicatorKey.GAIN, period) == {(): None}
    workshop = ready.workshop.id
    scores = {ALL: (400, 900), MOST: (700, 700), LITTLE: (200, None)}
    for place, moment in enumerate(("before", "after")):
        test = WorkshopTest(workshop_id=workshop, moment=moment, created_by="system")
        db.session.add(test)
        db.session.flush()
        for name, tenths in scores.items():
            if tenths[place] is not None:
                db.session.add(
                    ListedScore(test_id=test.id, person_id=people[name], tenths=tenths[place],
                                entered_by="system", entered_at=utc_now())
                )  # fmt: skip
    db.session.commit()
    assert _counted(IndicatorKey.GAIN, period, "group") == {("B",): 1}
    assert _counted(IndicatorKey.GAIN, period) == {(): 1}
    (gain,) = course_gains(period)
    assert (gain.gain.people, gain.gain.before, gain.gain.after) == (2, 55.0, 80.0)
    # Of two people nothing is told but that they are few.
    assert not gain.told


def test_practice_is_counted_where_something_was_done_and_known_where_anything_was_told(ready):
    confirm(ready.held, ready.director)
    people, workshop = _keys(), ready.workshop.id
    period = quarter_holding(local_today())
    assert _counted(IndicatorKey.PRACTICE, period) == {(): None}

    def tell(name: str, often: Often, teller: Teller = Teller.HERSELF) -> None:
        db.session.add(
            PracticeAnswer(
                workshop_id=workshop, person_id=people[name], told_by=str(teller),
                objective=new_public_id(), often=str(often), op_id=new_public_id(),
                given_at=utc_now(),
            )
        )  # fmt: skip
        db.session.commit()

    tell(LITTLE, Often.NEVER)
    assert _counted(IndicatorKey.PRACTICE, period) == {(): 0}
    tell(ALL, Often.SEVERAL)
    tell(ALL, Often.ONCE, Teller.PEER)
    tell(MOST, Often.NO_OCCASION)
    assert _counted(IndicatorKey.PRACTICE, period, "group") == {("B",): 1}
    told = {one.teller: (one.people, one.told) for one in course_practice(period)}
    assert told == {Teller.HERSELF: (3, False), Teller.PEER: (1, False)}


def test_two_who_turn_out_to_be_one_are_counted_once_and_as_refreshed_until_it_is_undone(
    ready, plan
):
    confirm(ready.held, ready.director)
    period, people = _period(ready), _keys()
    day = ready.workshop.ends_on
    ids = {one.id: one.public_id for one in db.session.query(Person)}
    earlier = plan().row
    before = db.session.query(Completion).filter_by(person_id=people[ALL]).one()
    db.session.add(
        Completion(
            workshop_id=earlier.id, person_id=people[LITTLE], course_id=before.course_id,
            held_on=day - timedelta(400), completed_on=day - timedelta(400), minutes=360,
            percentage=100, met=True, group_id=before.group_id,
        )
    )  # fmt: skip
    db.session.commit()
    keys = (IndicatorKey.REACHED, IndicatorKey.REFRESHED)
    assert totals_of(keys, period) == dict(zip(keys, (3, 0), strict=True))
    versions = tuple(
        db.session.query(Person.row_version).filter_by(id=people[name]).scalar()
        for name in (ALL, LITTLE)
    )
    db.session.rollback()
    merge = merge_people(ids[people[ALL]], ids[people[LITTLE]], {}, versions, SYSTEM)
    db.session.rollback()
    assert totals_of(keys, period) == dict(zip(keys, (2, 1), strict=True))
    # Of two facts of one workshop the better stands.
    now = db.session.query(Completion).filter_by(person_id=people[ALL], held_on=day).one()
    assert (now.minutes, now.met, now.refresher) == (360, True, True)
    db.session.rollback()
    undo_merge(merge, SYSTEM)
    db.session.rollback()
    assert totals_of(keys, period) == dict(zip(keys, (3, 0), strict=True))
