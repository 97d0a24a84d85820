"""What proves a skill, what a team lacks, and whom to ask: one sentence of each rule, for all."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.skills.rules import (
    ENOUGH,
    Evidence,
    EvidenceFault,
    Free,
    Lack,
    Level,
    Member,
    Proof,
    evidence_fault,
    lacks,
    whom_to_ask,
)

TODAY = date(2026, 11, 28)
LEVELS = st.sampled_from([*Level, None])
PROOFS = st.builds(
    Proof,
    st.sampled_from(Evidence),
    taught=st.integers(0, 5),
    certified=st.booleans(),
    assessor=st.sampled_from(["", "herself", "somebody"]),
    assessed_on=st.none() | st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9)),
    note=st.sampled_from(["", "Training of trainers"]),
)
FREE = st.builds(
    Free,
    st.sampled_from("abcdefgh"),
    st.sampled_from(["Amani", "Juma"]),
    st.sampled_from(Level),
    clashing=st.integers(0, 2),
    near=st.integers(0, 2),
)


@given(PROOFS)
def test_a_proof_stands_exactly_if_it_can_be_checked(proof: Proof) -> None:
    stands = {
        Evidence.TAUGHT: proof.taught >= ENOUGH,
        Evidence.CERTIFICATE: proof.certified or proof.note != "",
        Evidence.ASSESSED: proof.assessor != "herself"
        and (proof.assessor != "" or proof.note != "")
        and proof.assessed_on is not None
        and proof.assessed_on <= TODAY,
    }[proof.evidence]
    assert (evidence_fault(proof, "herself", TODAY) is None) == stands


def test_each_fault_of_an_assessment_is_told_by_itself() -> None:
    def fault(**given: object) -> EvidenceFault | None:
        entered: dict[str, object] = {"assessor": "somebody", "assessed_on": TODAY} | given
        return evidence_fault(Proof(Evidence.ASSESSED, **entered), "herself", TODAY)  # type: ignore[arg-type]

    assert [
        fault(),
        fault(assessor="herself"),
        fault(assessor=""),
        fault(assessed_on=None),
        fault(assessed_on=TODAY + timedelta(days=1)),
    ] == [
        None,
        EvidenceFault.HERSELF,
        EvidenceFault.BY_WHOM,
        EvidenceFault.WHEN,
        EvidenceFault.TO_COME,
    ]


@given(st.lists(st.builds(Member, st.sampled_from("ABC"), st.booleans(), LEVELS), max_size=5))
def test_a_team_lacks_nothing_exactly_if_its_leads_may_lead_and_nobody_is_out_of_place(
    team: list[Member],
) -> None:
    sound = not team or (
        any(one.level is Level.LEAD for one in team)
        and all(one.level is Level.LEAD for one in team if one.leads)
        and all(one.level in (Level.LEAD, Level.CO_TEACH) for one in team)
    )
    found = lacks(team)
    assert (not found) == sound
    told = [one for one in found if one.lack is Lack.NOBODY_LEADS]
    assert len(told) == (bool(team) and all(one.level is not Level.LEAD for one in team))


def test_a_team_without_anybody_who_may_lead_is_told_in_two_sentences() -> None:
    team = [Member("Juma", False, Level.CO_TEACH), Member("Atieno", True, Level.CO_TEACH)]
    assert [(one.lack, one.name) for one in lacks(team)] == [
        (Lack.CO_TEACHES_ONLY, "Atieno"),
        (Lack.NOBODY_LEADS, ""),
    ]


@given(st.lists(FREE, unique_by=lambda one: one.public_id), st.sets(st.sampled_from("abcdefgh")))
def test_whoever_may_lead_is_asked_first_and_the_least_busy_before_others(
    people: list[Free], team: set[str]
) -> None:
    asked = whom_to_ask(people, team)
    assert {one.public_id for one in asked} == {
        one.public_id
        for one in people
        if one.public_id not in team and one.level is not Level.OBSERVE
    }
    order = [(one.level is not Level.LEAD, one.clashing, one.near) for one in asked]
    assert order == sorted(order)
