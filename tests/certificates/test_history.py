"""What becomes of certificates after they were issued: correction, expiry, renewal, paper again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kash.certificates import publishing as checking
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.certificates import (
    count_expiring,
    history_of,
    printings_of,
    printings_of_one,
    renewals_here,
)
from kash.certificates.queries.issuing import certificates_of
from kash.certificates.rules.issuing import CertificateCondition, CertificateStatus, last_day
from kash.certificates.services.certificates import (
    make_paper,
    note_single,
    propose_correction,
    propose_renewals,
    revoke,
)
from kash.certificates.services.issuing import WentBack, approve, issue, set_rule
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db
from kash.platform.vault import verify
from kash.platform.vault.models import AuditEntry
from tests.refusals import refuses

from .conftest import ALL, MOST, Ready

pytestmark = pytest.mark.usefixtures("both_engines_app")


def named(name: str) -> list[Certificate]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(Certificate).where(Certificate.printed_name == name).order_by(Certificate.id)
        )
    )


def batch_row(public_id: str) -> CertificateBatch:
    db.session.rollback()
    return db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == public_id)
    ).one()


def by_decision(ready: Ready, day: date) -> list[str]:
    db.session.rollback()
    return [one.printed_name for one in renewals_here(ready.workshop, (), day).by_decision]


@pytest.mark.any_engine
def test_a_corrected_certificate_takes_the_place_of_the_wrong_one(ready):
    set_rule(75, name_must_be_confirmed=True, months_valid=24, by=ready.director)
    ready.confirm(ALL, MOST)
    ready.issued()
    (wrong,) = named(ALL)
    serial, day, ends = wrong.serial, wrong.issued_on, wrong.expires_on
    assert day is not None
    assert ends == last_day(day, 24)
    with refuses("This name is printed already"):
        propose_correction(wrong, ALL, ready.trainer)
    right = "Zawadi Sampuli Otieno"
    batch = propose_correction(wrong, right, ready.trainer)
    with refuses("A corrected one is proposed and not issued yet."):
        propose_correction(wrong, "Another", ready.trainer)
    assert ready.person(ALL) == wrong.person.public_id
    assert wrong.person.printed_name == right
    with pytest.raises(SamePerson):
        approve(batch_row(batch), ready.trainer)
    # Until the corrected one is issued the wrong one holds.
    assert checking.verified(serial or "", "").standing is CertificateStatus.VALID
    approve(batch_row(batch), ready.director)
    later = day + timedelta(days=40)
    issue(batch_row(batch), later, ready.trainer)

    (corrected,) = named(right)
    (wrong,) = named(ALL)
    assert corrected.serial not in (None, serial)
    assert (corrected.issued_on, corrected.expires_on) == (later, ends)
    assert (corrected.public_title, corrected.minutes) == (wrong.public_title, wrong.minutes)
    assert wrong.condition(later) is CertificateCondition.REPLACED
    answer = checking.verified(serial or "", ALL)
    assert (answer.standing, answer.revoked_class) == (CertificateStatus.REVOKED, "replaced")
    assert checking.verified(corrected.serial or "", right).name_matches is True
    assert [(one.id, one.supersedes_id) for one in history_of(wrong, ready.director)] == [
        (corrected.id, wrong.id),
        (wrong.id, None),
    ]
    with refuses("This certificate is revoked already."):
        propose_correction(wrong, "Another", ready.trainer)
    assert verify(db.session()).sound


@pytest.mark.any_engine
def test_a_correction_falls_with_what_it_corrects(ready):
    ready.confirm(ALL)
    ready.issued()
    (wrong,) = named(ALL)
    batch = propose_correction(wrong, "Zawadi S.", ready.trainer)
    approve(batch_row(batch), ready.director)
    revoke(wrong, "conduct", "Said by the committee", ready.director)
    with pytest.raises(WentBack):
        issue(batch_row(batch), ready.workshop.ends_on, ready.trainer)
    (wrong,) = named(ALL)
    assert (wrong.revoked_class, batch_row(batch).state) == ("conduct", "returned")


@pytest.mark.any_engine
def test_certificates_run_out_and_are_renewed_with_their_history(ready):
    set_rule(75, name_must_be_confirmed=True, months_valid=1, by=ready.director)
    ready.confirm(ALL, MOST)
    ready.issued()
    (first,) = named(ALL)
    ends = first.expires_on
    assert ends is not None
    just_before, after = ends - timedelta(days=3), ends + timedelta(days=1)
    assert first.condition(just_before) is CertificateCondition.EXPIRING
    assert first.condition(after) is CertificateCondition.EXPIRED
    assert count_expiring(ready.trainer, just_before) == 2
    assert count_expiring(ready.director, just_before) == 2
    assert count_expiring(ready.director, after) == 0
    assert by_decision(ready, after) == [MOST, ALL]

    set_rule(75, name_must_be_confirmed=True, months_valid=24, by=ready.director)
    with refuses("Nobody chosen can be renewed now"):
        propose_renewals(ready.workshop, {"0" * 16}, after, ready.trainer, reason="x")
    batch = propose_renewals(
        ready.workshop, {first.public_id}, just_before, ready.trainer, reason="Two years of work"
    )
    # Nobody renews it a second time, and the days of the first do not change.
    assert by_decision(ready, after) == [MOST]
    approve(batch_row(batch), ready.director)
    issue(batch_row(batch), just_before, ready.trainer)
    first, renewal = named(ALL)
    assert (renewal.renews_id, first.expires_on, first.revoked_at) == (first.id, ends, None)
    assert renewal.expires_on == last_day(ends, 24)
    assert (renewal.public_title, renewal.minutes) == (first.public_title, first.minutes)
    assert count_expiring(ready.director, just_before) == 1
    assert [one.renews_id for one in history_of(first, ready.director)] == [first.id, None]


def test_paper_made_again_needs_a_reason(ready):
    ready.confirm(ALL, MOST)
    batch = ready.issued()

    def make(kind: str, reason: str = "") -> str:
        return make_paper(batch_row(batch), kind, "Paper", ready.trainer, reason=reason)

    make("print_file")
    make("zip_file")
    make("cards")
    with refuses("This was made before."):
        make("print_file")
    with refuses("Choose one of the offered possibilities."):
        make("print_file", "because")
    make("print_file", "misprint")
    most, whole = certificates_of(batch_row(batch))
    # It was part of the print file, so that staff says why; its holder need not.
    with refuses("This was made before."):
        note_single(whole, ready.trainer, own=False)
    note_single(whole, ready.trainer, reason="lost", own=False)
    note_single(whole, ready.trainer, own=True)
    log = [(one.kind, one.count, one.reason) for one in printings_of(batch_row(batch))]
    assert log == [
        ("own_file", 1, ""),
        ("one_file", 1, "lost"),
        ("print_file", 2, "misprint"),
        ("cards", 2, ""),
        ("zip_file", 2, ""),
        ("print_file", 2, ""),
    ]
    _most, whole = certificates_of(batch_row(batch))
    assert len(printings_of_one(whole)) == 6
    assert len(printings_of_one(_most)) == 4
    for one in (whole, most):
        revoke(one, "duplicate", "", ready.director)
    with refuses("Nothing of this batch still holds."):
        make("zip_file", "lost")
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("certificates.printed"))
    ).all()
    assert sorted(actions) == ["certificates.printed"] * 4 + ["certificates.printed_one"] * 2
    assert isinstance(whole.issued_on, date)
