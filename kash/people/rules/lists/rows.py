"""A row of a list as facts about one person, with everything that is to be told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

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
from kash.people.rules.lists.facts import (
    MOST_REFERENCE,
    MOST_WARD,
    read_cadre,
    read_language,
    read_sex,
    read_text,
)
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
    """Row as it was read. `organisation` and `group` are as written; `typed` is what stood in the
    cells that can be typed anew."""

    number: int
    name: str = ""
    printed_name: str = ""
    reference: str = ""
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    sex: str = ""
    birth: Born = NOT_KNOWN
    cadre: str = ""
    organisation: str = ""
    since: date | None = None
    ward: str = ""
    language: str = ""
    group: str = ""
    remarks: tuple[Remark, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)

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
    printed = kept(read_name(said("printed_name"), "printed_name"))
    email = text_of(said("email"))
    return ReadRow(
        number,
        name=name,
        printed_name=printed,
        reference=kept(read_text(said("reference"), "reference", MOST_REFERENCE)),
        phone=_phone(held["phone"], beside, region, remarks),
        email=_email(email, remarks) if email else "",
        sex=kept(read_sex(said("sex"))),
        birth=_birth(held["birth"], today, remarks),
        cadre=kept(read_cadre(said("cadre"))),
        organisation=kept(read_text(said("organisation"), "organisation", _MOST_ORGANISATION)),
        since=_since(said("since"), today, remarks),
        ward=kept(read_text(said("ward"), "ward", MOST_WARD)),
        language=kept(read_language(said("language"))),
        group=kept(read_text(said("group"), "group", 80)),
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
    return in_capitals(row.name) or in_capitals(row.printed_name)


def named_small(row: ReadRow) -> ReadRow:
    """The row with its names in capitals written as names."""
    return replace(row, name=as_name(row.name), printed_name=as_name(row.printed_name))


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
