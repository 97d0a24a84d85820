"""Sessions as they were taught: what the course learns of them, and what trainers write."""

from datetime import timedelta

import pytest

from kash.attendance.models import Slot, TimeTap
from kash.attendance.rules.marking import Edge
from kash.attendance.services.marking import set_times, tap_time
from kash.platform.database import db, utc_now
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.programme import retention
from kash.policy import Actor
from kash.training.documents import guide
from kash.training.models import CourseVersion, Module, PlanRow, SessionPlan
from kash.training.queries import delivered_kept, delivered_of, whole_times
from kash.workshops.models import SessionRecord, StepLeftOut, Workshop
from kash.workshops.queries.deliveries import taught_sessions
from kash.workshops.queries.plan import sessions_of
from kash.workshops.services.planning import cancel_workshop, plan_workshop
from kash.workshops.services.sessions import (
    TaughtRecord,
    forget_words,
    lay_out_anew,
    record_session,
    remove_session,
)
from tests.refusals import refuses
from tests.workshops.conftest import details, make_version


def teach(workshop: str, minutes: list[int], by: Actor) -> None:
    """Say of the sessions of a workshop, one after the other, how long they took."""
    found = db.session.query(Workshop).filter_by(public_id=workshop).one()
    register = found.register.public_id
    slots = [(one.slot, one.starts_at) for one in sessions_of(found)]
    for (slot, starts_at), took in zip(slots, minutes, strict=False):
        typed = {Edge.START: starts_at, Edge.END: starts_at + timedelta(minutes=took)}
        set_times(register, slot, typed, by)


def lineages(version: str) -> list[str]:
    db.session.rollback()
    found = db.session.query(CourseVersion).filter_by(public_id=version).one()
    return [plan.lineage for module in found.modules for plan in module.plans]


def translated(version: str) -> str:
    """Another published version with the same lineages, in Kiswahili."""
    source = db.session.query(CourseVersion).filter_by(public_id=version).one()
    plans = [plan for module in source.modules for plan in module.plans]
    made = CourseVersion(
        course_id=source.course_id,
        number=2,
        language="sw",
        translates_id=source.id,
        public_title="Pamoja",
        state="published",
        modules=[
            Module(
                position=1,
                title="Moduli",
                lineage=source.modules[0].lineage,
                plans=[
                    SessionPlan(
                        position=one.position,
                        title="Kipindi",
                        minutes=one.minutes,
                        lineage=one.lineage,
                    )
                    for one in plans
                ],
            )
        ],
    )
    db.session.add(made)
    db.session.commit()
    public_id = made.public_id
    db.session.rollback()
    return public_id


@pytest.mark.any_engine
def test_the_last_six_times_count_whichever_version_was_taught(both_engines_app, actor):
    trainer = actor("trainer")
    version = make_version((45, 60))
    other = translated(version)
    first, second = lineages(version)
    days = details().starts_on
    for number, took in enumerate((200, 70, 50, 55, 60, 65, 52)):
        day = days - timedelta(days=60 - number)
        made = plan_workshop(
            other if number % 2 else version, details(starts_on=day, ends_on=day), trainer
        )
        teach(made, [took], trainer)
    cancelled = plan_workshop(version, details(), trainer)
    teach(cancelled, [240, 240], trainer)
    cancel_workshop(cancelled, "Rain", trainer)
    found = delivered_of([first, second])
    assert delivered_kept([first, second]) == found
    assert {key: one.minutes for key, one in found.items()} == {first: (52, 65, 60, 55, 50, 70)}
    assert (found[first].least, found[first].most, found[first].median) == (50, 70, 58)
    keys = {
        one.public_id: one.id
        for one in db.session.query(CourseVersion).filter(
            CourseVersion.public_id.in_([version, other])
        )
    }
    times = whole_times(list(keys.values()))
    assert len(times) == 2
    for time in times.values():
        assert time == {"planned": 105, "delivered": 118, "taught": 1, "sessions": 2}
    planned = plan_workshop(version, details(as_delivered=True), trainer)
    row = db.session.query(Workshop).filter_by(public_id=planned).one()
    assert [one.minutes for one in sessions_of(row)] == [60, 60]
    usual = plan_workshop(version, details(), trainer)
    row = db.session.query(Workshop).filter_by(public_id=usual).one()
    assert [one.minutes for one in sessions_of(row)] == [45, 60]
    db.session.rollback()
    lay_out_anew(usual, trainer, as_delivered=True)
    row = db.session.query(Workshop).filter_by(public_id=usual).one()
    assert [one.minutes for one in sessions_of(row)] == [60, 60]


def test_a_session_that_was_begun_stays_where_it_is(held):
    first = sessions_of(held.row)[0]
    slot, session = first.slot, first.public_id
    tap_time(held.register, slot, Edge.START, "a", held.trainer)
    with refuses("People were marked already"):
        lay_out_anew(held.workshop, held.trainer)
    with refuses("This session was taught"):
        remove_session(held.workshop, session, held.trainer)


@pytest.fixture
def written(plan):
    """A workshop whose first session has two steps and two objectives: (it, the session, the
    lineages of its steps, those of its objectives)."""
    held = plan(minutes=(60, 60))
    first = db.session.query(SessionPlan).order_by(SessionPlan.id).first()
    assert first is not None
    first.rows = [
        PlanRow(kind="step", position=1, to_do="Pairs talk", minutes=20, rank="must"),
        PlanRow(kind="step", position=2, to_do="A film", minutes=15, rank="may"),
        PlanRow(kind="objective", position=1, text="Name three rights", seen="By a show of hands"),
        PlanRow(kind="objective", position=2, text="Say whom to call"),
    ]
    db.session.commit()
    steps = [row.lineage for row in first.of("step")]
    objectives = [row.lineage for row in first.of("objective")]
    session = sessions_of(held.row)[0].public_id
    db.session.rollback()
    return held, session, steps, objectives


def test_a_record_replaces_the_one_that_was_shown_and_no_other(both_engines_app, written):
    held, session, steps, objectives = written
    told = TaughtRecord(
        {steps[1]: ("time", "The talk ran on."), "0" * 16: ("time", "")},
        {objectives[0]: "reached", steps[0]: "partly"},
        "Zawadi asked about the law.",
        "Begin earlier.",
    )
    record_session(held.workshop, session, told, 0, held.trainer)
    with pytest.raises(ChangedMeanwhile):
        record_session(held.workshop, session, TaughtRecord(), 0, held.trainer)
    found = taught_sessions(held.row)[0]
    # What is not of the plan is left aside.
    assert found.left_out == {steps[1]: ("time", "The talk ran on.")}
    assert found.reached == {objectives[0]: "reached"}
    assert (found.notes, found.next_time) == ("Zawadi asked about the law.", "Begin earlier.")
    assert taught_sessions(held.row, with_texts=False)[0].notes == ""
    row = db.session.query(SessionRecord).one()
    assert b"Zawadi" not in (row.notes_sealed or b"")
    assert b"talk ran" not in (row.left_out[0].words_sealed or b"talk ran")
    for shown in (told, found):
        assert "talk ran" not in repr(shown)
    with refuses("This session was taught"):
        remove_session(held.workshop, session, held.trainer)
    record_session(held.workshop, session, told, 1, held.trainer)
    assert db.session.query(StepLeftOut).count() == 1
    # What was written just now is not old.
    forget_words(utc_now())
    fresh = taught_sessions(held.row)[0]
    assert (fresh.notes, fresh.next_time) == (found.notes, found.next_time)
    assert fresh.left_out == found.left_out
    forget_words(utc_now() + retention().span("trainer_notes") + timedelta(minutes=1))
    found = taught_sessions(held.row)[0]
    assert (found.notes, found.next_time) == ("", "")
    assert found.left_out == {steps[1]: ("time", "")}
    assert found.reached == {objectives[0]: "reached"}
    # Nothing said is no record, and the session may go.
    record_session(held.workshop, session, TaughtRecord(), 2, held.trainer)
    assert db.session.query(SessionRecord).count() == 0
    remove_session(held.workshop, session, held.trainer)


def test_a_tap_keeps_what_is_typed_and_a_wrong_time_is_told_beside_its_field(written, client_for):
    held, session, steps, objectives = written
    browser = client_for(held.trainer)
    address = f"/workshops/{held.workshop}/sessions/{session}/taught"
    page = browser.get(address).text
    for text in ("Name three rights", "By a show of hands", "A film", "Was it taught?"):
        assert text in page
    typed = {
        "steps-0-lineage": steps[0],
        "steps-0-reason": "",
        "steps-1-lineage": steps[1],
        "steps-1-reason": "other",
        "objectives-0-lineage": objectives[0],
        "objectives-0-reached": "partly",
        "notes": "Typed but not saved",
        "row_version": "0",
        "key": "k" * 16,
    }
    for _twice in range(2):
        answer = browser.post(f"{address}/tap", data=typed | {"edge": "start"})
        assert "Typed but not saved" in answer.text
    assert db.session.query(TimeTap).count() == 1
    # The end that was typed meanwhile stays too.
    answer = browser.post(f"{address}/tap", data=typed | {"edge": "start", "end": "09:10"})
    assert 'value="09:10"' in answer.text
    answer = browser.post(f"{address}/undo", data=typed | {"edge": "start"})
    assert "Typed but not saved" in answer.text
    answer = browser.post(address, data=typed)
    assert answer.status_code == 422
    assert "Say why in a few words." in answer.text
    hostile = {"steps-1-words": "a\x01b", "steps-7-lineage": "x", "objectives-0-reached": "all"}
    assert browser.post(address, data=typed | hostile).status_code == 422
    said = {"steps-1-words": "The power was out."}
    answer = browser.post(address, data=typed | said | {"start": "08:40", "end": "08:20"})
    assert answer.status_code == 422
    assert "The end must come after the beginning." in answer.text
    assert "Typed but not saved" in answer.text
    answer = browser.post(address, data=typed | said | {"start": "08:40", "end": "09:35"})
    assert answer.status_code == 303
    slot = db.session.query(Slot).order_by(Slot.starts_at).first()
    assert slot is not None
    assert slot.ended_at is not None
    assert slot.began_at is not None
    assert slot.ended_at - slot.began_at == timedelta(minutes=55)
    page = browser.get(address).text
    assert "55 min" in page
    assert "last time 55 min" in page
    assert "The power was out." in page
    assert "Taught in 55 min" in browser.get(f"/workshops/{held.workshop}").text
    answer = browser.post(f"{address}/undo", data={"edge": "end"})
    assert "Taken back." in answer.text
    assert browser.post(f"{address}/tap", data={"edge": "middle"}).status_code == 404


def test_courses_and_guides_say_how_long_it_really_takes(app, held, client_for, monkeypatch):
    teach(held.workshop, [100, 80], held.trainer)
    version = held.row.version
    address, course = version.public_id, version.course.public_id
    plan = version.modules[0].plans[0].public_id
    browser = client_for(held.trainer)
    said = "planned 90 min"
    assert said in browser.get(f"/courses/versions/{address}/plans/{plan}").text
    page = browser.get(f"/courses/versions/{address}").text
    assert said in page
    assert "last time 100 min" in page
    assert "taught and timed: 2 of 4" in page
    assert "really taught in about 6 h" in browser.get(f"/courses/{course}").text
    printed: list[str] = []
    monkeypatch.setattr(
        "kash.training.documents.document", lambda paged: printed.append(paged.html) or b""
    )
    found = db.session.query(CourseVersion).filter_by(public_id=address).one()
    with app.test_request_context():
        guide(found, with_notes=True)
        guide(found, with_notes=False)
    assert ["last time 100 min" in html for html in printed] == [True, False]


def test_today_asks_for_the_end_that_was_forgotten_until_somebody_says_it(held, client_for):
    first = sessions_of(held.row)[0]
    slot, starts_at = first.slot, first.starts_at
    browser = client_for(held.trainer)
    assert "Without an end" not in browser.get("/").text
    set_times(held.register, slot, {Edge.START: starts_at}, held.trainer)
    assert f"Without an end: {first.title}" in browser.get("/").text
    set_times(held.register, slot, {Edge.END: starts_at + timedelta(minutes=70)}, held.trainer)
    assert "Without an end" not in browser.get("/").text
