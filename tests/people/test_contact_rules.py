"""Nobody opens a contact by what she does alone, and looks beyond the usual ones need a reason."""

from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.persons import (
    LOOKS_FOR_A_REASON,
    Agreement,
    Attendance,
    Opened,
    may_decide,
    needs_reason,
    opened_by,
)

HER, ANOTHER = "trainer000000001", "director00000001"
HERSELF, PUPPET = "peer000000000001", "puppet0000000001"
accounts = st.sampled_from([HER, ANOTHER])
registers = st.none() | st.sampled_from([HER, ANOTHER, PUPPET])
attendances = st.builds(
    Attendance,
    counts=st.booleans(),
    counted=st.booleans(),
    closed_by=registers,
    confirmed_by=registers,
    own_hand=st.sampled_from(["", HERSELF, PUPPET]),
)
agreements = st.builds(Agreement, asked_by=accounts, agreed_by=accounts)
# All that a trainer can do by herself: she marks, closes, asks, and corrects marks later.
alone = st.builds(
    Attendance,
    counts=st.booleans(),
    counted=st.booleans(),
    closed_by=st.none() | st.just(HER),
    confirmed_by=st.none() | st.just(HER),
)


@given(st.lists(alone), st.integers(0, 3))
def test_nothing_that_a_trainer_does_alone_opens_a_stranger(attended, asked):
    own = [Agreement(asked_by=HER, agreed_by=HER)] * asked
    assert opened_by(HER, entered_by=ANOTHER, attended=attended, agreements=own) is None


@given(st.lists(attendances), st.lists(agreements), st.sampled_from(["", HERSELF, PUPPET]))
def test_what_is_open_stands_on_somebodys_act(attended, agreed, answered):
    found = opened_by(
        HER,
        entered_by=ANOTHER,
        answered_by=answered,
        attended=attended,
        agreements=agreed,
        tied=[HER, PUPPET],
    )
    by_her = answered == HERSELF or any(one.own_hand == HERSELF and one.counts for one in attended)
    by_two = any(
        one.counts
        and one.counted
        and len({one.closed_by, one.confirmed_by, None}) == 3
        # Two accounts of one hand are one person.
        and ANOTHER in {one.closed_by, one.confirmed_by}
        for one in attended
    )
    by_another = any(one == Agreement(HER, ANOTHER) for one in agreed)
    assert (found is not None) == (by_her or by_two or by_another)


@given(st.lists(attendances), st.lists(agreements))
def test_whoever_entered_it_has_it(attended, agreed):
    found = opened_by(HER, entered_by=HER, attended=attended, agreements=agreed)
    assert found is Opened.ENTERED


def test_a_mark_corrected_by_one_person_after_the_confirming_is_no_meeting():
    corrected = Attendance(True, counted=False, closed_by=HER, confirmed_by=ANOTHER)
    assert opened_by(HER, entered_by=ANOTHER, attended=[corrected]) is None


@given(accounts, st.booleans(), st.lists(st.lists(accounts, min_size=1), min_size=1))
def test_nobody_decides_on_her_own_request(actor, everyone, keepers):
    assert not may_decide(actor, asked_by=actor, everyone=everyone, keepers=keepers)
    other = ANOTHER if actor == HER else HER
    decides = may_decide(actor, asked_by=other, everyone=everyone, keepers=keepers)
    assert decides is (everyone or all(actor in kept for kept in keepers))
    assert not may_decide(
        actor, asked_by=other, everyone=everyone, keepers=keepers, tied=[actor, other]
    )


@given(st.integers(0, 500), st.integers(5, 200), st.integers(0, 10))
def test_a_reason_is_good_for_some_more_looks_and_no_others(looks, budget, reasons):
    assert needs_reason(looks, budget, reasons) is (looks >= budget + reasons * LOOKS_FOR_A_REASON)
    assert not needs_reason(budget - 1, budget, 0)
    assert needs_reason(budget, budget, 0)
