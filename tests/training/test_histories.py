"""Random histories of writing, copying and translating, against a model that keeps whole texts.

The model knows nothing of fingerprints, trees or pairs: a version is a dictionary of rows, and of
each translated field it keeps the very text that stood beside it.
"""

import copy
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.database import new_public_id
from kash.training.models import CourseVersion, Module, PlanRow, SessionPlan
from kash.training.queries import lay_out, tree_of, write_values
from kash.training.rules.courses import (
    KINDS,
    MODULE,
    PLAN,
    VERSION,
    FieldText,
    Key,
    RowText,
    SessionText,
)
from kash.training.rules.versions import (
    RowPair,
    compare,
    counted_gaps,
    fingerprint,
    gaps,
    longest_rising,
    translated,
)
from kash.training.services.courses import put_session, put_words, rows_of

TOP: Key = (VERSION.name, "")
SAID = ("", "a", "b", "c")
# A kind of each sort of field, and those of the outline.
WRITTEN = {"objective": ("text", "seen"), "step": ("minutes", "to_do"), "legal_point": ("source",)}
TRANSLATED = {
    "plan": ("title", "why"),
    "module": ("title",),
    "objective": ("text", "seen"),
    "step": ("to_do",),
}


@dataclass
class Known:
    """A version as the model knows it: rows with their values, what is in each, and the texts that
    stood beside translated fields."""

    rows: dict[Key, dict[str, Any]] = field(default_factory=dict)
    inside: dict[Key, list[Key]] = field(default_factory=dict)
    beside: dict[tuple[Key, str], str] = field(default_factory=dict)
    source: int | None = None

    def add(self, parent: Key, key: Key, values: dict[str, Any]) -> None:
        self.rows[key] = values
        self.inside[key] = []
        self.inside[parent].append(key)

    def remove(self, key: Key) -> None:
        for below in list(self.inside[key]):
            self.remove(below)
        del self.rows[key], self.inside[key]
        for keys in self.inside.values():
            if key in keys:
                keys.remove(key)
        self.beside = {at: text for at, text in self.beside.items() if at[0] != key}


class History:
    """Versions as Kash keeps them, each beside what the model knows of it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        first = CourseVersion(language="en", made_from={})
        write_values(first, VERSION, {each.name: each.empty for each in VERSION})
        self.kept = [first]
        self.known = [Known({TOP: empty("version")}, {TOP: []})]
        for _module in range(2):
            self._module(0)
        for _plan in range(2):
            self.add_plan(0)

    def _module(self, at: int) -> None:
        module = Module(lineage=new_public_id(), made_from={}, title="")
        self.kept[at].modules.append(module)
        self.known[at].add(TOP, (MODULE.name, module.lineage), empty("module"))

    def plans(self, at: int) -> list[SessionPlan]:
        return [plan for module in self.kept[at].modules for plan in module.plans]

    def add_plan(self, at: int) -> None:
        module = self.random.choice(self.kept[at].modules)
        plan = SessionPlan(lineage=new_public_id(), made_from={})
        values = empty("plan") | {"title": self.random.choice(SAID), "minutes": 60}
        write_values(plan, PLAN, values)
        module.plans.append(plan)
        self.known[at].add((MODULE.name, module.lineage), (PLAN.name, plan.lineage), values)

    def remove_plan(self, at: int) -> None:
        if plans := self.plans(at):
            plan = self.random.choice(plans)
            next(each for each in self.kept[at].modules if plan in each.plans).plans.remove(plan)
            self.known[at].remove((PLAN.name, plan.lineage))

    def move_plan(self, at: int) -> None:
        if plans := self.plans(at):
            plan = self.random.choice(plans)
            to = self.random.choice(self.kept[at].modules)
            next(each for each in self.kept[at].modules if plan in each.plans).plans.remove(plan)
            place = self.random.randint(0, len(to.plans))
            to.plans.insert(place, plan)
            known, key = self.known[at], (PLAN.name, plan.lineage)
            for keys in known.inside.values():
                if key in keys:
                    keys.remove(key)
            known.inside[MODULE.name, to.lineage].insert(place, key)

    def write_session(self, at: int) -> None:
        """Change a field, add, remove and shuffle rows, as the page of a session does."""
        if not self.plans(at):
            return
        plan = self.random.choice(self.plans(at))
        ids = {row.public_id: (row.kind, row.lineage) for row in plan.rows}
        kept = [row for row in plan.rows if self.random.random() < 0.8]
        rows = [RowText(row.kind, row.public_id, self._some(row.kind)) for row in kept]
        for _new in range(self.random.randint(0, 2)):
            kind = self.random.choice(list(WRITTEN))
            rows.append(RowText(kind, new_public_id(), self._some(kind)))
        self.random.shuffle(rows)
        fields = {"why": self.random.choice(SAID)} if self.random.random() < 0.5 else {}
        put_session(plan, SessionText(fields, tuple(rows)))
        known, key = self.known[at], (PLAN.name, plan.lineage)
        known.rows[key] |= fields
        for gone in set(ids) - {row.public_id for row in rows}:
            known.remove(ids[gone])
        lineages = {row.public_id: row.lineage for row in plan.rows}
        for row in rows:
            at_row = (row.kind, lineages[row.public_id])
            if at_row not in known.rows:
                known.add(key, at_row, empty(row.kind))
            known.rows[at_row] |= row.fields
        known.inside[key] = [(row.kind, lineages[row.public_id]) for row in rows]

    def _some(self, kind: str) -> dict[str, Any]:
        return {
            name: self.random.randint(1, 3) if name == "minutes" else self.random.choice(SAID)
            for name in WRITTEN[kind]
            if self.random.random() < 0.6
        }

    def copy(self, at: int) -> None:
        made = CourseVersion(language=self.kept[at].language)
        lay_out(made, tree_of(self.kept[at]))
        self.kept.append(made)
        self.known.append(copy.deepcopy(self.known[at]))

    def translate(self, at: int) -> None:
        """Translate a version with the words of another, or none; sources are never translations,
        as in one language they would be made of each other."""
        source = self.known[at].source or 0 if self.known[at].source is not None else at
        others = [one for one, known in enumerate(self.known) if known.source is not None]
        words = self.random.choice([*others, None])
        made = CourseVersion(language="sw")
        tree = translated(
            tree_of(self.kept[source]), tree_of(self.kept[words]) if words is not None else None
        )
        lay_out(made, tree)
        self.kept.append(made)
        original, spoken = self.known[source], self.known[words] if words is not None else Known()
        known = Known(inside=copy.deepcopy(original.inside), source=source)
        for key, values in original.rows.items():
            said = spoken.rows.get(key, {})
            known.rows[key] = {
                name: said.get(name, "") if is_translated(key, name) else value
                for name, value in values.items()
            }
        known.beside = {at: text for at, text in spoken.beside.items() if at[0] in known.rows}
        self.known.append(known)

    def write_words(self, at: int) -> None:
        """Translate some fields of a session, each beside its source as that is now."""
        known = self.known[at]
        if known.source is None or not self.plans(at):
            return
        source = self.known[known.source]
        plan = self.random.choice(self.plans(at))
        words: dict[Key, dict[str, FieldText]] = {}
        for key, row in rows_of(plan):
            if key not in source.rows:
                continue
            for name in TRANSLATED.get(key[0], ()):
                if self.random.random() < 0.5:
                    continue
                text, right = self.random.choice(SAID), self.random.random() < 0.5
                original = source.rows[key][name]
                words.setdefault(key, {})[name] = FieldText(text, fingerprint(original), right)
                if getattr(row, name) != text or right:
                    known.rows[key][name] = text
                    known.beside[key, name] = original
        put_words(rows_of(plan), words)

    def step(self) -> None:
        what = self.random.choice(
            (
                self.add_plan,
                self.remove_plan,
                self.move_plan,
                self.write_session,
                self.write_session,
                self.write_session,
                self.copy,
                self.translate,
                self.write_words,
                self.write_words,
            )
        )
        what(self.random.randrange(len(self.kept)))


def empty(kind: str) -> dict[str, Any]:
    return {each.name: each.empty for each in KINDS[kind]}


def is_translated(key: Key, name: str) -> bool:
    return KINDS[key[0]][name].translated


def check_differences(whole: RowPair, before: Known, after: Known) -> None:
    pairs = {pair.node.key: pair for pair in whole.walk()}
    assert len(pairs) == len(list(whole.walk()))
    assert set(pairs) == set(before.rows) | set(after.rows)
    assert {key for key, pair in pairs.items() if pair.added} == set(after.rows) - set(before.rows)
    assert {key for key, pair in pairs.items() if pair.removed} == set(before.rows) - set(
        after.rows
    )
    for key in set(before.rows) & set(after.rows):
        assert set(pairs[key].changed) == {
            name for name, value in after.rows[key].items() if before.rows[key][name] != value
        }
    check_moves({key for key, pair in pairs.items() if pair.moved}, before, after)
    check_order(whole, after)


def check_moves(moved: set[Key], before: Known, after: Known) -> None:
    """What moved is as little as can be, and all else stands in the order in which it stood."""
    was = {key: parent for parent, keys in before.inside.items() for key in keys}
    elsewhere = {
        key
        for parent, keys in after.inside.items()
        for key in keys
        if was.get(key, parent) != parent
    }
    assert elsewhere <= moved
    assert moved <= set(was)
    for parent, keys in after.inside.items():
        for kind in {key[0] for key in keys}:
            now = [key for key in keys if key[0] == kind and was.get(key) == parent]
            then = [key for key in before.inside.get(parent, []) if key in now]
            stayed = [key for key in now if key not in moved]
            assert stayed == [key for key in then if key not in moved]
            assert len(stayed) == common(then, now)


def common(one: list[Key], other: list[Key]) -> int:
    """Length of the longest common subsequence, by the table of every beginning."""
    table = [[0] * (len(other) + 1) for _row in range(len(one) + 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            same = table[i][j] + 1
            table[i + 1][j + 1] = same if left == right else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def check_order(whole: RowPair, after: Known) -> None:
    """Everything stands in the order of the later version, what was removed between."""
    for pair in whole.walk():
        shown = [child.node.key for child in pair.children if not child.removed]
        keys = after.inside.get(pair.node.key, []) if not pair.removed else []
        for kind in KINDS:
            assert [key for key in shown if key[0] == kind] == [
                key for key in keys if key[0] == kind
            ]


def check_gaps(history: History, at: int) -> None:
    known = history.known[at]
    if known.source is None:
        return
    source = history.known[known.source]
    expected = set()
    for key, values in source.rows.items():
        for name in values:
            if not is_translated(key, name):
                continue
            text, said = values[name], known.rows.get(key, {}).get(name, "")
            if text and not said:
                expected.add((key, name, "missing"))
            elif said and known.beside.get((key, name)) != text:
                expected.add((key, name, "stale"))
    trees = tree_of(history.kept[known.source]), tree_of(history.kept[at])
    found = [(key, field, lack.value) for key, field, lack in gaps(*trees)]
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert sum(count.total() for count in counted_gaps(*trees).values()) == len(expected)


@pytest.mark.parametrize("tens", range(20))
def test_differences_and_stale_fields_are_exact_after_any_history(tens):
    for seed in range(10 * tens, 10 * tens + 10):
        check_history(Random(seed))


def check_history(random: Random) -> None:
    history = History(random)
    for _step in range(random.randint(4, 16)):
        history.step()
    pairs = [(random.randrange(len(history.kept)), one) for one in range(len(history.kept))]
    for before, after in pairs:
        whole = compare(tree_of(history.kept[before]), tree_of(history.kept[after]))
        check_differences(whole, history.known[before], history.known[after])
        assert whole.differs_within == any(pair.differs for pair in whole.walk())
        check_gaps(history, after)


def test_rows_of_a_session_are_told_apart_by_kind():
    """A row of another kind that comes under the id of one that is there is a new row."""
    plan = SessionPlan(lineage=new_public_id(), made_from={})
    write_values(plan, PLAN, empty("plan"))
    one = RowText("objective", new_public_id(), {"text": "a"})
    put_session(plan, SessionText({}, (one,)))
    before: PlanRow = plan.rows[0]
    put_session(plan, SessionText({}, (RowText("step", new_public_id(), {"to_do": "b"}), one)))
    assert [row.kind for row in plan.rows] == ["step", "objective"]
    assert plan.rows[1] is before


@given(st.integers(0, 7).flatmap(lambda size: st.permutations(range(size))))
def test_the_fewest_count_as_moved(numbers):
    found = longest_rising(numbers)
    rising = [numbers[at] for at in found]
    assert found == sorted(found)
    assert rising == sorted(rising)
    longest = max(
        len(part)
        for size in range(len(numbers) + 1)
        for part in combinations(numbers, size)
        if list(part) == sorted(part)
    )
    assert len(found) == longest
