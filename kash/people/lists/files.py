"""Errors of a list as a whole. A file's bytes as sheets of rows. What a file is, its content says,
not its name. Whatever takes it apart does so in a confined child (`reading`); here stands what its
answer means, which is no more trusted than the file. How a list was matched, remembered for the
next one with the same headings."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.lists import reading
from kash.people.lists.queries import list_mapping, newest_mapping
from kash.people.lists.rules.cells import Cell
from kash.people.lists.rules.headings import FIELDS, LEFT_OUT, normalised
from kash.people.lists.rules.rows import TableSheet
from kash.people.models import PeopleListMapping
from kash.platform.confinement import NoAnswer, answered
from kash.platform.vault import lookup, open_text, seal
from kash.platform.web import Problem
from kash.policy import Actor


class FileUnreadable(Problem):
    """The file as a whole cannot be read."""

    status = 422
    field = "file"
    sentence = _l("This file cannot be read.")


MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = reading.MOST_ROWS
# Measured: 200 rows take some 0.2 s to be read and compared, as long as a page does.
SMALL_ROWS = 200
_SMALL_TEXT, _SMALL_WORKBOOK = 100_000, 60_000
_READER = "kash.people.lists.child"
_MEGABYTES, _SECONDS, _MOST_ANSWERED = 1024, 30, 64 * 1024 * 1024
# A small file that takes longer unpacks to much, and is the worker's.
_SMALL_SECONDS = 3
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)
# Beside what the child says of a file.
_TOO_LARGE, _OLD_KIND, _OTHER_KIND, _UNREADABLE = (
    "too large",
    "old kind",
    "other kind",
    "unreadable",
)
_SENTENCES: dict[str, Callable[[], str]] = {
    _TOO_LARGE: lambda: _("This file is larger than 10 MB."),
    _OLD_KIND: lambda: _("Open this old kind of file and save it as XLSX, ODS or CSV."),
    _OTHER_KIND: lambda: _("Not a list. Bring an XLSX, ODS or CSV file."),
    _UNREADABLE: lambda: str(FileUnreadable.sentence),
    reading.LOCKED: lambda: _("This file has a password. Save it without one, try again."),
    reading.UNCLEAN_WORKBOOK: lambda: _("This file is not a clean XLSX file."),
    reading.UNCLEAN_ODS: lambda: _("This file is not a clean ODS file."),
    reading.UNCLEAN_TEXT: lambda: _("This file is not a clean CSV file."),
    reading.UNPACKS_TOO_FAR: lambda: _(
        "This file unpacks to far more than a list. Nothing was read."
    ),
    reading.FAR_BELOW: lambda: _(
        "A cell stands far below the list. Delete everything below it and save again."
    ),
    reading.EMPTY: lambda: _("This file is empty."),
    reading.DAMAGED: lambda: _("This file is cut off or damaged."),
    reading.TOO_WIDE: lambda: _(
        "This list has more than %(most)s columns.", most=reading.MOST_COLUMNS
    ),
    reading.TOO_LONG: lambda: too_long(),
}
# What is said instead of rows that were pasted; nobody knows of a file then.
_OF_PASTED: dict[str, Callable[[], str]] = {
    _TOO_LARGE: lambda: _("These rows are larger than 10 MB."),
    _UNREADABLE: lambda: _("These rows cannot be read."),
    reading.UNCLEAN_TEXT: lambda: _("These rows cannot be read."),
    reading.FAR_BELOW: lambda: _(
        "A row stands far below the others. Remove the empty rows and paste again."
    ),
    reading.EMPTY: lambda: _("These rows are empty."),
    reading.DAMAGED: lambda: _("These rows are cut off or damaged."),
} | dict.fromkeys(
    # They begin as such a file does.
    (
        _OLD_KIND,
        _OTHER_KIND,
        reading.LOCKED,
        reading.UNCLEAN_WORKBOOK,
        reading.UNCLEAN_ODS,
        reading.UNPACKS_TOO_FAR,
    ),
    lambda: _("Not rows of a list. Copy them from a spreadsheet or a mail."),
)
# These name lines of the file, as a text editor counts them.
_OF_LINES: dict[str, Callable[[int, int], str]] = {
    reading.UNCLOSED: lambda first, _last: _(
        'A quotation mark (") in line %(line)s is never closed. Remove it and bring the list '
        "again. Nothing was read.",
        line=first,
    ),
    reading.SWALLOWED: lambda first, last: _(
        'A quotation mark (") in line %(first)s makes one row of lines %(first)s to %(last)s. '
        "Remove it, or write that row in one line, and bring the list again. Nothing was read.",
        first=first,
        last=last,
    ),
}


def too_long() -> str:
    """Sentence for a list of too many people."""
    return _(
        "This list has more than %(most)s people. Bring it in parts.",
        most=format_decimal(MOST_ROWS),
    )


@dataclass(frozen=True)
class ReadFile:
    """The sheets of a file. `encoding` is empty for a workbook; `mixed_rows` were written in
    another encoding than the rest, `joined_rows` took several lines of the file each."""

    sheets: tuple[TableSheet, ...]
    encoding: str = ""
    mixed_rows: tuple[int, ...] = ()
    joined_rows: tuple[int, ...] = ()


class FileTooSlow(FileUnreadable):
    """It takes longer to read than a small file may."""


def read_small_file(content: bytes, *, pasted: bool = False) -> ReadFile | None:
    """A file that is read while somebody waits, or None if it is not so small: then reading it is
    the worker's. `pasted` as for `read_file`. Raises FileUnreadable."""
    workbook = content.startswith(reading.ARCHIVES)
    small = len(content) <= (_SMALL_WORKBOOK if workbook else _SMALL_TEXT)
    if not small or (not workbook and content.count(b"\n") > SMALL_ROWS):
        return None
    try:
        read = read_file(content, seconds=_SMALL_SECONDS, pasted=pasted)
    except FileTooSlow:
        return None
    return read if is_small(read) else None


def is_small(read: ReadFile) -> bool:
    """True if a file holds so few rows that they are compared while somebody waits."""
    return sum(len(sheet.rows) for sheet in read.sheets) <= SMALL_ROWS + 20


def kind_of(content: bytes) -> str:
    """Kind of file that a list came as: `csv`, `ods` or `xlsx`."""
    if not content.startswith(reading.ARCHIVES):
        return "csv"
    # The first part of an ODS file says so, as it is.
    return "ods" if b"opendocument.spreadsheet" in content[:200] else "xlsx"


def refuse_other_kinds(content: bytes, *, pasted: bool = False) -> None:
    """Refuse at once what its first bytes show to be no list. Raises FileUnreadable."""
    if len(content) > MOST_BYTES:
        raise FileUnreadable(_sentence(_TOO_LARGE, pasted=pasted))
    if content.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise FileUnreadable(_sentence(reading.LOCKED if locked else _OLD_KIND, pasted=pasted))
    if any(content.startswith(start) for start in _OTHERS):
        raise FileUnreadable(_sentence(_OTHER_KIND, pasted=pasted))


def read_file(content: bytes, *, seconds: int = _SECONDS, pasted: bool = False) -> ReadFile:
    """All sheets that hold something. What is wrong with rows that were `pasted` is said of rows,
    else of a file. Raises FileUnreadable, and FileTooSlow after so many seconds."""
    refuse_other_kinds(content, pasted=pasted)
    try:
        return file_of(
            answered(_READER, [_MEGABYTES, seconds], content, seconds=seconds, most=_MOST_ANSWERED),
            pasted=pasted,
        )
    except NoAnswer as none:
        if none.late or none.code == -signal.SIGXCPU:
            raise FileTooSlow(_sentence(_UNREADABLE, pasted=pasted)) from None
        raise FileUnreadable(_sentence(_UNREADABLE, pasted=pasted)) from None
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise FileUnreadable(_sentence(_UNREADABLE, pasted=pasted)) from None


def file_of(written: bytes, *, pasted: bool = False) -> ReadFile:
    """A file as the child, or `written_file`, wrote it. Raises FileUnreadable for what the child
    refused, and others for what neither wrote."""
    told = json.loads(written)
    if "refused" in told:
        raise FileUnreadable(_refusal(told["refused"], *told["lines"], pasted=pasted))
    return ReadFile(
        tuple(_sheet(*sheet) for sheet in told["sheets"]),
        str(told["encoding"]),
        tuple(int(cells) for cells in told["mixed_rows"]),
        tuple(int(cells) for cells in told["joined_rows"]),
    )


def written_file(read: ReadFile) -> bytes:
    """A file that was read, as `file_of` reads it again."""
    told = {
        "sheets": [(sheet.name, sheet.rows) for sheet in read.sheets],
        "encoding": read.encoding,
        "mixed_rows": read.mixed_rows,
        "joined_rows": read.joined_rows,
    }
    return json.dumps(told, separators=(",", ":"), default=_written_day).encode()


def _written_day(cell: object) -> list[str]:
    if isinstance(cell, date):
        return [cell.isoformat()]
    raise TypeError


def _refusal(why: str, first: int, last: int, *, pasted: bool) -> str:
    if why in _OF_LINES:
        return _OF_LINES[why](int(first), int(last))
    return _sentence(why, pasted=pasted)


def _sentence(why: str, *, pasted: bool) -> str:
    of_pasted = _OF_PASTED.get(why) if pasted else None
    return (of_pasted or _SENTENCES[why])()


def _sheet(name: str, rows: list[tuple[int, list[Any]]]) -> TableSheet:
    if not 0 < len(rows) <= reading.MOST_LINES:
        raise ValueError
    return TableSheet(_text(name), tuple((int(number), _row(cells)) for number, cells in rows))


def _row(cells: list[Any]) -> list[Cell]:
    if len(cells) > reading.MOST_COLUMNS:
        raise ValueError
    return [_cell(cell) for cell in cells]


def _cell(told: Any) -> Cell:
    if isinstance(told, str):
        return _text(told)
    if isinstance(told, float):
        return told
    (day,) = told
    return date.fromisoformat(day)


def _text(told: str) -> str:
    # Half a letter would break the person who writes it down.
    told.encode()
    return told


_KIND = "people.list_mapping"


@dataclass(frozen=True)
class Mapped:
    """Fields by normalised heading, organisations by written name, and a group's public id."""

    columns: Mapping[str, str] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


def shape_of(headings: Sequence[str]) -> str:
    """Shape of headings: what lists with the same ones, in any order, have in common."""
    words = sorted(plain for heading in headings if (plain := normalised(heading)))
    return lookup("\n".join(words), kind="people.list_shape")


def sealed_mapping(mapped: Mapped, public_id: str) -> bytes:
    """A mapping as it is kept."""
    content = {
        "columns": dict(mapped.columns),
        "stations": dict(mapped.stations),
        "group": mapped.group,
    }
    return seal(json.dumps(content), kind=_KIND, public_id=public_id)


def _opened(row: PeopleListMapping | None) -> Mapped:
    if row is None:
        return Mapped()
    mapped = Mapped(**json.loads(open_text(row.sealed, kind=_KIND, public_id=row.public_id)))
    fields = {LEFT_OUT, *FIELDS}
    columns = {name: value for name, value in mapped.columns.items() if value in fields}
    return Mapped(columns, mapped.stations, mapped.group)


def remembered(headings: Sequence[str], actor: Actor) -> tuple[Mapped, bool]:
    """Mapping remembered for these headings, and if the whole list was seen before.

    Where only some headings are known from the actor's last list, these are taken.
    """
    if not any(headings):
        return Mapped(), False
    same = list_mapping(shape_of(headings), actor)
    if same is not None:
        return _opened(same), True
    last = _opened(newest_mapping(actor))
    # Of an other list only what was corrected by hand counts, and what places are called.
    return Mapped(last.columns, last.stations), False
