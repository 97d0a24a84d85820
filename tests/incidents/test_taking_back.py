"""Consents taken back by a receipt: they hold at once, whoever reads, and tell nobody whose."""

from typing import Any

import pytest
from sqlalchemy import select, text

from kash.incidents.consent_texts import VERSION
from kash.incidents.models import Incident, MediationBrief
from kash.incidents.queries import cases, register
from kash.incidents.queries.letterbox import Receipt, compartments_of_letters, opened_box
from kash.incidents.rules.case_file import who_agreed
from kash.incidents.rules.consents import PURPOSES
from kash.incidents.rules.filing import Screen
from kash.incidents.rules.mediation import Result
from kash.incidents.rules.parts import Referral
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import Filters
from kash.incidents.services import receipts
from kash.incidents.services.cases import changing, note_opening
from kash.incidents.services.consents import answer_consents
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.mediation import Request, ask_mediator, close_brief
from kash.incidents.services.receipts import Found, open_receipt
from kash.incidents.views.cases import _timeline
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry, Compartment, SavedMeanwhile, SealedDocument
from kash.policy import Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive, shredded
from tests.incidents.sent_reports import hidden, sent
from tests.refusals import refuses

LOOK = "/w/r"


@pytest.fixture
def receipt(peer):
    """That of a report about two persons, in which all is allowed."""
    return sent(
        peer,
        what=Screen(acts=["L1"]),
        whom=Screen(count=2, ages=["18_24"]),
        next=Screen(consents=list(PURPOSES), origin="told_reporter"),
        words=Screen(teller="herself"),
    )


def take_back(by: Actor, receipt: Receipt, *purposes: str) -> Found:
    found = open_receipt(receipt.code, receipt.word)
    assert found is not None
    return receipts.take_back(by, found, purposes)


def only_case(member: AMember) -> cases.Case:
    db.session.rollback()
    (case,), damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    return case


def read_out(member: AMember, person: str = "") -> None:
    """Somebody of the programme reads the words out, and all is agreed to."""
    case = only_case(member)
    vault = member.vault()
    every = dict.fromkeys(PURPOSES, True)
    answer_consents(member.actor, vault, case.reference, case.version, person, every)


def held(record: Record) -> set[str]:
    return {purpose for purpose in PURPOSES if record.consents_to(purpose)}


def _ask(member: AMember, reference: str, mediator: Actor) -> None:
    request = Request(
        mediator.public_id,
        ("release",),
        "Lake station",
        "Achieng",
        "+254700000001",
        persons=("p1", "p2"),
    )
    ask_mediator(member.actor, member.vault(), reference, request)


def _waiting() -> int:
    db.session.rollback()
    said = opened_box(db.session()).taken_back.values()
    return sum(len(one.withdrawals) for one in said)


def _tables() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the letterbox, as it lies."""
    db.session.rollback()
    return {
        name: sorted(map(tuple, db.session.execute(text(f"SELECT * FROM {name}"))), key=repr)
        for name in db.metadata.tables
        if name != "letterbox"
    }


@pytest.mark.any_engine
def test_a_withdrawal_stands_after_the_yes_that_preceded_it(member, peer, receipt):
    let_arrive()
    reference = only_case(member).reference
    with changing("incidents.changed", member.actor, member.vault(), reference) as change:
        change.happened("consents")
        # Within the hour to which a withdrawal is told.
        event = change.record.timeline[-1]
        event.at = event.at.replace(minute=59, second=59)
    take_back(peer, receipt, "mediation")
    record = only_case(member).record
    assert [event.what for event in record.timeline] == ["consents", "taken_back"]
    assert record.timeline[1].at < record.timeline[0].at
    newest_first = [event.what for event in _timeline(record)]
    assert newest_first == ["taken_back", "consents"]


@pytest.mark.any_engine
def test_no_mediator_is_asked_before_anybody_saved_the_case(member, peer, mediator, receipt):
    let_arrive()
    reference = only_case(member).reference
    take_back(peer, receipt, "mediation")
    with refuses("Nobody has agreed yet that a mediator is asked."):
        _ask(member, reference, mediator)
    db.session.rollback()
    assert db.session.scalar(select(MediationBrief.id)) is None
    # Nobody opened the case meanwhile: it waits still, and holds.
    assert _waiting() == 1


@pytest.mark.any_engine
def test_no_paper_for_a_court_is_printed_before_anybody_opened_the_case_again(
    member, peer, receipt
):
    let_arrive()
    # What was ticked on the phone is a wish.
    assert who_agreed(only_case(member).record) == []
    read_out(member)
    case = only_case(member)
    persons = [one.id for one in case.record.persons]
    assert [one.id for one in who_agreed(case.record)] == persons
    take_back(peer, receipt, "court")
    answer = member.client.post(f"/w/{case.reference}/f", data={"persons": persons})
    assert answer.mimetype != "application/pdf"
    assert who_agreed(only_case(member).record) == []


@pytest.mark.any_engine
def test_what_is_taken_back_before_the_report_is_visible_holds_when_it_is(member, peer, receipt):
    take_back(peer, receipt, "forum_story", "funder")
    let_arrive()
    # Nobody knows whose the receipt is: no answer for all goes over it, but each one's own does.
    read_out(member)
    case = only_case(member)
    assert held(case.record) == {*PURPOSES} - {"forum_story", "funder"}
    for person in case.record.persons:
        assert not case.record.consents_to("funder", person.id)
        assert case.record.consents_to("court", person.id)
    read_out(member, case.record.persons[0].id)
    record = only_case(member).record
    assert [record.consents_to("funder", one.id) for one in record.persons] == [True, False]


def test_the_register_and_the_filters_know_it_at_once(member, peer, receipt):
    let_arrive()
    assert not [*_register(member, no_consent=True)]
    take_back(peer, receipt, "record")
    assert len([*_register(member, no_consent=True)]) == 1


def _register(member: AMember, **asked: Any) -> list[Any]:
    db.session.rollback()
    found = register.register(member.actor, member.vault(), Filters(**asked), [], utc_now())
    return list(found.lines)


@pytest.mark.any_engine
def test_the_next_member_who_opens_the_case_takes_it_over(
    member, peer, mediator, receipt, record_of
):
    let_arrive()
    read_out(member)
    reference = only_case(member).reference
    _ask(member, reference, mediator)
    take_back(peer, receipt, "mediation", "court")
    assert held(record_of(reference, member.vault())) == {*PURPOSES}
    assert member.client.get(f"/w/{reference}").status_code == 200
    kept = record_of(reference, member.vault())
    assert held(kept) == {*PURPOSES} - {"mediation", "court"}
    (event,) = [one for one in kept.timeline if one.what == "taken_back"]
    assert (event.by, event.about) == ("", "mediation,court")
    assert (event.at.minute, event.at.second) == (0, 0)
    # The open brief has ended, and nothing waits.
    assert [one.brief for one in kept.interventions] == [""]
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed, row.outcome_sealed) == ("closed", None, None)
    assert _waiting() == 0
    # Opened once more, it is taken over no second time.
    assert member.client.get(f"/w/{reference}").status_code == 200
    assert record_of(reference, member.vault()) == kept
    # Whoever holds the receipt still reads what was taken back by it.
    found = open_receipt(receipt.code, receipt.word)
    assert found is not None
    assert found.taken_back == {"mediation", "court"}


def _answer_brief(mediator: Actor) -> None:
    brief = db.session.scalars(select(MediationBrief.public_id)).one()
    db.session.rollback()
    close_brief(mediator, brief, [Result("release", "released", 2)])


@pytest.mark.any_engine
def test_who_mediated_is_kept_outside_the_vault_no_longer_than_the_withdrawal_waits(
    member, peer, mediator, receipt, record_of
):
    let_arrive()
    reference = only_case(member).reference
    _ask(member, reference, mediator)
    _answer_brief(mediator)
    take_back(peer, receipt, "court")
    assert member.client.get(f"/w/{reference}").status_code == 200
    kept = record_of(reference, member.vault())
    assert [(one.brief, one.asked[0].result) for one in kept.interventions] == [("", "released")]
    assert not kept.consents_to("court")
    assert db.session.scalar(select(MediationBrief.id)) is None
    assert _waiting() == 0


@pytest.mark.any_engine
def test_a_mediators_answer_is_not_lost_when_what_was_taken_back_is_not_saved(
    member, peer, mediator, receipt, record_of, monkeypatch
):
    let_arrive()
    reference = only_case(member).reference
    _ask(member, reference, mediator)
    _answer_brief(mediator)
    take_back(peer, receipt, "court")

    def saved_by_another(*_given: object) -> int:
        raise SavedMeanwhile

    with monkeypatch.context() as patch:
        patch.setattr("kash.incidents.services.cases.save_document", saved_by_another)
        assert member.client.get(f"/w/{reference}").status_code == 200
    db.session.rollback()
    assert len(db.session.scalars(select(MediationBrief.id)).all()) == 1
    assert _waiting() == 1
    assert [one.brief != "" for one in record_of(reference, member.vault()).interventions] == [True]
    assert member.client.get(f"/w/{reference}").status_code == 200
    kept = record_of(reference, member.vault())
    assert [one.asked[0].result for one in kept.interventions] == ["released"]


@pytest.mark.any_engine
def test_a_page_that_was_opened_then_saves_what_is_typed_on_it(member, peer, receipt, record_of):
    let_arrive()
    reference = only_case(member).reference
    take_back(peer, receipt, "court")
    page = member.client.get(f"/w/{reference}/c").text
    sent_back = {
        "person": "",
        "version": hidden(page, "version"),
        "wording": VERSION,
        "mediation": "no",
        "origin": "told_reporter",
    }
    assert member.client.post(f"/w/{reference}/c", data=sent_back).status_code == 303
    assert held(record_of(reference, member.vault())) == {"record"}


@pytest.mark.any_engine
def test_any_change_of_the_case_takes_it_over_too(member, peer, receipt, record_of):
    let_arrive()
    read_out(member)
    reference = only_case(member).reference
    take_back(peer, receipt, "court")
    with changing("incidents.changed", member.actor, member.vault(), reference) as change:
        change.record.narrative = "More of it."
    kept = record_of(reference, member.vault())
    assert (held(kept), kept.narrative) == ({*PURPOSES} - {"court"}, "More of it.")
    assert _waiting() == 0


@pytest.mark.any_engine
def test_who_agrees_again_is_heard_and_can_take_it_back_again(member, peer, receipt):
    let_arrive()
    case = only_case(member)
    take_back(peer, receipt, "court")
    note_opening(member.actor, member.vault(), only_case(member))
    version = only_case(member).version
    vault = member.vault()
    for person in case.record.persons:
        answer_consents(member.actor, vault, case.reference, version, person.id, {"court": True})
        version += 1
    assert "court" in held(only_case(member).record)
    take_back(peer, receipt, "court")
    assert "court" not in held(only_case(member).record)


@pytest.mark.any_engine
def test_it_leaves_no_row_and_no_entry_before_a_member_opens_the_case(member, peer, receipt):
    let_arrive()
    before = _tables()
    size = len(_body())
    take_back(peer, receipt, "mediation")
    assert _tables() == before
    assert len(_body()) == size


def _body() -> bytes:
    return bytes(db.session.execute(text("SELECT body FROM letterbox")).scalar_one())


@pytest.mark.any_engine
def test_it_tells_not_even_its_reader_who_took_it_back(member, peer, actor, receipt):
    """Anybody may hold her receipt for her."""
    let_arrive()
    friend = actor("police_peer")
    take_back(friend, receipt, "court")
    case = only_case(member)
    note_opening(member.actor, member.vault(), case)
    assert friend.public_id not in only_case(member).record.model_dump_json()
    entries = db.session.scalars(select(AuditEntry.actor)).all()
    assert friend.public_id not in entries


@pytest.mark.any_engine
def test_the_same_is_not_said_twice_while_it_waits(member, peer, receipt):
    for _each in range(3):
        take_back(peer, receipt, "court", "funder")
    assert _waiting() == 1
    found = take_back(peer, receipt, "court", "record")
    assert found.taken_back == {"court", "funder", "record"}
    assert _waiting() == 2
    for purpose in (*PURPOSES, *PURPOSES):
        take_back(peer, receipt, purpose)
    assert _waiting() <= len(PURPOSES)


@pytest.mark.any_engine
def test_a_withdrawal_that_does_not_open_takes_back_everything(member, peer, receipt):
    let_arrive()
    take_back(peer, receipt, "funder")
    with writing() as session, letterbox(session) as box:
        (waiting,) = box.taken_back.values()
        waiting.withdrawals[0].body = waiting.withdrawals[0].body[:-8] + "AAAAAAA="
    assert held(only_case(member).record) == set()


@pytest.mark.any_engine
def test_what_was_taken_back_is_read_by_nobody_without_code_and_word(member, peer, receipt):
    let_arrive()
    take_back(peer, receipt, "court")
    lying = opened_box(db.session()).model_dump_json()
    note_opening(member.actor, member.vault(), only_case(member))
    db.session.rollback()
    notes = bytes(db.session.scalars(select(Incident.receipt_notes)).one() or b"")
    assert len(notes) > 100
    for purpose in PURPOSES:
        assert f'"{purpose}"' not in lying
        assert purpose.encode() not in notes


def test_what_waits_goes_with_a_case_that_is_shredded(member, peer, receipt):
    let_arrive()
    reference = only_case(member).reference
    with changing("incidents.changed", member.actor, member.vault(), reference) as change:
        change.row.state = "closed"
    take_back(peer, receipt, "court")
    shredded(reference, member)
    assert _waiting() == 0
    assert db.session.scalar(select(SealedDocument.id)) is None
    found = open_receipt(receipt.code, receipt.word)
    assert found is not None
    assert found.state == "shredded"


@pytest.mark.any_engine
def test_her_page_lists_each_purpose_with_what_cannot_be_undone(member, receipt, peer, client_for):
    phone = client_for(peer)
    opened = phone.post(LOOK, data={"code": receipt.code, "word": receipt.word}).text
    for purpose in PURPOSES:
        assert f'value="{purpose}"' in opened
    assert "A paper that was given away cannot be called back." in opened
    assert "checked" not in opened
    assert ">You took this back<" not in opened
    form = {"pass": hidden(opened, "pass"), "go": "take"}
    nothing = phone.post(LOOK, data=form)
    assert (nothing.status_code, "Tick what you take back." in nothing.text) == (422, True)
    odd = phone.post(LOOK, data={**form, "purposes": ["everything"]})
    assert odd.status_code == 422
    done = phone.post(LOOK, data={**form, "purposes": ["court", "funder"], "go": "sure"})
    assert (done.status_code, done.text.count(">You took this back<")) == (200, 2)
    again = phone.post(LOOK, data={"code": receipt.code, "word": receipt.word}).text
    assert again.count(">You took this back<") == 2
    late = phone.post(LOOK, data={"pass": "nothing", "purposes": ["record"]})
    assert (late.status_code, "Type code and word once more." in late.text) == (410, True)
    let_arrive()
    read_out(member)
    assert held(only_case(member).record) == {*PURPOSES} - {"court", "funder"}


@pytest.mark.any_engine
def test_many_withdrawals_are_read_in_as_many_queries_as_one(member, peer, count_queries):
    counts = []
    for number in (1, 3):
        for _each in range(number):
            take_back(peer, sent(peer, next=Screen(consents=["court"])), "court")
        let_arrive()
        vault = member.vault()
        for read in (
            lambda vault=vault: cases.open_cases(member.actor, vault),
            lambda vault=vault: register.register(member.actor, vault, Filters(), [], utc_now()),
        ):
            db.session.rollback()
            with count_queries() as queries:
                read()
            counts.append(queries.count)
    assert counts[:2] == counts[2:]


@pytest.mark.any_engine
def test_the_keys_under_which_something_waits_are_not_dropped(member, peer, receipt):
    let_arrive()
    assert compartments_of_letters(db.session()) == set()
    take_back(peer, receipt, "court")
    current = set(db.session.scalars(select(Compartment.id).where(Compartment.name == "case")))
    assert compartments_of_letters(db.session()) == current


@pytest.mark.any_engine
def test_a_referral_under_way_ends_with_the_keeping_of_the_report(member, peer, receipt):
    """But not that of a person who is held to an advocate, nor what was told before."""
    let_arrive()
    reference = only_case(member).reference
    with changing("incidents.changed", member.actor, member.vault(), reference) as change:
        change.record.persons[0].arrested_at = utc_now()
        change.record.referrals = [
            Referral(id="r1", kind="medical", agreed="herself", person="p2"),
            Referral(id="r2", kind="legal", agreed="herself", person="p1"),
            Referral(id="r3", kind="shelter", agreed="herself", outcome="helped"),
        ]
    take_back(peer, receipt, "forum_story")
    outcomes = [one.outcome for one in only_case(member).record.referrals]
    assert outcomes == ["", "", "helped"]
    take_back(peer, receipt, "record")
    for _time in range(2):
        # Before anybody saved the case, and after.
        record = only_case(member).record
        assert [one.outcome for one in record.referrals] == ["not_wanted", "", "helped"]
        ended = [event.about for event in record.timeline if event.what == "referral_ended"]
        assert ended == ["r1"]
        page = member.client.get(f"/w/{reference}").text
        assert "Call the service, so that nothing more is done" in page
        with changing("incidents.changed", member.actor, member.vault(), reference) as change:
            change.happened("saved")
