"""Issuing in parts: stopped, cancelled, broken off, gone on with, by two at once; never a double
and never a gap."""

from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.issuing import how_far, names_changed, state_of, waiting_for
from kash.certificates.rules.issuing import BatchStep, allowed_steps
from kash.certificates.services import issuing as issuing_in_parts
from kash.certificates.services.certificates import make_paper
from kash.certificates.services.issuing import (
    NamesChanged,
    OthersIssue,
    approve,
    confirm_names,
    leave_out,
    set_rule,
    stop,
    turn_back,
)
from kash.platform.approvals.approval import SamePerson, WrongStep
from kash.platform.database import db, utc_now
from kash.platform.jobs import Job, run_waiting
from kash.platform.jobs import services as jobs

from .conftest import ALL, LITTLE, MOST, Ready

pytestmark = pytest.mark.usefixtures("both_engines_app")


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch):
    monkeypatch.setattr(issuing_in_parts, "PART", 1)


def approved(ready: Ready) -> str:
    """A batch of three that was approved."""
    set_rule(1, name_must_be_confirmed=True, by=ready.director)
    ready.confirm(ALL, MOST, LITTLE)
    batch = ready.proposed()
    approve(ready.batch(batch), ready.director)
    return batch


def issue(ready: Ready, batch: str) -> str:
    return issuing_in_parts.issue(ready.batch(batch), ready.workshop.ends_on, ready.trainer)


def standing(ready: Ready, batch: str) -> tuple[str, tuple[int, int]]:
    db.session.rollback()
    found = ready.batch(batch)
    return state_of(found), how_far(found)


def serials() -> list[str]:
    db.session.rollback()
    return [one for one in db.session.scalars(select(Certificate.serial)) if one]


def test_the_first_part_is_issued_at_once_and_the_worker_does_the_rest(ready):
    batch = approved(ready)
    job = issue(ready, batch)
    assert standing(ready, batch) == ("issuing", (1, 3))
    first = serials()
    with pytest.raises(OthersIssue):
        issue(ready, batch)
    with pytest.raises(WrongStep):
        turn_back(ready.batch(batch), "too late", ready.director)
    assert run_waiting() == 1
    assert standing(ready, batch) == ("issued", (3, 3))
    assert len(set(serials())) == 3
    assert set(first) < set(serials())
    done = db.session.scalars(select(Job).where(Job.public_id == job)).one()
    assert (done.state, done.done, done.total) == ("done", 3, 3)
    # The same work once more, as after a crash at its very end, does nothing.
    before = sorted(serials())
    assert issuing_in_parts.issue_part(batch) == (3, 3)
    assert sorted(serials()) == before


@pytest.mark.any_engine
def test_it_is_stopped_gone_on_with_and_the_rest_left_out(ready):
    batch = approved(ready)
    issue(ready, batch)
    stop(ready.batch(batch), ready.trainer)
    assert run_waiting() == 1
    assert standing(ready, batch) == ("stopped", (1, 3))
    (cancelled,) = db.session.scalars(select(Job.state))
    assert cancelled == "cancelled"
    issue(ready, batch)
    assert standing(ready, batch) == ("issuing", (2, 3))
    stop(ready.batch(batch), ready.trainer)
    assert leave_out(ready.batch(batch), ready.trainer) == 1
    assert standing(ready, batch) == ("issued", (2, 2))
    run_waiting()
    assert standing(ready, batch) == ("issued", (2, 2))
    # Who was left out can be proposed again.
    again = ready.proposed()
    assert standing(ready, again) == ("proposed", (0, 1))


@pytest.mark.any_engine
def test_cancelling_the_work_stops_the_batch(ready):
    batch = approved(ready)
    job = issue(ready, batch)
    jobs.cancel(job, ready.trainer.public_id)
    # It never began, so that nobody could write it down: the batch is told as stopped all the same.
    assert standing(ready, batch) == ("stopped", (1, 3))
    assert [one.batch_public_id for one in waiting_for(ready.trainer)] == [batch]
    with pytest.raises(WrongStep):
        stop(ready.batch(batch), ready.trainer)
    job = issue(ready, batch)
    db.session.execute(update(Job).where(Job.public_id == job).values(cancel_asked=True))
    db.session.commit()
    run_waiting()
    assert standing(ready, batch) == ("stopped", (2, 3))
    assert ready.batch(batch).state == "stopped"


def test_a_name_that_changes_meanwhile_ends_it_with_a_sentence(ready):
    batch = approved(ready)
    job = issue(ready, batch)
    unissued = select(Certificate).where(Certificate.serial.is_(None)).order_by(Certificate.id)
    other = db.session.scalars(unissued).all()[-1].person.public_id
    confirm_names(ready.workshop, {other: "Somebody Else"}, ready.trainer)
    run_waiting()
    assert standing(ready, batch) == ("stopped", (2, 3))
    failed = db.session.scalars(select(Job).where(Job.public_id == job)).one()
    assert failed.error == str(NamesChanged())
    assert names_changed(ready.batch(batch)) == 1
    with pytest.raises(NamesChanged):
        issue(ready, batch)
    assert leave_out(ready.batch(batch), ready.trainer) == 1


def test_two_who_issue_at_once(both_engines_app, ready):
    batch_id = ready.batch(approved(ready)).id
    day = ready.workshop.ends_on
    barrier = Barrier(4)
    answers: list[str] = []

    def go() -> None:
        with both_engines_app.app_context():
            batch = db.session.get_one(CertificateBatch, batch_id)
            barrier.wait()
            try:
                issuing_in_parts.issue(batch, day, ready.trainer)
                answers.append("did")
            except OthersIssue as problem:
                answers.append(str(problem))
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    others = "These are being issued already."
    assert sorted(answers) == [others, others, others, "did"]
    run_waiting()
    assert len(set(serials())) == 3
    assert db.session.scalar(select(func.count(Certificate.id))) == 3


STEPS = st.lists(
    st.sampled_from(["approve", "return", "issue", "part", "stop", "leave", "print"]), max_size=9
)


@pytest.mark.any_engine
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_whatever_is_done_in_whatever_order(ready, steps):
    """Each step does what the rules allow, or raises and changes nothing; no serial ever goes."""
    _out_of_the_way()
    if ready.workshop.public_id not in _CONFIRMED:
        set_rule(1, name_must_be_confirmed=True, by=ready.director)
        ready.confirm(ALL, MOST, LITTLE)
        _CONFIRMED.add(ready.workshop.public_id)
    batch = ready.proposed()
    acts = {
        "approve": (BatchStep.APPROVE, lambda: approve(ready.batch(batch), ready.director)),
        "return": (BatchStep.RETURN, lambda: turn_back(ready.batch(batch), "", ready.director)),
        "issue": (BatchStep.ISSUE, lambda: issue(ready, batch)),
        "stop": (BatchStep.STOP, lambda: stop(ready.batch(batch), ready.trainer)),
        "leave": (BatchStep.LEAVE_OUT, lambda: leave_out(ready.batch(batch), ready.trainer)),
        "print": (
            BatchStep.PRINT,
            lambda: make_paper(ready.batch(batch), "print_file", "", ready.trainer, reason="lost"),
        ),
    }
    known: set[str] = set(serials())
    for name in steps:
        state, (issued, total) = standing(ready, batch)
        if name == "part":
            issuing_in_parts.issue_part(batch)
        else:
            step, act = acts[name]
            may = step in allowed_steps(
                state, proposed_by=ready.trainer.public_id, actor="", issued=issued
            )
            if may:
                act()
            else:
                with pytest.raises((WrongStep, SamePerson)):
                    act()
                assert standing(ready, batch) == (state, (issued, total))
        now = serials()
        assert known <= set(now)
        assert len(now) == len(set(now))
        known = set(now)
        state, (issued, total) = standing(ready, batch)
        assert (
            issued
            in {
                "proposed": {0},
                "approved": {0},
                "returned": {0},
                "issuing": {1, 2},
                "stopped": {1, 2},
                "issued": {total},
            }[state]
        )


def _out_of_the_way() -> None:
    """Whoever had a certificate in the example before may have another."""
    db.session.rollback()
    db.session.execute(
        update(Certificate).where(Certificate.serial.is_not(None)).values(revoked_at=utc_now())
    )
    db.session.execute(update(CertificateBatch).values(state="returned"))
    db.session.commit()


_CONFIRMED: set[str] = set()
