"""Issued certificates as a table to take along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.certificates.forms.history import CONDITION_NAMES
from kash.certificates.models import Certificate
from kash.certificates.rules.issuing import grouped
from kash.certificates.rules.standing import condition_on
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.taking import TableColumn


def _hours(minutes: int) -> float:
    hours = round(minutes / 60, 2)
    return int(hours) if hours.is_integer() else hours


def certificate_rows(rows: Iterable[Any], today: date) -> Iterator[Sequence[object]]:
    """Rows of the table, the head first; hours as 4.5."""
    words = {code: str(name) for code, name in CONDITION_NAMES.items()}
    head = [
        _("Serial"),
        _("Printed name"),
        _("Title"),
        _("Workshop"),
        _("Hours"),
        _("Issued on"),
        _("Valid until"),
        _("Status"),
        _("Revoked on"),
    ]
    yield head
    for row in rows:
        yield [
            grouped(row.serial),
            row.name,
            row.public_title,
            row.workshop,
            _hours(row.minutes),
            row.issued_on,
            row.expires_on,
            words[
                condition_on(
                    today,
                    revoked=row.revoked_at is not None,
                    revoked_class=row.revoked_class,
                    expires_on=row.expires_on,
                )
            ],
            to_local(row.revoked_at).date() if row.revoked_at else None,
        ]


def _status(one: Certificate) -> object:
    return CONDITION_NAMES[one.condition(local_today())] if one.serial else _("Not issued")


# A certificate, and its printed name where the person's facts are within reach.
BatchLine = tuple[Certificate, str]
BATCH_COLUMNS: Sequence[TableColumn[BatchLine]] = (
    TableColumn(_l("Printed name"), lambda line: line[1], "#beneficiary+name"),
    TableColumn(_l("Hours"), lambda line: round(line[0].minutes / 60, 2), "#activity+hours"),
    TableColumn(
        _l("Serial"), lambda line: grouped(line[0].serial) if line[0].serial else "", "#meta+id"
    ),
    TableColumn(_l("Status"), lambda line: _status(line[0]), "#status"),
)
