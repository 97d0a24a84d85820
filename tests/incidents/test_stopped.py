"""Whoever does not let her report be kept any more: every use of it ends at that moment, though no
vault is open; and what is deleted by itself, and of what each person is asked."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kash.incidents.models import Incident, MediationBrief
from kash.incidents.queries import cases
from kash.incidents.queries.letterbox import Receipt, opened_box
from kash.incidents.queries.mediation import cases_for_totals, ended_briefs, note_of, own_briefs
from kash.incidents.rules.case_file import who_agreed
from kash.incidents.rules.consents import PURPOSES
from kash.incidents.rules.filing import Screen
from kash.incidents.rules.parts import Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import DAYS_KEPT, Keeps, what_keeps
from kash.incidents.services import documentation as waiting
from kash.incidents.services import receipts
from kash.incidents.services.cases import changing, note_opening
from kash.incidents.services.consents import answer_consents
from kash.incidents.services.documentation import SentPage, file_identity, write_case
from kash.incidents.services.mediation import Request, answer_brief, ask_mediator
from kash.incidents.services.second_member import shred_unkept
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, SealedDocument
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import filed, let_arrive
from tests.incidents.sent_reports import sent
from tests.refusals import refuses


@pytest.fixture
def receipt(member, peer):
    """That of a report about two women who are free, in which all is allowed and was read out."""
    return _arrived(member, peer, act="P1")


def _arrived(member: AMember, peer: Actor, *, act: str, heard: bool = True) -> Receipt:
    receipt = sent(
        peer,
        what=Screen(acts=[act]),
        whom=Screen(count=2, ages=["18_24"]),
        next=Screen(consents=list(PURPOSES), origin="told_reporter"),
    )
    let_arrive()
    if heard:
        say(member, "", **dict.fromkeys(PURPOSES, True))
    return receipt


def case_of(member: AMember) -> cases.Case:
    db.session.rollback()
    (case,), damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    return case


def say(member: AMember, person: str, **answers: bool) -> None:
    case = case_of(member)
    vault = member.vault()
    answer_consents(member.actor, vault, case.reference, case.version, person, answers)


def take_back(by: Actor, receipt: Receipt, *purposes: str) -> None:
    found = receipts.open_receipt(receipt.code, receipt.word)
    assert found is not None
    receipts.take_back(by, found, purposes)


def ask(member: AMember, mediator: Actor, *requests: str) -> str:
    request = Request(
        mediator.public_id,
        requests,
        "Lake station",
        "Achieng",
        "+254700000001",
        persons=("p1", "p2"),
    )
    vault, reference = member.vault(), case_of(member).reference
    with changing("incidents.changed", member.actor, vault, reference) as change:
        for person in ("p1", "p2"):
            choose(change.record, person)
    ask_mediator(member.actor, member.vault(), case_of(member).reference, request)
    return db.session.scalars(
        select(MediationBrief.public_id).where(MediationBrief.state == "open")
    ).one()


def choose(record: Record, person: str) -> None:
    from kash.incidents.rules.parts import Choice

    record.choices.append(
        Choice(person=person, wanted=["mediation"], on=local_today(), at=utc_now(), by="x" * 16)
    )


def brief(public_id: str) -> MediationBrief:
    db.session.rollback()
    return db.session.scalars(
        select(MediationBrief).where(MediationBrief.public_id == public_id)
    ).one()


# --- At that moment, with every vault closed ------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.parametrize("purpose", ["record", "mediation"])
def test_a_mediator_is_asked_no_more_though_no_member_opened_anything(
    member, peer, mediator, receipt, purpose
):
    asked = ask(member, mediator, "stop", "medical")
    answer_brief(mediator, asked, accepts=True)
    assert [one.public_id for one in own_briefs(mediator)] == [asked]
    take_back(peer, receipt, purpose)
    row = brief(asked)
    assert (row.state, row.note_sealed) == ("closed", None)
    # She may be on her way, and reads that it ended; nothing is answered or asked any more.
    assert own_briefs(mediator) == []
    assert ended_briefs(mediator) == {asked: "ended"}
    with pytest.raises(NotFound):
        answer_brief(mediator, asked, accepts=True)
    db.session.rollback()
    # Whoever opens the case reads that she had said yes, and that it ended.
    note_opening(member.actor, member.vault(), case_of(member))
    (after,) = case_of(member).record.interventions
    assert (after.response, after.brief, after.answered_at is not None) == ("ended", "", True)
    assert ended_briefs(mediator) == {asked: "ended"}
    assert opened_box(db.session()).briefs == {}


@pytest.mark.any_engine
def test_another_consent_ends_no_brief(member, peer, mediator, receipt):
    asked = ask(member, mediator, "stop")
    take_back(peer, receipt, "court", "funder", "forum_totals", "forum_story", "health")
    assert brief(asked).state == "open"


@pytest.mark.any_engine
def test_while_somebody_is_held_only_her_release_is_still_asked(member, peer, mediator):
    receipt = _arrived(member, peer, act="L1")
    asked = ask(member, mediator, "release", "medical", "stop")
    take_back(peer, receipt, "record")
    assert (brief(asked).state, note_of(brief(asked))["requests"]) == ("open", ["release"])  # type: ignore[index]
    assert [one.requests for one in own_briefs(mediator)] == [("release",)]
    db.session.rollback()
    # A member who opens it ends no more than that, and asks for nothing else.
    note_opening(member.actor, member.vault(), case_of(member))
    (after,) = case_of(member).record.interventions
    assert ([one.kind for one in after.asked], after.brief) == (["release"], asked)
    with pytest.raises(Exception) as refused:
        ask(member, mediator, "medical")
    assert type(refused.value).__name__ == "NotToBeAsked"
    db.session.rollback()
    # Unless mediation is taken back too.
    take_back(peer, receipt, "mediation")
    assert brief(asked).state == "closed"
    with refuses("Nobody has agreed yet that a mediator is asked."):
        ask(member, mediator, "release")


@pytest.mark.any_engine
def test_no_paper_total_or_story_is_made_of_it_any_more(member, peer, receipt):
    record = case_of(member).record
    assert {one for one in PURPOSES if record.consents_to(one)} == {*PURPOSES}
    day = local_today() + timedelta(days=1)
    assert len(cases_for_totals(db.session(), member.vault(), day)) == 1
    db.session.rollback()
    take_back(peer, receipt, "record")
    record = case_of(member).record
    assert [one for one in PURPOSES if record.consents_to(one)] == []
    assert who_agreed(record) == []
    assert cases_for_totals(db.session(), member.vault(), day) == []


@pytest.mark.any_engine
def test_a_story_vanishes_at_that_moment(member, peer, receipt):
    from kash.forums.models import Story
    from kash.incidents.services.retention import note_made
    from kash.platform.database import writing

    reference = case_of(member).reference
    with writing() as session:
        story = Story(month=local_today().replace(day=1), language="en", title="One", text="Told.")
        session.add(story)
        session.flush()
        note_made(session, "forum_story", reference, story.public_id)
    take_back(peer, receipt, "record")
    db.session.rollback()
    assert db.session.execute(select(Story.title, Story.text)).one() == (None, None)


# --- What is deleted by itself, and of what each is asked -----------------------------------------


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Incident.state)))


@pytest.mark.any_engine
def test_what_nobody_agreed_to_herself_is_deleted_seven_days_after_it_was_taken_back(
    member, peer, monkeypatch
):
    receipt = _arrived(member, peer, act="P1", heard=False)
    assert what_keeps(case_of(member).record, "submitted") is Keeps.CONSENT
    take_back(peer, receipt, "record")
    note_opening(member.actor, member.vault(), case_of(member))
    last = local_today() + timedelta(days=DAYS_KEPT)
    assert case_of(member).until == last
    assert (shred_unkept(last), states()) == (0, ["submitted"])
    assert (shred_unkept(last + timedelta(days=1)), states()) == (1, ["shredded"])


@pytest.mark.parametrize("address", ["/", "/w"])
@pytest.mark.parametrize("party", ["police", "programme"])
def test_the_days_begin_once_any_member_is_there_though_nobody_opens_the_case(
    member, a_member, peer, party, address
):
    grace = a_member("custodian")
    receipt = sent(
        peer,
        what=Screen(acts=["P1"]),
        whom=Screen(count=2, ages=["18_24"]),
        who=Screen(party=party),
        next=Screen(consents=list(PURPOSES), origin="told_reporter"),
    )
    let_arrive()
    take_back(peer, receipt, "mediation")
    member.client.get(address)
    assert opened_box(db.session()).fates == {}
    take_back(peer, receipt, "record")
    db.session.rollback()
    before, box = entries(), opened_box(db.session())
    last = local_today() + timedelta(days=DAYS_KEPT)
    assert shred_unkept(last + timedelta(days=1)) == 0
    # She reads nothing of a case that is not for her.
    assert member.client.get(address).status_code == 200
    assert entries() == [*before, ("incidents.searched", [])]
    after = opened_box(db.session())
    (fate,) = after.fates.values()
    assert (fate.until, fate.as_asked) == (last, True)
    assert (after.taken_back, after.briefs) == (box.taken_back, box.briefs)
    # Whoever may read it still learns that something was taken back, and puts nothing off.
    reads = grace if party == "programme" else member
    assert waiting.what_waits(reads.actor, reads.vault(), utc_now()).taken_back == 1
    db.session.rollback()
    assert opened_box(db.session()).fates == after.fates
    assert (shred_unkept(last), states()) == (0, ["submitted"])
    assert (shred_unkept(last + timedelta(days=1)), states()) == (1, ["shredded"])
    left = opened_box(db.session())
    assert (left.fates, left.taken_back) == ({}, {})
    kinds = set(db.session.scalars(select(SealedDocument.kind)))
    assert not {one for one in kinds if one.startswith("incident")}


def entries() -> list[tuple[str, list[str]]]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    return [(one.action, list(one.subjects)) for one in rows]


@pytest.mark.any_engine
@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("held", [True, False])
def test_no_look_begins_the_days_of_what_is_still_kept(member, peer, held, heard):
    receipt = _arrived(member, peer, act="L1", heard=heard)
    if held:
        vault, reference = member.vault(), case_of(member).reference
        with changing("incidents.changed", member.actor, vault, reference) as change:
            change.record.persons[0].arrested_at = utc_now() - timedelta(hours=9)
    take_back(peer, receipt, "record")
    member.client.get("/")
    # Somebody who is held keeps it, and one who said yes herself is asked first.
    kept = held or heard
    assert bool(opened_box(db.session()).fates) is not kept


@pytest.mark.any_engine
def test_the_days_go_from_when_it_was_taken_back_and_not_from_when_that_is_read(
    member, peer, monkeypatch
):
    receipt = _arrived(member, peer, act="P1", heard=False)
    take_back(peer, receipt, "record")
    later = local_today() + timedelta(days=30)
    monkeypatch.setattr("kash.incidents.services.retention.local_today", lambda: later)
    note_opening(member.actor, member.vault(), case_of(member))
    assert case_of(member).until == later + timedelta(days=1)


@pytest.mark.any_engine
def test_what_one_of_them_wanted_kept_herself_is_deleted_only_once_each_was_asked(
    member, peer, receipt
):
    take_back(peer, receipt, "record")
    note_opening(member.actor, member.vault(), case_of(member))
    case = case_of(member)
    assert (case.until, what_keeps(case.record, case.state)) == (None, Keeps.ASK)
    assert shred_unkept(local_today() + timedelta(days=400)) == 0
    counts = waiting.what_waits(member.actor, member.vault(), utc_now())
    assert (counts.to_ask_each, counts.taken_back) == (1, 0)
    # Her own yes keeps nothing that the other refused.
    say(member, "p1", record=True)
    say(member, "p2", record=False)
    record = case_of(member).record
    assert what_keeps(record, "submitted") is Keeps.ASK
    assert [one for one in PURPOSES if record.consents_to(one)] == []
    say(member, "p1", record=False, court=False)
    case = case_of(member)
    assert case.until == local_today() + timedelta(days=DAYS_KEPT)
    say(member, "", record=True)
    assert what_keeps(case_of(member).record, "submitted") is None
    for person in ("p1", "p2"):
        say(member, person, record=True)
    assert what_keeps(case_of(member).record, "submitted") is Keeps.CONSENT


@pytest.mark.any_engine
def test_it_stands_on_todays_page_of_members_until_somebody_read_it(member, peer, receipt):
    line = "Somebody took back what she had allowed"
    assert line not in member.client.get("/").text
    take_back(peer, receipt, "mediation")
    assert line in member.client.get("/").text
    note_opening(member.actor, member.vault(), case_of(member))
    assert line not in member.client.get("/").text
    take_back(peer, receipt, "record")
    page = member.client.get("/").text
    assert (line in page, "Ask each whether the report may stay" in page) == (True, True)
    case = case_of(member)
    page = member.client.get(f"/w/{case.reference}").text
    assert "Nothing is done with this report any more" in page
    assert "Ask each of them" in page


def test_her_page_says_what_cannot_be_called_back_before_she_confirms(
    member, peer, receipt, client_for
):
    phone = client_for(peer)
    page = phone.post("/w/r", data={"code": receipt.code, "word": receipt.word}).text
    form: dict[str, Any] = {"pass": page.split('name="pass" value="')[1].split('"')[0]}
    form["purposes"] = ["record", "court"]
    asked = phone.post("/w/r", data=form)
    assert asked.status_code == 200
    assert "Is this what you take back?" in asked.text
    assert "A paper that was given away cannot be called back." in asked.text
    assert "No paper speaks of health any more" not in asked.text
    assert case_of(member).taken_back is None
    # She may go back, with what she ticked.
    back = phone.post("/w/r", data={**form, "go": "back"}).text
    assert back.count("checked") == 2
    done = phone.post("/w/r", data={**form, "go": "sure"})
    assert "Taken back. It holds from this moment" in done.text
    assert case_of(member).taken_back is not None


@pytest.mark.any_engine
def test_whoever_refused_is_taken_off_the_record_with_her_sealed_name(member, a_member):
    a_member("custodian")
    people = [Person(id="p1", code="A"), Person(id="p2", code="B")]
    reference = filed(Record(persons=people))
    say(member, "p1", record=True)
    file_identity(reference, "p2", {"legal_name": "Any"}, by=member.actor, vault=member.vault())
    case = case_of(member)
    identity = case.record.persons[1].identity
    without = case.record.model_copy(deep=True)
    del without.persons[1]

    def take_off() -> None:
        version = case_of(member).version
        page = SentPage(without, "t" * 16, why="She said no.")
        write_case(member.actor, member.vault(), reference, version, page)

    def is_there() -> bool:
        db.session.rollback()
        return (
            db.session.scalar(select(SealedDocument.id).filter_by(public_id=identity)) is not None
        )

    with refuses("A person whose name is kept sealed cannot be taken off here."):
        take_off()
    db.session.rollback()
    say(member, "p2", record=False)
    assert (what_keeps(case_of(member).record, "submitted"), is_there()) == (Keeps.ASK, True)
    take_off()
    record = case_of(member).record
    assert ([one.id for one in record.persons], is_there()) == (["p1"], False)
    # What the other wanted kept is kept, and by her yes alone.
    assert what_keeps(record, "submitted") is Keeps.CONSENT
    assert record.consents_to("record")
