"""Issued certificates as a table to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flask_babel import gettext as _

from kash.certificates.forms.history import CONDITION_NAMES
from kash.certificates.rules.issuing import grouped
from kash.certificates.rules.standing import condition_on
from kash.platform.web.formats import to_local

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: object) -> str:
    """A cell that no program takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def certificates_csv(rows: Iterable[Any], today: date) -> Iterator[bytes]:
    """UTF-8 with a mark by which spreadsheets know it; days as 2026-11-25, hours as 4.5."""
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
    # Read and put into words before it is sent: then there is no request any more.
    lines = [
        [
            grouped(row.serial),
            row.name,
            row.public_title,
            row.workshop,
            f"{row.minutes / 60:.2f}".rstrip("0").rstrip("."),
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
        for row in rows
    ]
    return _written([head, *lines])


def _written(lines: list[list[Any]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    for line in lines:
        out = io.StringIO()
        csv.writer(out).writerow(_plain(value) for value in line)
        yield out.getvalue().encode()
