"""Whose a case is: from its first minute, when somebody takes it, and when she must not know it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from kash.accounts.models import Account
from kash.incidents.models import Incident
from kash.incidents.queries.letterbox import opened_box, owner_of
from kash.incidents.rules.filing import new_code
from kash.incidents.rules.letterbox import Owned
from kash.incidents.rules.parts import Filing, Party, Person, Referral
from kash.incidents.rules.record import Record
from kash.incidents.services import alerts
from kash.incidents.services.cases import assign, comment, declare_conflict, note_opening
from kash.incidents.services.filing import say_held, submit
from kash.incidents.services.letterbox import keep_owner, letterbox, note_step, set_owner
from kash.incidents.services.mediation import DutyDetails, add_mediator
from kash.incidents.services.second_member import take_step
from kash.people.rules.directory import Stretch
from kash.platform.database import db, utc_now, writing
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember

HELD = Record(filing=Filing(how="phone", held=True))


@dataclass
class Desk:
    anna: AMember
    brenda: AMember
    grace: AMember
    peer: Actor

    def holds(self) -> str:
        """A peer educator says that somebody is held, and nothing else; the case."""
        code = new_code()
        say_held(self.peer, code)
        submit(self.peer, code, "sw")
        reference = db.session.scalars(select(Incident.public_id)).one()
        db.session.rollback()
        return reference


def owned(reference: str) -> Owned:
    found = opened_box(db.session()).owners[reference]
    db.session.rollback()
    return found


def the_owner(reference: str) -> str:
    found = owner_of(reference)
    db.session.rollback()
    return found


@pytest.fixture
def desk(both_engines_app, a_member, actor):
    anna = a_member("documentation", name="Anna")
    brenda = a_member("documentation", name="Brenda")
    for place, member in enumerate((brenda, anna), start=1):
        alerts.set_duty(SYSTEM, member.actor.public_id, position=place, hours=(), active=True)
    return Desk(anna, brenda, a_member("custodian", name="Grace"), actor("peer"))


def opened(member: AMember, reference: str) -> None:
    from kash.incidents.queries.cases import open_case

    note_opening(member.actor, member.vault(), open_case(member.actor, member.vault(), reference))
    db.session.rollback()


def test_the_officer_on_duty_owns_a_report_in_the_minute_in_which_it_comes(desk):
    reference = desk.holds()
    found = owned(reference)
    assert (found.account, found.held, found.rung) == (desk.brenda.actor.public_id, True, 0)
    assert timedelta(0) < found.ring_at - utc_now() <= timedelta(hours=1)


def test_she_who_triages_owns_it_then_she_to_whom_it_is_given_and_nobody_once_it_is_closed(
    desk, filed
):
    reference, anna, brenda = desk.holds(), desk.anna, desk.brenda
    comment(reference, "I look.", by=anna.actor, vault=anna.vault())
    assert the_owner(reference) == brenda.actor.public_id
    take_step(reference, "triage", by=anna.actor, vault=anna.vault())
    assert the_owner(reference) == anna.actor.public_id
    assign(reference, brenda.actor.public_id, by=anna.actor, vault=anna.vault())
    found = owned(reference)
    assert found.account == brenda.actor.public_id
    assert found.ring_at <= utc_now()
    comment(reference, "Called.", by=brenda.actor, vault=brenda.vault())
    assert owned(reference).ring_at > utc_now() + timedelta(minutes=59)
    reference = filed()
    for verb, outcome in (("triage", ""), ("insufficient", ""), ("close", "insufficient")):
        member = anna if verb == "triage" else brenda
        take_step(
            reference,
            verb,
            by=member.actor,
            vault=member.vault(),
            reason="Nothing more is known.",
            outcome=outcome,
        )
        assert bool(the_owner(reference)) is (verb != "close")


@pytest.mark.any_engine
def test_it_goes_on_where_its_owner_must_not_know_of_it(desk, filed):
    accused = HELD.model_copy(deep=True)
    accused.parties.append(Party(id="q1", account=desk.brenda.actor.public_id))
    accused.persons.append(Person(id="p1", code="P1"))
    reference = filed(accused)
    with writing() as session:
        set_owner(session, reference, desk.brenda.actor.public_id)
    opened(desk.grace, reference)
    found = owned(reference)
    assert found.account == desk.anna.actor.public_id
    assert found.ring_at <= utc_now()
    declare_conflict(reference, by=desk.anna.actor, vault=desk.anna.vault())
    assert the_owner(reference) == desk.grace.actor.public_id


@pytest.mark.any_engine
def test_a_step_that_lies_outside_the_record_puts_the_next_ring_off(desk):
    reference = desk.holds()
    with writing() as session:
        set_owner(session, reference, desk.anna.actor.public_id)
    assert owned(reference).ring_at <= utc_now()
    with writing() as session:
        note_step(session, reference)
        note_step(session, "0" * 16)
    found = owned(reference)
    assert (found.account, found.held) == (desk.anna.actor.public_id, True)
    assert found.ring_at > utc_now() + timedelta(minutes=59)
    assert the_owner("0" * 16) == ""


def test_all_cases_go_on_at_the_end_of_a_shift_by_one_tap_with_a_line(desk, filed, record_of):
    anna, brenda = desk.anna, desk.brenda
    mine, told_of = desk.holds(), filed(Record(parties=[Party(id="q1", account="")]))
    accused = filed(
        Record(
            parties=[Party(id="q1", account=anna.actor.public_id)],
            persons=[Person(id="p1", code="P1")],
        )
    )
    with writing() as session:
        for reference in (told_of, accused):
            set_owner(session, reference, brenda.actor.public_id)
    today = brenda.client.get("/").text
    assert "Cases that are yours" in today
    assert 'href="/w/y"' in today
    page = brenda.client.get("/w/y").text
    assert {reference in page for reference in (mine, told_of, accused)} == {True}
    assert "to Anna" in page
    # Whom nobody can wait for stands first.
    assert min(page.index(reference) for reference in (told_of, accused)) > page.index(mine)
    assert "to Grace" in page
    for sent in ({"cases": [mine]}, {"line": "Call again at six."}):
        wrong = brenda.client.post("/w/y", data=sent)
        assert wrong.status_code == 422
        assert ("Call again at six." in wrong.text) is ("line" in sent)
    assert the_owner(mine) == brenda.actor.public_id
    sent = {"cases": [mine, accused], "line": "Call again at six."}
    assert brenda.client.post("/w/y", data=sent).status_code == 303
    assert the_owner(mine) == anna.actor.public_id
    assert the_owner(accused) == desk.grace.actor.public_id
    assert the_owner(told_of) == brenda.actor.public_id
    assert owned(mine).ring_at <= utc_now()
    event = record_of(mine, anna.vault()).timeline[-1]
    assert (event.what, event.about, event.reason) == (
        "assigned",
        anna.actor.public_id,
        "Call again at six.",
    )
    # Somebody else's case is not handed over.
    assert anna.client.post("/w/y", data=sent | {"cases": [told_of]}).status_code == 422
    assert the_owner(told_of) == brenda.actor.public_id


@pytest.mark.any_engine
def test_the_duty_sheet_says_who_goes_at_half_past_two(desk):
    # Brenda at night from Monday to Tuesday alone, Anna by day.
    night = (Stretch(22 * 60, 24 * 60 + 6 * 60),)
    day = (Stretch(8 * 60, 17 * 60),)
    for member, hours, number in (
        (desk.brenda, night, "+254712000002"),
        (desk.anna, day, "+254712000001"),
    ):
        alerts.set_duty(
            SYSTEM, member.actor.public_id, position=1, hours=hours, active=True, phone=number
        )
    add_mediator(SYSTEM, desk.peer.public_id, DutyDetails(hours=night))
    mediator = db.session.scalars(
        select(Account.name).where(Account.public_id == desk.peer.public_id)
    ).one()
    page = desk.anna.client.get("/w/y/d").text
    rows = [row.split("</tr>")[0] for row in page.split("<tr>")]
    nights = {name: row for name in ("Monday", "Tuesday") for row in rows if f">{name}</th>" in row}
    assert "not on duty then" not in nights["Tuesday"].split("Anna")[0]
    assert nights["Tuesday"].index("Brenda") < nights["Tuesday"].index("Anna")
    assert nights["Monday"].count("not on duty then") == 2
    # A mediator stands only in the nights of her hours.
    assert (mediator in nights["Monday"], mediator in nights["Tuesday"]) == (False, True)
    assert "0712\u00a0000002" in page
    assert desk.grace.client.get("/w/y/d").status_code == 403


@pytest.mark.any_engine
def test_the_case_and_the_list_name_the_owner_where_nobody_was_given_it(desk):
    reference = desk.holds()
    page = desk.brenda.client.get(f"/w/{reference}").text
    assert "Nobody yet" not in page
    listed = desk.brenda.client.get("/w").text
    cell = listed.split('data-label="Works on it">')[1].split("<")[0]
    assert cell == "Brenda"
    assign(reference, desk.anna.actor.public_id, by=desk.anna.actor, vault=desk.anna.vault())
    listed = desk.brenda.client.get("/w?show=open").text
    assert listed.split('data-label="Works on it">')[1].split("<")[0] == "Anna"


@pytest.mark.any_engine
@pytest.mark.parametrize("minute", [0, 30])
def test_the_day_on_which_phones_ring_is_that_of_the_place(desk, filed, minute):
    referral = Referral(id="r1", kind="legal", due_on=date(2026, 11, 20))
    record, reference = Record(referrals=[referral]), filed(Record())
    # In Nairobi the 18th has begun.
    now = datetime(2026, 11, 17, 21, minute, tzinfo=UTC)
    with writing() as session:
        keep_owner(
            session, reference, "verified", record, record, now,
            by=desk.anna.actor.public_id, took=True,
        )  # fmt: skip
    assert owned(reference).ring_at == now + timedelta(days=3)


@pytest.mark.any_engine
def test_a_custodian_whose_phone_rang_of_a_silent_case_reads_who_is_to_be_called(desk):
    title = "A case with somebody held has been silent"
    reference, brenda = desk.holds(), desk.brenda
    alerts.set_duty(
        SYSTEM, brenda.actor.public_id, position=1, hours=(), active=True, phone="+254712000002"
    )
    for rung, told in ((0, False), (1, False), (2, True)):
        with writing() as session, letterbox(session) as box:
            box.owners[reference].rung = rung
        assert (title in desk.grace.client.get("/").text) is told
    assert "in this order: Brenda 0712 000002, Anna." in desk.grace.client.get("/").text
    assert title not in desk.anna.client.get("/").text
    comment(reference, "Called.", by=brenda.actor, vault=brenda.vault())
    assert title not in desk.grace.client.get("/").text
