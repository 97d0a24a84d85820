"""A list as it would be stored: columns, places, and what becomes of each row."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from kash.people.lists.choices import ADD, Choices
from kash.people.lists.files import ReadFile
from kash.people.lists.mappings import Mapped
from kash.people.lists.placing import ListedPlace, Parts, placed_rows, places_of
from kash.people.lists.rows_read import Capitals, ReadList, read_people
from kash.people.models import Person
from kash.people.queries import organisations as organisations_queries
from kash.people.queries.known import chunks, known_for, likenesses, numbers_taken
from kash.people.queries.lists import kept_facts, people_revision
from kash.people.rules.lists.cells import Cell, Remark, text_of
from kash.people.rules.lists.classing import (
    NUMBER_TAKEN,
    Comparison,
    Outcome,
    State,
    class_rows,
    compare,
    compare_rows,
    likeness_of,
    row_key,
    row_number,
    with_known,
)
from kash.people.rules.lists.headings import Guess, normalised
from kash.people.rules.lists.sections import Skipped
from kash.people.rules.matching import Likeness, Match
from kash.people.rules.persons import sort_name
from kash.platform.database import db, utc_now
from kash.platform.vault import lookup
from kash.policy import Actor


@dataclass(frozen=True)
class FileFacts:
    """Facts of the file: its sheets by name, and how its text was written."""

    sheets: tuple[str, ...]
    encoding: str = ""
    mixed_rows: tuple[int, ...] = ()
    joined_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class TableHead:
    """The headings of the list, some cells of each column, and the number of its last row."""

    header: int
    headings: tuple[str, ...]
    first_values: tuple[tuple[str, ...], ...]
    last: int


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row: its cells, whoever was found to be like it, and what becomes of it. `comparison` is
    there where it is somebody here already whom the actor may change."""

    cells: tuple[Cell, ...]
    found: tuple[Match, ...]
    outcome: Outcome
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Weights:
    """By what names were weighed when the list was compared: how many people, and how many of them
    have a part of their name that sounds so."""

    everyone: int
    sounds: Mapping[str, int]


@dataclass
class Preview:
    """Everything that is kept of a list before it is confirmed.

    `told` are digests of what was known of each person whom a row resembles, by public id, and
    `as_of` when that was. `changed` are rows that others made mean something else since they were
    shown, with the state that each had before. `changes` tells of how many people who are here
    already each fact would change.
    """

    choices: Choices
    file: FileFacts
    sheet_at: int
    table: TableHead
    guesses: list[Guess]
    group: str
    group_guessed: bool
    seen_before: bool
    places: list[ListedPlace]
    rows: Sequence[ListRow]
    skipped: list[Skipped]
    weights: Weights
    told: Mapping[str, str]
    as_of: datetime
    mark: tuple[str, ...]
    changed: Mapping[int, State] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    capitals: Capitals = field(default_factory=Capitals)
    digest: str = ""
    new_places: int = 0
    states: Sequence[tuple[int, State]] = ()
    counts: Counter[str] = field(default_factory=Counter)
    changes: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.digest:
            self.sum_up()

    def sum_up(self) -> None:
        """Sum up what is told of all rows together."""
        told = [signature(row, self.takes) for row in self.rows]
        self.digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        self.states = [(row.outcome.number, row.outcome.state) for row in self.rows]
        self.counts = Counter(str(state) for _number, state in self.states)
        self.counts["all"] = len(self.rows)
        self.changes = Counter(name for row in self.rows for name in filled(row, self.takes))
        stored = {
            row.outcome.placed.new_station
            for row in self.rows
            if row.outcome.state is State.NEW or "organisation" in filled(row, self.takes)
        }
        self.new_places = len(stored - {""})

    @property
    def unlooked(self) -> dict[int, int]:
        """Guessed columns that would change facts of people who are here, and that nobody looked at
        yet, each with how many people that would be. Nothing is saved before."""
        return {
            at: self.changes[guess.field]
            for at, guess in enumerate(self.guesses)
            if guess.sure == "guess"
            and at not in self.choices.looked
            and self.changes.get(guess.field)
        }

    @property
    def takes(self) -> Mapping[int, Sequence[str]]:
        """Fields that are to be replaced, by row."""
        return self.choices.takes

    @property
    def outcomes(self) -> list[Outcome]:
        """Outcome of each row."""
        return [row.outcome for row in self.rows]

    @property
    def comparisons(self) -> dict[int, Comparison]:
        """Comparisons by row: what it says more or otherwise than is kept."""
        return {
            row.outcome.number: row.comparison for row in self.rows if row.comparison is not None
        }

    @cached_property
    def _at(self) -> dict[int, int]:
        return {number: at for at, (number, _state) in enumerate(self.states)}

    def row(self, number: int) -> ListRow | None:
        """A row by its number in the sheet."""
        at = self._at.get(number)
        return None if at is None else self.rows[at]

    def first_values(self, at: int) -> Sequence[str]:
        """Some cells of a column, as they would be typed."""
        return self.table.first_values[at]

    def fills(self, outcome: Outcome) -> tuple[str, ...]:
        """The fields of the existing person that a row fills, or replaces as was chosen."""
        row = self.row(outcome.number)
        return filled(row, self.takes) if row is not None else ()


def filled(row: ListRow, takes: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    """The fields that a row fills, or replaces as was chosen."""
    if row.comparison is None:
        return ()
    taken = takes.get(row.outcome.number, ())
    return (*row.comparison.fills, *(name for name in row.comparison.differs if name in taken))


def signature(row: ListRow, takes: Mapping[int, Sequence[str]]) -> tuple[Any, ...]:
    """Equal for two rows that would store the same."""
    each = row.outcome
    return (
        each.number,
        each.state,
        each.same_as,
        each.placed.group,
        each.placed.organisation,
        each.placed.new_station,
        filled(row, takes),
    )


def make_preview(
    file: ReadFile,
    choices: Choices,
    actor: Actor,
    today: date,
    *,
    add_places: bool = True,
    report: Callable[[int, int], None] | None = None,
) -> Preview:
    """Read and class a list. `report` is told how many rows of how many are done. Raises
    FileUnreadable."""
    groups = organisations_queries.groups()
    read = read_people(file, choices, actor, today, groups, report)
    rows, total = read.rows, len(read.rows)
    organisations = organisations_queries.organisations()
    places = places_of(rows, choices, read.mapped, organisations, add=add_places)
    placed = placed_rows(rows, places, read.group, groups)
    as_of = utc_now()
    mark = people_revision(db.session())
    numbers = numbers_taken(row.fact("reference") for row in rows)
    known = known_for(actor, [likeness_of(each, "") for each in placed])
    found = compare_rows(
        placed,
        known,
        lambda done: report((total + done) // 2, total) if report is not None else None,
    )
    before = known_before(choices, actor)
    found = with_known(placed, found, {number: each.key for number, each in before.items()})
    outcomes = class_rows(placed, found, choices.decisions, numbers, choices.seen)
    comparisons = compared(outcomes, actor, today, numbers)
    among = {match.key for matches in found for match in matches}
    likely = (*known.likenesses, *before.values())
    told = {each.key: told_digest(each) for each in likely if each.key in among}
    told = {key: digest for key, digest in told.items() if not row_number(key)}
    return Preview(
        choices=choices,
        file=FileFacts(
            tuple(each.name for each in file.sheets),
            *(file.encoding, file.mixed_rows, file.joined_rows),
        ),
        sheet_at=read.sheet_at,
        table=_head(read),
        guesses=read.guesses,
        group=read.group,
        group_guessed=read.group_guessed,
        seen_before=read.seen_before,
        places=list(places.values()),
        rows=[
            ListRow(cells, matches, outcome, comparisons.get(outcome.number))
            for (_number, cells), matches, outcome in zip(read.people, found, outcomes, strict=True)
        ],
        skipped=read.skipped,
        weights=Weights(known.everyone, dict(known.sounds)),
        told=told,
        as_of=as_of,
        mark=mark,
        parts=read.parts,
        capitals=read.capitals,
    )


def _head(read: ReadList) -> TableHead:
    def first(at: int) -> tuple[str, ...]:
        some = [cells[at] for _number, cells in read.people[:12] if at < len(cells)]
        return tuple([text for cell in some if (text := text_of(cell))][:3])

    last = max(number for number, _cells in read.sheet.rows)
    values = tuple(first(at) for at in range(len(read.table.headings)))
    return TableHead(read.table.header, read.table.headings, values, last)


def known_before(choices: Choices, actor: Actor) -> dict[int, Likeness]:
    """People whom rows were stored as in an earlier version, as far as they are here still."""
    there = {
        each.key: each
        for some in chunks(set(choices.known.values()))
        for each in likenesses(actor, Person.public_id.in_(some))
    }
    return {number: there[key] for number, key in choices.known.items() if key in there}


def told_digest(likeness: Likeness) -> str:
    """Digest of what is known of somebody, as far as it is compared, in a few characters."""
    facts = (replace(likeness, phones=frozenset()), sorted(likeness.phones))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def compared(
    outcomes: list[Outcome], actor: Actor, today: date, numbers: Mapping[tuple[str, str], str]
) -> dict[int, Comparison]:
    """Comparisons by row of those that are somebody here already: what they say more or otherwise.
    In `outcomes` a number that is taken is remarked upon."""
    keys = {each.same_as for each in outcomes if each.same_as and not row_number(each.same_as)}
    people = kept_facts(sorted(keys), actor)
    comparisons: dict[int, Comparison] = {}
    used: set[str] = set()
    holders = dict(numbers)
    for each in outcomes:
        if each.state is State.NEW and each.placed.row.fact("reference"):
            holders[each.placed.group, each.placed.row.fact("reference")] = row_key(each.number)
    for at, each in enumerate(outcomes):
        if each.state is not State.SAME or each.same_row or each.same_as in used:
            continue
        used.add(each.same_as)
        facts = people[each.same_as][2] if each.same_as in people else None
        if facts is None:
            continue
        found = compare(each.placed, facts, today.year, _email_lookup)
        number = (facts.group, each.placed.row.fact("reference"))
        wanted = "reference" in (*found.fills, *found.differs)
        if wanted and holders.setdefault(number, each.same_as) != each.same_as:
            found = found.without("reference")
            remark = Remark(NUMBER_TAKEN, "reference")
            placed = replace(each.placed, wrong=(*each.placed.wrong, remark))
            outcomes[at] = replace(each, placed=placed)
        comparisons[each.number] = found
    return comparisons


def _email_lookup(email: str) -> str:
    return lookup(email, kind="email")


def mapping_of(preview: Preview, choices: Choices) -> Mapped:
    """Mapping to be remembered of a list that was confirmed."""
    columns = {
        plain: guess.field
        for heading, guess in zip(preview.table.headings, preview.guesses, strict=True)
        if (plain := normalised(heading))
    }
    stations = {
        sort_name(place.written): place.chosen
        for place in preview.places
        if place.sure in ("chosen", "remembered") and place.chosen not in (ADD, "")
    }
    return Mapped(columns, stations, preview.group)
