"""Reports that belong together are kept from the same people: who has one, is asked to mediate in
it or was named to a mediator, must be free of all of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from kash.incidents.models import Incident, MediationBrief
from kash.incidents.queries.cases import is_kept_away
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import new_code
from kash.incidents.rules.mediation import asked
from kash.incidents.rules.parts import Information, Party, Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import Filters
from kash.incidents.services import documentation as waiting
from kash.incidents.services.cases import assign, changing
from kash.incidents.services.filing import answer_screen, begin_addition, submit
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.mediation import (
    DutyDetails,
    MustKeepAway,
    Request,
    add_mediator,
    ask_mediator,
)
from kash.platform.database import db, utc_now, writing
from kash.platform.web import NotFound
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember
from tests.incidents.test_additions import CHILD, NOTHING, WORDS, told


@pytest.fixture
def mediator(actor):
    found = actor("peer", name="Mediates")
    add_mediator(SYSTEM, found.public_id, DutyDetails())
    return found


def change(member: AMember, reference: str, alter: Callable[[Record], object]) -> None:
    with changing("incidents.changed", member.actor, member.vault(), reference) as case:
        alter(case.record)
    db.session.rollback()


def work(member: AMember, reference: str, mediator: Actor) -> None:
    """Have the case, and ask a mediator about it, who is to call this member."""
    runs_out = utc_now() + timedelta(days=7)
    row = MediationBrief(account_id=mediator.account_id, note_sealed=b"x", runs_out_at=runs_out)
    db.session.add(row)
    db.session.commit()
    brief = row.public_id
    with changing("incidents.changed", member.actor, member.vault(), reference) as case:
        case.record.assigned_to = member.actor.public_id
        asked(case.record, mediator.public_id, brief, ["release"], case.change.now)
        case.happened("mediator_asked", mediator.public_id)
    db.session.rollback()


def responses(record: Record) -> tuple[str, list[str]]:
    return record.assigned_to, [one.response for one in record.interventions]


def test_who_has_what_was_told_afterwards_has_it_no_more_once_a_child_is_in_the_first(
    a_member, actor, mediator, record_of
):
    grace, anna, brenda = (a_member(one) for one in ("custodian", "documentation", "documentation"))
    one, two = told(actor("peer"), NOTHING, WORDS)
    work(anna, two, mediator)
    change(brenda, one, lambda record: record.persons.append(child()))
    after = record_of(two, grace.vault())
    assert responses(after) == ("", ["ended"])
    assert [one.what for one in after.timeline][-2:] == ["request_ended_minor", "unassigned"]
    assert "a custodian has the case, and may ask anew" in grace.client.get(f"/w/{two}").text


def child() -> Person:
    return Person(id="p1", code="P1", age_band="under_18")


def test_who_has_the_first_has_it_no_more_once_a_phone_told_of_a_child(
    a_member, actor, mediator, record_of
):
    grace, anna, peer = a_member("custodian"), a_member("documentation"), actor("peer")
    one, two = told(peer, NOTHING, WORDS)
    work(anna, one, mediator)
    three = tell_more(peer, two, one)
    db.session.rollback()
    now = utc_now()
    queue = waiting.register(grace.actor, grace.vault(), Filters(show="queue"), [], now)
    assert {line.summary.reference for line in queue.lines} == {one, two, three}
    grace.client.get(f"/w/{one}")
    assert responses(record_of(one, grace.vault())) == ("", ["ended"])


def tell_more(peer: Actor, *but: str) -> str:
    """A phone tells of a child, of a report that is there; the reference of what it sent."""
    code = new_code()
    begin_addition(peer, code, None)
    with writing() as session, letterbox(session) as box:
        (draft,) = box.drafts.values()
        draft.adds_to = but[-1]
    answer_screen(peer, code, "whom", CHILD["whom"])
    submit(peer, code, "en")
    rows = db.session.scalars(select(Incident.public_id).where(Incident.public_id.not_in(but)))
    return rows.one()


@pytest.mark.parametrize("part", ["party", "declared", "source"])
def test_who_has_a_part_in_one_of_them_is_given_neither_and_keeps_neither(
    a_member, actor, record_of, part
):
    anna, brenda = a_member("documentation"), a_member("documentation")
    one, two = told(actor("peer"), NOTHING, WORDS)
    assign(two, brenda.actor.public_id, by=anna.actor, vault=anna.vault())
    change(anna, one, lambda record: takes_part(record, brenda.actor.public_id, part))
    assert record_of(two, anna.vault()).assigned_to == ""
    with pytest.raises(NotFound):
        assign(two, brenda.actor.public_id, by=anna.actor, vault=anna.vault())
    page = anna.client.get(f"/w/{two}/a").text
    assert [who.actor.public_id in page for who in (anna, brenda)] == [True, False]
    assert "Somebody is kept away from this case" in anna.client.get(f"/w/{two}").text


def takes_part(record: Record, account: str, part: str) -> None:
    if part == "declared":
        record.declared.append(account)
    elif part == "party":
        record.parties.append(Party(id="q1", account=account))
    else:
        record.information.append(Information(id="i1", account=account))


def test_nobody_mediates_of_whom_another_report_of_the_same_tells(a_member, actor, mediator):
    anna = a_member("documentation")
    one, two = told(actor("peer"), NOTHING, WORDS)
    change(anna, one, lambda record: takes_part(record, mediator.public_id, "party"))
    assert mediator.public_id not in anna.client.get(f"/w/{two}/m").text
    request = Request(mediator.public_id, ("release",), "", "Achieng", "+254700000001")
    with changing("incidents.changed", anna.actor, anna.vault(), two) as case:
        agreed = CaseConsent(
            purpose="mediation", given=True, at=utc_now(), by="x", wording="2026-1"
        )
        case.record.consents.append(agreed)
    db.session.rollback()
    with pytest.raises(MustKeepAway):
        ask_mediator(anna.actor, anna.vault(), two, request)


def test_who_was_asked_mediates_no_more_once_another_report_of_the_same_names_him(
    a_member, actor, mediator, record_of
):
    anna, brenda = a_member("documentation"), a_member("documentation")
    one, two = told(actor("peer"), NOTHING, WORDS)
    work(anna, two, mediator)
    change(brenda, one, lambda record: takes_part(record, mediator.public_id, "party"))
    assert responses(record_of(two, anna.vault())) == (anna.actor.public_id, ["ended"])


def test_a_custodian_whom_one_of_them_names_learns_no_name_from_the_other(a_member, actor):
    grace, ruth, anna = (a_member(one) for one in ("custodian", "custodian", "documentation"))
    one, two = told(actor("peer"), NOTHING, WORDS)
    named = Person(id="p1", code="P1", identity="i" * 16)
    change(anna, two, lambda record: record.persons.append(named))
    change(anna, one, lambda record: takes_part(record, grace.actor.public_id, "party"))
    away = [is_kept_away(who.actor, who.vault(), "i" * 16) for who in (grace, ruth)]
    assert away == [True, False]
