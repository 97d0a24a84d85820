"""A row of a list as facts about one person, with everything that is to be told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kash.people.rules.lists.births import NOT_KNOWN, Born, read_birth
from kash.people.rules.lists.cells import (
    CONTROL,
    MOST_CHARACTERS,
    Cell,
    Reading,
    Remark,
    is_empty,
    text_of,
)
from kash.people.rules.lists.facts import (
    MOST_REFERENCE,
    MOST_WARD,
    read_cadre,
    read_language,
    read_name,
    read_sex,
    read_text,
)
from kash.people.rules.lists.phones import read_phone
from kash.people.rules.persons import ages_disagree

# What a person may type anew for a row that is wrong.
EDITABLE = ("name", "reference", "phone", "birth", "sex")
_MOST_ORGANISATION, _MOST_EMAIL = 120, 254


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What one row says. `organisation` and `group` are as written; `typed` is what stood in the
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
        """Whether the row cannot be stored as it is."""
        return any(remark.wrong for remark in self.remarks)


def columns_of(fields: Sequence[str]) -> dict[str, list[int]]:
    """Which columns hold each field."""
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

    def held(name: str) -> list[Cell]:
        if name in edits:
            return [edits[name]] if edits[name] else []
        found = [cells[at] for at in columns.get(name, ()) if at < len(cells)]
        return [cell for cell in found if not is_empty(cell)]

    def kept(reading: Reading[str]) -> str:
        remarks.extend(reading.remarks)
        return reading.value

    def only(name: str, most: int) -> str:
        found = held(name)
        return kept(read_text(found[0], name, most)) if found else ""

    typed = {name: " ".join(text_of(cell) for cell in held(name)) for name in EDITABLE}
    whole = [text_of(cell) for name in columns for cell in held(name)]
    if any(CONTROL.search(text) for text in whole):
        return ReadRow(number, remarks=(Remark("control", "", wrong=True),))
    if any(len(text) > MOST_CHARACTERS for text in whole):
        return ReadRow(number, remarks=(Remark("too_long", "", wrong=True),))
    name = kept(read_name(" ".join(text_of(cell) for cell in held("name"))))
    if not name and not remarks:
        remarks.append(Remark("no_name", "name", wrong=True))
    phone = _phone(held("phone"), region, remarks)
    emails = held("email")
    return ReadRow(
        number,
        name=name,
        printed_name=kept(read_name((held("printed_name") or [""])[0], "printed_name")),
        reference=only("reference", MOST_REFERENCE),
        phone=phone,
        email=_email(text_of(emails[0]), remarks) if emails else "",
        sex=kept(read_sex((held("sex") or [""])[0])),
        birth=_birth(held("birth"), today, remarks),
        cadre=kept(read_cadre((held("cadre") or [""])[0])),
        organisation=only("organisation", _MOST_ORGANISATION),
        since=_since(held("since"), today, remarks),
        ward=only("ward", MOST_WARD),
        language=kept(read_language((held("language") or [""])[0])),
        group=only("group", 80),
        remarks=tuple(remarks),
        typed=typed,
    )


def _phone(cells: Sequence[Cell], region: str, remarks: list[Remark]) -> str:
    readings = [read_phone(cell, region) for cell in cells]
    good = [reading for reading in readings if reading.value]
    if good:
        remarks.extend(good[0].remarks)
        if len(readings) > 1 and not any(each.code == "phone_second" for each in good[0].remarks):
            remarks.append(Remark("phone_second", "phone"))
        return good[0].value
    if readings:
        remarks.extend(readings[0].remarks)
    return ""


def _birth(cells: Sequence[Cell], today: date, remarks: list[Remark]) -> Born:
    year, band = None, ""
    for cell in cells:
        reading = read_birth(cell, today)
        remarks.extend(reading.remarks)
        year = year or reading.value.year
        band = band or reading.value.band
    if ages_disagree(band, year, today.year):
        remarks.append(Remark("birth_disagrees", "birth", wrong=True))
    return Born(year, band)


def _since(cells: Sequence[Cell], today: date, remarks: list[Remark]) -> date | None:
    if not cells:
        return None
    given = cells[0]
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
