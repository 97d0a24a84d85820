"""Services on paper: cards for a wallet, and a list. Neither says who made it or why.

A confidential address is on no paper, whoever prints it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.people import directory_words, words
from kash.people.models import ServiceEntry
from kash.people.rules.directory import CARDS_ON_A_SHEET
from kash.platform.press import PagedDocument, document, qr_svg

# What fits on a card beside the rest.
_ADDRESS_ON_CARD = 70
_LINES_ON_CARD = 3


def cards(entries: Sequence[ServiceEntry], *, language: str, sheets: int, with_qr: bool) -> bytes:
    """Sheets of ten cards as PDF, the chosen services in turn until the paper is full.

    Raises RenderError.
    """
    with force_locale(language):
        html = cards_markup(entries, sheets=sheets, with_qr=with_qr)
        title = _("Telephone numbers")
    return document(
        PagedDocument(html=html, title=title, language=language, kind="cards", page_count="")
    )


def cards_markup(entries: Sequence[ServiceEntry], *, sheets: int, with_qr: bool) -> str:
    """The cards as the press takes them."""
    return render_template(
        "directory/paper/cards.html",
        sheets=list(_sheets(entries, sheets)),
        hours_lines=lambda entry: directory_words.hours_lines(entry.stretches)[:_LINES_ON_CARD],
        phone_text=directory_words.phone_text,
        address_of=lambda entry: entry.address if len(entry.address) <= _ADDRESS_ON_CARD else "",
        qr=lambda entry: (
            qr_svg(f"tel:{entry.phone}", label=_("Dials the number"))
            if with_qr and entry.phone
            else ""
        ),
    )


def _sheets(entries: Sequence[ServiceEntry], sheets: int) -> Iterator[list[ServiceEntry]]:
    """Each service as often as there is room, all copies of one next to each other."""
    room = sheets * CARDS_ON_A_SHEET
    each, rest = divmod(room, len(entries))
    filled = [
        entry for position, entry in enumerate(entries) for _copy in range(each + (position < rest))
    ]
    for start in range(0, len(filled), CARDS_ON_A_SHEET):
        yield filled[start : start + CARDS_ON_A_SHEET]


def service_list(entries: Sequence[ServiceEntry], *, language: str, today: date) -> bytes:
    """The services by area, on A4. Raises RenderError."""
    with force_locale(language):
        html = list_markup(entries, today)
        paged = PagedDocument(
            html=html,
            title=_("List of services"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    return document(paged)


def list_markup(entries: Sequence[ServiceEntry], today: date) -> str:
    """The list as the press takes it."""
    areas: dict[str, list[ServiceEntry]] = {}
    for entry in entries:
        areas.setdefault(entry.area, []).append(entry)
    return render_template(
        "directory/paper/list.html",
        areas=areas,
        today=today,
        words=words,
        kinds=directory_words.SERVICE_KIND,
        costs=directory_words.COST,
        hours_lines=lambda entry: directory_words.hours_lines(entry.stretches),
        phone_text=directory_words.phone_text,
    )


def service_table(entries: Iterable[ServiceEntry]) -> str:
    """The services as CSV with a head, in the reader's language; opens in any spreadsheet."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(
        [
            _("Name"),
            _("Kind"),
            _("Area"),
            _("Phone"),
            _("Another phone"),
            _("Opening hours"),
            _("Address and the way there"),
            _("Languages spoken there"),
            _("Whom it serves"),
            _("Cost"),
            _("Recommended by"),
            _("Notes"),
            _("Last checked on"),
        ]
    )
    for entry in entries:
        hours = directory_words.hours_lines(entry.stretches)
        cost = str(directory_words.COST[entry.cost])
        cells = [
            entry.name,
            directory_words.SERVICE_KIND[entry.kind],
            entry.area,
            directory_words.phone_text(entry.phone),
            directory_words.phone_text(entry.other_phone),
            "; ".join(f"{days} {times}" for days, times in hours),
            _("Confidential: call first") if entry.address_confidential else entry.address,
            ", ".join(str(words.LANGUAGE.get(code, code)) for code in entry.languages),
            ", ".join(str(directory_words.SERVED.get(code, code)) for code in entry.serves),
            ", ".join(filter(None, [cost, entry.cost_note])),
            entry.recommended_by,
            entry.notes,
            entry.checked_on.isoformat(),
        ]
        writer.writerow([_plain(str(cell)) for cell in cells])
    return "\ufeff" + table.getvalue()


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
