"""A list as it would be stored now: columns, places, and what becomes of each row."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kash.database import db
from kash.people import queries
from kash.people.lists.choices import ADD, NONE, Choices
from kash.people.lists.errors import FileUnreadable
from kash.people.lists.files import MOST_ROWS, ReadFile
from kash.people.lists.mappings import Mapped, remembered
from kash.people.models import Group, Organisation
from kash.people.queries.known import known_for, numbers_taken
from kash.people.queries.lists import kept_facts, people_mark
from kash.people.rules import sort_name
from kash.people.rules.lists.cells import Remark, text_of
from kash.people.rules.lists.classing import (
    NUMBER_TAKEN,
    Comparison,
    Facts,
    Outcome,
    PlacedRow,
    State,
    class_rows,
    compare,
    likeness_of,
    row_key,
    row_number,
)
from kash.people.rules.lists.headings import FIELDS, LEFT_OUT, Guess, match_columns, normalised
from kash.people.rules.lists.rows import ReadRow, columns_of, read_row
from kash.people.rules.lists.stations import Stations, grouped
from kash.people.rules.lists.tables import (
    Sheet,
    Skipped,
    Table,
    best_sheet,
    header_number,
    skipped_as,
    table_of,
)
from kash.policy import Actor
from kash.vault import lookup
from kash.web.fields import DEFAULT_REGION

_LOOKED_AT = 5
_POLICE = ("police", "polisi", "officers", "nps", "askari")
_COMMUNITY = ("community", "jamii", "peer educator", "alias", "sex worker", "collective")


@dataclass(frozen=True)
class Place:
    """A station or collective as the list writes it. `chosen` is an organisation's public id,
    "add" (by the name `called`), or "none"; `sure` is "certain", "guess", "new" or "chosen"."""

    written: str
    rows: int
    chosen: str
    called: str
    sure: str


@dataclass
class Preview:
    """Everything a page shows of a list before it is confirmed. `people` are (name, group, facts)
    of persons whom rows resemble, the facts only of those whom the actor may change."""

    file: ReadFile
    sheet: Sheet
    sheet_at: int
    table: Table
    guesses: list[Guess]
    group: str
    group_guessed: bool
    seen_before: bool
    places: list[Place]
    outcomes: list[Outcome]
    skipped: list[Skipped]
    people: dict[str, tuple[str, str, Facts | None]]
    comparisons: dict[int, Comparison]
    mark: tuple[Any, ...]
    takes: Mapping[int, Sequence[str]]
    organisation_names: Mapping[str, str]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def new_places(self) -> int:
        """How many organisations are added with the list."""
        return len({each.placed.new_station for each in self.outcomes if self._stores(each)} - {""})

    def _stores(self, outcome: Outcome) -> bool:
        return outcome.state is State.NEW or "organisation" in self.fills(outcome)

    def first_values(self, at: int) -> list[str]:
        """Some cells of a column, as they would be typed."""
        return [text for cell in self.table.column(at, 12) if (text := text_of(cell))][:3]

    @property
    def digest(self) -> str:
        """Equal for two previews that would store the same."""
        told = [
            (
                each.number,
                each.state,
                each.same_as,
                each.placed.group,
                each.placed.organisation,
                each.placed.new_station,
                self.fills(each),
            )
            for each in self.outcomes
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def fills(self, outcome: Outcome) -> tuple[str, ...]:
        """The fields of the existing person that a row fills, or replaces as was chosen."""
        found = self.comparisons.get(outcome.number)
        if found is None:
            return ()
        taken = self.takes.get(outcome.number, ())
        return (*found.fills, *(name for name in found.differs if name in taken))


def make_preview(
    file: ReadFile, choices: Choices, actor: Actor, today: date, *, add_places: bool = True
) -> Preview:
    """Read and class a list. Raises FileUnreadable."""
    sheet_at = choices.sheet if choices.sheet is not None else best_sheet(file.sheets)
    if not 0 <= sheet_at < len(file.sheets):
        sheet_at = best_sheet(file.sheets)
    sheet = file.sheets[sheet_at]
    header = choices.header
    if header is None:
        header = header_number(sheet) or _header_seen_before(sheet, actor)
    table = table_of(sheet, header)
    if not table.rows:
        raise FileUnreadable(_("There is no row below the column names."))
    if len(table.rows) > MOST_ROWS + 50:
        raise FileUnreadable(_("This file has more than %(most)s rows.", most=MOST_ROWS))
    mapped, seen_before = remembered(table.headings, actor)
    guesses = _guesses(table, choices, mapped, today)
    groups = queries.groups()
    group = choices.group or (mapped.group if seen_before else "")
    guessed = False
    if group not in {each.public_id for each in groups}:
        group, guessed = _group(sheet, table, guesses, groups), True
    columns = columns_of([each.field for each in guesses])
    names = columns.get("name", [])
    rows: list[ReadRow] = []
    skipped: list[Skipped] = []
    for number, cells in table.rows:
        why = skipped_as(cells, table.headings, names)
        if why and number not in choices.edits:
            skipped.append(Skipped(number, why))
            continue
        edits = choices.edits.get(number, {})
        rows.append(read_row(number, cells, columns, edits, today, DEFAULT_REGION))
    organisations = queries.organisations()
    places = _places(rows, choices, mapped, organisations, add=add_places)
    placed = _placed(rows, places, group, groups)
    mark = people_mark(db.session())
    numbers = numbers_taken(row.reference for row in rows)
    known = known_for(actor, [likeness_of(each, "") for each in placed])
    outcomes = class_rows(placed, known, choices.decisions, numbers)
    people, comparisons = _compared(outcomes, actor, today, numbers)
    preview = Preview(
        file, sheet, sheet_at, table, guesses, group, guessed, seen_before, list(places.values()),
        outcomes, skipped, people, comparisons, mark, choices.takes,
        {each.public_id: each.name for each in organisations},
    )  # fmt: skip
    preview.counts.update(str(each.state) for each in outcomes)
    preview.counts["all"] = len(outcomes)
    return preview


def _header_seen_before(sheet: Sheet, actor: Actor) -> int:
    """The row whose cells somebody took for headings before; 0 if there is none."""
    for number, cells in sheet.rows[:_LOOKED_AT]:
        if len(cells) > 1 and remembered([text_of(cell) for cell in cells], actor)[1]:
            return number
    return 0


def _guesses(table: Table, choices: Choices, mapped: Mapped, today: date) -> list[Guess]:
    at_hand = [table.column(at) for at in range(len(table.headings))]
    guesses = match_columns(table.headings, at_hand, mapped.columns, today, DEFAULT_REGION)
    for at, name in choices.columns.items():
        if at < len(guesses) and (name == LEFT_OUT or name in FIELDS):
            same = guesses[at].field == name
            guesses[at] = guesses[at] if same else Guess(name, "chosen", 300)
    return guesses


def _group(sheet: Sheet, table: Table, guesses: Sequence[Guess], groups: Sequence[Group]) -> str:
    """The group that the title or the headings speak of; empty if they leave it open."""
    if len(groups) == 1:
        return groups[0].public_id
    above = [
        text_of(cell) for number, cells in sheet.rows if number < table.header for cell in cells
    ]
    text = sort_name(" ".join([sheet.name, *above, *table.headings]))
    named = [group for group in groups if sort_name(group.name) in text]
    if len(named) == 1:
        return named[0].public_id
    police = [group for group in groups if group.is_police]
    others = [group for group in groups if not group.is_police]
    says_police = any(word in text for word in _POLICE)
    says_other = any(word in text for word in _COMMUNITY)
    held = {guess.field for guess in guesses}
    if says_police == says_other:
        says_police = "cadre" in held and "organisation" in held
        says_other = "ward" in held and not says_police
    fitting = police if says_police else others if says_other else []
    return fitting[0].public_id if len(fitting) == 1 else ""


def _places(
    rows: Sequence[ReadRow],
    choices: Choices,
    mapped: Mapped,
    organisations: Sequence[Organisation],
    *,
    add: bool,
) -> dict[str, Place]:
    written = Counter(row.organisation for row in rows if row.organisation)
    known = {each.public_id: each.name for each in organisations}
    stations = Stations((public_id, name) for public_id, name in known.items())
    guesses = {name: stations.guess(name) for name in written}
    called = grouped(
        (name, often) for name, often in written.items() if not guesses[name].organisation
    )
    places = {}
    for name, often in written.most_common():
        guess = guesses[name]
        chosen = choices.stations.get(name) or mapped.stations.get(sort_name(name), "")
        if chosen in known or chosen in (ADD, NONE):
            sure = "chosen" if name in choices.stations else "remembered"
        elif guess.organisation:
            chosen, sure = guess.organisation, "certain" if guess.certain else "guess"
        else:
            chosen, sure = (ADD if add else ""), "new"
        places[name] = Place(name, often, chosen, called.get(name, name), sure)
    return places


def _placed(
    rows: Sequence[ReadRow], places: Mapping[str, Place], group: str, groups: Sequence[Group]
) -> list[PlacedRow]:
    by_name = {sort_name(each.name): each.public_id for each in groups}
    by_name |= {each.letter.casefold(): each.public_id for each in groups}
    by_name |= {each.public_id: each.public_id for each in groups}
    placed = []
    for row in rows:
        wrong: tuple[Remark, ...] = ()
        in_group = group
        if row.group:
            in_group = by_name.get(sort_name(row.group), "")
            if not in_group:
                wrong = (Remark("group_unknown", "group", row.group[:40], wrong=True),)
        elif not group:
            wrong = (Remark("group_missing", "group", wrong=True),)
        place = places.get(row.organisation)
        organisation = new = ""
        if place is not None:
            if place.chosen == ADD:
                new = place.called
            elif not place.chosen:
                wrong = (*wrong, Remark("station_unknown", "organisation", wrong=True))
            elif place.chosen != NONE:
                organisation = place.chosen
        phone = lookup(row.phone, kind="phone") if row.phone else ""
        placed.append(PlacedRow(row, in_group, organisation, new, phone, wrong))
    return placed


def _compared(
    outcomes: list[Outcome], actor: Actor, today: date, numbers: Mapping[tuple[str, str], str]
) -> tuple[dict[str, tuple[str, str, Facts | None]], dict[int, Comparison]]:
    keys = {each.same_as for each in outcomes if each.same_as and not row_number(each.same_as)}
    for each in outcomes:
        if each.state is State.DOUBTFUL:
            keys |= {match.key for match in each.matches[:3] if not row_number(match.key)}
    people = kept_facts(sorted(keys), actor)
    comparisons: dict[int, Comparison] = {}
    used: set[str] = set()
    holders = dict(numbers)
    for each in outcomes:
        if each.state is State.NEW and each.placed.row.reference:
            holders[each.placed.group, each.placed.row.reference] = row_key(each.number)
    for at, each in enumerate(outcomes):
        if each.state is not State.SAME or each.same_row or each.same_as in used:
            continue
        used.add(each.same_as)
        facts = people[each.same_as][2]
        if facts is None:
            continue
        found = compare(each.placed, facts, today.year, _email_lookup)
        number = (facts.group, each.placed.row.reference)
        wanted = "reference" in (*found.fills, *found.differs)
        if wanted and holders.setdefault(number, each.same_as) != each.same_as:
            found = found.but("reference")
            remark = Remark(NUMBER_TAKEN, "reference")
            placed = replace(each.placed, wrong=(*each.placed.wrong, remark))
            outcomes[at] = replace(each, placed=placed)
        comparisons[each.number] = found
    return people, comparisons


def _email_lookup(email: str) -> str:
    return lookup(email, kind="email")


def mapping_of(preview: Preview, choices: Choices) -> Mapped:
    """What is to be remembered of a list that was confirmed."""
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
