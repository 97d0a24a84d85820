"""Consents, referrals and what was agreed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kash.database import db, utc_now
from kash.incidents.consent_texts import TEXTS, VERSION
from kash.incidents.errors import ChangedMeanwhile
from kash.incidents.models import Incident, MediationBrief
from kash.incidents.names import PURPOSE_NAMES
from kash.incidents.rules.record import (
    PURPOSES,
    Intervention,
    Party,
    Person,
    Record,
    Referral,
    Term,
)
from kash.incidents.services.consents import answer_consents
from kash.incidents.services.documentation import CaseClosed
from kash.incidents.services.following_up import Outcome, agree, fulfil, refer, say_outcome
from kash.people.models import ServiceEntry
from kash.vault import AuditEntry
from kash.web.errors import NotFound

Member = Any


def two_women() -> Record:
    return Record(
        persons=[Person(id="p1", code="A"), Person(id="p2", code="B")],
        parties=[Party(id="o1", kind="client")],
    )


@pytest.fixture
def officer(a_member: Callable[..., Member]) -> Member:
    return a_member("documentation", name="Amani Mfano")


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def holding(record: Record, person: str = "") -> list[str]:
    return [purpose for purpose in PURPOSES if record.consents_to(purpose, person)]


def give(member: Member, reference: str, person: str, *purposes: str, version: int = 1) -> bool:
    answers = {purpose: purpose in purposes for purpose in PURPOSES}
    return answer_consents(member.actor, member.vault(), reference, version, person, answers)


# --- consents ------------------------------------------------------------------------------------


def test_every_purpose_has_words_and_all_are_off_at_first() -> None:
    assert list(TEXTS) == list(PURPOSES) == list(PURPOSE_NAMES)
    assert holding(two_women()) == []


def test_an_answer_is_noted_with_when_by_whom_and_which_words(
    both_engines_app: object, a_member: Any, filed: Any, record_of: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women())
    before = utc_now()
    assert give(one, reference, "p1", "record", "court")
    record = record_of(reference, one.vault())
    assert holding(record, "p1") == ["record", "court"]
    assert holding(record, "p2") == holding(record) == []
    assert [(each.purpose, each.given, each.person) for each in record.consents] == [
        ("record", True, "p1"),
        ("court", True, "p1"),
    ]
    assert {each.by for each in record.consents} == {one.actor.public_id}
    assert {each.wording for each in record.consents} == {VERSION}
    assert all(before <= each.at <= utc_now() for each in record.consents)
    assert actions() == ["incidents.consents_answered"]


def test_what_is_taken_back_holds_no_more_and_the_answer_before_stays_on_record(
    both_engines_app: object, a_member: Any, filed: Any, record_of: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women())
    give(one, reference, "p1", "court", "record")
    give(one, reference, "p1", "record", version=2)
    record = record_of(reference, one.vault())
    assert holding(record, "p1") == ["record"]
    assert [(each.purpose, each.given) for each in record.consents] == [
        ("record", True),
        ("court", True),
        ("court", False),
    ]


def test_an_answer_for_everybody_counts_for_each_and_each_may_differ_afterwards(
    both_engines_app: object, a_member: Any, filed: Any, record_of: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women())
    give(one, reference, "", "court")
    assert holding(record_of(reference, one.vault()), "p2") == ["court"]
    give(one, reference, "p2", version=2)
    record = record_of(reference, one.vault())
    assert (holding(record, "p1"), holding(record, "p2"), holding(record)) == (["court"], [], [])


def test_an_answer_that_changes_nothing_leaves_nothing(
    both_engines_app: object, a_member: Any, filed: Any, record_of: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women())
    assert not give(one, reference, "p1")
    assert actions() == []
    with pytest.raises(NotFound):
        give(one, reference, "p9", "record")
    give(one, reference, "p1", "record")
    with pytest.raises(ChangedMeanwhile):
        give(one, reference, "p1", "court")
    assert holding(record_of(reference, one.vault()), "p1") == ["record"]


def test_a_mediators_open_brief_ends_when_the_consent_is_taken_back(
    officer: Member, filed: Any, record_of: Any
) -> None:
    brief = MediationBrief(
        account_id=officer.actor.account_id, runs_out_at=utc_now() + timedelta(days=7)
    )
    db.session.add(brief)
    db.session.commit()
    record = two_women()
    record.interventions = [Intervention(id="v1", brief=brief.public_id, asked_at=utc_now())]
    reference = filed(record)
    give(officer, reference, "", "mediation")
    assert record_of(reference, officer.vault()).interventions[0].response == "waiting"
    give(officer, reference, "p1", version=2)
    (after,) = record_of(reference, officer.vault()).interventions
    assert after.response != "waiting"
    assert db.session.scalar(select(MediationBrief.id)) is None


def test_the_page_ticks_what_holds_and_saves_what_is_ticked(
    officer: Member, filed: Any, record_of: Any
) -> None:
    reference = filed(two_women())
    page = officer.client.get(f"/w/{reference}/c").text
    assert page.count('name="purposes"') == 3 * len(PURPOSES)
    assert not re.findall(r'name="purposes"[^>]*checked', page)
    answer = officer.client.post(
        f"/w/{reference}/c",
        data={
            "person": "p2",
            "version": "1",
            "purposes": ["record", "funder"],
            "origin": "herself",
        },
    )
    assert answer.status_code == 302
    assert holding(record_of(reference, officer.vault()), "p2") == ["record", "funder"]
    again = officer.client.get(f"/w/{reference}/c").text
    assert re.findall(r'value="(\w+)"\s+checked', again) == ["record", "funder"]
    assert "Amani Mfano" in again


def test_the_page_says_when_somebody_else_was_faster_and_keeps_the_ticks(
    officer: Member, filed: Any, record_of: Any
) -> None:
    reference = filed(two_women())
    give(officer, reference, "p1", "record")
    answer = officer.client.post(
        f"/w/{reference}/c",
        data={"person": "p2", "version": "1", "purposes": ["court"], "origin": "herself"},
    )
    assert answer.status_code == 409
    assert re.findall(r'value="(\w+)"\s+checked', answer.text) == ["record", "court", "herself"]
    assert holding(record_of(reference, officer.vault()), "p2") == []


@pytest.mark.parametrize(
    "sent",
    [
        {"person": "p1", "version": "1", "purposes": ["everything"], "origin": "herself"},
        {"person": "p9", "version": "1", "purposes": ["record"], "origin": "herself"},
        {"person": "", "version": "x" * 99, "purposes": [], "origin": "herself"},
        {"person": "p1", "version": "1", "purposes": ["record"], "origin": "guessed"},
        {"person": "p1", "version": "1", "purposes": ["record"]},
        {},
    ],
)
def test_what_the_page_never_sends_changes_nothing(
    officer: Member, filed: Any, record_of: Any, sent: dict[str, Any]
) -> None:
    reference = filed(two_women())
    answer = officer.client.post(f"/w/{reference}/c", data=sent)
    assert answer.status_code in (404, 409, 422)
    assert record_of(reference, officer.vault()).consents == []


# --- referrals -----------------------------------------------------------------------------------


def test_a_referral_is_added_once_and_told_how_it_went(
    both_engines_app: object, a_member: Any, filed: Any, record_of: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women())
    made = Referral(id="r1", kind="legal", service_name="A lawyer", person="p1")
    for _twice in range(2):
        refer(one.actor, one.vault(), reference, made)
    say_outcome(
        one.actor, one.vault(), reference, "r1", Outcome("helped", date(2026, 11, 3), "Went well")
    )
    (found,) = record_of(reference, one.vault()).referrals
    assert (found.outcome, found.outcome_on, found.note) == (
        "helped",
        date(2026, 11, 3),
        "Went well",
    )
    assert actions() == ["incidents.referred", "incidents.referral_updated"]
    with pytest.raises(NotFound):
        say_outcome(one.actor, one.vault(), reference, "r9", Outcome("helped", None))
    say_outcome(one.actor, one.vault(), reference, "r1", Outcome("", date(2026, 11, 4)))
    (found,) = record_of(reference, one.vault()).referrals
    assert (found.outcome, found.outcome_on) == ("", None)


def test_a_closed_case_takes_no_more_of_them(
    both_engines_app: object, a_member: Any, filed: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women(), state="closed")
    with pytest.raises(CaseClosed):
        refer(one.actor, one.vault(), reference, Referral(id="r1", kind="legal"))
    with pytest.raises(CaseClosed):
        agree(one.actor, one.vault(), reference, Term(id="t1", kind="pay"))
    assert actions() == []


def test_somebody_is_referred_to_a_service_of_the_directory(
    officer: Member, filed: Any, record_of: Any
) -> None:
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
        "made_on": "2026-11-02",
        "due_on": "2026-11-03",
        "key": key[1],
    }
    for _twice in range(2):
        answer = officer.client.post(f"/w/{reference}/r", data=sent)
        assert answer.status_code == 302
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
def test_a_wrong_referral_is_said_beside_its_field(
    officer: Member, filed: Any, record_of: Any, sent: dict[str, str], sentence: str
) -> None:
    reference = filed(two_women())
    answer = officer.client.post(f"/w/{reference}/r", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert record_of(reference, officer.vault()).referrals == []


def test_a_minor_without_child_protection_is_pointed_out(officer: Member, filed: Any) -> None:
    record = two_women()
    record.persons[0].age_band = "under_18"
    reference = filed(record)
    address = f"/w/{reference}/r"
    assert "child protection" in officer.client.get(address).text
    officer.client.post(
        address,
        data={"kind": "child_protection", "service_name": "Office", "made_on": "2026-11-02"},
    )
    assert "tell the custodian" not in officer.client.get(address).text


# --- what was agreed -----------------------------------------------------------------------------


def test_either_side_can_owe_and_it_is_told_when_it_was_done(
    officer: Member, filed: Any, record_of: Any
) -> None:
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
        assert officer.client.post(address, data=sent).status_code == 302
    (term,) = record_of(reference, officer.vault()).terms
    assert (term.owed_by, term.owed_to, term.amount, term.currency) == ("p1", "o1", 200000, "KES")
    page = officer.client.get(address).text
    assert "Overdue" in page
    assert "2,000" in page
    assert officer.client.post(
        address, data={"term": "t7", "fulfilled_on": str(due)}
    ).status_code == 302  # fmt: skip
    assert record_of(reference, officer.vault()).terms[0].fulfilled_on == due
    assert "Overdue" not in officer.client.get(address).text


def test_done_tomorrow_is_refused_and_done_after_all_not_is_taken(
    officer: Member, filed: Any, record_of: Any
) -> None:
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


def test_nobody_owes_herself(officer: Member, filed: Any, record_of: Any) -> None:
    reference = filed(two_women())
    answer = officer.client.post(
        f"/w/{reference}/g",
        data={"kind": "apologise", "owed_by": "p1", "owed_to": "p1"},
    )
    assert answer.status_code == 422
    assert record_of(reference, officer.vault()).terms == []


def test_a_term_is_kept_on_both_engines(
    both_engines_app: object, a_member: Any, filed: Any, record_of: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women())
    agree(one.actor, one.vault(), reference, Term(id="t1", kind="return", owed_by="o1"))
    fulfil(one.actor, one.vault(), reference, "t1", date(2026, 11, 9))
    (term,) = record_of(reference, one.vault()).terms
    assert (term.kind, term.fulfilled_on) == ("return", date(2026, 11, 9))
    assert actions() == ["incidents.term_agreed", "incidents.term_updated"]


# --- how a consent is known ----------------------------------------------------------------------


def test_for_whoever_could_not_be_asked_nothing_is_noted_but_mediation(
    both_engines_app: object, a_member: Any, filed: Any, record_of: Any
) -> None:
    one = a_member("documentation")
    reference = filed(two_women())
    everything = dict.fromkeys(PURPOSES, True)
    answer_consents(one.actor, one.vault(), reference, 1, "p1", everything, "not_asked")
    record = record_of(reference, one.vault())
    assert holding(record, "p1") == ["mediation"]
    assert [(each.purpose, each.origin, each.wording) for each in record.consents] == [
        ("mediation", "not_asked", "")
    ]
    with pytest.raises(NotFound):
        answer_consents(one.actor, one.vault(), reference, 2, "p1", everything, "guessed")


def test_the_page_says_that_only_a_mediator_can_be_asked_unasked(
    officer: Member, filed: Any, record_of: Any
) -> None:
    reference = filed(two_women())
    sent = {"person": "p1", "version": "1", "origin": "not_asked"}
    answer = officer.client.post(
        f"/w/{reference}/c", data=sent | {"purposes": ["mediation", "court"]}
    )
    assert answer.status_code == 422
    assert "nothing can be ticked but to contact a mediator" in answer.text
    # What was ticked is still there.
    assert re.findall(r'value="(\w+)"\s+checked', answer.text) == [
        "mediation",
        "court",
        "not_asked",
    ]
    assert record_of(reference, officer.vault()).consents == []
    answer = officer.client.post(f"/w/{reference}/c", data=sent | {"purposes": ["mediation"]})
    assert answer.status_code == 302
    page = officer.client.get(f"/w/{reference}/c").text
    assert "She could not be asked</span>" in page
    # Nobody confirms for her by leaving the page as it is: how it is known must be said anew.
    assert re.findall(r'value="(\w+)"\s+checked', page) == ["mediation"]


def test_her_refusal_outweighs_a_later_tick_of_somebody_who_did_not_ask_her(
    officer: Member, filed: Any, record_of: Any
) -> None:
    reference = filed(two_women())
    give(officer, reference, "p1", "mediation")
    give(officer, reference, "p1", version=2)
    for person in ("p1", ""):
        answer_consents(
            officer.actor,
            officer.vault(),
            reference,
            record_version(officer, reference),
            person,
            {"mediation": True},
            "not_asked",
        )
    record = record_of(reference, officer.vault())
    assert (holding(record, "p1"), holding(record, "p2")) == ([], ["mediation"])


def test_a_brief_for_one_stays_when_another_takes_her_consent_back(
    officer: Member, filed: Any, record_of: Any
) -> None:
    briefs = [
        MediationBrief(
            account_id=officer.actor.account_id, runs_out_at=utc_now() + timedelta(days=7)
        )
        for _one in range(2)
    ]
    db.session.add_all(briefs)
    db.session.commit()
    record = two_women()
    record.interventions = [
        Intervention(id=f"v{person}", brief=brief.public_id, persons=[person], asked_at=utc_now())
        for person, brief in zip(("p1", "p2"), briefs, strict=True)
    ]
    reference = filed(record)
    give(officer, reference, "", "mediation")
    give(officer, reference, "p1", version=2)
    after = record_of(reference, officer.vault()).interventions
    assert [one.response for one in after] == ["no_answer", "waiting"]


def record_version(member: Member, reference: str) -> int:
    from kash.incidents.queries import open_case

    return open_case(member.actor, member.vault(), reference).version
