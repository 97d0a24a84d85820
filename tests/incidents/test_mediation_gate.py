"""The gate of mediation on pages and in services: asking, agreeing, closing, briefs that end."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kash.incidents import filing_words
from kash.incidents.models import Incident, MediationBrief
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import own_autosaves
from kash.incidents.queries.mediation import ended_briefs, own_briefs
from kash.incidents.rules.casework import Refusal
from kash.incidents.rules.mediation import REQUESTS, Result, asked
from kash.incidents.rules.mediation_gate import ALWAYS, CHARGE, Why
from kash.incidents.rules.parts import Act, Party, Person, Term
from kash.incidents.rules.record import Record
from kash.incidents.services.brief_endings import shred_old_notes
from kash.incidents.services.cases import changing, comment, declare_conflict
from kash.incidents.services.consents import note_own_yes
from kash.incidents.services.documentation import SentPage, agree, write_case
from kash.incidents.services.mediation import (
    DutyDetails,
    NotToBeAsked,
    Request,
    add_mediator,
    answer_brief,
    ask_mediator,
    close_brief,
)
from kash.incidents.services.second_member import StepRefused, take_step
from kash.incidents.views.cases import STEP_NUMBERS
from kash.platform.database import db, utc_now, writing
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember, csrf_token
from tests.incidents.form_pages import fields_of, filled
from tests.incidents.test_mediation_gate_rules import a_case
from tests.refusals import refuses

ONLY = "A mediator may ask for a release, for what was taken, that it stops, and for a doctor"
ONLY_TWO = "In this case only two things can be agreed"


@pytest.fixture
def officer(a_member):
    return a_member("documentation")


@pytest.fixture
def mediator(officer, actor):
    found = actor("peer", name="Akoth")
    add_mediator(SYSTEM, found.public_id, DutyDetails())
    return found


def ask(officer: AMember, reference: str, mediator: Actor, *requests: str) -> None:
    request = Request(mediator.public_id, requests, "", "Achieng", "+254700000001", persons=("p1",))
    ask_mediator(officer.actor, officer.vault(), reference, request)


def add_act(officer: AMember, reference: str, code: str) -> None:
    """As the full form does it."""
    found = open_case(officer.actor, officer.vault(), reference)
    typed = found.record.model_copy(deep=True)
    typed.acts.append(Act(id="a9", code=code))
    write_case(officer.actor, officer.vault(), reference, found.version, SentPage(typed, "x" * 16))


def record_now(officer: AMember, reference: str) -> Record:
    db.session.rollback()
    return open_case(officer.actor, officer.vault(), reference).record


def what_happened(record: Record) -> list[str]:
    return [event.what for event in record.timeline]


SAFE_ANSWERS = {"guessed": "no", "safe_there": "yes", "knows_next": "yes"}

# --- Asking --------------------------------------------------------------------------------------


def test_nobody_is_asked_to_mediate_a_closed_case(app, officer, mediator, filed):
    reference = filed(a_case("W1"), "closed")
    with refuses("This case is closed."):
        ask(officer, reference, mediator, "stop")
    assert record_now(officer, reference).interventions == []
    sent = {"mediator": mediator.public_id, "requests": ["stop"], "persons": ["p1"],
            "call_name": "Amani", "call_phone": "0712 000 000", **SAFE_ANSWERS}  # fmt: skip
    answer = officer.client.post(f"/w/{reference}/m", data=sent)
    assert answer.status_code == 422
    assert "This case is closed" in answer.text


def test_only_four_things_are_offered_after_a_rape_and_others_are_refused_by_a_sentence(
    app, officer, mediator, filed
):
    record = a_case("S1")
    record.wanted = ["pay", "medical", "apologise"]
    reference = filed(record, "verified")
    page = officer.client.get(f"/w/{reference}/m").text
    assert set(re.findall(r'name="requests"[^>]*value="(\w+)"', page)) == set(ALWAYS)
    # What a phone wished for is shown, and ticked only as far as it may be asked.
    assert re.findall(r'name="requests"[^>]*value="(\w+)"\s+checked', page) == ["medical"]
    assert "Wished for, and not to be asked of a mediator: Pay, Apologise." in page
    sent = {
        "csrf_token": csrf_token(page),
        "mediator": mediator.public_id,
        "persons": ["p1"],
        "call_name": "Achieng",
        "call_phone": "0700 000 001",
        **SAFE_ANSWERS,
    }
    for request in set(REQUESTS) - set(ALWAYS):
        answer = officer.client.post(f"/w/{reference}/m", data=sent | {"requests": [request]})
        assert answer.status_code == 422
        assert ONLY in answer.text
        # Nothing that was typed is lost.
        assert 'value="Achieng"' in answer.text
    answer = officer.client.post(f"/w/{reference}/m", data=sent | {"requests": ["x"]})
    assert answer.status_code == 422
    assert record_now(officer, reference).interventions == []
    answer = officer.client.post(f"/w/{reference}/m", data=sent | {"requests": list(ALWAYS)})
    assert answer.status_code == 303


def test_a_verified_case_goes_to_no_mediator_before_she_was_asked(app, officer, mediator, filed):
    record = a_case("W1")
    record.choices = []
    reference = filed(record, "verified")
    with pytest.raises(NotToBeAsked) as refused:
        ask(officer, reference, mediator, "pay")
    assert refused.value.why is Why.ASK_FIRST
    page = officer.client.get(f"/w/{reference}/m").text
    assert "Not asked what they want: P1." in page
    assert set(re.findall(r'name="requests"[^>]*value="(\w+)"', page)) == {
        "release",
        "medical",
        CHARGE,
    }
    # Somebody who may be in a cell waits for no answer.
    ask(officer, reference, mediator, "release")
    case = officer.client.get(f"/w/{reference}").text
    assert f'href="/w/{reference}/w">Ask what is wanted</a>' in case
    assert f'href="/w/{reference}/s/{STEP_NUMBERS["mediate"]}"' not in case
    with pytest.raises(StepRefused) as stopped:
        take_step(reference, "mediate", by=officer.actor, vault=officer.vault())
    assert stopped.value.why is Refusal.NOT_WANTED
    address = f"/w/{reference}/s/{STEP_NUMBERS['mediate']}"
    assert "only for those who want it" in officer.client.get(address).text


def test_nobody_is_ticked_of_whom_nothing_that_is_ticked_may_be_asked(
    officer, mediator, filed, record_of
):
    record = a_case("W1", ages=("25_34", "25_34"))
    record.choices = record.choices[:1]
    record.wanted = ["pay"]
    reference = filed(record, "verified")
    page = officer.client.get(f"/w/{reference}/m").text
    ticked = re.findall(r'name="persons"[^>]*value="(\w+)"\s+checked', page)
    assert ("Not asked what they want: P2." in page, ticked) == (True, ["p1"])
    sent = {
        "mediator": mediator.public_id,
        "requests": re.findall(r'name="requests"[^>]*value="(\w+)"\s+checked', page),
        "persons": ticked,
        "call_name": "Achieng",
        "call_phone": "0700000001",
        **SAFE_ANSWERS,
    }
    assert officer.client.post(f"/w/{reference}/m", data=sent).status_code == 303
    (asked_for,) = record_of(reference, officer.vault()).interventions
    assert (asked_for.persons, [one.kind for one in asked_for.asked]) == (["p1"], ["pay"])


# --- A brief that ends ---------------------------------------------------------------------------


def test_an_act_added_after_the_brief_went_out_ends_it_at_once(
    both_engines_app, officer, mediator, filed, client_for
):
    reference = filed(a_case("W1"), "verified")
    ask(officer, reference, mediator, "pay", "apologise")
    (brief,) = own_briefs(mediator)
    answer_brief(mediator, brief.public_id, accepts=True)
    client = client_for(mediator)
    closing = client.get("/w/b").text
    add_act(officer, reference, "S1")
    record = record_now(officer, reference)
    (one,) = record.interventions
    assert (one.brief, one.response) == ("", "ended")
    assert what_happened(record)[-2:] == ["written", "request_ended_gate"]
    # Who said yes stays on record.
    case = officer.client.get(f"/w/{reference}").text
    assert "The mediator said yes" in case
    assert "this may no longer be asked" in case
    assert "The mediator reads only that it ended" in case
    # Her page says that it ended and nothing else; nothing of what was asked is left.
    page = client.get("/w/b").text
    assert "Something that you were asked has ended" in page
    for gone in ("Ask that what is owed is paid", "Ask for an apology", "Achieng", "rape", "Rape"):
        assert gone not in page
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed, row.outcome_sealed) == ("closed", None, None)
    # What she had on her screen leads back to where that stands.
    sent = {"csrf_token": csrf_token(closing), "result_pay": "paid", "result_apologise": "apology"}
    for address in (f"/w/b/{brief.public_id}/close", f"/w/b/{brief.public_id}/answer"):
        answer = client.post(address, data=sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/w/b")
    assert [one.result for one in record_now(officer, reference).interventions[0].asked] == [""] * 2
    with writing() as session:
        session.execute(update(MediationBrief).values(runs_out_at=utc_now()))
        shred_old_notes(session, utc_now() + timedelta(seconds=1))
    assert "has ended" not in client.get("/w/b").text
    assert db.session.scalars(select(MediationBrief)).all() == []


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        (lambda record: setattr(record.persons[0], "age_band", "under_18"), True),
        (
            lambda record: record.persons.append(
                Person(id="p9", code="P9", age_band="under_18")
            ),
            True,
        ),
        (lambda record: record.acts.append(Act(id="a9", code="S2")), True),
        (lambda record: record.acts.append(Act(id="a9", code="P1")), True),
        (lambda record: record.acts.append(Act(id="a9", code="T1")), False),
        (lambda record: record.persons.append(Person(id="p9", code="P9")), False),
    ],
)  # fmt: skip
def test_an_age_corrected_or_somebody_added_ends_it_too(
    app, officer, mediator, filed, change, ends
):
    reference = filed(a_case("W1"), "verified")
    ask(officer, reference, mediator, "pay")
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        change(case.record)
    record = record_now(officer, reference)
    assert ("request_ended_gate" in what_happened(record)) == ends
    assert (own_briefs(mediator) == []) == ends


def test_no_brief_goes_on_naming_an_officer_once_somebody_of_the_programme_is_said_to_have_done_it(
    app, officer, a_member, mediator, filed
):
    grace = a_member("custodian")
    reference = filed(a_case("W1"), "verified")
    ask(officer, reference, mediator, "release")
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        case.record.parties.append(Party(id="q9", kind="programme"))
    assert own_briefs(mediator) == []
    assert len(ended_briefs(mediator)) == 1
    record = record_now(grace, reference)
    assert [one.response for one in record.interventions] == ["ended"]
    assert what_happened(record)[-1] == "request_ended_programme"
    # What the custodian asks anew stays, whatever else is changed.
    ask(grace, reference, mediator, "release")
    comment(reference, "Asked.", by=grace.actor, vault=grace.vault())
    (brief,) = own_briefs(mediator)
    assert brief.requests == ("release",)
    assert "A request to a mediator ended" in grace.client.get(f"/w/{reference}").text


def test_no_brief_goes_on_naming_an_officer_once_a_child_is_in_the_case(
    app, officer, a_member, mediator, filed
):
    reference = filed(a_case("W1"), "verified")
    ask(officer, reference, mediator, "release")

    def said(age: str) -> None:
        vault = officer.vault()
        with changing("incidents.changed", officer.actor, vault, reference) as case:
            case.record.persons[0].age_band = age

    # As long as no custodian is free, the officer goes on working on it, and can be called.
    said("under_18")
    assert len(own_briefs(mediator)) == 1
    said("25_34")
    grace = a_member("custodian")
    said("unsure")
    assert own_briefs(mediator) == []
    assert len(ended_briefs(mediator)) == 1
    record = record_now(grace, reference)
    assert [one.response for one in record.interventions] == ["ended"]
    assert what_happened(record)[-1] == "request_ended_minor"
    ask(grace, reference, mediator, "release")
    comment(reference, "Asked.", by=grace.actor, vault=grace.vault())
    (brief,) = own_briefs(mediator)
    assert brief.requests == ("release",)


@pytest.mark.parametrize("who", ["mediator", "officer"])
def test_no_brief_goes_on_to_or_naming_somebody_who_turns_out_to_have_a_part_in_it(
    app, officer, a_member, mediator, filed, who
):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed(a_case("W1"), "verified")
    ask(officer, reference, mediator, "release")
    # Of whoever neither mediates nor is to be called it is no matter.
    declare_conflict(reference, by=anna.actor, vault=anna.vault())
    assert len(own_briefs(mediator)) == 1
    account = {"mediator": mediator, "officer": officer.actor}[who].public_id
    with changing("incidents.changed", brenda.actor, brenda.vault(), reference) as case:
        case.record.parties.append(Party(id="q9", kind="police", account=account))
    assert own_briefs(mediator) == []
    assert len(ended_briefs(mediator)) == 1
    record = record_now(brenda, reference)
    assert [one.response for one in record.interventions] == ["ended"]
    assert what_happened(record)[-1] == "request_ended_conflict"
    assert "must be kept away from this case" in brenda.client.get(f"/w/{reference}").text


@pytest.mark.any_engine
def test_what_an_older_version_let_a_mediator_be_asked_ends_when_the_case_is_next_opened(
    both_engines_app, officer, mediator, filed, record_of
):
    brief = MediationBrief(
        account_id=mediator.account_id, runs_out_at=utc_now() + timedelta(days=7)
    )
    db.session.add(brief)
    db.session.commit()
    record = a_case("S1")
    asked(record, mediator.public_id, brief.public_id, ["pay"], utc_now(), ["p1"])
    record.edition = 2
    reference = filed(record, "mediation")
    page = officer.client.get(f"/w/{reference}").text
    assert "this may no longer be asked" in page
    kept = record_of(reference, officer.vault())
    assert [one.response for one in kept.interventions] == ["ended"]
    assert what_happened(kept) == ["request_ended_gate"]
    # Opened once more, nothing happens again.
    officer.client.get(f"/w/{reference}")
    assert record_of(reference, officer.vault()) == kept


def test_what_may_still_be_asked_goes_on(app, officer, mediator, filed):
    reference = filed(a_case("L1"), "verified")
    ask(officer, reference, mediator, *ALWAYS)
    add_act(officer, reference, "S1")
    assert [one.requests for one in own_briefs(mediator)] == [
        tuple(one for one in REQUESTS if one in ALWAYS)
    ]
    assert "request_ended_gate" not in what_happened(record_now(officer, reference))


def test_what_a_mediator_had_reached_before_is_not_lost(app, officer, mediator, filed):
    reference = filed(a_case("W1"), "verified")
    ask(officer, reference, mediator, "pay")
    (brief,) = own_briefs(mediator)
    close_brief(mediator, brief.public_id, [Result("pay", "paid")])
    add_act(officer, reference, "S1")
    record = record_now(officer, reference)
    assert [one.result for one in record.interventions[0].asked] == ["paid"]
    assert "request_ended_gate" not in what_happened(record)


def test_the_officer_who_saves_the_form_is_told_to_call_the_mediator(app, officer, mediator, filed):
    reference = filed(a_case("W1"), "verified")
    ask(officer, reference, mediator, "pay")
    sent = fields_of(officer.client.get(f"/w/{reference}/edit").text)
    officer.client.post(f"/w/{reference}/edit", data=sent | {"acts-0-code": "S1", "do": "save"})
    shown = officer.client.get(f"/w/{reference}").text
    assert "A request to a mediator ended by that. Call the mediator" in shown
    sent = fields_of(officer.client.get(f"/w/{reference}/edit").text)
    officer.client.post(f"/w/{reference}/edit", data=sent | {"place": "There", "do": "save"})
    assert "ended by that" not in officer.client.get(f"/w/{reference}").text


# --- “Court or release” --------------------------------------------------------------------------


def hidden_in(page: str, name: str) -> str:
    found = re.search(f'type="hidden" name="{name}" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_court_or_release_waits_for_her_own_yes_and_ends_with_her_no(app, officer, mediator, filed):
    record = a_case("L2")
    record.own_words = []
    reference = filed(record, "verified")
    page = officer.client.get(f"/w/{reference}/m").text
    assert CHARGE not in re.findall(r'name="requests"[^>]*value="(\w+)"', page)
    assert "is not offered: it may get somebody charged" in page
    sent = {
        "csrf_token": csrf_token(page),
        "mediator": mediator.public_id,
        "persons": ["p1"],
        "requests": [CHARGE],
        "call_name": "Achieng",
        "call_phone": "0700 000 001",
        **SAFE_ANSWERS,
    }
    answer = officer.client.post(f"/w/{reference}/m", data=sent)
    assert answer.status_code == 422
    assert "may get her charged" in answer.text
    asking = officer.client.get(f"/w/{reference}/w").text
    assert "The police may then charge me." in asking
    said = {"csrf_token": csrf_token(asking), "person": "p1"}
    said |= {name: hidden_in(asking, name) for name in ("wording", "version")}
    answer = officer.client.post(f"/w/{reference}/w/y", data=said | {"answer": "yes"})
    assert answer.status_code == 422
    assert "Say in which language you read them out to her." in answer.text
    # What was chosen stands there still.
    assert re.search(r'name="answer" value="yes"[^>]* checked', answer.text)
    said["language"] = "luo"
    for more, status in (
        ({}, 422),
        ({"answer": "yes", "language": "xx"}, 422),
        # Read out in other words, or from a page that somebody else has made too old.
        ({"answer": "yes", "wording": "2025-1"}, 422),
        ({"answer": "yes", "wording": ""}, 422),
        ({"answer": "yes", "version": ""}, 422),
        ({"answer": "yes", "version": "9"}, 422),
        ({"answer": "perhaps"}, 422),
        ({"answer": "yes", "person": "p7"}, 404),
        ({"answer": "yes"}, 303),
        # Sent twice, it is noted once.
        ({"answer": "yes"}, 303),
    ):
        answer = officer.client.post(f"/w/{reference}/w/y", data=said | more)
        assert answer.status_code == status
    (yes,) = record_now(officer, reference).own_words
    assert (yes.person, yes.given, yes.origin) == ("p1", True, "herself")
    assert (yes.wording, yes.language) == ("2026-1", "luo")
    assert "Wording 2026-1 · Dholuo" in officer.client.get(f"/w/{reference}/w").text
    assert officer.client.post(f"/w/{reference}/m", data=sent).status_code == 303
    assert len(own_briefs(mediator)) == 1
    version = open_case(officer.actor, officer.vault(), reference).version
    note_own_yes(
        officer.actor, officer.vault(), reference, version, "p1", given=False, language="sw"
    )
    assert record_now(officer, reference).own_words[-1].language == "sw"
    assert own_briefs(mediator) == []
    assert what_happened(record_now(officer, reference))[-2:] == [
        "own_yes",
        "request_ended_own_yes",
    ]


# --- Agreeing and closing ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pay", "apologise"])
def test_nothing_is_agreed_after_a_rape_but_a_release_and_what_was_taken(app, officer, filed, kind):
    reference = filed(a_case("S1"), "verified")
    page = officer.client.get(f"/w/{reference}/g").text
    choices = re.search(r'<select[^>]*name="kind".*?</select>', page, re.DOTALL)
    assert choices is not None
    assert re.findall(r'value="(\w*)"', choices[0]) == ["", "release", "return"]
    sent = {"csrf_token": csrf_token(page), "kind": kind, "what": "One goat"}
    answer = officer.client.post(f"/w/{reference}/g", data=sent)
    assert answer.status_code == 422
    assert ONLY_TWO in answer.text
    assert "One goat" in answer.text
    with refuses("In this case only two things can be agreed:"):
        agree(officer.actor, officer.vault(), reference, Term(id="t1", kind=kind))
    sent = {"csrf_token": csrf_token(page), "kind": "release"}
    for each in ("release", "return"):
        sent |= {
            "kind": each,
            "csrf_token": csrf_token(officer.client.get(f"/w/{reference}/g").text),
        }
        assert officer.client.post(f"/w/{reference}/g", data=sent).status_code == 303
    assert [one.kind for one in record_now(officer, reference).terms] == ["release", "return"]


def test_the_full_form_refuses_such_a_term_and_keeps_what_was_typed(app, officer):
    sent = filled(**{"acts-0-code": "S1", "terms-0-kind": "pay", "terms-0-what": "One goat"})
    answer = officer.client.post("/w/new", data=sent)
    assert answer.status_code == 422
    assert ONLY_TWO in answer.text
    assert "One goat" in answer.text
    assert db.session.scalars(select(Incident)).all() == []


def test_neither_what_was_kept_while_typing_nor_two_who_write_at_once_bring_such_a_term(
    app, officer, filed
):
    reference = filed(a_case("W1"), "verified")
    page = f"/w/{reference}/edit"
    term = {"terms-0-key": "t1", "terms-0-kind": "pay"}
    typed = fields_of(officer.client.get(page).text) | term
    assert officer.client.post("/w/t", data=typed | {"case": reference}).status_code == 204
    add_act(officer, reference, "S1")
    (kept,) = own_autosaves(officer.actor, officer.vault(), reference)
    again = fields_of(officer.client.post(page, data={"restore": kept.document}).text)
    assert again["terms-0-kind"] == "pay"
    # Somebody else added the act meanwhile: both are brought together, and then it is refused.
    merged = officer.client.post(page, data=again | {"do": "save"})
    assert merged.status_code == 409
    both = fields_of(merged.text)
    assert {both["acts-0-code"][:2], both["acts-1-code"][:2]} == {"W1", "S1"}
    answer = officer.client.post(page, data=both | {"do": "save"})
    assert answer.status_code == 422
    assert ONLY_TWO in answer.text
    assert record_now(officer, reference).terms == []


def test_a_term_of_before_keeps_nobody_from_writing_down_a_rape(app, officer, filed):
    record = a_case("W1")
    record.terms = [Term(id="t1", kind="pay", what="One goat")]
    reference = filed(record, "verified")
    sent = fields_of(officer.client.get(f"/w/{reference}/edit").text)
    sent |= {"acts-0-code": "S1", "do": "save"}
    answer = officer.client.post(f"/w/{reference}/edit", data=sent)
    assert answer.status_code == 303
    after = record_now(officer, reference)
    assert [one.code for one in after.acts] == ["S1"]
    assert [one.kind for one in after.terms] == ["pay"]


def test_an_older_payment_cannot_be_written_anew_behind_the_gate(app, officer, filed):
    record = a_case("S1")
    record.terms = [Term(id="t1", kind="pay", what="One goat", amount=100)]
    reference = filed(record)
    form = fields_of(officer.client.get(f"/w/{reference}/edit").text) | {"do": "save"}
    dearer = form | {"terms-0-what": "and she drops the case"}
    answer = officer.client.post(f"/w/{reference}/edit", data=dearer)
    assert answer.status_code == 422
    assert ONLY_TWO in answer.text
    less = form | {"terms-0-amount": ""}
    assert officer.client.post(f"/w/{reference}/edit", data=less).status_code == 303
    (term,) = record_now(officer, reference).terms
    assert (term.what, term.amount) == ("One goat", None)


@pytest.mark.parametrize("acts", [("S1",), ("S2", "W1")])
def test_a_rape_is_never_called_settled(app, officer, filed, acts):
    reference = filed(a_case(*acts), "resolved")
    address = f"/w/{reference}/s/{STEP_NUMBERS['close']}"
    page = officer.client.get(address).text
    choices = re.search(r'<select[^>]*name="outcome".*?</select>', page, re.DOTALL)
    assert choices is not None
    assert re.findall(r'value="(\w*)"', choices[0]) == ["", "reached", "duplicate"]
    for outcome in ("settled", "partly_settled"):
        with pytest.raises(StepRefused):
            take_step(reference, "close", by=officer.actor, vault=officer.vault(), outcome=outcome)
    sent = {"csrf_token": csrf_token(page), "version": "1", "outcome": "reached"}
    assert officer.client.post(address, data=sent).status_code == 422
    sent |= {"ending_p1": "wants_no_more"}
    assert officer.client.post(address, data=sent).status_code == 303
    assert "What was asked for was reached" in officer.client.get(f"/w/{reference}").text
    told = [str(part) for words in filing_words.RECEIPT_STATES.values() for part in words]
    assert [one for one in told if "settle" in one] == []
    assert "What was asked for was reached" in told
