"""What is kept of a report that was shredded, while what was told of it afterwards is there: enough
to keep a child's from officers, and no more."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import Receipt, keys_of, opened_box
from kash.incidents.rules.filing import new_code
from kash.incidents.rules.letterbox import Box, Draft, Fate, as_bytes, from_bytes, together_with
from kash.incidents.rules.totals import DAYS_KEPT
from kash.incidents.services import retention
from kash.incidents.services.cases import changing, note_opening, remove_link
from kash.incidents.services.filing import answer_screen, begin_addition, say_held, submit
from kash.incidents.services.second_member import shred_unkept
from kash.platform.database import db
from kash.platform.web.formats import local_today
from tests.conftest import AMember
from tests.incidents.filed_cases import shredded
from tests.incidents.test_additions import CHILD, NOTHING, OURS, WORDS, shown, told

FIRST = pytest.mark.parametrize(
    ("first", "officers"),
    [(CHILD, False), (OURS, False), (NOTHING, True)],
    ids=["child", "programme", "nobody"],
)
OVER = timedelta(days=DAYS_KEPT + 1)


def close(member: AMember, *references: str) -> None:
    for one in references:
        with changing("incidents.changed", member.actor, member.vault(), one) as case:
            case.row.state = "closed"
    db.session.rollback()


def shred(member: AMember, reference: str) -> None:
    close(member, reference)
    shredded(reference, member)
    db.session.rollback()


def kept() -> tuple[dict[str, str], list[str]]:
    """What the letterbox holds of reports that belong together."""
    db.session.rollback()
    box = opened_box(db.session())
    return box.additions, box.for_officers


@FIRST
@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "after seven days"])
def test_what_was_told_afterwards_of_a_child_is_no_officers_once_her_report_is_shredded(
    a_member, actor, first, officers, by_hand
):
    grace, anna = a_member("custodian", "documentation"), a_member("documentation")
    one, two = told(actor("peer"), first, WORDS)
    if by_hand:
        shred(grace, one)
    else:
        close(grace, one)
        assert shred_unkept(local_today() + OVER) == 1
    assert list(shown(anna, two)) == [officers] * 4
    assert list(shown(grace, two)) == [True] * 4
    # One bit, and nothing that says which of the two it was.
    assert kept() == ({two: one}, [one] if officers else [])
    page = grace.client.get(f"/w/{two}").text
    assert ("It belongs to a report that is for a custodian" in page) == (not officers)
    # With the last of them all of it goes.
    shred(grace, two)
    assert kept() == ({}, [])


@FIRST
def test_what_is_still_being_told_when_the_first_is_shredded_is_kept_from_officers_too(
    a_member, actor, first, officers
):
    grace, anna = a_member("custodian", "documentation"), a_member("documentation")
    peer, code, after = actor("peer"), new_code(), new_code()
    say_held(peer, code)
    for name, screen in first.items():
        answer_screen(peer, code, name, screen)
    receipt: Receipt = submit(peer, code, "en")
    begin_addition(peer, after, keys_of(receipt.code, receipt.word))
    (one,) = db.session.scalars(select(Incident.public_id))
    db.session.rollback()
    shred(grace, one)
    answer_screen(peer, after, "words", WORDS["words"])
    submit(peer, after, "en")
    (two,) = db.session.scalars(select(Incident.public_id).where(Incident.public_id != one))
    db.session.rollback()
    assert list(shown(anna, two)) == [officers] * 4
    assert list(shown(grace, two)) == [True] * 4


def test_a_report_stays_a_custodians_when_what_told_of_the_child_is_shredded(a_member, actor):
    grace, anna = a_member("custodian", "documentation"), a_member("documentation")
    one, two = told(actor("peer"), NOTHING, CHILD)
    shred(grace, two)
    assert not any(shown(anna, one))
    assert all(shown(grace, one))


def test_a_link_to_a_shredded_report_that_is_taken_away_lets_officers_work_on_the_other(
    a_member, actor
):
    grace, anna = a_member("custodian", "documentation"), a_member("documentation")
    one, two = told(actor("peer"), CHILD, WORDS)
    shred(grace, one)
    remove_link(two, "incident", one, by=grace.actor, vault=grace.vault())
    assert all(shown(anna, two))


def test_what_was_noted_before_officers_were_told_apart_is_kept_from_them():
    """Of a report that an earlier version shredded nobody knows whether a child was in it."""
    kept_before = Fate.model_validate_json('{"until":"2026-11-20"}')
    assert not kept_before.for_officers


def test_who_tells_more_late_has_seven_days_of_her_own_in_which_she_can_agree(
    a_member, actor, monkeypatch
):
    a_member("custodian")
    anna = a_member("documentation")
    one, two = told(actor("peer"), NOTHING, WORDS)
    today = local_today()

    def read(reference: str, later: int) -> date | None:
        monkeypatch.setattr(retention, "local_today", lambda: today + timedelta(days=later))
        case = open_case(anna.actor, anna.vault(), reference)
        db.session.rollback()
        note_opening(anna.actor, anna.vault(), case)
        return case.until

    close(anna, one)
    assert read(one, 0) == today + timedelta(days=DAYS_KEPT)
    # On the last day of the first somebody reads, and closes, what was told afterwards.
    monkeypatch.setattr(retention, "local_today", lambda: today + timedelta(days=DAYS_KEPT))
    close(anna, two)
    last = today + timedelta(days=2 * DAYS_KEPT)
    assert read(two, DAYS_KEPT) == last
    # Reading either of them again puts nothing off.
    assert read(two, DAYS_KEPT + 1) == last
    assert read(one, DAYS_KEPT) == today + timedelta(days=DAYS_KEPT)
    assert shred_unkept(today + OVER) == 1
    assert shred_unkept(last) == 0
    assert shred_unkept(last + timedelta(days=1)) == 1


REFERENCES = st.sampled_from("abcdef")


@given(
    st.dictionaries(REFERENCES, REFERENCES),
    st.sets(REFERENCES),
    st.sets(REFERENCES),
    st.sampled_from(["", *"abcdef"]),
)
def test_what_is_forgotten_parts_none_of_those_that_are_there(adds, there, officers, coming):
    draft = Draft(kept_until=date(2026, 11, 20), adds_to=coming)
    box = Box(additions=dict(adds), for_officers=sorted(officers), drafts={"x": draft})
    box.forget_alone(there)
    for one in there | ({coming} - {""}):
        group = together_with(one, adds)
        assert together_with(one, box.additions) == group
        assert {*box.for_officers} & group == officers & group
    left = {*box.additions, *box.additions.values(), *box.for_officers}
    assert all(together_with(one, adds) & (there | {coming}) for one in left)
    assert from_bytes(as_bytes(box)) == box
