"""What is issued is what was approved, name by name, or nothing is, on both engines."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from kash.accounts.models import Account
from kash.accounts.services.accounts import change_settings
from kash.attendance.models import Mark
from kash.certificates.models import Certificate, CertificateBatch, CertificateRule, DesignVersion
from kash.certificates.queries.designs import version_in_use
from kash.certificates.rules.issuing import (
    ApprovedBatch,
    Paper,
    PrintedPart,
    changed_parts,
    written_parts,
)
from kash.certificates.services import designs as signing
from kash.certificates.services import issuing as issuing_in_parts
from kash.certificates.services.issuing import WentBack, approve, check_approval, confirm_names
from kash.people.models import Person
from kash.people.services.merging import merge_people
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from kash.policy import SYSTEM
from kash.workshops.models import Facilitator, Funder, Funding, Workshop
from tests.workshops.conftest import make_person

from .conftest import ALL, MOST, Ready
from .test_designs import png

both = pytest.mark.usefixtures("both_engines_app")


@pytest.fixture
def approved(ready):
    ready.confirm(ALL, MOST)
    batch = ready.proposed()
    approve(ready.batch(batch), ready.director)
    return batch


def issue(ready: Ready, batch: str) -> None:
    issuing_in_parts.issue(ready.batch(batch), ready.workshop.ends_on, ready.trainer)


def went_back(ready: Ready, batch: str) -> str:
    """Issuing is refused, the batch stands as turned back, and no certificate has a serial."""
    with pytest.raises(WentBack) as refused:
        issue(ready, batch)
    assert "Nothing was issued" in str(refused.value)
    kept = ready.batch(batch)
    assert kept.state == "returned"
    assert db.session.scalars(select(Certificate.serial)).all() == [None, None]
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (last.action, last.subjects) == ("certificates.went_back", [batch])
    reason = kept.returned_reason
    assert reason in str(refused.value)
    db.session.rollback()
    return reason


@pytest.mark.any_engine
@both
def test_what_was_approved_is_issued(ready, approved):
    issue(ready, approved)
    assert ready.batch(approved).state == "issued"


@pytest.mark.any_engine
@both
def test_a_name_changed_after_the_approval_is_not_printed(ready, approved):
    confirm_names(ready.workshop, {ready.person(ALL): "Somebody Else"}, ready.trainer)
    assert went_back(ready, approved) == "A printed name changed since this was proposed."
    # It is proposed anew, and another decides anew.
    again = ready.proposed()
    with pytest.raises(SamePerson):
        issue(ready, again)
    approve(ready.batch(again), ready.director)
    issue(ready, again)


@pytest.mark.any_engine
@both
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("name", "names, or whose they are"),
        ("title", "the title"),
        ("hours", "the hours"),
        ("days", "the days of the workshop"),
        ("design", "the design, or the name of the programme"),
        ("lead", "who signs"),
        ("renamed", "who signs"),
        ("months", "how long they hold"),
    ],
)
def test_nothing_that_was_changed_after_the_approval_is_issued(ready, approved, actor, harm, told):
    batch = ready.batch(approved)
    key, workshop, rule = batch.id, batch.workshop_id, batch.rule_id
    rows = update(Certificate).where(Certificate.batch_id == key)
    if harm == "name":
        # Both at once, so that the two still agree with each other.
        person = db.session.scalars(select(Person).where(Person.printed_name == ALL)).one()
        person.printed_name = "Somebody Else"
        db.session.execute(
            rows.where(Certificate.person_id == person.id).values(printed_name="Somebody Else")
        )
    elif harm == "title":
        db.session.execute(rows.values(public_title="Master of Everything"))
    elif harm == "hours":
        db.session.execute(rows.values(minutes=6000))
    elif harm == "days":
        found = db.session.get_one(Workshop, workshop)
        found.ends_on += timedelta(days=1)
    elif harm == "design":
        other = version_in_use("plain")
        assert other is not None
        batch.design_version_id = other.id
    elif harm == "lead":
        other_trainer = actor("trainer", name="Mwingine Mfano")
        db.session.execute(
            update(Facilitator)
            .where(Facilitator.workshop_id == workshop)
            .values(account_id=other_trainer.account_id)
        )
        if not db.session.scalar(select(Facilitator.id).where(Facilitator.workshop_id == workshop)):
            db.session.add(
                Facilitator(
                    workshop_id=workshop, account_id=other_trainer.account_id or 0, lead=True
                )
            )
    elif harm == "renamed":
        db.session.execute(
            update(Account)
            .where(Account.public_id == ready.director.public_id)
            .values(name="Professor Subira")
        )
    else:
        db.session.execute(
            update(CertificateRule).where(CertificateRule.id == rule).values(months_valid=240)
        )
    db.session.commit()
    assert went_back(ready, approved) == f"Since the approval this changed: {told}."


@pytest.mark.any_engine
@both
@pytest.mark.parametrize("harm", ["funder", "mark", "logo"])
def test_no_mark_or_logo_put_in_after_the_approval_is_printed(ready, harm):
    def fund(name: str) -> None:
        funder = Funder(name=name)
        db.session.add(funder)
        db.session.flush()
        db.session.add(Funding(workshop_id=ready.workshop.id, funder_id=funder.id, share=50))
        db.session.commit()
        signing.keep_mark(funder, png("red"), ready.director)

    fund("Pays")
    version = version_in_use("classic")
    assert version is not None
    drawn = {**version.content, "marks": True, "logo": "programme"}
    db.session.execute(
        update(DesignVersion).where(DesignVersion.id == version.id).values(content=drawn)
    )
    db.session.commit()
    change_settings(SYSTEM, "paper", "paper", {"logo": "first", "logo_on": ["certificates"]})
    ready.confirm(ALL, MOST)
    batch = ready.proposed()
    approve(ready.batch(batch), ready.director)
    check_approval(db.session(), ready.batch(batch))
    db.session.rollback()
    if harm == "funder":
        fund("Pays as well")
    elif harm == "mark":
        funder = db.session.scalars(select(Funder)).one()
        signing.keep_mark(funder, png("blue"), ready.director)
    else:
        change_settings(SYSTEM, "paper", "paper", {"logo": "second"})
    told = "the design, or the name of the programme"
    assert went_back(ready, batch) == f"Since the approval this changed: {told}."


@pytest.mark.any_engine
@both
def test_a_certificate_does_not_go_to_whom_somebody_was_merged_into(ready, approved):
    puppet = make_person("Zawadi Mwingine", "B")
    kept = db.session.scalars(select(Person).where(Person.public_id == puppet)).one()
    gone = db.session.scalars(select(Person).where(Person.chosen_name == ALL)).one()
    ids, row_versions = (kept.public_id, gone.public_id), (kept.row_version, gone.row_version)
    db.session.rollback()
    merge_people(*ids, {"printed_name": "gone", "chosen_name": "gone"}, row_versions, ready.trainer)
    assert went_back(ready, approved) == (
        "Since the approval this changed: names, or whose they are."
    )


@pytest.mark.any_engine
@both
def test_attendance_that_falls_below_the_rule_sends_it_back(ready, approved):
    db.session.execute(update(Mark).values(status="absent"))
    db.session.commit()
    assert "is no longer enough" in went_back(ready, approved)


@pytest.mark.any_engine
@both
def test_no_name_is_kept_with_what_was_approved(ready, approved):
    kept = db.session.scalars(select(CertificateBatch)).one().approved
    assert kept is not None
    assert set(kept) == {str(part) for part in PrintedPart}
    assert {len(digest) for digest in kept.values()} == {64}


# --- The rule -----------------------------------------------------------------------------------

DAY = date(2026, 11, 16)
papers = st.builds(
    Paper,
    key=st.sampled_from(["a", "b", "c"]),
    holder=st.sampled_from(["one", "two"]),
    name=st.text(min_size=1, max_size=4),
    title=st.sampled_from(["Working Together", "Rights"]),
    minutes=st.integers(0, 600),
    first_day=st.sampled_from([DAY, DAY + timedelta(days=1)]),
    last_day=st.just(DAY + timedelta(days=2)),
)
batches = st.builds(
    ApprovedBatch,
    papers=st.lists(papers, max_size=3, unique_by=lambda one: one.key),
    months_valid=st.none() | st.integers(1, 3),
    design=st.sampled_from(["x", "y"]),
    signatories=st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), max_size=2),
)


def digests(batch: ApprovedBatch) -> dict[str, str]:
    return {str(part): text for part, text in written_parts(batch).items()}


@given(batches, batches)
def test_a_difference_is_told_exactly_where_there_is_one(one, other):
    def plain(batch: ApprovedBatch) -> object:
        in_order = sorted(batch.papers, key=lambda paper: paper.key)
        return (in_order, batch.months_valid, batch.design, list(batch.signatories))

    changed = changed_parts(digests(one), written_parts(other))
    assert (changed == ()) is (plain(one) == plain(other))
    assert changed_parts({}, written_parts(other)) == ()
