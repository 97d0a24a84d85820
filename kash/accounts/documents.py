"""The review of access as a table: CSV line by line, or a sheet made in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kash.accounts.models import OPENING_NAMES, role_name
from kash.accounts.queries.safety import AccessLine
from kash.accounts.rules import Opening
from kash.platform.web.formats import to_local
from kash.platform.web.taking import table_csv, table_xlsx


def _head() -> list[str]:
    return [
        _("Name"),
        _("Roles"),
        _("Second step"),
        _("Locked"),
        _("Last seen"),
        *(str(OPENING_NAMES[column]) for column in Opening),
        _("Stands in for"),
        _("Reviewed"),
        _("Reviewed by"),
    ]


def _day(moment: Any) -> date | None:
    return to_local(moment).date() if moment is not None else None


def _row(line: AccessLine) -> list[object]:
    return [
        line.name,
        ", ".join(role_name(role) for role in line.roles),
        _("Yes") if line.second_step else _("No"),
        _("Yes") if line.paused else _("No"),
        _day(line.last_seen),
        *(line.openings[cell] for cell in Opening),
        ", ".join(lent.absent for lent in line.stands_in),
        _day(line.reviewed_at),
        line.reviewed_by,
    ]


def access_csv(lines: Sequence[AccessLine]) -> Iterator[bytes]:
    """UTF-8 with a mark by which spreadsheets know it."""
    # The words are looked up now: while it is sent there is no request any more.
    return table_csv([_head(), *(_row(line) for line in lines)])


def access_xlsx(lines: Sequence[AccessLine]) -> bytes:
    """A sheet with a head that stays."""
    return table_xlsx([_head(), *(_row(line) for line in lines)])
