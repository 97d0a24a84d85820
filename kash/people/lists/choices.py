"""Choices that a person made for a list that waits: kept sealed, because they hold names and
phones. Where the people of a list belong: its group, and what each written place is."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from kash.people.lists.files import Mapped
from kash.people.lists.rules.cells import Remark, text_of
from kash.people.lists.rules.classing import PlacedRow
from kash.people.lists.rules.headings import Guess
from kash.people.lists.rules.rows import (
    ASIDE,
    ReadRow,
    Skipped,
    Stations,
    Table,
    TableSheet,
    grouped,
)
from kash.people.models import Group, Organisation
from kash.people.rules.persons import sort_name
from kash.platform.vault import lookup, open_text, seal

_KIND = "people.list_choices"
# What may be chosen for a station that is not known: added with the list, or left empty.
ADD, NONE = "add", "none"


@dataclass
class Choices:
    """Sheet and header row are None until corrected; columns map a column's place to a field.
    `looked` are columns whose guess somebody looked at and left. `capitals` says that names are
    written as names; `persons` are rows that look like nobody's and are somebody's.

    `decisions`, `edits` and `takes` are by row. `seen` are the people that a row was shown beside
    when it was decided: a decision holds among them, and is asked for again if there is another.
    `known` are the people that rows were stored as before, in an earlier version, by public id.
    `then` is the next step with its choice ("enrol:…") that follows once the list is saved.
    """

    file_name: str = ""
    sheet: int | None = None
    header: int | None = None
    group: str = ""
    columns: dict[int, str] = field(default_factory=dict)
    stations: dict[str, str] = field(default_factory=dict)
    decisions: dict[int, str] = field(default_factory=dict)
    edits: dict[int, dict[str, str]] = field(default_factory=dict)
    takes: dict[int, list[str]] = field(default_factory=dict)
    seen: dict[int, list[str]] = field(default_factory=dict)
    looked: list[int] = field(default_factory=list)
    capitals: bool = False
    persons: list[int] = field(default_factory=list)
    known: dict[int, str] = field(default_factory=dict)
    then: str = ""

    @property
    def pasted(self) -> bool:
        """True of rows that came without a file."""
        return not self.file_name

    @property
    def shape(self) -> tuple[object, ...]:
        """Choices that decide how the file as a whole is read; the rest is about single rows."""
        return (
            *(self.sheet, self.header, self.group, self.columns, self.stations),
            *(self.capitals, self.persons),
        )

    def own_rows(self, other: Choices) -> set[int]:
        """The rows of which these say something else than others do."""
        return {
            number
            for name in ("decisions", "edits", "takes", "seen")
            for mine, theirs in [(getattr(self, name), getattr(other, name))]
            for number in {*mine, *theirs}
            if mine.get(number) != theirs.get(number)
        }

    def forget_rows(self) -> None:
        """Another sheet or header row: what was chosen below it counts no longer."""
        self.columns, self.decisions, self.edits, self.takes, self.seen = {}, {}, {}, {}, {}
        self.persons, self.looked = [], []


def sealed_choices(choices: Choices, public_id: str) -> bytes:
    """Choices as they are kept with the list of this public id."""
    return seal(json.dumps(asdict(choices)), kind=_KIND, public_id=public_id)


def opened_choices(blob: bytes, public_id: str) -> Choices:
    """Choices as they were kept."""
    return choices_from(json.loads(open_text(blob, kind=_KIND, public_id=public_id)))


def choices_from(given: dict[str, Any]) -> Choices:
    """Choices as JSON holds them."""
    for name in ("columns", "decisions", "edits", "takes", "seen", "known"):
        given[name] = {int(key): value for key, value in given.get(name, {}).items()}
    return Choices(**given)


_POLICE = ("police", "polisi", "officers", "nps", "askari")
_LONGEST_HEADING = 60
_COMMUNITY = ("community", "jamii", "peer educator", "alias", "sex worker", "collective")


@dataclass(frozen=True)
class ListedPlace:
    """A station or collective as the list writes it. `chosen` is an organisation's public id,
    "add" (by the name `called`), or "none"; `sure` is "certain", "guess", "new" or "chosen"."""

    written: str
    rows: int
    chosen: str
    called: str
    sure: str


def group_of(
    sheet: TableSheet, table: Table, guesses: Sequence[Guess], groups: Sequence[Group]
) -> str:
    """The group that the title or the headings speak of; empty if they leave it open."""
    if len(groups) == 1:
        return groups[0].public_id
    above = [
        text_of(cell) for number, cells in sheet.rows if number < table.header for cell in cells
    ]
    # What a form asks about officers says nothing of who answers it.
    headings = [
        heading
        for heading, guess in zip(table.headings, guesses, strict=True)
        if guess.field and len(heading) <= _LONGEST_HEADING
    ]
    text = sort_name(" ".join([sheet.name, *above, *headings]))
    named = [group for group in groups if sort_name(group.name) in text]
    if len(named) == 1:
        return named[0].public_id
    guessed = {guess.field for guess in guesses}
    police = guessed >= {"cadre", "organisation"}
    fitting = _of_kind(text, groups, police=police if police or "ward" in guessed else None)
    return fitting[0].public_id if len(fitting) == 1 else ""


def group_said(text: str, groups: Sequence[Group]) -> str:
    """The group that a title within the list speaks of, such as `POLICE OFFICERS`; else empty."""
    plain = sort_name(text)
    named = [group for group in groups if sort_name(group.name) in plain]
    if len(named) != 1:
        named = _of_kind(plain, groups) or named
    return named[0].public_id if plain and len(named) == 1 else ""


def _of_kind(text: str, groups: Sequence[Group], *, police: bool | None = None) -> list[Group]:
    """The groups of police officers, or the others, as a text speaks of one of both. Where it
    speaks of neither or both, `police` says so; None leaves it open."""
    says_police = any(word in text for word in _POLICE)
    if says_police != any(word in text for word in _COMMUNITY):
        police = says_police
    return [group for group in groups if group.is_police is police]


@dataclass(frozen=True)
class Parts:
    """To which group the rows of each part of a list belong: from row `starts[n]` on to
    `groups[n]`, empty for the group of the whole list."""

    starts: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()

    def group_at(self, number: int) -> str:
        """The group that is said of this row's part."""
        at = bisect_right(self.starts, number)
        return self.groups[at - 1] if at else ""

    def placed(self, row: ReadRow) -> ReadRow:
        """A row that says no group itself with that of its part."""
        group = "" if row.group else self.group_at(row.number)
        return replace(row, group=group) if group else row


def parts_of(table: Table, skipped: Sequence[Skipped], groups: Sequence[Group]) -> Parts:
    """The parts of a list by the lines that stand between them, and by what stands above each of
    two lists side by side. A new day leaves the group as it is."""
    starts = [(at * ASIDE, group_said(title, groups)) for at, title in enumerate(table.titles)]
    starts = starts or [(0, "")]
    for line in skipped:
        if line.why != "section":
            continue
        group = group_said(line.text, groups)
        if group or not any(character.isdigit() for character in line.text):
            starts.append((line.number, group))
    starts.sort()
    if not any(group for _start, group in starts):
        return Parts()
    return Parts(*zip(*starts, strict=True))


def places_of(
    rows: Sequence[ReadRow],
    choices: Choices,
    mapped: Mapped,
    organisations: Sequence[Organisation],
    *,
    add: bool,
) -> dict[str, ListedPlace]:
    """Each written place with the organisation that it is; `add` says whether new ones are added
    with the list."""
    written = Counter(person_row.organisation for person_row in rows if person_row.organisation)
    names = {place.public_id: place.name for place in organisations}
    stations = Stations(names.items())
    guesses = {name: stations.guess(name) for name in written}
    called = grouped((name, often) for name, often in written.items() if not guesses[name][0])
    places = {}
    for name, often in written.most_common():
        organisation, certain = guesses[name]
        chosen = choices.stations.get(name) or mapped.stations.get(sort_name(name), "")
        if chosen in names or chosen in (ADD, NONE):
            sure = "chosen" if name in choices.stations else "remembered"
        elif organisation:
            chosen, sure = organisation, "certain" if certain else "guess"
        else:
            chosen, sure = (ADD if add else ""), "new"
        places[name] = ListedPlace(name, often, chosen, called.get(name, name), sure)
    return places


def places_now(
    places: Sequence[ListedPlace], organisations: Sequence[Organisation]
) -> dict[str, ListedPlace]:
    """The same places once somebody may have added one of them, or taken one away."""
    ids = {organisation.public_id for organisation in organisations}
    named = {sort_name(organisation.name): organisation.public_id for organisation in organisations}
    placed = {}
    for place in places:
        there = named.get(sort_name(place.called)) if place.chosen == ADD else None
        if there is not None:
            place = replace(place, chosen=there, sure="certain")
        elif place.chosen not in (ADD, NONE, "") and place.chosen not in ids:
            place = replace(place, chosen=ADD, sure="new")
        placed[place.written] = place
    return placed


def placed_rows(
    rows: Sequence[ReadRow],
    places: Mapping[str, ListedPlace],
    group: str,
    groups: Sequence[Group],
    looked_up: Mapping[str, str] = MappingProxyType({}),
) -> list[PlacedRow]:
    """Rows with their group and organisation, and what is wrong about these. `looked_up` are phones
    and e-mails with their look-ups that were made before."""
    by_name = {
        name: some.public_id
        for some in groups
        for name in (sort_name(some.name), some.letter.casefold(), some.public_id)
    }
    placed = []
    for placed_row in rows:
        wrong: tuple[Remark, ...] = ()
        in_group = group
        if placed_row.group:
            in_group = by_name.get(sort_name(placed_row.group), "")
            if not in_group:
                wrong = (Remark("group_unknown", "group", placed_row.group[:40], wrong=True),)
        elif not group:
            wrong = (Remark("group_missing", "group", wrong=True),)
        place = places.get(placed_row.organisation)
        organisation = new = ""
        if place is not None:
            if place.chosen == ADD:
                new = place.called
            elif not place.chosen:
                wrong = (*wrong, Remark("station_unknown", "organisation", wrong=True))
            elif place.chosen != NONE:
                organisation = place.chosen
        phone, email = (
            (text and looked_up.get(text)) or (text and lookup(text, kind=kind))
            for kind, text in (("phone", placed_row.phone), ("email", placed_row.email))
        )
        placed.append(PlacedRow(placed_row, in_group, organisation, new, phone, email, wrong))
    return placed
