"""The steps of a case, by their properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.models import STATES
from kash.incidents.rules.case_file import WAYS
from kash.incidents.rules.casework import (
    ASK_HER,
    CLOSING_OUTCOMES,
    OPEN,
    OVER,
    STEPS,
    CaseStanding,
    Refusal,
    closing_outcomes,
    next_step,
    open_steps,
    refusal_of,
    target_of,
)

VERBS = st.sampled_from(sorted(STEPS))
A_STATE = st.sampled_from(STATES)
PEOPLE = st.sampled_from(["anna", "brenda", "carol"])


def reached(state: str) -> set[str]:
    """Every state that can follow a state, by any number of steps."""
    found: set[str] = set()
    ahead = [state]
    while ahead:
        here = ahead.pop()
        for step in STEPS.values():
            if here in step.sources:
                for verified in (True, False):
                    target = target_of(step, verified=verified)
                    if target not in found:
                        found.add(target)
                        ahead.append(target)
    return found


def test_open_and_over_are_all_states():
    assert set(STATES) == OPEN | OVER
    assert not OPEN & OVER


def test_every_state_is_reached_from_the_first_and_leads_to_the_last():
    assert reached("draft") == set(STATES) - {"draft"}
    assert all("shredded" in reached(state) for state in STATES if state != "shredded")
    assert reached("shredded") == set()


def test_nothing_is_shredded_but_what_was_closed():
    assert [
        (verb, sorted(step.sources)) for verb, step in STEPS.items() if step.target == "shredded"
    ] == [("shred", ["closed"])]


def test_every_step_but_shredding_can_be_taken_back():
    undone = {
        verb: bool(step.sources & reached(target_of(step, verified=True)))
        for verb, step in STEPS.items()
    }
    # A report that was handed in is never a draft again; it goes on.
    assert {verb for verb, can in undone.items() if not can} == {"submit", "shred", "triage"}


def test_nobody_skips_the_verification():
    """A case is in mediation, referred or settled only if somebody had verified it."""
    behind = {"mediation", "referred", "resolved", "unresolved"}
    for step in STEPS.values():
        if step.target in behind:
            assert step.sources <= behind | {"verified"}
    for step in STEPS.values():
        if step.target == "verified":
            assert (step.sources, step.another) == (frozenset({"triaged"}), True)


WANTED = st.none() | st.sets(st.sampled_from(WAYS), min_size=1).map(frozenset)
STANDINGS = st.builds(CaseStanding, wanted=WANTED, mediation=st.booleans(), gate_shut=st.booleans())
# Somebody wants mediation and agreed to it.
MEDIATED = CaseStanding(frozenset({"mediation"}), mediation=True, agreed=True, taken_back=True)


@given(state=A_STATE, standing=STANDINGS)
def test_what_comes_next_is_a_step_of_that_state(state, standing):
    verb = next_step(state, standing)
    steps = {step.verb for step in open_steps(state, standing)}
    if state == "verified" and standing.wanted is None:
        assert verb == ASK_HER
    elif verb == "mediate" and not standing.mediation:
        # She wants it, and nobody noted her consent yet: the page of the step says so.
        assert standing.wanted is not None
        assert "mediation" in standing.wanted
    else:
        assert (verb in steps) == (state not in OVER)


@given(state=A_STATE, standing=STANDINGS)
def test_mediation_is_no_default(state, standing):
    others = (standing.wanted or frozenset()) - {"mediation", "nothing"}
    if next_step(state, standing) == "mediate":
        assert (state, others) == ("verified", frozenset())
    if not standing.mediation:
        assert "mediate" not in {step.verb for step in open_steps(state, standing)}
        refusal = refusal_of("mediate", state, by="anna", standing=standing)
        assert refusal is (
            Refusal.NOT_WANTED if state in STEPS["mediate"].sources else Refusal.STATE
        )


@given(state=st.sampled_from(sorted(OPEN)), standing=STANDINGS)
def test_nothing_is_called_settled_behind_the_gate(state, standing):
    outcomes = closing_outcomes(state, standing)
    if standing.gate_shut:
        assert {"settled", "partly_settled", "not_settled"}.isdisjoint(outcomes)
    assert ("nothing_wanted" in outcomes) == (state != "draft" and standing.wanted == {"nothing"})
    assert set(outcomes) <= set(CLOSING_OUTCOMES)


@given(verb=VERBS, state=A_STATE, by=PEOPLE, filed_by=PEOPLE, triaged_by=PEOPLE)
def test_the_one_who_filed_or_triaged_never_decides_what_is_true(
    verb, state, by, filed_by, triaged_by
):
    refusal = refusal_of(
        verb,
        state,
        by=by,
        filed_by=filed_by,
        triaged_by=triaged_by,
        outcome="withdrawn",
        reason="because",
        standing=MEDIATED,
    )
    decides = verb in ("verify", "insufficient", "no_violation")
    if state not in STEPS[verb].sources:
        assert refusal is Refusal.STATE
    elif decides and by in (filed_by, triaged_by):
        assert refusal is Refusal.SAME_PERSON
    else:
        assert refusal is None


@given(verb=VERBS, state=A_STATE, by=PEOPLE)
def test_a_conflict_of_interest_refuses_everything(verb, state, by):
    refusal = refusal_of(verb, state, by=by, conflict=True, outcome="withdrawn", reason="so")
    assert refusal is Refusal.CONFLICT


@given(state=st.sampled_from(sorted(OPEN)), outcome=st.sampled_from(["", *CLOSING_OUTCOMES]))
def test_closing_takes_an_outcome_that_fits_the_state(state, outcome):
    refusal = refusal_of("close", state, by="anna", outcome=outcome)
    fits = outcome in closing_outcomes(state)
    expected = None if fits else Refusal.STATE if state == "draft" else Refusal.OUTCOME
    assert refusal is expected
    assert outcome or not fits


@pytest.mark.parametrize(
    ("state", "outcomes"),
    [
        ("draft", ()),
        ("submitted", ()),
        ("verified", ()),
        ("resolved", ("settled", "partly_settled")),
        ("unresolved", ("not_settled",)),
        ("insufficient", ("insufficient",)),
        ("no_violation", ("no_violation",)),
        ("closed", ()),
        ("shredded", ()),
    ],
)
def test_what_may_be_said_at_closing(state, outcomes):
    more = () if state in {"draft", *OVER} else ("duplicate",)
    assert closing_outcomes(state, CaseStanding(agreed=True)) == (*outcomes, *more)
    # She took her consent back only where she did.
    back = CaseStanding(agreed=True, taken_back=True)
    assert closing_outcomes(state, back) == (*outcomes, *(("withdrawn",) if more else ()), *more)


@pytest.mark.parametrize(
    ("state", "outcomes"),
    [
        ("verified", ("duplicate",)),
        ("resolved", ("reached", "duplicate")),
        ("unresolved", ("not_reached", "duplicate")),
    ],
)
def test_nothing_is_settled_behind_the_gate_or_without_her_agreement(state, outcomes):
    assert closing_outcomes(state, CaseStanding(gate_shut=True, agreed=True)) == outcomes
    assert closing_outcomes(state) == outcomes


@given(outcome=st.sampled_from(CLOSING_OUTCOMES), state=A_STATE, fit=st.booleans())
def test_nothing_that_is_open_is_closed_and_each_ending_is_said(outcome, state, fit):
    said = {"by": "anna", "outcome": outcome, "reason": "so", "standing": MEDIATED}
    refusal = refusal_of("close", state, **said, endings_fit=fit)  # type: ignore[arg-type]
    wants = outcome not in ("withdrawn", "duplicate", "no_violation")
    if refusal in (None, Refusal.ENDINGS):
        assert (refusal is None) == (fit or not wants)
    still = refusal_of("close", state, **said, still_open=True)  # type: ignore[arg-type]
    assert still is (Refusal.STATE if refusal is Refusal.STATE else Refusal.STILL_OPEN)


def test_nothing_is_called_resolved_before_anybody_was_asked_what_she_wants():
    for state in STEPS["resolve"].sources:
        refusal = refusal_of("resolve", state, by="anna", reason="so")
        assert refusal is Refusal.ASK_FIRST
        asked = CaseStanding(frozenset({"help"}))
        assert refusal_of("resolve", state, by="anna", reason="so", standing=asked) is None


@given(verb=VERBS, blank=st.sampled_from(["", " ", "\n\t"]))
def test_a_reason_is_more_than_space(verb, blank):
    step = STEPS[verb]
    state = sorted(step.sources)[0]
    outcome = next(iter(closing_outcomes(state)), "")
    refusal = refusal_of(verb, state, by="anna", reason=blank, outcome=outcome, standing=MEDIATED)
    assert refusal is (Refusal.REASON if step.asks_reason else None)


@given(verified=st.booleans())
def test_a_case_that_was_verified_is_reopened_as_verified(verified):
    assert target_of(STEPS["reopen"], verified=verified) == ("verified" if verified else "triaged")
