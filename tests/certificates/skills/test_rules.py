"""What proves a skill, what a team lacks, and whom to ask: one sentence of each rule, for all."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.certificates.skills.rules import (
    ENOUGH,
    Free,
    Level,
    Proof,
    ProofFault,
    ProofKind,
    TeamLack,
    TeamMember,
    lacks,
    proof_fault,
    whom_to_ask,
)

TODAY = date(2026, 11, 28)
LEVELS = st.sampled_from([*Level, None])
PROOFS = st.builds(
    Proof,
    st.sampled_from(ProofKind),
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
def test_a_proof_stands_exactly_if_it_can_be_checked(proof):
    stands = {
        ProofKind.TAUGHT: proof.taught >= ENOUGH,
        ProofKind.CERTIFICATE: proof.certified or proof.note != "",
        ProofKind.ASSESSED: proof.assessor != "herself"
        and (proof.assessor != "" or proof.note != "")
        and proof.assessed_on is not None
        and proof.assessed_on <= TODAY,
    }[proof.evidence]
    assert (proof_fault(proof, "herself", TODAY) is None) == stands


def test_each_fault_of_an_assessment_is_told_by_itself():
    def fault(**given: object) -> ProofFault | None:
        entered: dict[str, object] = {"assessor": "somebody", "assessed_on": TODAY} | given
        return proof_fault(Proof(ProofKind.ASSESSED, **entered), "herself", TODAY)  # type: ignore[arg-type]

    assert [
        fault(),
        fault(assessor="herself"),
        fault(assessor=""),
        fault(assessed_on=None),
        fault(assessed_on=TODAY + timedelta(days=1)),
    ] == [None, ProofFault.HERSELF, ProofFault.BY_WHOM, ProofFault.WHEN, ProofFault.TO_COME]


@given(st.lists(st.builds(TeamMember, st.sampled_from("ABC"), st.booleans(), LEVELS), max_size=5))
def test_a_team_lacks_nothing_exactly_if_its_leads_may_lead_and_nobody_is_out_of_place(team):
    sound = not team or (
        any(one.level is Level.LEAD for one in team)
        and all(one.level is Level.LEAD for one in team if one.leads)
        and all(one.level in (Level.LEAD, Level.CO_TEACH) for one in team)
    )
    found = lacks(team)
    assert (not found) == sound
    told = [one for one in found if one.lack is TeamLack.NOBODY_LEADS]
    assert len(told) == (bool(team) and all(one.level is not Level.LEAD for one in team))


def test_a_team_without_anybody_who_may_lead_is_told_in_two_sentences():
    team = [TeamMember("Juma", False, Level.CO_TEACH), TeamMember("Atieno", True, Level.CO_TEACH)]
    assert [(one.lack, one.name) for one in lacks(team)] == [
        (TeamLack.CO_TEACHES_ONLY, "Atieno"),
        (TeamLack.NOBODY_LEADS, ""),
    ]


@given(st.lists(FREE, unique_by=lambda one: one.public_id), st.sets(st.sampled_from("abcdefgh")))
def test_whoever_may_lead_is_asked_first_and_the_least_busy_before_others(people, team):
    asked = whom_to_ask(people, team)
    assert {one.public_id for one in asked} == {
        one.public_id
        for one in people
        if one.public_id not in team and one.level is not Level.OBSERVE
    }
    order = [(one.level is not Level.LEAD, one.clashing, one.near) for one in asked]
    assert order == sorted(order)
