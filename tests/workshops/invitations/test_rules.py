"""Rules of sign-ups: links that take names, and decisions on rows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.invitations.rules import (
    Bulk,
    LinkStand,
    SignUpDecision,
    in_bulk,
    read_decision,
    rows_left,
    stand_of,
)

NOW = datetime(2027, 3, 9, 7, tzinfo=UTC)


@given(st.booleans(), st.booleans(), st.integers(-2, 2), st.integers(-2, 2))
def test_only_a_link_that_nothing_ended_takes_names(withdrawn, cancelled, hours, days):
    stand = stand_of(
        NOW,
        NOW.date(),
        expires_at=NOW + timedelta(hours=hours),
        withdrawn=withdrawn,
        cancelled=cancelled,
        ends_on=NOW.date() + timedelta(days=days),
    )
    takes = not withdrawn and not cancelled and hours > 0 and days >= 0
    assert (stand is LinkStand.OPEN) is takes


@given(st.integers(1, 200), st.integers(0, 300))
def test_a_link_takes_no_more_rows_than_it_may(most, entered):
    left = rows_left(most, entered)
    assert left == max(most - entered, 0)


@given(st.text(max_size=40))
def test_whatever_a_page_sends_is_a_decision_or_none(sent):
    decided = read_decision(sent)
    if decided is not None:
        decision, person = decided
        assert (decision is SignUpDecision.SAME) == bool(person)


def test_decisions_are_read_as_the_page_writes_them():
    assert read_decision("new") == (SignUpDecision.NEW, "")
    assert read_decision("decline") == (SignUpDecision.DECLINE, "")
    assert read_decision("same:abc") == (SignUpDecision.SAME, "abc")
    assert [read_decision(sent) for sent in ("", "same:", "new:x", "other")] == [None] * 4


@given(st.sampled_from(Bulk))
def test_a_button_for_all_never_takes_in_as_new_who_may_be_known(bulk):
    declined = (SignUpDecision.DECLINE, "") if bulk is Bulk.DECLINE else None
    assert in_bulk(bulk, likely=True) == declined
    new = (SignUpDecision.NEW, "") if bulk is Bulk.ACCEPT else declined
    assert in_bulk(bulk, likely=False) == new
