"""The tree of a track: one person as all, nobody harmed by what she achieves, flaws refused."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kash.certificates.tracks.rules.standing import (
    Facts,
    Needs,
    RenewalState,
    Window,
    change_between,
    fulfilling,
    months_between,
    months_later,
    next_steps,
    progress_of,
    renewal_state,
    window_of,
)
from kash.certificates.tracks.rules.tree import (
    DEEPEST,
    FlawAt,
    KindRule,
    Leaf,
    NotATree,
    Parameter,
    ParameterKind,
    Renewal,
    Requirements,
    SomeOf,
    TrackCatalogue,
    TreeFlaw,
    all_of,
    flaws_of,
    leaves_of,
    needs_of,
    read_leaf,
    renewal_as_json,
    renewal_flaws,
    renewal_from_json,
    tree_as_json,
    tree_from_json,
)

HOURS = KindRule(
    "hours",
    (
        Parameter("course", ParameterKind.COURSE),
        Parameter("versions", ParameterKind.VERSIONS),
        Parameter("share", ParameterKind.NUMBER),
    ),
    need="share",
)
PRACTICE = KindRule("practice", (Parameter("count", ParameterKind.NUMBER, most=50),), need="count")
ROLE = KindRule("role", (Parameter("months", ParameterKind.NUMBER),), need="months", span="months")
TRACK = KindRule("track", (Parameter("track", ParameterKind.TRACK),))
KINDS = {kind.key: kind for kind in (HOURS, PRACTICE, ROLE, TRACK)}
CATALOGUE = TrackCatalogue(
    {"c": frozenset({"v1", "v2"}), "draft": frozenset()}, {"other": frozenset()}
)
DAY = date(2026, 1, 1)


def some_leaf(chance: random.Random) -> Leaf:
    return Leaf.of("practice", count=chance.randint(1, 5), about=chance.choice("abcdef"))


def some_tree(chance: random.Random) -> Requirements:
    groups = []
    for _ in range(chance.randint(1, 4)):
        leaves = tuple(some_leaf(chance) for _ in range(chance.randint(1, 4)))
        groups.append(SomeOf(leaves, chance.randint(1, max(len(leaves) - 1, 1))))
    return tuple(groups)


def history(chance: random.Random, tree: Requirements) -> dict[Leaf, dict[int, tuple[int, date]]]:
    return {
        leaf: {
            person: (chance.randint(0, 6), DAY + timedelta(days=chance.randint(0, 90)))
            for person in range(8)
            if chance.random() < 0.7
        }
        for leaf in leaves_of(tree)
    }


def plainly(tree: Requirements, person: int, facts: Any, needs: Any) -> bool:
    """The same question asked in the plainest way, to hold the rule against."""
    return all(
        sum(facts[leaf].get(person, (0, None))[0] >= needs[leaf] for leaf in group.leaves)
        >= group.count
        for group in tree
    )


def some_nested(chance: random.Random, depth: int = 3) -> dict[str, Any]:
    """Groups within groups, as pages wrote them before a track was one list."""
    if depth < 3 and (depth == 0 or chance.random() < 0.35):
        return {"is": "practice", "count": chance.randint(1, 5), "about": chance.choice("abcdef")}
    parts = [some_nested(chance, depth - 1) for _ in range(chance.randint(1, 4))]
    join = chance.choice(["all", "any", "some"])
    count = {"count": chance.randint(1, len(parts))} if join == "some" else {}
    return {join: parts} | count


def formerly(written: dict[str, Any], facts: Facts, needs: Needs) -> dict[int, date]:
    """Everybody who fulfils groups within groups, judged from the inside out."""
    if "is" in written:
        leaf = Leaf.of(**{"kind" if name == "is" else name: said for name, said in written.items()})
        return {
            person: day
            for person, (amount, day) in facts.get(leaf, {}).items()
            if amount >= needs[leaf]
        }
    (parts,) = (written[join] for join in ("all", "any", "some") if join in written)
    needed = written.get("count", 1 if "any" in written else len(parts))
    days = [formerly(part, facts, needs) for part in parts]
    reached = {
        person: sorted(on[person] for on in days if person in on) for on in days for person in on
    }
    return {person: on[needed - 1] for person, on in reached.items() if len(on) >= needed}


@given(st.randoms(use_true_random=False))
@settings(max_examples=400)
def test_groups_within_groups_decide_as_before_about_everybody(chance):
    written = some_nested(chance)
    tree = tree_from_json(written)
    facts, needs = history(chance, tree), needs_of(leaves_of(tree), KINDS)
    done = formerly(written, facts, needs)
    assert fulfilling(tree, facts, needs) == done
    assert {one for one in range(8) if not next_steps(one, tree, facts, needs)} == done.keys()
    assert fulfilling(tree_from_json(tree_as_json(tree)), facts, needs) == done


def test_one_of_two_ways_asks_for_each_requirement_of_one_beside_each_of_the_other():
    a, b, c = (Leaf.of("practice", about=name, count=1) for name in "abc")
    written = {"any": [{"all": [leaf_json(a), leaf_json(b)]}, leaf_json(c)]}
    assert tree_from_json(written) == (SomeOf((a, c)), SomeOf((b, c)))
    some = {"some": [leaf_json(a), leaf_json(b), leaf_json(c)], "count": 2}
    assert tree_from_json({"all": [some, leaf_json(a)]}) == all_of(SomeOf((a, b, c), 2), a)


def leaf_json(leaf: Leaf) -> Any:
    (written,) = tree_as_json(all_of(leaf))["all"]
    return written


def test_one_person_and_all_are_judged_alike_and_as_the_tree_says_in_2000_histories():
    chance = random.Random(1)
    for _ in range(2000):
        tree = some_tree(chance)
        facts, needs = history(chance, tree), needs_of(leaves_of(tree), KINDS)
        everybody = fulfilling(tree, facts, needs)
        for person in range(8):
            own = {leaf: {person: f[person]} for leaf, f in facts.items() if person in f}
            assert fulfilling(tree, own, needs) == {
                one: on for one, on in everybody.items() if one == person
            }
            assert (person in everybody) == plainly(tree, person, facts, needs)
            assert (person in everybody) == (not next_steps(person, tree, facts, needs))


def test_an_achievement_more_never_makes_anyone_less_eligible_in_2000_histories():
    chance = random.Random(2)
    for _ in range(2000):
        tree = some_tree(chance)
        facts, needs = history(chance, tree), needs_of(leaves_of(tree), KINDS)
        before = fulfilling(tree, facts, needs)
        leaf, person = chance.choice(leaves_of(tree)), chance.randrange(8)
        amount, on = facts[leaf].get(person, (0, DAY))
        facts[leaf][person] = (amount + chance.randint(1, 3), on)
        assert fulfilling(tree, facts, needs).keys() >= before.keys()


def test_the_steps_that_are_named_are_enough():
    chance = random.Random(3)
    for _ in range(500):
        tree = some_tree(chance)
        facts, needs = history(chance, tree), needs_of(leaves_of(tree), KINDS)
        for leaf in next_steps(0, tree, facts, needs):
            facts[leaf][0] = (needs[leaf], DAY)
        assert 0 in fulfilling(tree, facts, needs)


def test_of_what_not_all_is_needed_the_nearest_comes_next():
    far, near = Leaf.of("practice", count=5, about="a"), Leaf.of("practice", count=4, about="b")
    tree = all_of(SomeOf((far, near)))
    facts = {far: {1: (1, DAY)}, near: {1: (3, DAY)}}
    needs = needs_of([far, near], KINDS)
    assert next_steps(1, tree, facts, needs) == [near]
    assert next_steps(2, tree, facts, needs) == [far]
    assert [(one.have, one.need, one.done_on) for one in progress_of(1, [near], facts, needs)] == [
        (3, 4, None)
    ]


def test_a_group_is_fulfilled_on_the_day_of_the_last_part_it_needed():
    one, two, three = (Leaf.of("practice", count=1, about=name) for name in "abc")
    facts = {one: {1: (1, DAY)}, two: {1: (1, DAY + timedelta(3))}, three: {1: (1, DAY)}}
    facts[three][1] = (1, DAY + timedelta(9))
    needs = needs_of([one, two, three], KINDS)
    parts = (one, two, three)
    assert fulfilling(all_of(*parts), facts, needs) == {1: DAY + timedelta(9)}
    assert fulfilling(all_of(SomeOf(parts)), facts, needs) == {1: DAY}
    assert fulfilling(all_of(SomeOf(parts, 2)), facts, needs) == {1: DAY + timedelta(3)}
    assert fulfilling(all_of(SomeOf(parts, 4)), facts, needs) == {}
    assert fulfilling((), facts, needs) == {}


def test_what_a_new_tree_changes_is_counted_by_who_gains_and_who_loses():
    assert change_between({1: DAY, 2: DAY}, {2: DAY, 3: DAY, 4: DAY}) == {
        "gained": 2,
        "lost": 1,
        "kept": 1,
    }


@given(st.randoms(use_true_random=False))
def test_a_tree_is_the_same_after_it_was_stored(chance):
    tree = some_tree(chance)
    stored = tree_from_json(tree_as_json(tree))
    assert stored == tree
    renewal = Renewal(stored, 12, 30)
    assert renewal_from_json(renewal_as_json(renewal)) == renewal


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["is", "all", "any", "some", "count"]), inner)
        ),
        max_leaves=8,
    )
)
@settings(max_examples=100)
def test_whatever_is_stored_is_a_tree_or_refused(written):
    try:
        tree = tree_from_json(written)
    except NotATree:
        return
    assert tree_from_json(tree_as_json(tree)) == tree


def test_a_tree_that_is_deeper_than_any_rule_is_refused():
    def nested(times: int) -> object:
        return leaf_json(HOURS_OF_C) if not times else {"all": [nested(times - 1)]}

    assert tree_from_json(nested(DEEPEST)) == all_of(HOURS_OF_C)
    for times in (DEEPEST + 1, DEEPEST + 2, 200):
        with pytest.raises(NotATree):
            tree_from_json(nested(times))


@pytest.mark.parametrize("count", ["2", 2.0, None, True, 0, 3])
def test_of_how_many_parts_are_needed_only_a_number_of_them_is_read(count):
    parts = [leaf_json(HOURS_OF_C)] * 2
    assert tree_from_json({"some": parts, "count": 1}) == (SomeOf((HOURS_OF_C,) * 2),)
    with pytest.raises(NotATree):
        tree_from_json({"some": parts, "count": count})


HOURS_OF_C = Leaf.of("hours", course="c", share=80, versions=())


@pytest.mark.parametrize(
    ("entry", "flaw"),
    [
        (SomeOf((HOURS_OF_C,), 2), FlawAt(TreeFlaw.COUNT, (0,))),
        (SomeOf((HOURS_OF_C,), 0), FlawAt(TreeFlaw.COUNT, (0,))),
        (
            Leaf.of("hours", course="draft", share=80),
            FlawAt(TreeFlaw.UNPUBLISHED, (0, 0), "course"),
        ),
        (Leaf.of("hours", course="gone", share=80), FlawAt(TreeFlaw.UNPUBLISHED, (0, 0), "course")),
        (Leaf.of("hours", course="c", share=105), FlawAt(TreeFlaw.PARAMETER, (0, 0), "share")),
        (
            SomeOf((HOURS_OF_C, Leaf.of("hours", course="c", share=9, versions=("x",)))),
            FlawAt(TreeFlaw.OTHER_COURSE, (0, 1), "versions"),
        ),
        (Leaf.of("nonsense"), FlawAt(TreeFlaw.UNKNOWN_KIND, (0, 0))),
        (Leaf.of("track", track="mine"), FlawAt(TreeFlaw.LOOP, (0, 0), "track")),
        (Leaf.of("track", track="far"), FlawAt(TreeFlaw.LOOP, (0, 0), "track")),
        (Leaf.of("track", track="nowhere"), FlawAt(TreeFlaw.NO_SUCH_TRACK, (0, 0), "track")),
        (SomeOf((HOURS_OF_C,) * 41), FlawAt(TreeFlaw.TOO_MUCH)),
    ],
)
def test_what_can_never_be_fulfilled_is_refused(entry, flaw):
    tracks = {"other": frozenset(), "near": frozenset({"mine"}), "far": frozenset({"near"})}
    catalogue = TrackCatalogue(CATALOGUE.versions, {**tracks, "mine": frozenset({"other"})})
    assert flaws_of(all_of(entry), "mine", KINDS, catalogue) == [flaw]
    assert flaws_of((), "mine", KINDS, catalogue) == [FlawAt(TreeFlaw.EMPTY)]


def test_a_sound_tree_has_no_flaw():
    tree = all_of(SomeOf((HOURS_OF_C, Leaf.of("track", track="other"))))
    assert flaws_of(tree, "mine", KINDS, CATALOGUE) == []


def test_a_window_shorter_than_what_it_holds_is_refused():
    long, short = Leaf.of("role", months=12), Leaf.of("role", months=3)

    def flaws(tree: Requirements, months: int) -> list[TreeFlaw]:
        return [one.flaw for one in renewal_flaws(Renewal(tree, months), KINDS, course="c")]

    both = all_of(long, short)
    assert flaws(both, 12) == []
    assert flaws(both, 11) == [TreeFlaw.SHORT_WINDOW]
    assert flaws(all_of(SomeOf((long, short))), 3) == []
    assert flaws(all_of(SomeOf((long, short), 2)), 3) == [TreeFlaw.SHORT_WINDOW]
    assert flaws(both, 0) == [TreeFlaw.WINDOW]
    assert [
        one.flaw
        for one in renewal_flaws(Renewal(all_of(short), 6, grace_days=400), KINDS, course="")
    ] == [TreeFlaw.RENEWS_NOTHING, TreeFlaw.GRACE]


def test_only_facts_of_the_window_count_and_expiry_stays_the_last_day():
    renewal = Renewal(all_of(HOURS_OF_C), months=12, grace_days=30)
    last = date(2026, 8, 31)
    assert window_of(renewal, last) == Window(date(2025, 9, 1), date(2026, 9, 30))
    days = {
        date(2025, 8, 31): RenewalState.HOLDS,
        date(2025, 9, 1): RenewalState.OPEN,
        last: RenewalState.OPEN,
        date(2026, 9, 1): RenewalState.GRACE,
        date(2026, 9, 30): RenewalState.GRACE,
        date(2026, 10, 1): RenewalState.LAPSED,
    }
    assert {day: renewal_state(renewal, last, day) for day in days} == days


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 200))
def test_months_are_whole_from_the_day_they_are_reached(day, months):
    later = months_later(day, months)
    assert months_between(day, later) == months
    assert months_between(day, later - timedelta(1)) == max(months - 1, 0)


def test_a_number_that_is_none_stays_as_typed_and_does_not_hold():
    sent = {"course": [" c "], "versions": ["v2", "", "v1"], "share": ["eighty"]}
    leaf = read_leaf(HOURS, sent)
    assert leaf == Leaf.of("hours", course="c", versions=("v1", "v2"), share="eighty")
    assert flaws_of(all_of(leaf), "mine", KINDS, CATALOGUE) == [
        FlawAt(TreeFlaw.PARAMETER, (0, 0), "share")
    ]
