"""Erasing somebody: after two people agreed, nothing of her stays in any table or file, and what
was counted stays counted."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from benchmarks.load import Size, load_programme
from kash.accounts.models import Account, AccountBacking, AccountNotice, Programme, SignedInSession
from kash.attendance.models import (
    HeldItem,
    Mark,
    Register,
    RegisterNote,
    RosterEntry,
    note_text,
    sealed_note,
)
from kash.certificates.models import Certificate
from kash.feature import declared
from kash.forums.models import Action, AgendaItem, ForumMember
from kash.money.payouts.models import PayoutLine
from kash.people.erasure import HeldElsewhere
from kash.people.lists import renewing
from kash.people.models import Consent, ErasureRequest, Group, PeopleList, Person
from kash.people.queries.copies import ErasurePreview, copy_of, erasure_preview
from kash.people.queries.search import PeopleSearch, people
from kash.people.rules.persons import mentions
from kash.people.services.erasing import ask_erasure, erase_person, withdraw_request
from kash.platform import storage
from kash.platform.database import Base, db, new_public_id, utc_now, writing
from kash.platform.jobs.models import Job
from kash.platform.messages.models import OutboxMessage
from kash.platform.vault import lookup, seal, verify
from kash.platform.web import NotFound
from kash.platform.web.formats import local_today
from kash.workshops.models import Enrolment, Workshop
from tests.conftest import CHEAP, csrf_token
from tests.refusals import refuses
from tests.rows import row

SIZE = Size(
    people=10,
    workshops=3,
    people_each=6,
    slots_each=2,
    largest=8,
    courses=1,
    trainers=1,
    meetings=2,
    audit_entries=2,
)
# Strings that stand nowhere else in a programme; the sealed ones would show if they were opened.
NAME, PRINTED, ALIAS = "Zuwena Qanari", "Zuwena Qanari Mfano", "Mama Xylofoni"
CADRE, WARD, NUMBER = "Cadre-Qxz-91", "Ward-Qxz-92", "Ref-Qxz-93"
PHONE, EMAIL = "+254799123987", "zuwena.qxz@example.org"
CANARIES = (NAME, "zuwena", "Qanari", ALIAS, CADRE, WARD, NUMBER, "799123987", EMAIL)
ON = date(2026, 11, 16)


@pytest.fixture
def her(both_engines_app):
    """Somebody who has left traces all over a programme; her internal id."""
    with writing() as session:
        session.execute(delete(Group))
        session.execute(delete(Programme))
    both_engines_app.config["ARGON2"] = CHEAP
    load_programme(both_engines_app, SIZE)
    with writing() as session:
        seats = select(ForumMember.person_id).order_by(ForumMember.person_id)
        key = session.scalars(seats).first() or 0
        _mark_everywhere(session, key)
        _settle(session, key)
    yield key
    db.session.remove()


def _mark_everywhere(session: Session, key: int) -> None:
    person = session.get_one(Person, key)
    person.chosen_name, person.sort_name, person.printed_name = NAME, NAME.lower(), PRINTED
    person.cadre, person.ward, person.reference = CADRE, WARD, NUMBER
    person.phone_sealed = seal(PHONE, kind="person.phone", public_id=person.public_id)
    person.phone_lookup = lookup(PHONE, kind="phone")
    person.email_sealed = seal(EMAIL, kind="person.email", public_id=person.public_id)
    person.email_lookup = lookup(EMAIL, kind="email")
    seat = update(ForumMember).where(ForumMember.person_id == key)
    session.execute(seat.values(appears="alias", shown_as=ALIAS))
    session.execute(update(AgendaItem).values(minute=f"Then {NAME.upper()} spoke, and {ALIAS}."))
    session.execute(update(Action).values(text="Call zuwena   qanari by Friday"))
    register, note = session.scalars(select(Register.id)).first(), new_public_id()
    session.add_all(
        [
            Consent(
                person_id=key,
                purpose="contact",
                answer="given",
                text="May we call you?",
                text_version="1",
                recorded_by="system",
            ),
            RegisterNote(
                public_id=note,
                op_id="a-note",
                register_id=register,
                text_sealed=sealed_note(f"{NAME} left early", note),
                written_by="system",
                device_time=utc_now(),
                received_at=utc_now(),
            ),
            OutboxMessage(
                key="a-message",
                channel="sms",
                address_lookup=person.phone_lookup,
                due_at=utc_now(),
                created_at=utc_now(),
            ),
            Job(kind="x", title="A paper", owner="system", state="done", result_key="jobs/made"),
            PeopleList(public_id="aaaaaaaaaaaaaaaa", format="csv", created_by="system"),
            PeopleList(public_id="bbbbbbbbbbbbbbbb", format="csv", created_by="system"),
        ]
    )
    storage.put("jobs/made", NAME.encode())
    for public_id, named in (("aaaaaaaaaaaaaaaa", "0799 123 987"), ("bbbbbbbbbbbbbbbb", "Juma")):
        renewing.keep(public_id, "rows", json.dumps([["Somebody", named]]).encode())


def _settle(session: Session, key: int) -> None:
    session.execute(update(Enrolment).where(Enrolment.person_id == key).values(state="confirmed"))
    session.execute(update(Workshop).values(ends_on=date(2026, 3, 3), starts_on=date(2026, 3, 2)))
    session.execute(update(PayoutLine).values(state="paid"))
    session.execute(
        delete(Certificate).where(Certificate.person_id == key, Certificate.serial.is_(None))
    )
    session.execute(update(Account).where(Account.person_id == key).values(active=False))


def _shown(key: int) -> ErasurePreview:
    db.session.rollback()
    found = erasure_preview(db.session(), db.session.get_one(Person, key), look=True)
    db.session.rollback()
    return found


def _digest(key: int) -> str:
    looked = _shown(key).looked
    assert looked is not None
    return looked.digest


def _public_id(key: int) -> str:
    db.session.rollback()
    found = db.session.get_one(Person, key).public_id
    db.session.rollback()
    return found


def _counted() -> dict[str, int]:
    """Rows of what is counted, paid or proven."""
    db.session.rollback()
    tables = (Mark, RosterEntry, Enrolment, Certificate, PayoutLine, Person)
    return {
        table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def _every_value() -> str:
    db.session.rollback()
    told = [
        repr(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
    ]
    db.session.rollback()
    return "\n".join(told).lower()


def _every_file(app: APIFlask) -> bytes:
    """All files of a programme in lower case, its SQLite database among them."""
    places = [Path(app.config["SETTINGS"].data_dir)]
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        places.append(Path(db.engine.url.database).parent)
    files = {each for place in places for each in place.rglob("*") if each.is_file()}
    return b"".join(each.read_bytes() for each in sorted(files)).lower()


def test_nothing_of_her_stays_in_any_table_or_file_and_all_counts_stay(
    her, actor, both_engines_app
):
    """A seized copy of the machine must not tell that she was ever here."""
    custodian, director = actor("custodian"), actor("director")
    before, was = _counted(), _public_id(her)
    assert all(each.lower() in _every_value() for each in (NAME, ALIAS, CADRE, WARD, NUMBER))
    if db.engine.dialect.name == "sqlite":
        assert CADRE.lower().encode() in _every_file(both_engines_app)
    request = ask_erasure(was, ON, "wish", custodian)
    erase_person(request, _digest(her), director)
    assert _counted() == before
    left = _every_value()
    assert [each for each in CANARIES if each.lower() in left] == []
    stone = db.session.get_one(Person, her)
    assert (stone.chosen_name, stone.public_id == was) == ("…", False)
    minute = db.session.scalars(select(AgendaItem.minute)).first()
    assert minute == "Then … spoke, and …."
    note = db.session.scalars(select(RegisterNote)).one()
    assert note_text(note) == "… left early"
    assert db.session.scalars(select(PeopleList.public_id)).all() == ["bbbbbbbbbbbbbbbb"]
    assert db.session.scalar(select(OutboxMessage.address_lookup)) is None
    db.session.rollback()
    files = _every_file(both_engines_app)
    for each in CANARIES:
        assert each.lower().encode() not in files
    verify(db.session())
    db.session.rollback()


def test_what_a_phone_sent_that_names_her_goes_and_what_names_another_stays(her, actor):
    custodian, director = actor("custodian"), actor("director")
    register = db.session.scalars(select(Register.id)).first()
    for public_id, named in (("aaaaaaaaaaaaaaaa", NAME), ("bbbbbbbbbbbbbbbb", "Juma")):
        operation = json.dumps({"kind": "walk_in", "name": named})
        row(
            HeldItem,
            public_id=public_id,
            register_id=register,
            why="ended",
            operation_sealed=seal(operation, kind="held.operation", public_id=public_id),
        )
    db.session.commit()
    erase_person(ask_erasure(_public_id(her), ON, "wish", custodian), _digest(her), director)
    assert db.session.scalars(select(HeldItem.public_id)).all() == ["bbbbbbbbbbbbbbbb"]


@pytest.mark.any_engine
def test_a_second_person_decides_on_what_she_was_shown_and_nobody_on_her_own_wish(her, actor):
    """One coerced colleague alone must not be able to make somebody vanish."""
    custodian, both = actor("custodian"), actor("custodian", "director")
    was = _public_id(her)
    own = ask_erasure(was, ON, "wish", both)
    with refuses("This waits for a second person already."):
        ask_erasure(was, ON, "wish", custodian)
    with pytest.raises(NotFound):
        erase_person(own, _digest(her), both)
    with pytest.raises(NotFound):
        withdraw_request(own, actor("trainer"))
    shown = _digest(her)
    with writing() as session:
        session.execute(update(Person).where(Person.id == her).values(row_version=77))
    with refuses("What is held about this person changed meanwhile"):
        erase_person(own, shown, actor("director"))
    withdraw_request(own, both)
    with refuses("Somebody decided this already."):
        erase_person(own, _digest(her), actor("director"))
    assert _public_id(her) == was


@pytest.mark.any_engine
def test_whoever_is_not_independent_of_who_asked_is_offered_nothing_and_told_why(
    her, actor, client_for
):
    """Each button of a later director, brought in by the same administrator, led to a page that is
    not there."""
    custodian, director, behind = actor("custodian"), actor("director"), actor("administrator")
    for one in (custodian, director):
        db.session.add(AccountBacking(account_id=one.account_id or 0, by=behind.public_id))
    db.session.commit()
    wish = f"/people/erasures/{ask_erasure(_public_id(her), ON, 'wish', custodian)}"
    shown = client_for(director).get(f"{wish}?look=1").text
    assert ("Erase for good" in shown, "Refuse" in shown) == (False, False)
    assert "Somebody independent decides" in shown
    assert "Erase for good" in client_for(actor("director")).get(f"{wish}?look=1").text


@pytest.mark.any_engine
def test_an_open_account_and_a_seat_to_come_stand_in_the_way(her, actor):
    """Else somebody could still sign in as nobody, and her seat would stay taken."""
    with writing() as session:
        session.execute(update(Workshop).values(ends_on=date(2999, 1, 2), state="planned"))
        session.execute(update(Account).where(Account.person_id == her).values(person_id=None))
    actor("peer", person_id=her)
    shown = _shown(her)
    assert len(shown.in_the_way) == 2
    request = ask_erasure(_public_id(her), ON, "wish", actor("custodian"))
    with refuses("Something stands in the way."):
        erase_person(request, _digest(her), actor("director"))


@pytest.mark.any_engine
def test_no_list_shows_the_stone_that_is_left(her, actor, both_engines_app):
    """A nameless row among people would make everyone ask who that was."""
    director = actor("director")
    request = ask_erasure(_public_id(her), ON, "wish", actor("custodian"))
    erase_person(request, _digest(her), director)
    with both_engines_app.test_request_context():
        listed = people(director, PeopleSearch())
    assert "…" not in {row.chosen_name for row in listed.rows}
    assert listed.total == _counted()["person"] - 1
    db.session.rollback()
    done = db.session.scalars(select(ErasureRequest)).one()
    assert (done.state, done.person_id) == ("done", None)
    assert done.told["consent.person_id"] > 0


@pytest.mark.any_engine
@pytest.mark.usefixtures("app")
def test_every_way_of_erasing_has_a_name_of_its_own():
    """Two of one name would be told as one."""
    names = [one.key for one in declared(HeldElsewhere)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.any_engine
def test_a_copy_holds_contacts_for_herself_alone(her, actor):
    """Whoever hands it over for her must not read by it what is closed to them, or that she asked
    to be erased."""
    ask_erasure(_public_id(her), ON, "wish", actor("custodian"))
    account = db.session.scalars(select(Account.id).where(Account.person_id == her)).one()
    db.session.add(SignedInSession(token_hash="x", account_id=account))
    db.session.flush()
    person = db.session.get_one(Person, her)
    kept = [copy_of(db.session(), person, hers=hers, contacts=hers) for hers in (True, False)]
    # When she signed in would tell whoever reads reports which of them is hers.
    for name in ("erasure_request", "account", "signed_in_session"):
        assert [name in each for each in kept] == [True, False], name
    own, others = (json.dumps(each, default=str) for each in kept)
    assert [each in own for each in (NAME, CADRE, PHONE, EMAIL)] == [True] * 4
    assert [each in others for each in (NAME, CADRE, PHONE, EMAIL)] == [True, True, False, False]
    db.session.rollback()


@pytest.mark.any_engine
def test_texts_are_looked_through_once_that_is_asked_for_and_before_anybody_is_erased(
    her, actor, client_for, count_queries
):
    """Ten years of minutes need not be read for a page that is only glanced at."""
    asks, decides = client_for(actor("custodian")), client_for(actor("director"))
    page = f"/people/{_public_id(her)}/erase"
    with count_queries() as glanced:
        told = asks.get(page).text
    assert [one for one in glanced.statements if "agenda_item.minute" in one] == []
    assert "the name is struck out of them" not in told
    assert f"{page}?look=1#goes" in told
    looked = _shown(her).looked
    assert looked is not None
    assert looked.texts > 0
    said = f'<div class="key">{looked.texts}</div><div class="what">Texts that others wrote'
    assert said in asks.get(f"{page}?look=1").text
    asked = asks.post(
        page, data={"grounds": "wish", "asked_on": str(ON), "csrf_token": csrf_token(told)}
    )
    wish = asked.headers["Location"]
    told = decides.get(wish).text
    assert ("Erase for good" in told, f"{wish}?look=1#goes" in told) == (False, True)
    # Whoever was shown no texts has nothing to approve.
    token = csrf_token(told)
    refused = decides.post(f"{wish}/approve", data={"csrf_token": token, "digest": ""})
    assert (refused.status_code, "Look again" in refused.text) == (409, True)
    told = decides.get(f"{wish}?look=1").text
    assert said in told
    given = re.search(r'name="digest" value="([0-9a-f]{64})"', told)
    assert given is not None
    done = decides.post(f"{wish}/approve", data={"csrf_token": token, "digest": given[1]})
    assert done.status_code == 303
    assert db.session.scalars(select(ErasureRequest.state)).all() == ["done"]
    db.session.rollback()


_REASON = "A payment in November is not settled yet."


def _refused(client: FlaskClient, wish: str, reason: str) -> TestResponse:
    token = csrf_token(client.get(wish).text)
    return client.post(f"{wish}/refuse", data={"csrf_token": token, "reason": reason})


@pytest.mark.any_engine
def test_a_refusal_says_why_to_who_asked_until_she_has_seen_it_and_goes_with_the_person(
    her, actor, client_for
):
    """Whoever asked must tell the person why, and must know that there is something to tell."""
    custodian, director = actor("custodian"), actor("director")
    asks, decides = client_for(custodian), client_for(director)
    wish = f"/people/erasures/{ask_erasure(_public_id(her), ON, 'wish', custodian)}"
    unsaid = _refused(decides, wish, " ")
    assert (unsaid.status_code, "Enter this." in unsaid.text) == (422, True)
    assert db.session.scalars(select(ErasureRequest.state)).all() == ["waiting"]
    assert "wish to be erased that you noted" not in asks.get("/").text
    assert _refused(decides, wish, _REASON).status_code == 303
    told = asks.get("/").text
    assert ("that you noted was refused" in told, f'href="{wish}"' in told) == (True, True)
    assert "that you noted was refused" not in decides.get("/").text
    assert _REASON in asks.get(wish).text
    db.session.rollback()
    (notice,) = db.session.scalars(select(AccountNotice)).all()
    seen = {"csrf_token": csrf_token(told)}
    assert asks.post(f"/account/notices/{notice.public_id}/seen", data=seen).status_code == 303
    assert "that you noted was refused" not in asks.get("/").text
    again = ask_erasure(_public_id(her), ON, "wish", custodian)
    erase_person(again, _digest(her), director)
    assert "a wish to be erased that you noted was done" in asks.get("/").text
    assert set(db.session.scalars(select(ErasureRequest.refused_reason))) == {""}
    db.session.rollback()


@pytest.mark.any_engine
def test_somebody_asks_it_for_herself_as_she_can_ask_for_a_copy(her, actor, client_for):
    """Whoever may not tell her trainer why needs nobody to speak for her; and is not told how many
    wrote about her."""
    with writing() as session:
        session.execute(update(Account).where(Account.person_id == her).values(person_id=None))
    herself, director = client_for(actor("peer", person_id=her)), actor("director")
    page = f"/people/{_public_id(her)}/erase"
    assert f'href="{page}"' in herself.get(f"/people/{_public_id(her)}").text
    told = herself.get(f"{page}?look=1").text
    assert ("Texts that others wrote" in told, "Look through all texts" in told) == (False, False)
    assert ("The account of this person" in told, "your account is closed" in told) == (False, True)
    asked = herself.post(page, data={"csrf_token": csrf_token(told)})
    wish = asked.headers["Location"]
    request = db.session.scalars(select(ErasureRequest)).one()
    assert (request.person_id, request.grounds, request.asked_on) == (her, "wish", local_today())
    db.session.rollback()
    again = herself.post(page, data={"csrf_token": csrf_token(told)})
    assert (again.status_code, "waits for a second person already" in again.text) == (409, True)
    assert herself.get(page).headers["Location"] == wish
    assert "My page" in herself.get("/people/erasures").text
    told = herself.get(f"{wish}?look=1").text
    assert ("Texts that others wrote" in told, "Take back" in told) == (False, True)
    # A custodian who takes it back for her does not do so behind her back.
    withdraw_request(wish.rpartition("/")[2], actor("custodian"))
    assert "that you noted was taken back" in herself.get("/").text
    asked = herself.post(page, data={"csrf_token": csrf_token(told)})
    assert _refused(client_for(director), asked.headers["Location"], _REASON).status_code == 303
    assert _REASON in herself.get(asked.headers["Location"]).text


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Amina Mfano came", True),
        ("Aminata came", False),
        ("Write to MFANO7@example.org", True),
        ("Call 0712-600.004", True),
        ("Call +254 (712) 600 004 today", True),
        ("Call 0712 600 005", False),
        ("", False),
    ],
)
def test_a_text_is_searched_for_a_name_a_phone_and_an_address(text, held):
    assert mentions(text, ["Amina"], "+254712600004", "mfano7@Example.org") is held
    assert mentions(text, []) is False
