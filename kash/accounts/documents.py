"""The review of access as a table: CSV line by line, or a sheet made in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from kash.accounts.names import OPENING_NAMES, role_name
from kash.accounts.queries.access import AccessLine
from kash.accounts.rules.safety import Opening
from kash.platform.web.formats import to_local

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: object) -> str:
    """A cell that no program takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _head() -> list[str]:
    return [
        _("Name"),
        _("Roles"),
        _("Second step"),
        _("Locked"),
        _("Last seen"),
        *(str(OPENING_NAMES[one]) for one in Opening),
        _("Stands in for"),
        _("Reviewed"),
        _("Reviewed by"),
    ]


def _day(moment: Any) -> str:
    return to_local(moment).date().isoformat() if moment is not None else ""


def _row(line: AccessLine) -> list[object]:
    return [
        line.name,
        ", ".join(role_name(role) for role in line.roles),
        _("Yes") if line.second_step else _("No"),
        _("Yes") if line.paused else _("No"),
        _day(line.last_seen),
        *(line.openings[one] for one in Opening),
        ", ".join(lent.absent for lent in line.stands_in),
        _day(line.reviewed_at),
        line.reviewed_by,
    ]


def access_csv(lines: Sequence[AccessLine]) -> Iterator[bytes]:
    """UTF-8 with a mark by which spreadsheets know it."""
    # The words are looked up now: while it is sent there is no request any more.
    return _written([_head(), *(_row(line) for line in lines)])


def _written(rows: Sequence[Sequence[object]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow(_plain(value) for value in row)
        yield out.getvalue().encode()


def access_xlsx(lines: Iterable[AccessLine]) -> bytes:
    """A sheet with a head that stays."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, text in enumerate(_head()):
        sheet.write_string(0, column, text, bold)
    for number, line in enumerate(lines, 1):
        for column, value in enumerate(_row(line)):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, str(value))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 1, 28)
    book.close()
    return out.getvalue()
