"""Columns about somebody else than the row's person, such as the next of kin of each. A row of a
list as facts about one person, with everything that is to be told of it. Lines of a list that are
nobody: titles of its parts, totals, headings once more, notes. Where in a sheet the list stands:
its headings, and the rows below them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rapidfuzz import fuzz

from kash.people.facts import FACT, GATHERED
from kash.people.lists.rules.cells import (
    CONTROL,
    MOST_CHARACTERS,
    NOT_KNOWN,
    Born,
    Cell,
    Reading,
    Remark,
    is_empty,
    is_not_said,
    read_birth,
    read_name,
    read_phone,
    read_text,
    taken_apart,
    text_of,
)
from kash.people.lists.rules.headings import FIELDS, field_by_heading, is_of_others, recognised
from kash.people.rules.names import as_name, is_written_oddly
from kash.people.rules.persons import ages_disagree, sort_name, words

_KNOWN = 88


def above(line: Sequence[str]) -> list[str]:
    """Above each column what a line of groups says of somebody else, as `NEXT OF KIN`; empty where
    it says nothing of the kind. A group reaches to the next one."""
    lines_above: list[str] = []
    heading = ""
    for at, text in enumerate(line):
        if text:
            heading = text if is_of_others(text) and not _is_label(line, at) else ""
        lines_above.append(heading)
    return lines_above


def names_people(line: Sequence[str]) -> bool:
    """True if a group of the line is that of the row's person, as `PARTICIPANT`."""
    return any(field_by_heading(text)[0] == "name" for text in line if text)


def _is_label(line: Sequence[str], at: int) -> bool:
    """True if a cell asks what the next one answers: `Supervisor` beside her name."""
    answer = line[at + 1] if at + 1 < len(line) else ""
    return answer not in ("", line[at]) and field_by_heading(answer)[1] < _KNOWN


# What a person may type anew for a row that is wrong.
EDITABLE = ("name", "reference", "phone", "birth", "sex")
_MOST_ORGANISATION, _MOST_EMAIL = 120, 254
_ADDRESS = re.compile(r"[!-?A-~]+@(?!\.)[!-?A-~]*\.[!-?A-~]*(?<!\.)")
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
    columns: dict[str, list[int]] = {}
    for at, name in enumerate(fields):
        if name:
            columns.setdefault(name, []).append(at)
    return columns


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
    filled_cells = {
        name: _held(name, cells, columns, edits) for name in {*columns, *edits, *EDITABLE}
    }

    def kept(reading: Reading[str]) -> str:
        remarks.extend(reading.remarks)
        return reading.value

    def said(name: str) -> Cell:
        """The first cell that says something; that nothing is said is told."""
        for cell in filled_cells.get(name, ()):
            if name not in _AS_WRITTEN and is_not_said(cell):
                remarks.append(Remark("not_said", name, text_of(cell)[:40]))
                continue
            return cell
        return ""

    typed = {name: " ".join(text_of(cell) for cell in filled_cells[name]) for name in EDITABLE}
    whole = [text_of(cell) for some in filled_cells.values() for cell in some]
    if any(CONTROL.search(text) for text in whole):
        return ReadRow(number, remarks=(Remark("control", "", wrong=True),))
    if any(len(text) > MOST_CHARACTERS for text in whole):
        return ReadRow(number, remarks=(Remark("too_long", "", wrong=True),))
    name, beside = _name(typed["name"], "name" in edits, region, remarks)
    if not name and not any(remark.wrong for remark in remarks):
        remarks.append(Remark("no_name", "name", wrong=True))
    # What is to be told of each field is told in the order of the fields.
    others: dict[str, Callable[[], Any]] = {
        "phone": lambda: _phone(filled_cells["phone"], beside, region, remarks),
        "email": lambda: _email(text_of(said("email")), remarks),
        "birth": lambda: _birth(filled_cells["birth"], today, remarks),
        "organisation": lambda: kept(
            read_text(said("organisation"), "organisation", _MOST_ORGANISATION)
        ),
        "since": lambda: _since(said("since"), today, remarks),
        "group": lambda: kept(read_text(said("group"), "group", 80)),
    }
    values: dict[str, Any] = {}
    facts: dict[str, str] = {}
    for field_name in FIELDS:
        if field_name in others:
            values[field_name] = others[field_name]()
        elif field_name in GATHERED:
            texts = [kept(FACT[field_name].read(cell)) for cell in filled_cells.get(field_name, ())]
            facts[field_name] = gathered(", ".join(filter(None, texts)), "")
        elif field_name != "name":
            facts[field_name] = kept(FACT[field_name].read(said(field_name)))
    return ReadRow(number, name=name, facts=facts, **values, remarks=tuple(remarks), typed=typed)


_MOST_GATHERED = min(FACT[name].most for name in GATHERED)


def gathered(first: str, more: str) -> str:
    """Several things with semicolons between them, each once, as many as there is room for."""
    parts = (part.strip() for text in (first, more) for part in text.split(";"))
    text = "; ".join(dict.fromkeys(filter(None, parts)))
    return text if len(text) <= _MOST_GATHERED else text[:_MOST_GATHERED].rpartition("; ")[0]


def together(rows: Iterable[ReadRow], persons: Collection[int]) -> list[ReadRow]:
    """One row of those that say the same of a person but for what is gathered, such as her earlier
    trainings: the first of them, with all of it. Rows that are somebody's own (`persons`) stay."""
    standing: dict[Any, ReadRow] = {}
    for row in rows:
        told = {name: text for name in GATHERED if (text := row.fact(name))}
        key: Any = row.number
        if told and not row.wrong and row.number not in persons:
            rest = tuple((name, text) for name, text in row.facts.items() if name not in GATHERED)
            key = (row.name, rest, row.phone, row.email, row.birth, row.organisation, row.group)
        first = standing.setdefault(key, row)
        if first is not row:
            all_of_it = {name: gathered(first.fact(name), text) for name, text in told.items()}
            standing[key] = replace(first, facts={**first.facts, **all_of_it})
    return list(standing.values())


def _held(
    name: str, cells: Sequence[Cell], columns: Mapping[str, Sequence[int]], edits: Mapping[str, str]
) -> list[Cell]:
    if name in edits:
        return [edits[name]] if edits[name] else []
    cells_of_field = [cells[at] for at in columns.get(name, ()) if at < len(cells)]
    return [cell for cell in cells_of_field if not is_empty(cell)]


def has_odd_name(row: ReadRow) -> bool:
    """True if a name of the row is in capitals, in small letters or has its surname first."""
    return is_written_oddly(row.name) or is_written_oddly(row.fact("printed_name"))


def with_names(row: ReadRow) -> ReadRow:
    """The row with its names written as names."""
    printed = {"printed_name": as_name(row.fact("printed_name"))}
    return replace(row, name=as_name(row.name), facts={**row.facts, **printed})


def doubted_name(row: ReadRow, edits: Mapping[str, str], code: str = "name_alone") -> ReadRow:
    """The row of a name that may be a title, since it stands alone (`name_alone`) or is a word for
    people (`name_title`): wrong until a person types it."""
    if "name" in edits or any(remark.wrong and remark.field == "name" for remark in row.remarks):
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
        if len(readings) > 1 and not any(remark.code == "phone_second" for remark in remarks):
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
    day: date | None = given if isinstance(given, date) else None
    if day is None:
        try:
            day = date.fromisoformat(text_of(given)[:10])
        except ValueError:
            parts = text_of(given).replace(".", "/").replace("-", "/").split("/")
            try:
                day = date(int(parts[2]), int(parts[1]), int(parts[0]))
            except (ValueError, IndexError, OverflowError):
                day = None
    if day is None or not 1950 <= day.year <= today.year or day > today:
        remarks.append(Remark("since_wrong", "since", text_of(given)[:40], wrong=True))
        return None
    return day


def _email(given: str, remarks: list[Remark]) -> str:
    if not given:
        return ""
    fine = len(given) <= _MOST_EMAIL and _ADDRESS.fullmatch(given.strip())
    if not fine:
        remarks.append(Remark("email_wrong", "email", wrong=True))
        return ""
    return given.strip().lower()


_TOTALS = re.compile(r"(grand|sub)?[\s-]*totals?\b.*|jumla\b.*|sum\b.*|idadi\b.*", re.IGNORECASE)
_FOOT = re.compile(
    r"(prepared|compiled|checked|approved|verified|signed|submitted|imeandaliwa|imeidhinishwa)\b.*|"
    r"(signature|sahihi|note|n\.?b\.?|date|tarehe|stamp)\s*[:.].*",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(prepared|compiled|checked|approved|verified|signed|submitted|authori[sz]ed|received|taken)"
    r" by\b.*|(imeandaliwa|imeidhinishwa|imethibitishwa) na\b.*",
    re.IGNORECASE,
)


# Parts of a list are called by these words, and by nothing else.
_PARTS = words(
    """
    facilitator facilitators trainer trainers participant participants resource person persons
    secretariat organiser organisers organizer organizers staff guest guests driver drivers
    rapporteur rapporteurs observer observers interpreter interpreters volunteer volunteers
    moderator moderators speaker speakers panelist panelists partner partners police officer
    officers community members member peer educators peers worker workers paralegal paralegals
    chv chvs chp chps champion champions day session week page cohort batch class table males
    females men women ladies gentlemen male female walk ins walkins absentees attendance
    register participants list wawezeshaji washiriki waelimishaji rika walimu wageni madereva
    maafisa polisi jamii siku ukurasa orodha kikundi kundi group wanaume wanawake wafanyakazi
    continued contd morning afternoon asubuhi mchana
    """
)
_BETWEEN = words(
    """
    of the and for in on at from to na ya wa la kwa names name sheet support invited sex health
    one two three four five first second third kwanza pili tatu nne tano present absent total
    no part section a b c d e i ii iii iv v
    """
)
_NUMBERING = re.compile(r"^\(?([0-9]{1,2}|[A-Z]|[ivxIVX]{1,4})[.):]\s+")
_COUNT = re.compile(r"[(\[]?\s*\d{0,4}\s*[)\]]?\s*[:.\-–—]*$")
_SHORT_NUMBER = re.compile(r"[\d.,/:\s-]{1,10}")
_MOST_TITLE = 60
# A heading such as KONDELE is told from a name by what the other rows hold.
_LEAST_HELD, _SHARE = 3, 0.8


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no person's: `why` is "totals", "headings", "section" or "note"; `text` is the
    beginning of what stands there."""

    number: int
    why: str
    text: str = ""


def filled(cells: Sequence[Cell]) -> list[Cell]:
    """Cells that are not empty."""
    return [cell for cell in cells if not is_empty(cell)]


def line_text(cells: Sequence[Cell]) -> str:
    """Text of a line, as far as it is told."""
    return " · ".join(text_of(cell) for cell in filled(cells))[:_MOST_TITLE]


def is_section(cells: Sequence[Cell]) -> bool:
    """True if a line is the title of a part of the list, such as `A. FACILITATORS (3)` or `DAY 2`,
    alone or before a day and a count."""
    filled_cells = filled(cells)
    if (
        not filled_cells
        or not isinstance(filled_cells[0], str)
        or len(filled_cells[0]) > _MOST_TITLE
    ):
        return False
    if not all(_is_number_or_day(cell) or cell == filled_cells[0] for cell in filled_cells[1:]):
        return False
    title = _COUNT.sub("", _NUMBERING.sub("", filled_cells[0]))
    words = re.sub(r"[^\w]+", " ", re.sub(r"\d+(st|nd|rd|th)?\b", " ", sort_name(title))).split()
    return any(word in _PARTS for word in words) and all(
        word in _PARTS or word in _BETWEEN for word in words
    )


def _is_number_or_day(cell: Cell) -> bool:
    if isinstance(cell, date):
        return True
    text = text_of(cell)
    digits = sum(letter.isdigit() for letter in text)
    return (
        0 < digits <= 8
        and not text.startswith(("07", "01"))
        and bool(_SHORT_NUMBER.fullmatch(text))
    )


def is_totals(held: Sequence[Cell], width: int = 0) -> bool:
    """True if a line's filled cells are a sum: few, or numbers behind its name."""
    first = next((cell for cell in held if isinstance(cell, str)), "")
    return _TOTALS.fullmatch(first) is not None and (
        len(held) <= max(3, width // 3)
        or all(_is_number_or_day(cell) for cell in held if cell is not first)
    )


def skipped_as(
    cells: Sequence[Cell],
    headings: Sequence[str],
    name_columns: Sequence[int],
    more_headings: Sequence[Sequence[str]] = (),
    fact_columns: Sequence[int] = (),
) -> str:
    """Why a row is no person's, or empty if it is one. `more_headings` are what stood above the
    rows besides the headings: titles, and a second line of headings. What looks like a title in
    the column of names is not put aside if one of `fact_columns` says something beside it."""
    filled_cells = filled(cells)
    if not filled_cells:
        return "note"
    if is_totals(filled_cells, len(headings)):
        return "totals"
    first = next((cell for cell in filled_cells if isinstance(cell, str)), "")
    if (len(filled_cells) <= 2 and _FOOT.fullmatch(first)) or _SIGNED.fullmatch(first):
        return "note"
    if _repeats(cells, headings) or any(
        _stood_above(filled_cells, above) for above in more_headings
    ):
        return "headings"
    named = any(at < len(cells) and not is_empty(cells[at]) for at in name_columns)
    if is_section(cells):
        told = any(at < len(cells) and not is_empty(cells[at]) for at in fact_columns)
        return "" if named and told else "section"
    if not named and len(filled_cells) == 1:
        # A number that runs on below the last person, or a line of text.
        return "note"
    return ""


def _repeats(cells: Sequence[Cell], headings: Sequence[str]) -> bool:
    filled_cells = filled(cells)
    same = sum(
        bool(heading) and isinstance(cell, str) and cell.casefold() == heading.casefold()
        for cell, heading in zip(cells, headings, strict=False)
    )
    return same >= max(2, len(filled_cells) - 1)


def _stood_above(held: Sequence[Cell], above: Sequence[str]) -> bool:
    stood = {text.casefold() for text in above if text}
    texts = [cell for cell in held if isinstance(cell, str)]
    return len(texts) == len(held) and all(text.casefold() in stood for text in texts)


def lone_names(
    rows: Sequence[tuple[int, Sequence[Cell]]], names: Sequence[int], serial: int | None
) -> frozenset[int]:
    """The few rows that hold a name and nothing else, not even the number of their line, where the
    others hold more: each may be a title such as `KONDELE`, or `End of list`, so a person is asked.
    """
    full = [sum(not is_empty(cell) for cell in cells) for _number, cells in rows]
    if not full or sorted(full)[len(full) // 2] < _LEAST_HELD:
        return frozenset()
    numbered = sum(
        serial is not None and serial < len(cells) and not is_empty(cells[serial])
        for _number, cells in rows
    )
    alone = frozenset(
        number
        for (number, cells), count in zip(rows, full, strict=True)
        if count == 1 and _title(cells, names)
    )
    few = len(alone) <= (1 - _SHARE) * len(rows)
    return alone if few or numbered >= _SHARE * len(rows) else frozenset()


def _title(cells: Sequence[Cell], names: Sequence[int]) -> str:
    return next((text_of(cells[at]) for at in names if at < len(cells) and cells[at] != ""), "")


# How many filled rows are looked at for the headings.
LOOKED_AT = 40
# Of lists that stand side by side the rows of the second are numbered from here on, and so on:
# no sheet is read further down than this.
ASIDE = 100_000


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A sheet as rows with their numbers, as a spreadsheet counts them; empty rows are left out."""

    name: str
    rows: Sequence[tuple[int, Sequence[Cell]]]

    @property
    def width(self) -> int:
        """How many columns hold something."""
        return max((len(cells) for _number, cells in self.rows), default=0)


def header_number(sheet: TableSheet) -> int:
    """The number of the row of headings; 0 if none is found."""
    best, at = 0, 0
    width = sheet.width
    for number, cells in sheet.rows[:LOOKED_AT]:
        score, certain = recognised(cells)
        alone = len(filled(cells)) == 1 and width > 1
        if certain and not alone and score > best:
            best, at = score, number
    return at


def best_sheet(sheets: Sequence[TableSheet]) -> int:
    """Number of the sheet that holds the list: one with headings and most rows."""

    def weight(at: int) -> tuple[bool, int, int]:
        sheet = sheets[at]
        return header_number(sheet) > 0, len(sheet.rows), -at

    return max(range(len(sheets)), key=weight) if len(sheets) > 1 else 0


def place_of(number: int) -> tuple[int, int]:
    """The row of the sheet that a row's number means, and in which of the lists that stand side by
    side it is, from 1."""
    aside, line = divmod(number, ASIDE)
    return line, aside + 1


@dataclass(frozen=True, slots=True)
class Table:
    """The headings, and the rows below them.

    `answered` are the fields of columns that are known by how the list is laid out. `titles` are
    what stands above each of several lists side by side, `above` the lines above the headings.
    `nobody` says of rows that are no person's why.
    """

    header: int
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    answered: Mapping[int, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    above: tuple[tuple[str, ...], ...] = ()
    nobody: Mapping[int, str] = field(default_factory=dict)

    def column(self, at: int, most: int = 200) -> list[Cell]:
        """The first cells of a column."""
        return [cells[at] if at < len(cells) else "" for _number, cells in self.rows[:most]]


_ALIKE = 90
_SHORT = {
    "rd": "road", "st": "street", "mkt": "market", "hqs": "hq", "headquarters": "hq",
    "ctr": "centre", "center": "centre", "est": "estate",
}  # fmt: skip
_GENERIC = words("police station stn stat kituo cha polisi the ps")


def station_key(name: str) -> str:
    """Key that tells one station from another: `Hill Top Stn.` and `Hilltop` are both `hilltop`."""
    words = [_SHORT.get(word, word) for word in re.sub(r"[^\w]+", " ", sort_name(name)).split()]
    return "".join([word for word in words if word not in _GENERIC] or words)


class Stations:
    """The organisations there are, and which of them a name in a list means."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """`names` are (public id, name)."""
        self._exact: dict[str, str] = {}
        self._keys: dict[str, list[str]] = {}
        for public_id, name in names:
            self._exact[sort_name(name)] = public_id
            self._keys.setdefault(station_key(name), []).append(public_id)

    def guess(self, name: str) -> tuple[str, bool]:
        """The organisation of the same name, else the only one with the same key, else the one that
        is most alike; and if that is certain. Empty for one that is not known."""
        exact = self._exact.get(sort_name(name))
        key = station_key(name)
        same = [exact] if exact is not None else self._keys.get(key, [])
        if len(same) == 1:
            return same[0], True
        scored = sorted(
            ((fuzz.ratio(key, other), ids[0]) for other, ids in self._keys.items()), reverse=True
        )
        alike = scored and scored[0][0] >= _ALIKE
        if alike and (len(scored) < 2 or scored[1][0] < scored[0][0]):
            return scored[0][1], False
        return "", False


def grouped(names: Iterable[tuple[str, int]]) -> Mapping[str, str]:
    """For each written name the one by which its like are called: the longest of the most used.

    `names` are (name, how often). Names with one key, or nearly one, are alike.
    """
    by_key: dict[str, list[tuple[int, int, str]]] = {}
    for name, often in names:
        key = station_key(name)
        if key not in by_key:
            near = [
                other for other in by_key if len(other) > 4 and fuzz.ratio(other, key) >= _ALIKE
            ]
            key = near[0] if near else key
        by_key.setdefault(key, []).append((often, len(name), name))
    called: dict[str, str] = {}
    for like in by_key.values():
        # A name with its kind in full reads best for those who do not know the place.
        first = max(like, key=lambda way: ("station" in way[2].casefold(), way[0], way[1]))
        called |= {name: first[2] for _often, _length, name in like}
    return called
