"""A file as rows of people: its sheet, headings and columns found, each row read for itself. A list
as it would be stored: columns, places, and what becomes of each row. Previews as they are kept: one
line of JSON that tells of the whole, then one for each row. A page decodes only the rows that it
shows. A person who keeps it seals it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any, get_args, get_origin, get_type_hints, overload

from flask_babel import gettext as _

from kash.people.lists.choices import (
    ADD,
    Choices,
    ListedPlace,
    Parts,
    group_of,
    parts_of,
    placed_rows,
    places_of,
)
from kash.people.lists.files import (
    MOST_ROWS,
    FileUnreadable,
    Mapped,
    ReadFile,
    remembered,
    too_long,
)
from kash.people.lists.queries import kept_facts, people_revision
from kash.people.lists.rules.cells import Cell, Remark, text_of
from kash.people.lists.rules.classing import (
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
from kash.people.lists.rules.headings import (
    FIELDS,
    LEFT_OUT,
    Guess,
    match_columns,
    normalised,
    serial_column,
)
from kash.people.lists.rules.layouts import apart, table_of
from kash.people.lists.rules.rows import (
    ReadRow,
    Skipped,
    Table,
    TableSheet,
    best_sheet,
    columns_of,
    doubted_name,
    has_odd_name,
    header_number,
    is_section,
    line_text,
    lone_names,
    read_row,
    skipped_as,
    together,
    with_names,
)
from kash.people.models import Group, Person
from kash.people.queries import directory as organisations_queries
from kash.people.queries.persons import chunks, known_for, likenesses, numbers_taken
from kash.people.rules.duplicates import Likeness, Match
from kash.people.rules.names import as_name
from kash.people.rules.persons import sort_name
from kash.platform.database import db, utc_now
from kash.platform.web.fields import DEFAULT_REGION
from kash.policy import Actor

_LOOKED_AT = 5
_REPORTED_EVERY = 100
_SHOWN = 3
# By how many cells a column is judged.
_CELLS = 200


@dataclass(frozen=True)
class OddNames:
    """How many names are written oddly, and some of them with how they are written as names."""

    number: int = 0
    some: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ReadList:
    """A list as it is read, before its people are compared with anybody. `people` are the cells of
    each row by its number, in the order of `rows`."""

    sheet_at: int
    sheet: TableSheet
    table: Table
    mapped: Mapped
    seen_before: bool
    guesses: list[Guess]
    group: str
    group_guessed: bool
    people: Sequence[tuple[int, tuple[Cell, ...]]]
    rows: Sequence[ReadRow]
    skipped: list[Skipped]
    parts: Parts
    odd_names: OddNames


def read_people(
    file: ReadFile,
    choices: Choices,
    actor: Actor,
    today: date,
    groups: Sequence[Group],
    report: Callable[[int, int], None] | None = None,
) -> ReadList:
    """Read a list; `report` is told half of the rows that are done, and of how many. Raises
    FileUnreadable."""
    sheets = [apart(sheet) for sheet in file.sheets]
    sheet_at = choices.sheet if choices.sheet is not None else best_sheet(sheets)
    if not 0 <= sheet_at < len(sheets):
        sheet_at = best_sheet(sheets)
    sheet = sheets[sheet_at]
    header = choices.header
    if header is None:
        header = header_number(sheet) or _header_seen_before(sheet, actor)
    table = table_of(sheet, header)
    if not table.rows:
        raise FileUnreadable(_("There is no row below the column names."))
    mapped, seen_before = remembered(table.headings, actor)
    guesses = _guesses(table, choices, mapped, today)
    group = choices.group or (mapped.group if seen_before else "")
    guessed = False
    if group not in {group.public_id for group in groups}:
        group, guessed = group_of(sheet, table, guesses, groups), True
    columns = columns_of([guess.field for guess in guesses])
    people, skipped = _people(table, columns, choices)
    titled = _titled(people, choices)
    parts = parts_of(table, [*skipped, *titled.values()], groups)
    doubted = lone_names(people, columns.get("name", []), serial_column(table.headings))
    total = len(people)
    rows: list[ReadRow] = []
    odd_names = 0
    some: list[tuple[str, str]] = []
    for done, (number, cells) in enumerate(people):
        if report is not None and done % _REPORTED_EVERY == 0:
            # Reading takes about as long as comparing.
            report(done // 2, total)
        edits = choices.edits.get(number, {})
        person_row = read_row(number, cells, columns, edits, today, DEFAULT_REGION)
        if number in doubted and number not in choices.persons:
            person_row = doubted_name(person_row, edits)
        if number in titled:
            person_row = doubted_name(person_row, edits, "name_title")
        if "name" not in edits and has_odd_name(person_row):
            odd_names += 1
            if len(some) < _SHOWN:
                some.append((person_row.name, as_name(person_row.name)))
            if choices.capitals:
                person_row = with_names(person_row)
        rows.append(parts.placed(person_row))
    rows = together(rows, choices.persons)
    standing = {person_row.number for person_row in rows}
    skipped += [
        Skipped(number, "again", line_text(cells))
        for number, cells in people
        if number not in standing
    ]
    return ReadList(
        sheet_at=sheet_at,
        sheet=sheet,
        table=table,
        mapped=mapped,
        seen_before=seen_before,
        guesses=guesses,
        group=group,
        group_guessed=guessed,
        people=[one for one in people if one[0] in standing],
        rows=rows,
        skipped=sorted(skipped, key=lambda line: line.number),
        parts=parts,
        odd_names=OddNames(odd_names, tuple(some)),
    )


def _titled(people: Sequence[tuple[int, tuple[Cell, ...]]], choices: Choices) -> dict[int, Skipped]:
    """Rows that are named like the title of a part, by their numbers. Until somebody says that one
    is a person, those below it belong to the part that it may be the title of."""
    return {
        number: Skipped(number, "section", line_text(cells))
        for number, cells in people
        if number not in choices.edits and number not in choices.persons and is_section(cells)
    }


def _people(
    table: Table, columns: Mapping[str, Sequence[int]], choices: Choices
) -> tuple[list[tuple[int, tuple[Cell, ...]]], list[Skipped]]:
    """The rows that are people's, and those that are nobody's. Raises FileUnreadable if there are
    more people than one list may hold."""
    skipped = []
    people = []
    names = columns.get("name", [])
    facts = [at for field, places in columns.items() if field != "name" for at in places]
    for number, cells in table.rows:
        why = table.nobody.get(number) or skipped_as(
            cells, table.headings, names, table.above, facts if any(table.headings) else ()
        )
        if why and number not in choices.edits and number not in choices.persons:
            skipped.append(Skipped(number, why, line_text(cells)))
        else:
            people.append((number, cells))
    if len(people) > MOST_ROWS:
        raise FileUnreadable(too_long())
    return people, skipped


def _header_seen_before(sheet: TableSheet, actor: Actor) -> int:
    """The row whose cells somebody took for headings before; 0 if there is none."""
    return next(
        (
            number
            for number, cells in sheet.rows[:_LOOKED_AT]
            if len(cells) > 1 and remembered([text_of(cell) for cell in cells], actor)[1]
        ),
        0,
    )


def _guesses(table: Table, choices: Choices, mapped: Mapped, today: date) -> list[Guess]:
    guesses = match_columns(
        table.headings, _columns(table), mapped.columns, today, DEFAULT_REGION, table.answered
    )
    for at, name in choices.columns.items():
        if at < len(guesses) and name in (LEFT_OUT, *FIELDS) and name != guesses[at].field:
            guesses[at] = Guess(name, "chosen", 300)
    return guesses


def _columns(table: Table) -> list[list[Cell]]:
    """Some cells of each column, of rows that may be people's."""
    some: list[Sequence[Cell]] = []
    for number, cells in table.rows:
        if number not in table.nobody and not skipped_as(cells, table.headings, (), table.above):
            some.append(cells)
        if len(some) == _CELLS:
            break
    return [
        [cells[at] if at < len(cells) else "" for cells in some]
        for at in range(len(table.headings))
    ]


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
    """A row: its cells, the person who was found to be like it, and what becomes of it.
    `comparison` is there where it is somebody here already that the actor may change."""

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

    `told` are digests of what was known of each person that a row resembles, by public id, and
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
    odd_names: OddNames = field(default_factory=OddNames)
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
        told = [signature(listed, self.takes) for listed in self.rows]
        self.digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        self.states = [(outcome.number, outcome.state) for outcome in self.outcomes]
        self.counts = Counter(str(state) for _number, state in self.states)
        self.counts["all"] = len(self.rows)
        self.changes = Counter(name for listed in self.rows for name in filled(listed, self.takes))
        stored = {
            listed.outcome.placed.new_station
            for listed in self.rows
            if listed.outcome.state is State.NEW or "organisation" in filled(listed, self.takes)
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
        return [listed.outcome for listed in self.rows]

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
        listed = self.row(outcome.number)
        return filled(listed, self.takes) if listed is not None else ()


def filled(row: ListRow, takes: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    """The fields that a row fills, or replaces as was chosen."""
    if row.comparison is None:
        return ()
    taken = takes.get(row.outcome.number, ())
    return (*row.comparison.fills, *(name for name in row.comparison.differs if name in taken))


def signature(row: ListRow, takes: Mapping[int, Sequence[str]]) -> tuple[Any, ...]:
    """Equal for two rows that would store the same."""
    outcome = row.outcome
    return (
        outcome.number,
        outcome.state,
        outcome.same_as,
        outcome.placed.group,
        outcome.placed.organisation,
        outcome.placed.new_station,
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
    numbers = numbers_taken(person_row.fact("reference") for person_row in rows)
    here = known_for(actor, [likeness_of(placed_row, "") for placed_row in placed])
    found_here = compare_rows(
        placed,
        here,
        lambda done: report((total + done) // 2, total) if report is not None else None,
    )
    before = known_before(choices, actor)
    found_here = with_known(
        placed, found_here, {number: placed_row.key for number, placed_row in before.items()}
    )
    outcomes = class_rows(placed, found_here, choices.decisions, numbers, choices.seen)
    comparisons = compared(outcomes, actor, today, numbers)
    among = {match.key for matches in found_here for match in matches}
    likely = (*here.likenesses, *before.values())
    told = {
        likeness.key: told_digest(likeness)
        for likeness in likely
        if likeness.key in among and not row_number(likeness.key)
    }
    return Preview(
        choices=choices,
        file=FileFacts(
            tuple(sheet.name for sheet in file.sheets),
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
            for (_number, cells), matches, outcome in zip(
                read.people, found_here, outcomes, strict=True
            )
        ],
        skipped=read.skipped,
        weights=Weights(here.everyone, dict(here.sounds)),
        told=told,
        as_of=as_of,
        mark=mark,
        parts=read.parts,
        odd_names=read.odd_names,
    )


def _head(read: ReadList) -> TableHead:
    def first(at: int) -> tuple[str, ...]:
        some = [cells[at] for _number, cells in read.people[:12] if at < len(cells)]
        return tuple([text for cell in some if (text := text_of(cell))][:3])

    last = max(number for number, _cells in read.sheet.rows)
    values = tuple(first(at) for at in range(len(read.table.headings)))
    return TableHead(read.table.header, read.table.headings, values, last)


def known_before(choices: Choices, actor: Actor) -> dict[int, Likeness]:
    """People that rows were stored as in an earlier version, as far as they are here still."""
    there = people_here(set(choices.known.values()), actor)
    return {number: there[key] for number, key in choices.known.items() if key in there}


def people_here(keys: Iterable[str], actor: Actor) -> dict[str, Likeness]:
    """People of these public ids, as far as they are here still."""
    return {
        likeness.key: likeness
        for some in chunks(keys)
        for likeness in likenesses(actor, Person.public_id.in_(some))
    }


def told_digest(likeness: Likeness) -> str:
    """Digest of what is known of somebody, as far as it is compared, in a few characters."""
    facts = (replace(likeness, phones=frozenset()), sorted(likeness.phones))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def compared(
    outcomes: list[Outcome], actor: Actor, today: date, numbers: Mapping[tuple[str, str], str]
) -> dict[int, Comparison]:
    """Comparisons by row of those that are somebody here already: what they say more or otherwise.
    In `outcomes` a number that is taken is remarked upon."""
    keys = {
        outcome.same_as
        for outcome in outcomes
        if outcome.same_as and not row_number(outcome.same_as)
    }
    people = kept_facts(sorted(keys), actor)
    comparisons: dict[int, Comparison] = {}
    holders = dict(numbers)
    for outcome in outcomes:
        placed = outcome.placed
        if outcome.state is State.NEW and placed.row.fact("reference"):
            holders[placed.group, placed.row.fact("reference")] = row_key(outcome.number)
    for at, outcome in enumerate(outcomes):
        # Of several rows the first one is compared.
        facts = people.pop(outcome.same_as, ("", "", None))[2]
        if outcome.state is not State.SAME or facts is None:
            continue
        placed = outcome.placed
        comparison = compare(placed, facts, today.year)
        number = (facts.group, placed.row.fact("reference"))
        wanted = "reference" in (*comparison.fills, *comparison.differs)
        if wanted and holders.setdefault(number, outcome.same_as) != outcome.same_as:
            comparison = comparison.without("reference")
            remark = Remark(NUMBER_TAKEN, "reference")
            outcomes[at] = replace(outcome, placed=replace(placed, wrong=(*placed.wrong, remark)))
        comparisons[outcome.number] = comparison
    return comparisons


def mapping_of(preview: Preview) -> Mapped:
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


# A word of its own for each way of writing a preview.
_FORM = "5"


class KeptRows(Sequence[ListRow]):
    """Rows that are decoded once they are asked for."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._rows: dict[int, ListRow] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> ListRow: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[ListRow]: ...

    def __getitem__(self, at: int | slice) -> ListRow | Sequence[ListRow]:
        if isinstance(at, slice):
            return [self[at_] for at_ in range(*at.indices(len(self)))]
        if at not in self._rows:
            self._rows[at] = _reader(ListRow)(json.loads(self._lines[at]))
        return self._rows[at]

    def __iter__(self) -> Iterator[ListRow]:
        return (self[at] for at in range(len(self)))

    def line(self, at: int, row: ListRow) -> bytes | None:
        """The line that a row came from, if it is as it was."""
        return self._lines[at] if self._rows.get(at) is row else None


def written(preview: Preview, former: Sequence[ListRow] = ()) -> bytes:
    """A preview as it is kept. `former` are rows that it was made from, whose lines may be used
    again."""
    lines = [_text({"form": _FORM, "preview": replace(preview, rows=())})]
    for at, listed in enumerate(preview.rows):
        line = former.line(at, listed) if isinstance(former, KeptRows) else None
        lines.append(_text(listed) if line is None else line)
    return b"\n".join(lines)


def read(content: bytes) -> Preview | None:
    """A preview that was kept; None if it was written by another version of Kash."""
    first, *lines = content.split(b"\n")
    head = json.loads(first)
    if head.get("form") != _FORM:
        return None
    preview: Preview = _reader(Preview)(head["preview"])
    preview.rows = KeptRows(lines)
    return preview


def _text(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=_plain).encode()


def _plain(value: Any) -> list[Any]:
    """A dataclass as its values in their order, a day or a moment as a list of its text."""
    if isinstance(value, date):
        return [value.isoformat()]
    return [getattr(value, name) for name in _names(value.__class__)]


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _reader(kind: Any) -> Any:
    """Gives back a value of this type from what `_text` wrote of it."""
    origin: Any = get_origin(kind)
    inside = get_args(kind)
    if hasattr(kind, "__dataclass_fields__"):
        hints = get_type_hints(kind)
        readers = [_reader(hints[name]) for name in _names(kind)]
        return lambda told: kind(*[read(part) for read, part in zip(readers, told, strict=True)])
    if date in (kind, *inside) or kind is datetime:
        day = datetime if kind is datetime else date
        return lambda told: day.fromisoformat(told[0]) if isinstance(told, list) else told
    if not inside:
        return kind
    first, *more = map(_reader, inside)
    if type(None) in inside:
        return lambda told: None if told is None else first(told)
    if issubclass(origin, Mapping):
        whole, second = (Counter if origin is Counter else dict), [*more, int][0]
        return lambda told: whole({first(key): second(part) for key, part in told.items()})
    if origin is tuple and ... not in inside:
        parts = [first, *more]
        return lambda told: tuple(read(part) for read, part in zip(parts, told, strict=True))
    return lambda told: (list if origin is list else tuple)(map(first, told))
