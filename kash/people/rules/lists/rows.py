"""A row of a list as facts about one person, with everything that is to be told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kash.people.facts import FACT
from kash.people.rules.lists.answers import read_text
from kash.people.rules.lists.births import NOT_KNOWN, Born, read_birth
from kash.people.rules.lists.capitals import as_name, in_capitals
from kash.people.rules.lists.cells import (
    CONTROL,
    MOST_CHARACTERS,
    Cell,
    Reading,
    Remark,
    is_empty,
    is_not_said,
    text_of,
)
from kash.people.rules.lists.headings import FIELDS
from kash.people.rules.lists.names import read_name, taken_apart
from kash.people.rules.lists.phones import read_phone
from kash.people.rules.persons import ages_disagree

# What a person may type anew for a row that is wrong.
EDITABLE = ("name", "reference", "phone", "birth", "sex")
_MOST_ORGANISATION, _MOST_EMAIL = 120, 254
# Here an answer that nothing is said would be somebody's name or group.
_AS_WRITTEN = frozenset(("group",))


@dataclass(frozen=True, slots=True)
class ReadRow:
    """Row as it was read: its `facts` are those that stand in a column each. `organisation` and
    `group` are as written; `typed` is what stood in the cells that can be typed anew."""

    number: int
    name: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    birth: Born = NOT_KNOWN
    organisation: str = ""
    since: date | None = None
    group: str = ""
    remarks: tuple[Remark, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)

    def fact(self, name: str) -> str:
        """One of its facts, empty if the row does not say it."""
        return self.facts.get(name, "")

    @property
    def wrong(self) -> bool:
        """True if the row cannot be stored as it is."""
        return any(remark.wrong for remark in self.remarks)


def columns_of(fields: Sequence[str]) -> dict[str, list[int]]:
    """Columns that hold each field."""
    found: dict[str, list[int]] = {}
    for at, name in enumerate(fields):
        if name:
            found.setdefault(name, []).append(at)
    return found


def read_row(
    number: int,
    cells: Sequence[Cell],
    columns: Mapping[str, Sequence[int]],
    edits: Mapping[str, str],
    today: date,
    region: str,
) -> ReadRow:
    """Read a row. `edits` stand in place of what the file holds."""
    remarks: list[Remark] = []
    held = {name: _held(name, cells, columns, edits) for name in {*columns, *edits, *EDITABLE}}

    def kept(reading: Reading[str]) -> str:
        remarks.extend(reading.remarks)
        return reading.value

    def said(name: str) -> Cell:
        """The first cell that says something; that nothing is said is told."""
        for cell in held.get(name, ()):
            if name not in _AS_WRITTEN and is_not_said(cell):
                remarks.append(Remark("not_said", name, text_of(cell)[:40]))
                continue
            return cell
        return ""

    typed = {name: " ".join(text_of(cell) for cell in held[name]) for name in EDITABLE}
    whole = [text_of(cell) for some in held.values() for cell in some]
    if any(CONTROL.search(text) for text in whole):
        return ReadRow(number, remarks=(Remark("control", "", wrong=True),))
    if any(len(text) > MOST_CHARACTERS for text in whole):
        return ReadRow(number, remarks=(Remark("too_long", "", wrong=True),))
    name, beside = _name(typed["name"], "name" in edits, region, remarks)
    if not name and not any(each.wrong for each in remarks):
        remarks.append(Remark("no_name", "name", wrong=True))
    # What is to be told of each field is told in the order of the fields.
    others: dict[str, Callable[[], Any]] = {
        "phone": lambda: _phone(held["phone"], beside, region, remarks),
        "email": lambda: _email(text_of(said("email")), remarks),
        "birth": lambda: _birth(held["birth"], today, remarks),
        "organisation": lambda: kept(
            read_text(said("organisation"), "organisation", _MOST_ORGANISATION)
        ),
        "since": lambda: _since(said("since"), today, remarks),
        "group": lambda: kept(read_text(said("group"), "group", 80)),
    }
    found: dict[str, Any] = {}
    facts: dict[str, str] = {}
    for each in FIELDS:
        if each in others:
            found[each] = others[each]()
        elif each != "name":
            facts[each] = kept(FACT[each].read(said(each)))
    return ReadRow(
        number,
        name=name,
        facts=facts,
        **found,
        remarks=tuple(remarks),
        typed=typed,
    )


def _held(
    name: str,
    cells: Sequence[Cell],
    columns: Mapping[str, Sequence[int]],
    edits: Mapping[str, str],
) -> list[Cell]:
    if name in edits:
        return [edits[name]] if edits[name] else []
    found = [cells[at] for at in columns.get(name, ()) if at < len(cells)]
    return [cell for cell in found if not is_empty(cell)]


def capitals_in(row: ReadRow) -> bool:
    """True if a name of the row is in capitals."""
    return in_capitals(row.name) or in_capitals(row.fact("printed_name"))


def named_small(row: ReadRow) -> ReadRow:
    """The row with its names in capitals written as names."""
    printed = {"printed_name": as_name(row.fact("printed_name"))}
    return replace(row, name=as_name(row.name), facts={**row.facts, **printed})


def doubted_name(row: ReadRow, edits: Mapping[str, str], code: str = "name_alone") -> ReadRow:
    """The row of a name that may be a title, since it stands alone (`name_alone`) or is a word for
    people (`name_title`): wrong until a person types it."""
    if "name" in edits or any(each.wrong and each.field == "name" for each in row.remarks):
        return row
    doubt = Remark(code, "name", wrong=True)
    return replace(row, remarks=(*row.remarks, doubt))


def _name(written: str, typed: bool, region: str, remarks: list[Remark]) -> tuple[str, str]:
    """The name, and a phone that stood with it."""
    if typed:
        reading = read_name(written)
        remarks.extend(reading.remarks)
        return reading.value, ""
    apart = taken_apart(written, region)
    reading = read_name(apart.name, typed=False)
    remarks.extend((*apart.remarks, *reading.remarks))
    return reading.value, apart.phone


def _phone(cells: Sequence[Cell], beside: str, region: str, remarks: list[Remark]) -> str:
    """The first good number of the cells, else the one that stood beside the name."""
    readings = []
    for cell in cells:
        if is_not_said(cell):
            remarks.append(Remark("not_said", "phone", text_of(cell)[:40]))
            continue
        readings.append(read_phone(cell, region))
    if beside and any(reading.value != beside for reading in readings if reading.value):
        remarks.append(Remark("phone_second", "phone"))
    good = [reading for reading in readings if reading.value]
    if good:
        remarks.extend(good[0].remarks)
        if len(readings) > 1 and not any(each.code == "phone_second" for each in remarks):
            remarks.append(Remark("phone_second", "phone"))
        return good[0].value
    if readings:
        remarks.extend(readings[0].remarks)
    return beside


def _birth(cells: Sequence[Cell], today: date, remarks: list[Remark]) -> Born:
    year, band = None, ""
    for cell in cells:
        if is_not_said(cell):
            remarks.append(Remark("not_said", "birth", text_of(cell)[:40]))
            continue
        reading = read_birth(cell, today)
        remarks.extend(reading.remarks)
        year = year or reading.value.year
        band = band or reading.value.band
    if ages_disagree(band, year, today.year):
        remarks.append(Remark("birth_disagrees", "birth", wrong=True))
    return Born(year, band)


def _since(given: Cell, today: date, remarks: list[Remark]) -> date | None:
    if is_empty(given):
        return None
    found: date | None = given if isinstance(given, date) else None
    if found is None:
        try:
            found = date.fromisoformat(text_of(given)[:10])
        except ValueError:
            parts = text_of(given).replace(".", "/").replace("-", "/").split("/")
            try:
                found = date(int(parts[2]), int(parts[1]), int(parts[0]))
            except (ValueError, IndexError, OverflowError):
                found = None
    if found is None or not 1950 <= found.year <= today.year or found > today:
        remarks.append(Remark("since_wrong", "since", text_of(given)[:40], wrong=True))
        return None
    return found


def _email(given: str, remarks: list[Remark]) -> str:
    if not given:
        return ""
    name, at, place = given.strip().rpartition("@")
    fine = (
        at
        and name
        and "." in place
        and " " not in given.strip()
        and given.isascii()
        and len(given) <= _MOST_EMAIL
        and not place.startswith(".")
        and not place.endswith(".")
        and "@" not in name
    )
    if not fine:
        remarks.append(Remark("email_wrong", "email", wrong=True))
        return ""
    return given.strip().lower()
