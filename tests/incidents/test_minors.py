"""Somebody under 18, or who may be: no route counts, prints, agrees on money for or lightly closes
her case, though a custodian alone works on it; and it is asked whether she is held among adults."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.consent_texts import VERSION
from kash.incidents.rules.case_file import may_print, who_agreed
from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.consents import PURPOSES, CaseConsent
from kash.incidents.rules.older_records import BY_GUARDIAN, MAY_BE_MINOR, NEVER_FOR_MINORS
from kash.incidents.rules.parts import (
    AGE_BANDS,
    REFERRAL_KINDS,
    REFERRAL_OUTCOMES,
    Act,
    Filing,
    Person,
    Referral,
    Term,
)
from kash.incidents.rules.record import Record, held_among_adults, to_ask_about_adults, unprotected
from kash.incidents.rules.totals import Keeps, what_keeps
from kash.incidents.services.consents import answer_consents, note_printed
from kash.incidents.services.documentation import agree
from kash.incidents.services.second_member import StepRefused, take_step
from kash.incidents.views.cases import STEP_NUMBERS
from kash.platform.database import utc_now
from tests.incidents.form_pages import filled
from tests.incidents.test_case_file import PAPER
from tests.refusals import refuses


def agreed_to_everything(age: str) -> Record:
    """A case of a child and a grown-up woman who both said yes to all, before anybody knew."""
    return Record(
        narrative="They came at night.",
        persons=[
            Person(id="p1", code="A", age_band=age),
            Person(id="p2", code="B", age_band="25_34"),
        ],
        consents=[
            CaseConsent(
                purpose=purpose, given=True, at=utc_now(), by="x", person=person, wording=VERSION
            )
            for purpose in PURPOSES
            for person in ("p1", "p2")
        ],
    )


@pytest.fixture
def grace(a_member):
    return a_member("custodian")


# --- The rules ----------------------------------------------------------------------------------


@given(st.sampled_from(AGE_BANDS), st.sampled_from(["", "p1", "p2"]))
def test_nobody_in_a_childs_case_consents_to_what_is_counted_told_or_printed(age, person):
    record = agreed_to_everything(age)
    held = {one for one in PURPOSES if record.consents_to(one, person)}
    child = age in MAY_BE_MINOR
    # Of an adult beside her a paper may be printed; of herself not by her own yes alone.
    hers = BY_GUARDIAN if child and person != "p2" else set()
    assert held == set(PURPOSES) - (NEVER_FOR_MINORS if child else set()) - hers
    assert [one.id for one in who_agreed(record)] == (["p2"] if child else ["p1", "p2"])
    assert may_print(record)
    assert {"forum_totals", "forum_story", "funder"} == NEVER_FOR_MINORS


REFERRALS = st.builds(
    Referral,
    id=st.just("r1"),
    kind=st.sampled_from(REFERRAL_KINDS),
    person=st.sampled_from(["", "p1", "p2"]),
    outcome=st.sampled_from(REFERRAL_OUTCOMES),
)


@given(st.sampled_from(AGE_BANDS), st.lists(REFERRALS, max_size=4))
def test_only_what_reached_her_protects_her(age, referrals):
    record = agreed_to_everything(age)
    record.referrals = referrals
    reached = any(
        one.kind == "child_protection"
        and one.outcome in ("reached", "helped")
        and one.person in ("", "p1")
        for one in referrals
    )
    left = [one.id for one in unprotected(record)]
    assert left == (["p1"] if age in MAY_BE_MINOR and not reached else [])


def test_it_is_asked_of_whoever_is_held_and_of_nobody_who_is_free():
    record = agreed_to_everything("unsure")
    assert who_is_held(record) == []
    record.acts = [Act(id="a1", code="L1", persons=["p1"])]
    held = who_is_held(record)
    assert [one.id for one in held] == ["p1"]
    assert [one.id for one in to_ask_about_adults(held)] == ["p1"]
    record.persons[0].among_adults = "yes"
    held = who_is_held(record)
    assert (to_ask_about_adults(held), [one.id for one in held_among_adults(held)]) == ([], ["p1"])
    record.persons[0].released_at = utc_now()
    assert who_is_held(record) == []
    record.acts, record.filing = [], Filing(held=True)
    assert [one.id for one in who_is_held(record)] == ["p2"]


def test_a_childs_case_is_kept_until_it_is_closed():
    record = Record(persons=[Person(id="p1", code="A", age_band="unsure")])
    assert what_keeps(record, "triaged") is Keeps.GUARDED
    assert what_keeps(record, "closed") is None
    record.referrals = [Referral(id="r1", kind="child_protection", outcome="reached")]
    assert what_keeps(record, "triaged") is Keeps.GUARDED


# --- Services, whatever a page offers -------------------------------------------------------------


@pytest.mark.parametrize("age", sorted(MAY_BE_MINOR))
def test_no_service_prints_counts_or_takes_a_consent_that_is_not_offered(
    grace, filed, record_of, age
):
    alone = agreed_to_everything(age)
    alone.persons[1:] = []
    reference = filed(alone)
    before = record_of(reference, grace.vault())
    with refuses("Nobody in this case has agreed to a file for a court"):
        note_printed(grace.actor, grace.vault(), reference, PAPER, ["p1"])
    answers = dict.fromkeys(NEVER_FOR_MINORS | BY_GUARDIAN, True)
    answer_consents(grace.actor, grace.vault(), reference, 1, "p1", answers)
    assert record_of(reference, grace.vault()) == before
    page = grace.client.get(f"/w/{reference}/f")
    assert "Nobody in this case has agreed" in page.text
    assert grace.client.post(f"/w/{reference}/f", data={"persons": ["p1"]}).status_code == 409


@pytest.mark.parametrize("kind", ["pay", "apologise"])
def test_nothing_is_agreed_about_a_child_by_page_form_or_service(grace, filed, record_of, kind):
    reference = filed(agreed_to_everything("unsure"))
    with pytest.raises(Exception) as refused:
        agree(grace.actor, grace.vault(), reference, Term(id="t1", kind=kind, owed_to="p1"))
    assert getattr(refused.value, "status", 0) in (409, 422)
    grace.client.post(f"/w/{reference}/g", data={"kind": kind, "owed_to": "p1", "key": "t2"})
    form = filled(**{"persons-0-age_band": "unsure", "terms-0-kind": kind, "version": "1"})
    assert grace.client.post(f"/w/{reference}/edit", data=form).status_code == 422
    assert record_of(reference, grace.vault()).terms == []
    assert grace.client.post("/w/new", data=form).status_code == 422


def test_a_release_is_agreed_and_what_was_agreed_before_stays(grace, filed, record_of):
    record = agreed_to_everything("under_18")
    record.terms = [Term(id="t1", kind="pay", owed_to="p1")]
    reference = filed(record)
    for term in (Term(id="t2", kind="release", owed_to="p1"), Term(id="t3", kind="return")):
        agree(grace.actor, grace.vault(), reference, term)
    kinds = [one.kind for one in record_of(reference, grace.vault()).terms]
    assert kinds == ["pay", "release", "return"]


def test_closing_asks_why_until_child_protection_reached_her(grace, filed, record_of):
    reference = filed(agreed_to_everything("under_18"))
    address = f"/w/{reference}/s/{STEP_NUMBERS['close']}"
    assert "It is not known that child protection reached her." in grace.client.get(address).text

    def close(reason: str = "") -> None:
        take_step(
            reference,
            "close",
            by=grace.actor,
            vault=grace.vault(),
            outcome="duplicate",
            reason=reason,
        )

    with pytest.raises(StepRefused):
        close()
    answer = grace.client.post(address, data={"outcome": "duplicate", "reason": ""})
    assert (answer.status_code, "Write the reason." in answer.text) == (422, True)
    close("Her grandmother has her, and the children’s officer was told by phone.")
    assert record_of(reference, grace.vault()).closing.reason.startswith("Her grandmother")
    other = agreed_to_everything("under_18")
    other.referrals = [Referral(id="r1", kind="child_protection", outcome="helped")]
    reference = filed(other)
    close()
    assert record_of(reference, grace.vault()).closing.outcome == "duplicate"


def test_without_a_custodian_no_officer_closes_a_childs_case_before_she_was_reached(
    a_member, filed, record_of
):
    anna, record = a_member("documentation"), agreed_to_everything("unsure")
    reference = filed(record)
    address = f"/w/{reference}/s/{STEP_NUMBERS['close']}"

    def close(case: str) -> None:
        take_step(
            case, "close", by=anna.actor, vault=anna.vault(), outcome="duplicate", reason="Twice."
        )

    with pytest.raises(StepRefused):
        close(reference)
    for page in (
        anna.client.get(address),
        anna.client.post(address, data={"outcome": "duplicate", "reason": "Twice."}),
    ):
        assert "otherwise a custodian closes this case" in page.text
    assert "only a custodian closes the case" in anna.client.get(f"/w/{reference}").text
    assert record_of(reference, anna.vault()).closing.outcome == ""
    record.referrals = [Referral(id="r1", kind="child_protection", outcome="reached")]
    reached = filed(record)
    close(reached)
    assert record_of(reached, anna.vault()).closing.outcome == "duplicate"


# --- Held among adults ----------------------------------------------------------------------------


def test_the_custodian_reads_first_that_it_is_to_be_asked_and_then_the_answer(grace, filed):
    record = agreed_to_everything("unsure")
    record.acts = [Act(id="a1", code="L1", persons=["p1"])]
    record.happening.begun_on = date(2026, 11, 2)
    page = grace.client.get(f"/w/{filed(record)}").text
    assert "Is she held among adults? A" in page
    assert page.index("Is she held among adults?") < page.index("Under 18, or may be: A")
    record.persons[0].among_adults = "yes"
    page = grace.client.get(f"/w/{filed(record)}").text
    assert "Held among adults: A" in page
    assert "Is she held among adults?" not in page


def test_the_form_asks_it_of_a_child_and_of_nobody_else(grace, filed, record_of):
    reference = filed(agreed_to_everything("under_18"))
    page = grace.client.get(f"/w/{reference}/edit").text
    assert page.count("Held among adults?") == 1
    form: dict[str, Any] = filled(
        **{
            "persons-0-age_band": "under_18",
            "persons-0-among_adults": "unknown",
            "terms-0-kind": "release",
            "version": "1",
        }
    )
    assert grace.client.post(f"/w/{reference}/edit", data=form).status_code == 303
    assert record_of(reference, grace.vault()).persons[0].among_adults == "unknown"
