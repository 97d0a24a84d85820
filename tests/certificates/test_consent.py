"""Whoever withdraws her consent to a printed name stands on no paper from then on."""

import pytest
from sqlalchemy import select

from kash.attendance.models import RosterEntry, Sheet
from kash.attendance.queries.sheets import printed_sheets
from kash.certificates import documents
from kash.certificates.models import Certificate
from kash.certificates.publishing import verified
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.issuing import Requirement
from kash.certificates.services.issuing import approve, confirm_names, turn_back
from kash.forums.models import Forum, ForumMember
from kash.forums.queries.series import appearance_of
from kash.people.models import Person
from kash.people.services.persons import record_consent
from kash.platform.database import db, new_public_id
from kash.policy import SYSTEM
from tests.certificates.conftest import ALL, MOST, Ready
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")


def withdraw(ready: Ready, name: str) -> str:
    public_id = ready.person(name)
    record_consent(public_id, "printed_name", "given", SYSTEM)
    record_consent(public_id, "printed_name", "withdrawn", SYSTEM)
    return public_id


@pytest.mark.any_engine
def test_nothing_new_is_proposed_approved_or_confirmed(ready):
    ready.confirm(ALL, MOST)
    batch = ready.proposed()
    public_id = withdraw(ready, ALL)
    with refuses("The consent to a printed name was refused or withdrawn"):
        approve(ready.batch(batch), ready.director)
    turn_back(ready.batch(batch), "", ready.director)
    rows = {row.person_public_id: row for row in candidates(ready.workshop)}
    assert [one.requirement for one in rows[public_id].missing] == [Requirement.CONSENT]
    assert rows[public_id].printed_name == public_id[:6].upper()
    assert confirm_names(ready.workshop, {public_id: "Another"}, ready.trainer) == 0
    again = ready.batch(ready.proposed())
    assert [one.printed_name for one in again.certificates] == [MOST]


@pytest.mark.any_engine
def test_issued_paper_stays_valid_but_is_neither_printed_nor_confirmed(ready, client_for):
    ready.confirm(ALL, MOST)
    batch = ready.issued()
    certificate = db.session.scalars(
        select(Certificate).where(Certificate.printed_name == ALL)
    ).one()
    serial, public_id = certificate.serial or "", certificate.public_id
    assert verified(serial, ALL).name_matches is True
    withdraw(ready, ALL)
    for typed in (ALL, "Somebody Else"):
        answer = verified(serial, typed)
        assert (answer.standing, answer.name_matches, answer.name_withheld) == ("valid", None, True)
    assert not verified(serial, "").name_withheld
    _design, entries = documents._printable(batch)
    assert [entry.printed_name for entry in entries] == [MOST]
    browser = client_for(ready.trainer)
    assert browser.post(f"/certificates/{public_id}/file").status_code == 409
    assert "stays valid" in browser.get(f"/certificates/{public_id}").text
    names = browser.get(f"/workshops/{ready.workshop.public_id}/certificates/names").text
    assert ALL not in names
    assert MOST in names


@pytest.mark.any_engine
def test_registers_print_a_code(ready):
    register_id = ready.workshop.register_id
    entries = db.session.execute(
        select(RosterEntry.public_id, Person.chosen_name, Person.group_id).join(
            Person, Person.id == RosterEntry.person_id
        )
    ).all()
    day = ready.workshop.starts_on
    sheet = Sheet(
        public_id=new_public_id(),
        register_id=register_id,
        group_id=entries[0].group_id,
        number=1,
        day=day,
        rows=[entry.public_id for entry in entries],
        printed_by="system",
    )
    db.session.add(sheet)
    db.session.commit()
    sheet_id = sheet.public_id
    public_id = withdraw(ready, ALL)
    db.session.rollback()
    (printed,) = printed_sheets(register_id, [sheet_id])
    expected = [
        public_id[:6].upper() if entry.chosen_name == ALL else entry.chosen_name
        for entry in entries
    ]
    assert [row.name for row in printed.rows] == expected


def test_a_member_of_a_forum_is_only_counted(ready):
    public_id = withdraw(ready, ALL)
    persons = {
        name: db.session.scalars(select(Person).where(Person.public_id == key)).one().id
        for name, key in ((ALL, public_id), (MOST, ready.person(MOST)))
    }
    account = ready.trainer.account_id
    forum = Forum(
        public_id=new_public_id(),
        name="Forum",
        secretary_id=account or 0,
        members=[
            ForumMember(public_id=new_public_id(), person_id=person, appears="name")
            for person in persons.values()
        ],
    )
    db.session.add(forum)
    db.session.commit()
    shown = {member.person_id: appearance_of(member) for member in forum.members}
    assert shown == {persons[ALL]: "", persons[MOST]: MOST}
