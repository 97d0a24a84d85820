"""Each row of a list against everyone who is known and against the rows before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kash.people.facts import LISTED
from kash.people.lists.rules.cells import Remark
from kash.people.lists.rules.rows import ReadRow, gathered
from kash.people.rules.duplicates import Known, Likeness, Match, Reason
from kash.people.rules.persons import (
    WIDE_AGE_BANDS,
    ages_disagree,
    is_minor,
    sort_name,
    within_band,
)

OUT, NEW = "out", "new"
NUMBER_TAKEN = "number_taken"
_ROW = "row-"
_REPORTED_EVERY = 100
# Of the person who may be the same no more are kept for a row: a few are shown, and one is enough
# to ask.
MOST_FOUND = 20


class State(StrEnum):
    """State of a row: what becomes of it if the list is confirmed now."""

    NEW = "new"
    SAME = "same"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with its group and organisation found. Both are public ids; `new_station` is the name
    of an organisation that is added with the list."""

    row: ReadRow
    group: str
    organisation: str = ""
    new_station: str = ""
    phone_lookup: str = field(default="", repr=False)
    email_lookup: str = field(default="", repr=False)
    wrong: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a row. `same_as` is a person's public id, or a row as `row-6`."""

    placed: PlacedRow
    state: State
    same_as: str = ""
    matches: tuple[Match, ...] = ()
    decided: bool = False
    may_be_new: bool = True
    shared_phone: bool = False

    @property
    def number(self) -> int:
        """The row, as a spreadsheet counts."""
        return self.placed.row.number

    @property
    def same_row(self) -> int:
        """The row above that it repeats; 0 if it repeats none."""
        return row_number(self.same_as)


def row_key(number: int) -> str:
    """By what a row of this list is known beside persons."""
    return f"{_ROW}{number}"


def row_number(key: str) -> int:
    """The row that a key names; 0 for a person's."""
    return int(key.removeprefix(_ROW)) if key.startswith(_ROW) else 0


def likeness_of(placed: PlacedRow, key: str) -> Likeness:
    """Likeness of a row's person, which tells her from others."""
    person_row = placed.row
    new = f"new {sort_name(placed.new_station)}" if placed.new_station else ""
    return Likeness(
        key=key,
        group=placed.group,
        name=sort_name(person_row.name),
        reference=person_row.fact("reference"),
        phones=frozenset((placed.phone_lookup,)) if placed.phone_lookup else frozenset(),
        station=placed.organisation or new,
        ward=sort_name(person_row.fact("ward")),
        birth_year=person_row.birth.year,
        sex=person_row.fact("sex"),
        age_band=person_row.birth.band,
    )


def compare_rows(
    rows: Sequence[PlacedRow], known: Known, report: Callable[[int], None]
) -> list[tuple[Match, ...]]:
    """For each row the person who may be the same: of `known`, which learns the rows, and of those
    above.

    Names are weighed by everyone who is known and by all rows. A row that is wrong is compared with
    nobody. `report` is told now and then how many rows are done.
    """
    good = [
        None if is_wrong(placed) else likeness_of(placed, row_key(placed.row.number))
        for placed in rows
    ]
    known.count(placed for placed in good if placed is not None)
    matches: list[tuple[Match, ...]] = []
    for done, likeness in enumerate(good):
        if done % _REPORTED_EVERY == 0:
            report(done)
        if likeness is None:
            matches.append(())
            continue
        matches.append(tuple(known.matches(likeness)[:MOST_FOUND]))
        known.add(likeness, counted=True)
    return matches


def with_known(
    rows: Sequence[PlacedRow], found: Sequence[tuple[Match, ...]], known: Mapping[int, str]
) -> list[tuple[Match, ...]]:
    """The same, with those that rows were stored as in an earlier version: an edited row is the
    same person, whatever of it was edited."""
    with_them = []
    for placed, matches in zip(rows, found, strict=True):
        key = known.get(placed.row.number)
        if key is not None and not is_wrong(placed):
            reasons = next((match.reasons for match in matches if match.key == key), ())
            own = Match(key, 100, (Reason.SAME_ROW, *reasons), certain=True)
            matches = (own, *(match for match in matches if match.key != key))
        with_them.append(matches)
    return with_them


def is_wrong(placed: PlacedRow) -> bool:
    """True if a row cannot be stored as it is, no matter who else there is."""
    return placed.row.wrong or any(remark.code != NUMBER_TAKEN for remark in placed.wrong)


def class_rows(
    rows: Sequence[PlacedRow],
    found: Sequence[tuple[Match, ...]],
    decisions: Mapping[int, str],
    numbers: Collection[tuple[str, str]],
    seen: Mapping[int, Collection[str]],
) -> list[Outcome]:
    """Class rows in order, each by the person who was found to be like it.

    `numbers` are all that are taken, as (group, number), also by people with only a name that may
    be compared: no row may be new with one of them. `seen` are the people beside which a row was
    decided: with one more, the decision does not hold.
    """
    outcomes = []
    # Rows that stand for somebody: not those left out, nor those that repeat one above.
    standing: set[int] = set()
    for placed, matches in zip(rows, found, strict=True):
        number = placed.row.number
        among = tuple(
            match for match in matches if (at := row_number(match.key)) == 0 or at in standing
        )
        decision = decisions.get(number, "")
        if decision != OUT and number in seen:
            people = {match.key for match in among if not row_number(match.key)}
            if not people <= set(seen[number]):
                decision = ""
        outcome = _class(placed, among, decision, numbers)
        outcomes.append(outcome)
        if outcome.state not in (State.WRONG, State.OUT) and not outcome.same_row:
            standing.add(number)
    return outcomes


def _class(
    placed: PlacedRow,
    matches: tuple[Match, ...],
    decision: str,
    numbers: Collection[tuple[str, str]],
) -> Outcome:
    if decision == OUT:
        return Outcome(placed, State.OUT, decided=True)
    if placed.row.wrong or placed.wrong:
        return Outcome(placed, State.WRONG)
    taken = (placed.group, placed.row.fact("reference")) in numbers or any(
        Reason.SAME_REFERENCE in match.reasons for match in matches
    )
    shared = any(Reason.SAME_PHONE in match.reasons for match in matches)
    if decision == NEW and not taken:
        return Outcome(placed, State.NEW, matches=matches, decided=True, shared_phone=shared)
    if decision and any(match.key == decision for match in matches):
        return Outcome(placed, State.SAME, decision, matches, decided=True, may_be_new=not taken)
    certain = [match.key for match in matches if match.certain]
    above = [key for key in certain if row_number(key)]
    if above or len(certain) == 1:
        # What was thought of the row above holds for its repetition.
        return Outcome(placed, State.SAME, [*above, *certain][0], matches, may_be_new=not taken)
    if matches:
        return Outcome(placed, State.DOUBTFUL, matches=matches, may_be_new=not taken)
    if taken:
        remark = Remark(NUMBER_TAKEN, "reference", wrong=True)
        return Outcome(replace(placed, wrong=(*placed.wrong, remark)), State.WRONG)
    return Outcome(placed, State.NEW)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts kept of a person, as far as a list may fill them. `plain` are those of a column each,
    contacts are look-up hashes, `group` and `organisation` are public ids."""

    group: str = ""
    plain: Mapping[str, str] = field(default_factory=dict)
    birth_year: int | None = None
    age_band: str = ""
    organisation: str = ""
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Fields that a row fills, and fields in which it says something else than what is kept."""

    fills: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()

    def without(self, field: str) -> Comparison:
        """The same without one field."""
        return Comparison(
            tuple(name for name in self.fills if name != field),
            tuple(name for name in self.differs if name != field),
        )


# In place of a phone or an e-mail that is kept and not open: a row is not compared with it, or its
# writer would learn whether she wrote it rightly.
CLOSED = "closed"


def compare(placed: PlacedRow, kept: Facts, year: int) -> Comparison:
    """Compare a row with what is kept: what it knows more or otherwise. Case and accents are no
    difference."""
    person_row = placed.row
    fills: list[str] = []
    differs: list[str] = []

    def put(name: str, given: str, value: str, *, same: bool) -> None:
        if given and not value:
            fills.append(name)
        elif given and not same:
            differs.append(name)

    for fact in LISTED:
        given, value = person_row.fact(fact.name), kept.plain.get(fact.name, "")
        if fact.gathers:
            value = "" if gathered(value, given) != gathered("", value) else given
        put(fact.name, given, value, same=sort_name(given) == sort_name(value))
    if kept.phone != CLOSED:
        put("phone", placed.phone_lookup, kept.phone, same=placed.phone_lookup == kept.phone)
    if kept.email != CLOSED:
        put("email", placed.email_lookup, kept.email, same=placed.email_lookup == kept.email)
    place = placed.organisation or placed.new_station
    put("organisation", place, kept.organisation, same=place == kept.organisation)
    born = person_row.birth
    if born.year:
        if not kept.birth_year:
            disagree = ages_disagree(kept.age_band, born.year, year)
            (differs if disagree else fills).append("birth")
        elif born.year != kept.birth_year:
            differs.append("birth")
    elif born.band and kept.age_band in WIDE_AGE_BANDS and within_band(born.band, kept.age_band):
        if born.band != kept.age_band:
            fills.append("birth")
    elif born.band and kept.age_band:
        put("birth", born.band, kept.age_band, same=within_band(kept.age_band, born.band))
    elif born.band:
        same = not ages_disagree(born.band, kept.birth_year, year)
        put("birth", born.band, str(kept.birth_year or ""), same=same)
    return Comparison(tuple(fills), tuple(differs))


def is_child(row: ReadRow, year: int) -> bool:
    """True if a row's person is, or may be, under 18."""
    return is_minor(row.birth.band, row.birth.year, year)
