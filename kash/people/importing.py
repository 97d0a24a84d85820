"""Reading a clean list of people from CSV or XLSX. Every row is checked before any is added."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import python_calamine
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from kash.database import db
from kash.people import queries, rules
from kash.people.forms import PersonForm
from kash.people.models import Organisation, Person
from kash.people.services import PersonDetails
from kash.vault import lookup
from kash.web import Problem
from kash.web.input import CONTROL_CHARACTERS

COLUMNS = (
    "chosen_name",
    "printed_name",
    "group",
    "sex",
    "age_band",
    "birth_year",
    "cadre",
    "organisation",
    "since",
    "ward",
    "language",
    "reference",
    "phone",
    "email",
)
MOST_ROWS = 5000
MOST_BYTES = 10 * 1024 * 1024


class FileUnreadable(Problem):
    """The file as a whole cannot be read."""

    status = 422
    sentence = _l("This file cannot be read.")


@dataclass(frozen=True)
class RowError:
    """What is wrong in one row. Rows count as a spreadsheet counts them; the header is row 1."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        where = _("Row %(row)s", row=self.row)
        return (
            f"{where}, {self.column}: {self.sentence}"
            if self.column
            else (f"{where}: {self.sentence}")
        )


class RowsWrong(Problem):
    """At least one row cannot be added, so none is."""

    status = 422
    sentence = _l("Nothing was added.")

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__()
        self.errors = errors


def read_people(path: Path, group_name: str = "") -> list[PersonDetails]:
    """The people in a file, all checked. `group_name` is taken where a row names no group.

    Raises FileUnreadable and RowsWrong.
    """
    header, rows = _table(path)
    columns = _columns(header, group_name)
    return _checked(rows, columns, group_name)


def write_template(path: Path) -> None:
    """An empty list with our column names. Raises FileUnreadable for an ending we do not know."""
    if path.suffix.lower() == ".csv":
        path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
        return
    if path.suffix.lower() != ".xlsx":
        raise FileUnreadable(_("The file's name must end in .csv or .xlsx."))
    # Only this command writes sheets; a server would carry the library for nothing.
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as workbook:
        bold = workbook.add_format({"bold": True})
        text = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet("people")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 18, text)
        sheet.write_row(0, 0, COLUMNS, bold)
        for name, choices in _lists().items():
            at = COLUMNS.index(name)
            sheet.data_validation(
                1, at, MOST_ROWS, at, {"validate": "list", "source": list(choices)}
            )


def _lists() -> Mapping[str, Sequence[str]]:
    return {"sex": rules.SEXES, "age_band": rules.AGE_BANDS, "language": rules.LANGUAGES}


def _table(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    try:
        size = path.stat().st_size
    except OSError:
        raise FileUnreadable(_("There is no such file.")) from None
    if size > MOST_BYTES:
        raise FileUnreadable(_("This file is larger than 10 MB."))
    content = path.read_bytes()
    table = _xlsx_rows(content) if content.startswith(b"PK") else _csv_rows(content)
    if not table:
        raise FileUnreadable(_("This file is empty."))
    if len(table) > MOST_ROWS + 1:
        raise FileUnreadable(_("This file has more than %(most)s rows.", most=MOST_ROWS))
    numbered = ((number, row) for number, row in enumerate(table[1:], 2) if any(row))
    return table[0], numbered


def _csv_rows(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileUnreadable(
            _("This file is not UTF-8. Save it as “CSV UTF-8” or as XLSX.")
        ) from None
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        raise FileUnreadable(_("This file is not a clean CSV file.")) from None


def _xlsx_rows(content: bytes) -> list[list[str]]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
        return [[_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (python_calamine.CalamineError, IndexError, OSError, ValueError):
        raise FileUnreadable(_("This file is not a clean XLSX file.")) from None


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _columns(header: Sequence[str], group_name: str) -> list[str]:
    names = [cell.strip().casefold().replace(" ", "_") for cell in header]
    while names and not names[-1]:
        names.pop()
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        # What stands in a header is shown only if it cannot be a cell of someone's row.
        raise FileUnreadable(
            _(
                "The first row must hold our column names. Not known: %(number)s. "
                "Known are: %(known)s",
                number=", ".join(str(names.index(name) + 1) for name in unknown[:10]),
                known=", ".join(COLUMNS),
            )
        )
    if len(set(names)) != len(names):
        raise FileUnreadable(_("A column name stands twice in the first row."))
    needed = ["chosen_name"] + ([] if group_name else ["group"])
    missing = [name for name in needed if name not in names]
    if missing:
        raise FileUnreadable(_("A column is missing: %(names)s", names=", ".join(missing)))
    return names


@dataclass
class _Known:
    """Who is here already, by what tells people apart; rows of the file join as they are read."""

    references: set[tuple[str, str]]
    phones: set[str]
    names: set[tuple[str, str]]


def _known() -> _Known:
    groups = {group.id: group.public_id for group in queries.groups()}
    known = _Known(set(), set(), set())
    for row in db.session.execute(
        select(Person.group_id, Person.reference, Person.phone_lookup, Person.sort_name)
    ):
        group = groups[row.group_id]
        known.names.add((group, row.sort_name))
        if row.reference:
            known.references.add((group, row.reference))
        if row.phone_lookup:
            known.phones.add(row.phone_lookup)
    return known


def _checked(
    rows: Iterator[tuple[int, list[str]]], columns: Sequence[str], group_name: str
) -> list[PersonDetails]:
    groups = queries.groups()
    by_group = {group.name.casefold(): group.public_id for group in groups}
    by_group |= {group.letter.casefold(): group.public_id for group in groups}
    if group_name and group_name.casefold() not in by_group:
        raise FileUnreadable(_("There is no such group in this programme."))
    places: Sequence[Organisation] = queries.organisations()
    by_place = {place.name.casefold(): place.public_id for place in places}
    known = _known()
    errors: list[RowError] = []
    found: list[PersonDetails] = []
    for number, cells in rows:
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            errors.append(
                RowError(number, "", _("There are more cells than the first row has names."))
            )
            continue
        values = dict(zip(columns, cells, strict=False))
        wrong: list[RowError] = []
        values["group"] = _known_name(
            wrong, number, "group", values.get("group") or group_name, by_group
        )
        values["organisation"] = _known_name(
            wrong, number, "organisation", values.get("organisation", ""), by_place
        )
        for name, choices in _lists().items():
            values[name] = values.get(name, "").casefold()
            if values[name] and values[name] not in choices:
                wrong.append(
                    RowError(number, name, _("Use one of: %(these)s", these=", ".join(choices)))
                )
                values[name] = ""
        form = PersonForm(MultiDict(values), meta={"csrf": False})
        form.offer(groups, places)
        # A group that is not known has been said already.
        said = {error.column for error in wrong}
        if any(CONTROL_CHARACTERS.search(cell) for cell in cells):
            wrong.append(RowError(number, "", _("A cell holds characters that cannot be shown.")))
        elif not form.validate():
            wrong.extend(
                RowError(number, name, str(problems[0]))
                for name, problems in form.errors.items()
                if name not in said
            )
        if not wrong:
            details = form.details()
            wrong.extend(_duplicates(number, details, known))
            found.append(details)
        errors.extend(wrong)
    if errors:
        raise RowsWrong(errors)
    if not found:
        raise FileUnreadable(_("There is no row below the column names."))
    return found


def _known_name(
    wrong: list[RowError], number: int, column: str, name: str, known: Mapping[str, str]
) -> str:
    if not name:
        return ""
    public_id = known.get(name.casefold())
    if public_id is None:
        sentence = _("There is none of this name in the programme. Add it first.")
        wrong.append(RowError(number, column, sentence))
    return public_id or ""


def _duplicates(number: int, details: PersonDetails, known: _Known) -> list[RowError]:
    wrong = []
    reference = (details.group, details.reference)
    phone = lookup(details.phone, kind="phone") if details.phone else None
    name = (details.group, rules.sort_name(details.chosen_name))
    here = _("This person is here already, or stands twice in the file.")
    if details.reference and reference in known.references:
        wrong.append(RowError(number, "reference", here))
    if phone is not None and phone in known.phones:
        wrong.append(RowError(number, "phone", here))
    if not details.reference and phone is None and name in known.names:
        wrong.append(
            RowError(
                number,
                "chosen_name",
                _("Someone of this name is in this group. A number or a phone tells them apart."),
            )
        )
    known.names.add(name)
    if details.reference:
        known.references.add(reference)
    if phone is not None:
        known.phones.add(phone)
    return wrong
