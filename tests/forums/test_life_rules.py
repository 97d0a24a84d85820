"""The lock of minutes and their life, tried on whatever hypothesis can think of."""

import secrets
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.forums.rules.minutes import (
    WITHDRAWABLE,
    Confirmation,
    ConfirmRefusal,
    MinutesPart,
    MinutesRecord,
    MinutesState,
    MinutesStep,
    RecordedItem,
    SaltedLeaf,
    Task,
    altered,
    erratum_root,
    leaf_digest,
    leaves_of,
    may_remark,
    next_step,
    parts_in_order,
    record_of,
    refusal,
    root_of,
    said_in,
    withdrawn,
)

KINDS = st.sampled_from(["name", "paragraph", "decision", "action"])
PARTS = st.lists(st.tuples(KINDS, st.text(max_size=12)), min_size=1, max_size=8)
MEETING = "0123456789abcdef"
NAMES = [f"Mfano {letter}" for letter in "ABCDEFGH"]


def salt() -> bytes:
    return secrets.token_bytes(16)


def locked(parts: list[tuple[str, str]]) -> tuple[list[SaltedLeaf], str]:
    leaves = leaves_of(parts, salt)
    return leaves, root_of(MEETING, leaves)


def sound(leaves: list[SaltedLeaf], root: str) -> bool:
    return not altered(leaves) and root_of(MEETING, leaves) == root


@given(PARTS, st.data())
def test_withdrawn_leaves_keep_the_root_and_say_nothing(parts, data):
    leaves, root = locked(parts)
    for place in data.draw(st.sets(st.integers(0, len(leaves) - 1))):
        leaves[place] = withdrawn(leaves[place])
        assert (leaves[place].value, leaves[place].salt) == (None, None)
    assert sound(leaves, root)


@given(PARTS, st.data(), st.characters())
def test_an_altered_letter_is_found(parts, data, letter):
    leaves, root = locked(parts)
    place = data.draw(st.integers(0, len(leaves) - 1))
    value = leaves[place].value or ""
    at = data.draw(st.integers(0, len(value)))
    changed = value[:at] + letter + value[at + 1 :]
    leaves[place] = replace(leaves[place], value=changed)
    assert sound(leaves, root) == (changed == value)
    assert altered(leaves) == ([] if changed == value else [place])
    # Whoever makes the digest anew is found by the root.
    forged = leaf_digest(leaves[place].salt or b"", leaves[place].kind, place, changed)
    leaves[place] = replace(leaves[place], digest=forged)
    assert altered(leaves) == []
    assert sound(leaves, root) == (changed == value)


@given(PARTS, st.data())
def test_another_order_kind_count_or_meeting_is_found(parts, data):
    leaves, root = locked(parts)
    place = data.draw(st.integers(0, len(leaves) - 1))
    if data.draw(st.booleans()):
        leaves[place] = withdrawn(leaves[place])
    other = next(kind for kind in WITHDRAWABLE if kind != leaves[place].kind)
    assert not sound(
        [*leaves[:place], replace(leaves[place], kind=other), *leaves[place + 1 :]], root
    )
    assert not sound(leaves[:place] + leaves[place + 1 :], root)
    assert not sound([*leaves, leaves[place]], root)
    assert root_of("another meeting", leaves) != root
    if len(leaves) > 1:
        assert not sound([*leaves[1:], leaves[0]], root)


def test_three_of_eight_names_are_withdrawn_and_one_letter_altered():
    leaves, root = locked([("name", name) for name in NAMES])
    for place in (1, 4, 6):
        leaves[place] = withdrawn(leaves[place])
    assert sound(leaves, root)
    leaves[2] = replace(leaves[2], value="Mfano Q")
    assert altered(leaves) == [2]
    # Half a withdrawal is no withdrawal.
    leaves[3] = replace(leaves[3], salt=None)
    assert altered(leaves) == [2, 3]


def test_a_withdrawn_short_name_cannot_be_guessed_from_its_leaf():
    """Whoever tries every name without the salt meets none; with the salt she would meet it."""
    (leaf,), _root = locked([("name", "Siri")])
    kept = leaf.salt
    assert kept is not None
    assert len(kept) == 16
    left = withdrawn(leaf)
    tried = {leaf_digest(guess, "name", 0, "Siri") for guess in (b"", bytes(16), b"Siri")}
    assert left.digest not in tried
    assert left.digest == leaf_digest(kept, "name", 0, "Siri")
    (again,), _root = locked([("name", "Siri")])
    assert again.digest != left.digest


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="128"):
        leaves_of([("name", "Siri")], lambda: bytes(8))


@given(st.lists(st.text(max_size=8), min_size=2, max_size=5))
def test_no_erratum_can_be_left_out(texts):
    def last(leaves: list[SaltedLeaf]) -> str:
        root = "root"
        for number, leaf in enumerate(leaves, start=1):
            root = erratum_root(root, number, leaf)
        return root

    leaves = [leaves_of([("erratum", text)], salt)[0] for text in texts]
    assert last([withdrawn(leaf) for leaf in leaves]) == last(leaves)
    assert last(leaves[1:]) != last(leaves)
    assert last(leaves[:-1]) != last(leaves)


# --- the record -----------------------------------------------------------------------------------


def a_part(kind: str) -> st.SearchStrategy[MinutesPart]:
    said = st.dictionaries(st.sampled_from(["text", "shown", "group"]), st.text(max_size=6))
    return st.builds(
        MinutesPart,
        st.just(kind),
        st.none() | said if kind in WITHDRAWABLE else said,
        st.text(max_size=4),
    )


def tasks(kind: str) -> st.SearchStrategy[tuple[Task, ...]]:
    one = st.builds(Task, a_part(kind), st.none() | a_part("owner"))
    return st.lists(one, max_size=2).map(tuple)


def several(*kinds: str) -> st.SearchStrategy[tuple[MinutesPart, ...]]:
    return st.lists(st.one_of([a_part(kind) for kind in kinds]), max_size=3).map(tuple)


ITEMS = st.builds(
    RecordedItem,
    a_part("item"),
    tasks("carried"),
    several("paragraph", "internal"),
    several("decision"),
    tasks("action"),
)
RECORDS = st.builds(
    MinutesRecord,
    a_part("meeting"),
    several("group"),
    several("name"),
    st.lists(ITEMS, max_size=3).map(tuple),
    st.none() | a_part("confirmed"),
    st.none() | a_part("proposer"),
    st.none() | a_part("seconder"),
)


@given(RECORDS)
def test_a_record_comes_back_from_its_parts(record):
    parts = parts_in_order(record)
    read = [
        MinutesPart(part.kind, None if part.withdrawn else said_in(part.value), part.about)
        for part in parts
    ]
    assert record_of(read) == record


def test_parts_in_no_order_of_minutes_are_refused():
    for kinds in ([], ["item"], ["meeting", "item", "action", "paragraph"]):
        with pytest.raises(ValueError, match="minutes"):
            record_of([MinutesPart(kind, {}) for kind in kinds])


# --- the life -------------------------------------------------------------------------------------


def test_each_state_has_its_one_next_step():
    draft, circulated, done = MinutesState.DRAFT, MinutesState.CIRCULATED, MinutesState.LOCKED
    table = [
        ("planned", draft, 0, False, MinutesStep.HOLD),
        ("held", draft, 0, False, MinutesStep.CIRCULATE),
        ("held", draft, 2, True, MinutesStep.CIRCULATE),
        ("held", circulated, 1, True, MinutesStep.SETTLE),
        ("held", circulated, 0, False, MinutesStep.WAIT),
        ("held", circulated, 0, True, MinutesStep.CONFIRM),
        ("held", done, 0, True, MinutesStep.NOTHING),
        ("cancelled", draft, 0, True, MinutesStep.NOTHING),
    ]
    for meeting, minutes, remarks, begun, step in table:
        found = next_step(meeting, minutes, open_remarks=remarks, later_begun=begun)
        assert (meeting, minutes, remarks, begun, found) == (meeting, minutes, remarks, begun, step)


@given(st.sampled_from(MinutesState), st.integers(-3, 3))
def test_remarks_are_taken_until_the_end_of_their_day(state, late):
    until = date(2026, 11, 20)
    taken = may_remark(state, until, until + timedelta(days=late))
    assert taken == (state is MinutesState.CIRCULATED and late <= 0)


FINE = Confirmation(
    MinutesState.CIRCULATED, 0, True, True, "a", "b", frozenset({"a", "b", "c"}), True
)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"state": MinutesState.DRAFT}, ConfirmRefusal.NOT_CIRCULATED),
        ({"state": MinutesState.LOCKED}, ConfirmRefusal.NOT_CIRCULATED),
        ({"open_remarks": 1}, ConfirmRefusal.REMARKS),
        ({"later": False}, ConfirmRefusal.EARLIER),
        ({"during": False}, ConfirmRefusal.MOMENT),
        ({"seconder": "a"}, ConfirmRefusal.SAME),
        ({"seconder": "d"}, ConfirmRefusal.ABSENT),
        ({"proposer": "d"}, ConfirmRefusal.ABSENT),
        ({"quorate": False}, ConfirmRefusal.NO_QUORUM),
    ],
)
def test_minutes_are_confirmed_only_when_nothing_stands_against_it(changes, reason):
    assert refusal(replace(FINE, **changes)) == reason  # type: ignore[arg-type]


def test_a_part_of_the_minutes_is_written_in_the_letters_in_which_it_was_said():
    part = MinutesPart("minute", {"text": "Wanjikũ", "number": "2"})
    assert part.value == '{"number":"2","text":"Wanjikũ"}'
    assert said_in(part.value) == part.said
