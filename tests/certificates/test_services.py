"""From the rule to a revoked certificate, on both engines."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from kash.accounts.models import AccountNotice
from kash.attendance.queries.registers import slots_still_open
from kash.attendance.services.registers import reopen_slot
from kash.certificates import publishing as checking
from kash.certificates.models import SENT_BACK, Certificate
from kash.certificates.queries.issuing import (
    batches_of,
    candidates,
    certificates_of,
    rule_versions,
    waiting_for,
)
from kash.certificates.rules.issuing import CertificateStatus, Requirement, Unasked, read_serial
from kash.certificates.services import issuing
from kash.certificates.services.certificates import revoke
from kash.certificates.services.issuing import (
    NamesChanged,
    approve,
    confirm_names,
    issue,
    set_rule,
    turn_back,
)
from kash.people.models import Person
from kash.people.queries.copies import in_the_way
from kash.platform.approvals.approval import (
    GivenToApprover,
    SamePerson,
    StandsInForProposer,
    WrongStep,
)
from kash.platform.database import db
from kash.platform.vault import verify
from kash.platform.vault.models import AuditEntry
from kash.platform.web.errors import Problem
from kash.policy import StandIn
from tests.refusals import refuses

from .conftest import ALL, LITTLE, MOST, Ready

pytestmark = pytest.mark.usefixtures("both_engines_app")


def lacking(ready: Ready) -> dict[str, list[Requirement]]:
    return {
        row.chosen_name: [one.requirement for one in row.missing]
        for row in candidates(ready.workshop)
    }


def actions() -> list[str]:
    return list(
        db.session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.startswith("certificates."))
            .order_by(AuditEntry.seq)
        )
    )


@pytest.mark.any_engine
def test_each_person_is_told_just_what_is_missing(ready):
    assert lacking(ready) == {
        ALL: [Requirement.NAME],
        MOST: [Requirement.NAME],
        LITTLE: [Requirement.TRACK, Requirement.NAME],
    }
    ready.confirm(ALL, LITTLE)
    assert lacking(ready) == {ALL: [], MOST: [Requirement.NAME], LITTLE: [Requirement.TRACK]}
    (little,) = [row for row in candidates(ready.workshop) if row.chosen_name == LITTLE]
    assert [(one.need, one.have) for one in little.missing] == [(270, 90)]


@pytest.mark.any_engine
def test_a_rule_is_never_changed_only_followed_by_another(ready):
    set_rule(50, name_must_be_confirmed=False, by=ready.director)
    set_rule(50, name_must_be_confirmed=False, by=ready.director)
    assert [
        (rule.version, rule.least_share, rule.name_must_be_confirmed) for rule in rule_versions()
    ] == [(2, 50, False), (1, 75, True)]


@pytest.mark.any_engine
def test_the_whole_way_of_a_certificate(ready):
    ready.confirm(ALL, MOST, LITTLE)
    batch = ready.issued()
    certificates = certificates_of(ready.batch(batch))
    assert [(one.printed_name, one.minutes) for one in certificates] == [(MOST, 270), (ALL, 360)]
    serials = [one.serial or "" for one in certificates]
    assert [read_serial(serial) for serial in serials] == serials
    assert len(set(serials)) == 2

    answer = checking.verified(serials[1].lower(), "zawadi  SAMPULI")
    assert (answer.standing, answer.title, answer.name_matches) == (
        CertificateStatus.VALID,
        "Working Together",
        True,
    )
    assert checking.verified(serials[1], "Somebody Else").name_matches is False

    revoke(certificates[1], "wrong_name", "Spelt wrongly", ready.director)
    revoked = checking.verified(serials[1], "")
    assert (revoked.standing, revoked.revoked_class, revoked.name_matches) == (
        CertificateStatus.REVOKED,
        "other",
        None,
    )
    with refuses("This certificate is revoked already."):
        revoke(certificates[1], "wrong_name", "Again", ready.director)
    # Whose certificate was revoked may be proposed anew, and nobody else.
    assert lacking(ready)[ALL] == []
    assert lacking(ready)[MOST] == [Requirement.NOT_YET]
    assert actions() == [
        "certificates.rule_set",
        "certificates.names_confirmed",
        "certificates.proposed",
        "certificates.approved",
        "certificates.issued",
        "certificates.revoked",
    ]
    assert verify(db.session()).sound


@pytest.mark.any_engine
def test_an_unissued_certificate_does_not_verify(ready):
    ready.confirm(ALL)
    ready.proposed()
    assert db.session.scalar(select(func.count(Certificate.serial))) == 0
    assert checking.verified("0000-0000-0000", "").standing is CertificateStatus.UNKNOWN


@pytest.mark.any_engine
def test_nobody_approves_what_she_proposed(ready):
    ready.confirm(ALL)
    batch = ready.proposed()
    with pytest.raises(SamePerson):
        approve(ready.batch(batch), ready.trainer)
    assert ready.batch(batch).state == "proposed"


@pytest.mark.any_engine
def test_nobody_approves_a_certificate_of_her_own(ready):
    ready.confirm(ALL)
    batch = ready.proposed()
    holder = ready.batch(batch).certificates[0].person_id
    with pytest.raises(GivenToApprover):
        approve(ready.batch(batch), replace(ready.director, person_id=holder))
    assert ready.batch(batch).state == "proposed"
    approve(ready.batch(batch), replace(ready.director, person_id=0))


def test_what_the_absent_proposed_is_neither_offered_to_her_stand_in_nor_approved_by_her(
    ready, actor
):
    """Today told her to check and approve it, and its page had no button."""
    ready.confirm(ALL)
    batch, officer = ready.proposed(), actor("monitoring")
    hers, theirs = (
        replace(officer, stands_in=(StandIn("certificates.approve", one.public_id),))
        for one in (ready.trainer, ready.director)
    )
    assert [one.batch_public_id for one in waiting_for(theirs)] == [batch]
    assert waiting_for(hers) == waiting_for(actor("peer")) == []
    with pytest.raises(StandsInForProposer):
        approve(ready.batch(batch), hers)
    assert ready.batch(batch).state == "proposed"


@pytest.mark.any_engine
def test_steps_come_in_their_order_and_once(ready):
    ready.confirm(ALL)
    batch = ready.proposed()
    with pytest.raises(WrongStep):
        issue(ready.batch(batch), ready.workshop.ends_on, ready.director)
    approve(ready.batch(batch), ready.director)
    with pytest.raises(WrongStep):
        approve(ready.batch(batch), ready.director)
    issue(ready.batch(batch), ready.workshop.ends_on, ready.trainer)
    before = [one.serial for one in certificates_of(ready.batch(batch))]
    with pytest.raises(WrongStep):
        issue(ready.batch(batch), ready.workshop.ends_on, ready.trainer)
    with pytest.raises(WrongStep):
        turn_back(ready.batch(batch), "too late", ready.director)
    assert [one.serial for one in certificates_of(ready.batch(batch))] == before


@pytest.mark.any_engine
def test_nothing_is_proposed_while_a_register_is_open(ready):
    ready.confirm(ALL)
    register = ready.workshop.register
    reopen_slot(register.public_id, register.slots[0].public_id, ready.trainer)
    assert slots_still_open(ready.workshop.register_id) == 1
    with refuses("Close every register first, or remove sessions not held"):
        ready.proposed()
    assert batches_of(ready.workshop) == []


@pytest.mark.any_engine
def test_nobody_is_proposed_twice(ready):
    ready.confirm(ALL)
    ready.proposed()
    with refuses("Nobody can be proposed now."):
        ready.proposed()
    ready.confirm(MOST)
    second = ready.proposed()
    assert [one.printed_name for one in certificates_of(ready.batch(second))] == [MOST]


@pytest.mark.any_engine
def test_what_is_turned_back_can_be_proposed_again(ready):
    ready.confirm(ALL)
    first = ready.proposed()
    key = db.session.query(Person.id).filter_by(public_id=ready.person(ALL)).scalar()
    assert len(in_the_way(db.session(), key)) == 1
    turn_back(ready.batch(first), "Wait for the others", ready.director)
    # Nor does it keep anybody from being erased.
    assert in_the_way(db.session(), key) == []
    assert ready.batch(first).returned_reason == "Wait for the others"
    # Whoever proposed it is told.
    assert db.session.scalars(select(AccountNotice.kind)).all() == [SENT_BACK.kind]
    second = ready.proposed()
    assert [one.printed_name for one in certificates_of(ready.batch(second))] == [ALL]


def test_a_name_that_changed_meanwhile_stops_the_batch(ready):
    ready.confirm(ALL)
    batch = ready.proposed()
    person = ready.person(ALL)
    confirm_names(ready.workshop, {person: "Zawadi S. Sampuli"}, ready.trainer)
    with pytest.raises(NamesChanged):
        approve(ready.batch(batch), ready.director)
    assert ready.batch(batch).state == "proposed"


def test_only_people_of_the_workshop_get_their_names_confirmed(ready):
    assert confirm_names(ready.workshop, {"0" * 16: "X"}, ready.trainer) == 0


def test_two_who_propose_at_once_make_one_batch(both_engines_app, ready):
    ready.confirm(ALL, MOST)
    workshop_id = ready.workshop.id
    barrier = Barrier(4)
    answers: list[str] = []

    def propose() -> None:
        with both_engines_app.app_context():
            workshop = db.session.get_one(type(ready.workshop), workshop_id)
            barrier.wait()
            try:
                issuing.propose(workshop, "classic", ready.trainer, unasked=Unasked.PRINT)
                answers.append("made")
            except Problem:
                answers.append("nothing")
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [Thread(target=propose) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["made", "nothing", "nothing", "nothing"]
    assert db.session.scalar(select(func.count(Certificate.id))) == 2
