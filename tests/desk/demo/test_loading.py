"""The sample is loaded through the real services, into an empty programme and nowhere else."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from kash.accounts.models import Account, Programme
from kash.accounts.queries.accounts import actor_of, roles_of
from kash.attendance.models import Mark, MarkOperation, Register, Slot
from kash.certificates.coverage.queries import (
    all_groups,
    coverage_of,
    goal_of,
    latest_goal,
    subjects,
)
from kash.certificates.coverage.rules import Outlook
from kash.certificates.models import Certificate, CertificateBatch
from kash.desk.demo.loading import load_programme
from kash.desk.demo.opening import ACCOUNTS, MEMBERS, ProgrammeNotEmpty
from kash.forums.documents import results_of
from kash.forums.models import Action, Meeting
from kash.forums.queries.decisions import arising_in
from kash.incidents.queries.letterbox import duty_number
from kash.people.models import Group, Organisation, Person
from kash.planning.clashes.queries.checking import clashes_ahead
from kash.planning.clashes.rules import ClashKind
from kash.platform.database import Base, db
from kash.platform.vault import verify
from kash.platform.vault.models import AuditEntry
from kash.platform.web.formats import local_today
from kash.policy import NOBODY, Role
from kash.training.course_files import library
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from tests.sample import SAMPLE_PASSWORD


def _count(kind: type[Base], *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(*conditions)) or 0  # type: ignore[arg-type]


def test_the_command_says_where_the_papers_lie_and_who_signs_in(sample):
    assert sample.result.exit_code == 0, sample.result.output
    lines = sample.result.output.splitlines()
    names = (
        "certificates.pdf",
        "certificates.zip",
        "register.pdf",
        "minutes.pdf",
        "agenda.pdf",
        "answer-sheets.pdf",
        "report.pdf",
        "report-programme.pdf",
    )
    assert [line.strip() for line in lines if line.startswith(f"  {sample.folder}")] == [
        str(sample.folder / name) for name in names
    ]
    named = [line.split()[0] for line in lines if "@demo.example" in line]
    signing_in, members = named[:11], named[11:]
    assert sorted(signing_in) == sorted(one.email for one in ACCOUNTS)
    assert members == [one.email for one in MEMBERS]
    assert sum("passphrase:" in line and len(line.split()) == 7 for line in lines) == 3
    # Who chose the password knows it.
    assert SAMPLE_PASSWORD not in sample.result.output


def test_as_much_is_there_as_a_programme_has(sample):
    kinds = Counter(db.session.scalars(select(Organisation.kind)))
    assert kinds == {"station": 4, "collective": 2, "partner": 1}
    groups = db.session.execute(
        select(Group.letter, func.count(Person.id)).join(Person).group_by(Group.letter)
    )
    assert dict(groups.all()) == {"A": 30, "B": 32}
    # Whoever came in at the door gave none.
    assert _count(Person, Person.phone_sealed.is_(None)) == 2
    assert _count(Course) == 2 + len(library())
    published = db.session.scalars(
        select(CourseVersion.language).where(CourseVersion.state == "published")
    )
    assert sorted(published) == ["en", "sw"]
    today = local_today()
    fates = Counter(
        "cancelled"
        if workshop.state == "cancelled"
        else "held"
        if workshop.ends_on < today
        else "running"
        if workshop.starts_on <= today
        else "planned"
        for workshop in db.session.scalars(select(Workshop))
    )
    assert fates == {"held": 6, "cancelled": 1, "running": 1, "planned": 7}
    held = {roles_of(one) for one in db.session.scalars(select(Account))}
    assert {role for roles in held for role in roles} == set(Role)


def test_a_clash_of_each_kind_lies_ahead(sample):
    account = db.session.scalars(select(Account).where(Account.name == "Mwalimu Onyesho")).one()
    ahead = clashes_ahead(actor_of(account), local_today())
    assert set(ahead.counts) == set(ClashKind)


def test_registers_are_closed_but_one_and_each_mark_is_an_operation(sample):
    begun = (
        select(Slot.id)
        .join(Register)
        .where(Register.purpose == "workshop", Slot.starts_at < func.current_timestamp())
        .join(Mark, Mark.slot_id == Slot.id)
        .distinct()
    )
    still_open = db.session.scalars(begun.where(Slot.closed_at.is_(None))).all()
    assert len(still_open) == 1
    assert set(db.session.scalars(select(Mark.status))) >= {
        "present",
        "late",
        "excused",
        "absent",
        "apology",
        "in_attendance",
    }
    applied = db.session.execute(
        select(MarkOperation.slot_id, MarkOperation.person_id, func.max(MarkOperation.version))
        .where(MarkOperation.answer == "applied")
        .group_by(MarkOperation.slot_id, MarkOperation.person_id)
    )
    marks = db.session.execute(select(Mark.slot_id, Mark.person_id, Mark.version))
    assert set(applied) == set(marks)


def test_certificates_are_in_each_state_and_dated_before_today(sample):
    batches = db.session.execute(
        select(CertificateBatch.kind, CertificateBatch.state).order_by(CertificateBatch.id)
    )
    assert [tuple(row) for row in batches] == [
        ("workshop", "issued"),
        ("workshop", "issued"),
        ("renewal", "issued"),
        ("correction", "issued"),
        ("correction", "proposed"),
        ("workshop", "issued"),
        ("workshop", "issued"),
        ("workshop", "approved"),
        ("workshop", "proposed"),
    ]
    today = local_today()
    issued = db.session.scalars(select(Certificate).where(Certificate.serial.is_not(None))).all()
    assert {one.condition(today) for one in issued} == {"valid", "expiring", "expired", "replaced"}
    assert all(one.issued_on is not None and one.issued_on < today for one in issued)


def test_three_meetings_were_held_and_the_next_has_what_is_still_open(sample):
    meetings = db.session.scalars(select(Meeting).order_by(Meeting.starts_at)).all()
    held = ["held"] * 3
    # The next one, and two of a series.
    assert [meeting.state for meeting in meetings] == [*held, *["planned"] * 3]
    assert len({meeting.starts_at.strftime("%Y-%m") for meeting in meetings}) == 6
    coming = meetings[3]
    listed = arising_in(coming, coming.starts_at, NOBODY)
    still_open = [line.text for line, state in listed if state == "open"]
    assert sorted(still_open) == sorted(
        db.session.scalars(select(Action.text).where(Action.state == "open"))
    )
    assert len(still_open) == 4
    assert len(listed) == 5
    # The printed figures stand under the item where a meeting reads them.
    items = [item.title for item in coming.items]
    results = results_of(coming, items)
    assert (items[results["results_at"]], len(results["figures"])) == ("Results", 3)


def test_the_programme_has_a_number_that_two_agreed_to(sample):
    assert duty_number() == "+254700000780"


def test_every_action_stands_in_the_audit_chain_and_the_chain_is_sound(sample):
    result = verify(db.session())
    assert result.sound, result.problems
    assert result.entries == _count(AuditEntry) > 300
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert last is not None
    assert last.action in ("demo.sample_loaded", "attendance.sheets_made")
    # Nobody acts as the system but the command that says so at the end.
    assert _count(AuditEntry, AuditEntry.actor == "system") == 1


def test_it_never_goes_over_an_existing_programme(sample):
    before = (_count(AuditEntry), _count(Person), _count(Account))
    again = sample.app.test_cli_runner().invoke(args=["demo"])
    assert again.exit_code == 1
    assert "This programme is not empty" in again.output
    assert (_count(AuditEntry), _count(Person), _count(Account)) == before
    # Set up, changed since, and the outside contact and the number proposed and agreed to.
    assert db.session.get_one(Programme, 1).version == 7


def test_an_account_alone_is_enough_to_refuse(app, actor):
    actor("administrator")
    db.session.delete(db.session.get_one(Programme, 1))
    db.session.commit()
    with pytest.raises(ProgrammeNotEmpty):
        load_programme(SAMPLE_PASSWORD, local_today())


def test_each_role_signs_in_with_the_password(sample):
    for key in ("administrator", "director", "trainer", "peer", "police", "funder"):
        browser = sample.app.test_client()
        answer = browser.post(
            "/sign-in", data={"email": f"{key}@demo.example", "password": SAMPLE_PASSWORD}
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert browser.get("/").status_code == 200


def test_a_station_falls_under_three_and_a_mass_transfer_is_told_apart(sample):
    subject, group = subjects()[0], all_groups()[0]
    found = coverage_of(subject, group, goal_of(latest_goal()), local_today())
    outlooks = {need.station.name: found.forecast(need).outlook for need in found.needs}
    assert outlooks == {
        "Kielelezo Police Station": Outlook.LATER,
        "Mfano Patrol Base": Outlook.FALLS,
        "Sampuli Police Station": Outlook.LATER,
    }
    names = {need.station.key: need.station.name for need in found.needs}
    [order] = found.all_transfers
    assert (names[order.station or 0], order.left) == ("Mfano Patrol Base", 5)
