"""Lists that are taken away as XLSX or CSV, with a note in the audit trail."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, wraps
from itertools import chain, islice, product
from math import isfinite
from string import ascii_uppercase
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from kash.platform.database import is_public_id
from kash.platform.vault.audit import audited
from kash.platform.web.current_actor import current_actor
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.pages import download
from kash.policy import declared_permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
Rows = Sequence[Sequence[object]]
# What a spreadsheet may take for the beginning of a formula, also as it is typed in East Asia.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBERS = (int, float, Decimal)
# What Excel can open.
MOST_SHEET_ROWS = 1_048_576
_LONGEST_CELL = 32_767
_ROWS_AT_ONCE = 500
_SHEET = "xl/worksheets/sheet1.xml"
_UNSAFE = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_FIRST_DAY = date(1899, 12, 30)
_FIRST_MOMENT = datetime(1899, 12, 30)


def plain_cell(value: object) -> str:
    """A cell of CSV that no program takes for a formula. A number is none."""
    if value is None:
        return ""
    text = str(value)
    if text.startswith(_FORMULA) and not isinstance(value, _NUMBERS):
        return f"'{text}"
    return text


def money_cell(cents: int) -> Decimal:
    """An amount of cents as a number: 1500.50 in CSV as on a sheet."""
    return Decimal(cents).scaleb(-2)


def table_csv(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Rows, the head first, as UTF-8 with a mark by which spreadsheets know it."""
    yield b"\xef\xbb\xbf"
    lines = iter(rows)
    while some := list(islice(lines, _ROWS_AT_ONCE)):
        out = io.StringIO()
        csv.writer(out).writerows([plain_cell(value) for value in line] for line in some)
        yield out.getvalue().encode()


def table_xlsx(rows: Iterable[Sequence[object]], *, heads: int = 1) -> bytes:
    """Rows as a sheet. The first `heads` of them stay in sight, as does the first column.

    Of more rows than a sheet takes the last that it has says that there are more.
    """
    out = io.BytesIO()
    frame, before, after = _frame(heads)
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=2) as archive:
        for name, content in frame:
            archive.writestr(name, content)
        with archive.open(_SHEET, "w", force_zip64=True) as sheet:
            sheet.write(before)
            lines = enumerate(_as_many_as_fit(rows), start=1)
            while some := list(islice(lines, _ROWS_AT_ONCE)):
                markup = "".join([_row(number, line, number <= heads) for number, line in some])
                sheet.write(markup.encode())
            sheet.write(after)
    return out.getvalue()


def written(rows: Iterable[Sequence[object]], *, file: str, kind: str, heads: int = 1) -> Response:
    """Rows as a file to keep, CSV or XLSX; all of it is made before it is sent."""
    if kind == "csv":
        return download(b"".join(table_csv(rows)), name=f"{file}.csv", type=CSV)
    return download(table_xlsx(rows, heads=heads), name=f"{file}.xlsx", type=XLSX)


def _as_many_as_fit(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    lines = iter(rows)
    yield from islice(lines, MOST_SHEET_ROWS - 1)
    last = list(islice(lines, 2))
    yield from last if len(last) < 2 else [["… CSV"]]


@lru_cache(maxsize=4)
def _frame(heads: int) -> tuple[list[tuple[str, bytes]], bytes, bytes]:
    """Everything of an XLSX file but its rows: its other files, and the sheet around them.

    Four cells, one of each format, are written and cut out again, so that the library gives the
    formats the numbers that `_row` uses.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet()
    formats = ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})
    for column, properties in enumerate(formats):
        sheet.write_number(0, column, 1, book.add_format(properties))
    sheet.freeze_panes(heads, 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 63, 18)
    book.close()
    with ZipFile(out) as archive:
        others = [(name, archive.read(name)) for name in archive.namelist() if name != _SHEET]
        text = re.sub(rb"<dimension [^>]*/>", b"", archive.read(_SHEET))
    start = text.index(b"<sheetData>") + len(b"<sheetData>")
    return others, text[:start], text[text.index(b"</sheetData>") :]


# The formats, in the order in which `_frame` makes them; 0 is the plain one.
_BOLD, _DAY, _MOMENT = 1, 2, 3


def _row(number: int, row: Sequence[object], head: bool) -> str:
    cells = [
        _cell(f"{column}{number}", value, head)
        for column, value in zip(_column_names(len(row)), row, strict=True)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: object, head: bool) -> str:
    if isinstance(value, _NUMBERS) and not isinstance(value, bool) and isfinite(value):
        return f'<c r="{place}"><v>{value}</v></c>'
    if isinstance(value, date):
        days, style = _days(value)
        if days >= 1:
            return f'<c r="{place}" s="{style}"><v>{days}</v></c>'
    text = str(value)
    style_of_head = f' s="{_BOLD}"' if head else ""
    return f'<c r="{place}"{style_of_head} t="inlineStr"><is>{_text(text)}</is></c>'


def _days(value: date) -> tuple[float, int]:
    """Days since the first that a sheet knows, and the format to show them in. A moment is taken
    as the clock that it shows."""
    if isinstance(value, datetime):
        since = value.replace(tzinfo=None, second=0, microsecond=0) - _FIRST_MOMENT
        return round(since.total_seconds() / 86_400, 8), _MOMENT
    return (value - _FIRST_DAY).days, _DAY


def _text(text: str) -> str:
    if not _UNSAFE.search(text) and len(text) <= _LONGEST_CELL:
        return f"<t>{text}</t>"
    text = text.replace("\r\n", "\n").replace("\r", "\n")[:_LONGEST_CELL]
    text = _UNWRITABLE.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{text}</t>'


@lru_cache(maxsize=64)
def _column_names(number: int) -> tuple[str, ...]:
    """The names of so many columns: A to Z, then AA."""
    doubled = map("".join, product(ascii_uppercase, repeat=2))
    return tuple(islice(chain(ascii_uppercase, doubled), number))


Row = TypeVar("Row")
View = TypeVar("View", bound=Callable[..., Any])
_OFFER = "kash_table"
_ASKED = "take"
_KINDS = ("xlsx", "csv")
_NOT_AGAIN = ("csrf_token", "page", "hxl")


@dataclass(frozen=True)
class TableColumn(Generic[Row]):
    """A column of a table that is taken away: its head, what stands there, and how the Humanitarian
    Exchange Language calls that ("#date+start"), where it has a word for it.

    Neither anything sealed in the vault nor a phone, an e-mail or a legal name is ever a column.
    """

    label: Any
    value: Callable[[Row], object]
    tag: str = ""


@dataclass(frozen=True)
class TableOffered:
    """Declaration of a view. `file` is the neutral name of the file; `names` says that it names
    participants."""

    file: str
    names: bool


def offers_table(file: str, *, names: bool = False) -> Callable[[View], View]:
    """Declare that the list of a view can be taken away."""

    def declare(view: View) -> View:
        @wraps(view)
        def answered(*args: Any, **values: Any) -> Any:
            return view(*args, **values)

        setattr(answered, _OFFER, TableOffered(file, names))
        # A search, which is posted, has it already.
        answered.required_methods = {"POST"}  # type: ignore[attr-defined]
        return answered  # type: ignore[return-value]

    return declare


def offered_by(view: Callable[..., Any] | None) -> TableOffered | None:
    """Declaration of a view, None if its list can't be taken away."""
    return getattr(view, _OFFER, None)


def _here() -> TableOffered | None:
    return offered_by(current_app.view_functions.get(request.endpoint or ""))


def is_taken() -> bool:
    """True if the present request asks for a table in place of a page."""
    return request.method == "POST" and request.args.get(_ASKED) in _KINDS and _here() is not None


def takes_names() -> bool:
    """True if the present request asks for a table that names participants."""
    offered = _here()
    return offered is not None and offered.names and is_taken()


def taken(rows: Iterable[Row], columns: Sequence[TableColumn[Row]]) -> Response:
    """The table that was asked for. Nothing is given before it is whole and noted."""
    offered = one_or_404(_here())
    kind, tagged = request.args[_ASKED], request.form.get("hxl") == "1"
    lines = _lines(rows, columns, tagged)
    content = written(lines, file=offered.file, kind=kind, heads=2 if tagged else 1)
    _note()
    return content


def own_table(rows: Iterable[Sequence[object]], *, file: str) -> Response:
    """A table of its own making, the head first, noted as the others are; of the kind that the
    address names. It names no participant."""
    content = written(rows, file=file, kind="csv" if request.args.get("kind") == "csv" else "xlsx")
    _note()
    return content


def _lines(
    rows: Iterable[Row], columns: Sequence[TableColumn[Row]], tagged: bool
) -> Iterator[Sequence[object]]:
    yield [str(column.label) for column in columns]
    if tagged:
        yield [column.tag for column in columns]
    values = [column.value for column in columns]
    words = {True: _("yes"), False: _("no")}
    for line in rows:
        yield [_plain(value(line), words) for value in values]


def _plain(value: object, words: Mapping[bool, str]) -> object:
    """A value as a table takes it."""
    if value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, bool):
        return words[value]
    if isinstance(value, datetime):
        return to_local(value).replace(tzinfo=None, second=0, microsecond=0)
    return value


def noted(file: Response) -> Response:
    """A file that names somebody or tells what left, given once that stands in the audit trail: by
    its address and what it belongs to, never by the people in it."""
    _note("files.exported", "file")
    return file


def _note(action: str = "lists.exported", what: str = "list") -> None:
    parents = [str(value) for value in (request.view_args or {}).values()]
    with audited(action, current_actor()) as change:
        change.about(f"{what}:{request.endpoint}", *filter(is_public_id, parents))


@dataclass(frozen=True)
class TableForm:
    """Form by which a page lets its list be taken away: it posts once more what the page was asked
    for. `addresses` are by kind, `fields` what was posted, if anything was."""

    names: bool
    addresses: Mapping[str, str]
    fields: Sequence[tuple[str, str]]


def table_form() -> TableForm | None:
    """Form of the present page; None if its list can't be taken away, or not by this reader."""
    table = _offered_at(request.path) or _offered_at(f"{request.path}/table")
    if table is None:
        return None
    path, offered = table
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] not in ("page", _ASKED)]
    return TableForm(
        offered.names,
        {kind: f"{path}?{urlencode([*pairs, (_ASKED, kind)])}" for kind in _KINDS},
        [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_AGAIN],
    )


def _offered_at(path: str) -> tuple[str, TableOffered] | None:
    """A table for this reader that is answered to what is posted there."""
    try:
        endpoint, _arguments = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return None
    view = current_app.view_functions[endpoint]
    offered, permission = offered_by(view), declared_permission(view)
    if offered is None or permission is None or not current_actor().may(permission):
        return None
    return path, offered


def init_taking(app: Flask) -> None:
    """Let the macros of tables ask whether a list can be taken away."""
    app.jinja_env.globals["table_form"] = table_form
