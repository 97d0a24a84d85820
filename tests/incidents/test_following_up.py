"""Referrals and what was agreed."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kash.incidents.consent_texts import VERSION
from kash.incidents.models import Incident
from kash.incidents.rules.case_file import contents
from kash.incidents.rules.clocks import answer_due, endings_of, may_be_sent
from kash.incidents.rules.consents import PURPOSES, CaseConsent
from kash.incidents.rules.parts import (
    REFERRAL_CONSENTS,
    REFERRAL_KINDS,
    Act,
    Party,
    Person,
    Referral,
    Term,
)
from kash.incidents.rules.record import Record
from kash.incidents.services.consents import answer_consents
from kash.incidents.services.documentation import (
    ReferralOutcome,
    agree,
    fulfil,
    refer,
    say_outcome,
    what_waits,
)
from kash.people.models import ServiceEntry
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today
from tests.refusals import refuses

Member = Any


def two_women() -> Record:
    return Record(
        persons=[Person(id="p1", code="A"), Person(id="p2", code="B")],
        parties=[Party(id="o1", kind="client")],
    )


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def holding(record: Record, person: str = "") -> list[str]:
    return [purpose for purpose in PURPOSES if record.consents_to(purpose, person)]


def give(member: Member, reference: str, person: str, *purposes: str, version: int = 1) -> bool:
    answers = {purpose: purpose in purposes for purpose in PURPOSES}
    return answer_consents(member.actor, member.vault(), reference, version, person, answers)


SAFE_ANSWERS = {"guessed": "no", "safe_there": "yes", "knows_next": "yes"}

# --- referrals -----------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_referral_is_added_once_and_told_how_it_went(
    both_engines_app, a_member, filed, record_of
):
    one = a_member("documentation")
    reference = filed(two_women())
    made = Referral(id="r1", kind="legal", service_name="A lawyer", person="p1", agreed="herself")
    for _twice in range(2):
        refer(one.actor, one.vault(), reference, made)
    say_outcome(
        one.actor,
        one.vault(),
        reference,
        "r1",
        ReferralOutcome("helped", date(2026, 11, 3), "Went well"),
    )
    (found,) = record_of(reference, one.vault()).referrals
    assert (found.outcome, found.outcome_on, found.note) == (
        "helped",
        date(2026, 11, 3),
        "Went well",
    )
    assert actions() == ["incidents.referred", "incidents.referral_updated"]
    with pytest.raises(NotFound):
        say_outcome(one.actor, one.vault(), reference, "r9", ReferralOutcome("helped", None))
    say_outcome(one.actor, one.vault(), reference, "r1", ReferralOutcome("", date(2026, 11, 4)))
    (found,) = record_of(reference, one.vault()).referrals
    assert (found.outcome, found.outcome_on) == ("", None)


@pytest.mark.any_engine
def test_a_closed_case_takes_no_more_of_them(both_engines_app, a_member, filed):
    one = a_member("documentation")
    reference = filed(two_women(), state="closed")
    with refuses("This case is closed."):
        refer(one.actor, one.vault(), reference, Referral(id="r1", kind="legal"))
    with refuses("This case is closed."):
        agree(one.actor, one.vault(), reference, Term(id="t1", kind="pay"))
    assert actions() == []


def test_somebody_is_referred_to_a_service_of_the_directory(officer, filed, record_of):
    service = ServiceEntry(
        name="Mfano Clinic", sort_name="mfano clinic", kind="clinic", area="Kondele",
        checked_on=date(2026, 11, 1),
    )  # fmt: skip
    db.session.add(service)
    db.session.commit()
    reference = filed(two_women())
    page = officer.client.get(f"/w/{reference}/r").text
    assert "Mfano Clinic, Kondele" in page
    key = re.search(r'name="key"[^>]*value="(\w+)"', page)
    assert key is not None
    sent = {
        "kind": "medical",
        "service": service.public_id,
        "person": "p2",
        "agreed": "herself",
        "made_on": "2026-11-02",
        "due_on": "2026-11-03",
        "key": key[1],
        **SAFE_ANSWERS,
    }
    for _twice in range(2):
        answer = officer.client.post(f"/w/{reference}/r", data=sent)
        assert answer.status_code == 303
    (found,) = record_of(reference, officer.vault()).referrals
    assert (found.kind, found.service, found.service_name, found.person) == (
        "medical",
        service.public_id,
        "Mfano Clinic, Kondele",
        "p2",
    )
    # Its last day has passed: so says the page of referrals, and the case's own.
    for address in (f"/w/{reference}/r", f"/w/{reference}"):
        assert "Overdue" in officer.client.get(address).text
    row = db.session.scalar(select(Incident).where(Incident.public_id == reference))
    assert row is not None


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"kind": "", "service_name": "x", "made_on": "2026-11-02"}, "Enter this."),
        ({"kind": "legal", "made_on": "2026-11-02"}, "Choose a service, or write who it is."),
        ({"kind": "legal", "service_name": "x", "made_on": "2190-01-01"}, "has not come yet"),
        ({"kind": "legal", "service_name": "x", "made_on": "2026-11-02", "due_on": "2026-11-01"},
         "before the day on which she was sent"),
        ({"kind": "legal", "service": "nonsense", "made_on": "2026-11-02"}, "Choose one from"),
        ({"kind": "legal", "service_name": "x", "made_on": "2026-11-02", "person": "p9"},
         "Choose one from"),
    ],
)  # fmt: skip
def test_a_wrong_referral_is_said_beside_its_field(officer, filed, record_of, sent, sentence):
    reference = filed(two_women())
    answer = officer.client.post(f"/w/{reference}/r", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert record_of(reference, officer.vault()).referrals == []


def test_nobody_was_helped_tomorrow(officer, filed, record_of):
    record = two_women()
    record.referrals = [Referral(id="r1", kind="legal", service_name="Office")]
    reference = filed(record)
    sent = {"referral": "r1", "outcome": "helped", "outcome_on": "2190-01-01", "note": "By bus"}
    answer = officer.client.post(f"/w/{reference}/r", data=sent)
    assert answer.status_code == 422
    assert "This day has not come yet." in answer.text
    assert "By bus" in answer.text
    assert record_of(reference, officer.vault()).referrals[0].outcome == ""


def test_of_two_who_tell_how_it_went_neither_overwrites_the_other(
    a_member, officer, filed, record_of
):
    record = two_women()
    record.referrals = [Referral(id="r1", kind="legal", service_name="Office")]
    reference, other = filed(record), a_member("documentation")
    address = f"/w/{reference}/r"
    seen = re.search(r'name="seen" value="([^"]*)"', officer.client.get(address).text)
    assert seen is not None
    theirs = {"referral": "r1", "seen": seen[1], "outcome": "helped", "note": "By bus"}
    for _twice in range(2):
        assert other.client.post(address, data=theirs).status_code == 303
    mine = {**theirs, "outcome": "not_reached", "note": "Closed"}
    answer = officer.client.post(address, data=mine)
    assert answer.status_code == 409
    assert "By bus" in answer.text
    assert 'value="Closed"' in answer.text
    assert record_of(reference, officer.vault()).referrals[0].outcome == "helped"
    assert actions().count("incidents.referral_updated") == 1
    seen = re.search(r'name="seen" value="([^"]*)"', answer.text)
    assert seen is not None
    assert officer.client.post(address, data=mine | {"seen": seen[1]}).status_code == 303
    assert record_of(reference, officer.vault()).referrals[0].note == "Closed"


def test_a_minor_without_child_protection_is_pointed_out(officer, filed):
    record = two_women()
    record.persons[0].age_band = "under_18"
    reference = filed(record)
    address = f"/w/{reference}/r"
    assert "child protection" in officer.client.get(address).text
    officer.client.post(
        address,
        data={
            "kind": "child_protection",
            "service_name": "Office",
            "made_on": "2026-11-02",
            "agreed": "not_asked",
            "person": "p1",
            **SAFE_ANSWERS,
        },
    )
    assert "tell the custodian" not in officer.client.get(address).text


@pytest.mark.parametrize("kind", REFERRAL_KINDS)
@pytest.mark.parametrize("ages", [[], ["25_34"], ["under_18"], ["unsure", "25_34"]])
@pytest.mark.parametrize("whose", ["", "p1", "p2"])
@pytest.mark.parametrize("somebody_held", [False, True])
@pytest.mark.parametrize("freed", [False, True])
def test_nobody_is_told_of_her_without_a_yes_but_for_a_child_or_a_release(
    kind, ages, whose, somebody_held, freed
):
    persons = [
        Person(id=f"p{number}", code="A", age_band=age) for number, age in enumerate(ages, 1)
    ]
    record = Record(persons=persons)
    record.filing.held = somebody_held
    for person in persons[:1] if freed else []:
        person.released_at = utc_now()
    about = [person for person in persons if whose in ("", person.id)]
    children = all(person.age_band in ("under_18", "unsure") for person in about)
    still_inside = somebody_held and not any(person.released_at for person in about)
    unasked = {"child_protection": bool(about) and children, "legal": still_inside}.get(kind, False)
    expected = {"": False, "no": False, "herself": True, "told_reporter": True}
    assert {*expected, "not_asked"} == {"", *REFERRAL_CONSENTS}
    for agreed, may in {**expected, "not_asked": unasked}.items():
        referral = Referral(id="r1", kind=kind, agreed=agreed, person=whose)
        assert may_be_sent(record, referral) is may


@pytest.mark.parametrize(
    ("kind", "exposed", "limits", "act", "days"),
    [
        ("medical", True, {}, "L1", 1),
        ("medical", False, {}, "S1", 1),
        ("medical", True, {"pep": "late"}, "L1", 1),
        ("medical", True, {"pep": "late", "contraception": "in_time"}, "S1", 3),
        ("medical", False, {}, "L1", 3),
        ("legal", True, {}, "S1", 3),
    ],
)
def test_a_service_answers_the_next_day_where_medicine_has_its_hours(
    kind, exposed, limits, act, days
):
    person = Person(id="p1", code="A", limits=limits, exposed_at=utc_now() if exposed else None)
    record = Record(persons=[person], acts=[Act(id="a1", code=act)])
    told_on = date(2026, 11, 30)
    for whose in ("", "p1"):
        referral = Referral(id="r1", kind=kind, person=whose)
        assert answer_due(record, referral, told_on) == told_on + timedelta(days=days)


def test_what_she_does_not_want_is_kept_and_told_to_nobody(officer, filed, record_of):
    reference = filed(two_women())
    address = f"/w/{reference}/r"
    sent = {
        "kind": "shelter",
        "service_name": "House",
        "made_on": f"{local_today()}",
    } | SAFE_ANSWERS
    refused = officer.client.post(address, data=sent | {"agreed": "not_asked"})
    assert refused.status_code == 422
    assert "Nobody is told of her without her yes." in refused.text
    assert record_of(reference, officer.vault()).referrals == []
    assert officer.client.post(address, data=sent | {"agreed": "no"}).status_code == 303
    record = record_of(reference, officer.vault())
    (referral,) = record.referrals
    assert (referral.outcome, referral.outcome_on, referral.made_on, referral.due_on) == (
        "not_wanted", local_today(), None, None,
    )  # fmt: skip
    assert (referral.by, referral.agreed) == (officer.actor.public_id, "no")
    assert record.timeline[-1].what == "referral_not_wanted"
    assert "referred" not in endings_of(record, record.persons[0])
    record.consents = [
        CaseConsent(purpose=purpose, given=True, at=utc_now(), by="x", wording=VERSION)
        for purpose in PURPOSES
    ]
    assert contents(record, ["p1", "p2"], with_narrative=True).referrals == []
    record.referrals[0].outcome = ""
    assert contents(record, ["p1", "p2"], with_narrative=True).referrals == record.referrals
    page = officer.client.get(address).text
    assert "She did not want it" in page
    assert "Tell how it went" not in page
    with refuses("She did not want this."):
        say_outcome(
            officer.actor, officer.vault(), reference, referral.id, ReferralOutcome("helped", None)
        )


def test_each_answer_of_a_service_is_one_tap_and_stands_in_the_timeline(officer, filed, record_of):
    reference, today = filed(two_women()), local_today()
    address, long_ago = f"/w/{reference}/r", today - timedelta(days=9)
    sent = {"kind": "legal", "service_name": "Office", "agreed": "told_reporter", "key": "rk1"}
    sent |= SAFE_ANSWERS
    officer.client.post(address, data=sent | {"made_on": f"{long_ago}"})

    def waits() -> int:
        return what_waits(officer.actor, officer.vault(), utc_now()).due

    def tell(outcome: str, note: str = "") -> int:
        told = {"referral": "rk1", "outcome": outcome, "note": note}
        return int(officer.client.post(address, data=told).status_code)

    (referral,) = record_of(reference, officer.vault()).referrals
    assert referral.due_on == long_ago + timedelta(days=3)
    assert waits() == 1
    assert "Something is due in your cases" in officer.client.get("/").text
    assert tell("accepted") == 303
    (referral,) = record_of(reference, officer.vault()).referrals
    # It is still open, and has its days anew.
    assert (referral.outcome, referral.accepted_on) == ("", today)
    assert referral.due_on == today + timedelta(days=3)
    assert waits() == 0
    assert "Accepted" in officer.client.get(f"/w/{reference}").text
    for outcome in ("refused", "not_reached"):
        assert tell(outcome) == 422
        assert tell(outcome, "Closed on Sunday") == 303
    assert tell("helped") == 303
    assert tell("") == 303
    (referral,) = record_of(reference, officer.vault()).referrals
    assert (referral.outcome, referral.outcome_on, referral.accepted_on) == ("", None, None)
    events = record_of(reference, officer.vault()).timeline
    assert [(event.what, event.about, event.reason) for event in events] == [
        ("referred", "rk1", ""),
        ("referral_accepted", "rk1", ""),
        ("referral_refused", "rk1", "Closed on Sunday"),
        ("referral_not_done", "rk1", "Closed on Sunday"),
        ("referral_done", "rk1", ""),
        ("referral_outcome", "rk1", ""),
    ]


def test_what_is_due_in_anothers_case_stands_on_nobody_elses_today(a_member, officer, filed):
    other, reference = a_member("documentation"), filed(two_women())
    made = Referral(id="r1", kind="legal", agreed="herself", made_on=date(2026, 11, 2))
    refer(officer.actor, officer.vault(), reference, made)
    waiting = [
        what_waits(member.actor, member.vault(), utc_now()).due for member in (officer, other)
    ]
    assert waiting == [1, 0]


# --- what was agreed -----------------------------------------------------------------------------


def test_either_side_can_owe_and_it_is_told_when_it_was_done(officer, filed, record_of):
    reference = filed(two_women())
    address = f"/w/{reference}/g"
    due = (utc_now() - timedelta(days=3)).date()
    sent = {
        "kind": "pay",
        "owed_by": "p1",
        "owed_to": "o1",
        "amount": "2,000",
        "due_on": str(due),
        "key": "t7",
    }
    for _twice in range(2):
        assert officer.client.post(address, data=sent).status_code == 303
    (term,) = record_of(reference, officer.vault()).terms
    assert (term.owed_by, term.owed_to, term.amount, term.currency) == ("p1", "o1", 200000, "KES")
    page = officer.client.get(address).text
    assert "Overdue" in page
    assert "2,000" in page
    assert officer.client.post(
        address, data={"term": "t7", "fulfilled_on": str(due)}
    ).status_code == 303  # fmt: skip
    assert record_of(reference, officer.vault()).terms[0].fulfilled_on == due
    assert "Overdue" not in officer.client.get(address).text


def test_done_tomorrow_is_refused_and_done_after_all_not_is_taken(officer, filed, record_of):
    record = two_women()
    record.terms = [Term(id="t1", kind="pay", fulfilled_on=date(2026, 11, 1))]
    reference = filed(record)
    address = f"/w/{reference}/g"
    late = officer.client.post(address, data={"term": "t1", "fulfilled_on": "2190-01-01"})
    assert late.status_code == 422
    assert "This day has not come yet." in late.text
    assert record_of(reference, officer.vault()).terms[0].fulfilled_on == date(2026, 11, 1)
    officer.client.post(address, data={"term": "t1", "fulfilled_on": ""})
    assert record_of(reference, officer.vault()).terms[0].fulfilled_on is None
    assert officer.client.post(address, data={"term": "t9"}).status_code == 404


def test_nobody_owes_herself(officer, filed, record_of):
    reference = filed(two_women())
    answer = officer.client.post(
        f"/w/{reference}/g", data={"kind": "apologise", "owed_by": "p1", "owed_to": "p1"}
    )
    assert answer.status_code == 422
    assert record_of(reference, officer.vault()).terms == []


def test_noting_that_she_agreed_does_not_say_that_it_was_done(officer, filed, record_of):
    term = Term(id="t1", kind="return", owed_to="p1")
    reference = filed(two_women().model_copy(update={"terms": [term]}))
    page = officer.client.get(f"/w/{reference}/g").text
    as_it_opens = page.partition('id="day-t1"')[2].partition(">")[0].partition('value="')[2]
    assert as_it_opens.partition('"')[0] == ""
    said = {"term": "t1", "fulfilled_on": "", "agreed_on": "2026-11-08"}
    assert officer.client.post(f"/w/{reference}/g", data=said).status_code == 303
    (term,) = record_of(reference, officer.vault()).terms
    assert (term.fulfilled_on, term.agreed_on) == (None, date(2026, 11, 8))


@pytest.mark.any_engine
def test_a_term_is_kept_on_both_engines(both_engines_app, a_member, filed, record_of):
    one = a_member("documentation")
    reference = filed(two_women())
    agree(one.actor, one.vault(), reference, Term(id="t1", kind="return", owed_by="o1"))
    days = date(2026, 11, 9), date(2026, 11, 8)
    fulfil(one.actor, one.vault(), reference, "t1", *days)
    (term,) = record_of(reference, one.vault()).terms
    assert (term.kind, term.fulfilled_on, term.agreed_on) == ("return", *days)
    assert actions() == ["incidents.term_agreed", "incidents.term_updated"]


# --- before it goes out --------------------------------------------------------------------------


def test_three_questions_are_answered_first_and_what_worries_is_gone_on_with_on_record(
    officer, filed, record_of
):
    reference = filed(two_women())
    address = f"/w/{reference}/r"
    sent = {"kind": "legal", "service_name": "Office", "made_on": f"{local_today()}"}
    sent |= {"agreed": "herself", "key": "rk1"}
    answer = officer.client.post(address, data=sent)
    assert (answer.status_code, answer.text.count("<p>\n          Choose one.")) == (422, 3)
    worrying = sent | SAFE_ANSWERS | {"guessed": "yes", "safe_there": "not_known"}
    answer = officer.client.post(address, data=worrying)
    assert answer.status_code == 422
    for text in ("She may be known from it.", "She may be in danger there", 'value="Office"'):
        assert text in answer.text
    assert "She may be taken by surprise." not in answer.text
    answer = officer.client.post(address, data=worrying | {"go_on": "y"})
    assert (answer.status_code, "Write why." in answer.text) == (422, True)
    assert record_of(reference, officer.vault()).referrals == []
    why = {"go_on": "y", "go_on_why": "The lawyer knows her"}
    for _twice in range(2):
        assert officer.client.post(address, data=worrying | why).status_code == 303
    timeline = record_of(reference, officer.vault()).timeline
    assert [(event.what, event.reason) for event in timeline[-3:]] == [
        ("worry_guessed", "The lawyer knows her"),
        ("worry_safe_there", "The lawyer knows her"),
        ("referred", ""),
    ]
    shown = officer.client.get(f"/w/{reference}").text
    assert "Gone on, although somebody may guess who told" in shown


def test_somebody_who_is_held_waits_for_no_answer(officer, filed, record_of):
    record = two_women()
    record.persons[0].arrested_at = utc_now()
    reference = filed(record)
    sent = {"kind": "legal", "service_name": "Office", "made_on": f"{local_today()}"}
    sent |= {"agreed": "herself"}
    for person, status in (("p2", 422), ("p1", 303), ("", 303)):
        answer = officer.client.post(f"/w/{reference}/r", data=sent | {"person": person})
        assert answer.status_code == status
    # Nothing goes out of what she does not want.
    answer = officer.client.post(f"/w/{reference}/r", data=sent | {"person": "p2", "agreed": "no"})
    assert answer.status_code == 303
    assert len(record_of(reference, officer.vault()).referrals) == 3
