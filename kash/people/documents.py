"""The consent form on paper: what is asked, word for word, and lines to sign. The copy of all that
is held about one person: a file to read, and one for other programs. Services on paper: cards for a
wallet, and a list. Neither says who made it or why. A confidential address is on no paper, the
person who prints it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from kash.people import words
from kash.people import words as directory_words
from kash.people.models import Person, ServiceEntry, form_language
from kash.people.rules.directory import CARDS_ON_A_SHEET
from kash.people.rules.persons import purposes_for
from kash.people.words import TEXTS, column_word, table_word, value_word
from kash.platform.database import db
from kash.platform.jobs import JobResult, Progress
from kash.platform.press import PagedDocument, document, qr_svg
from kash.platform.web.language import language_code
from kash.platform.web.programme import (
    LANGUAGES,
    brand,
    logo_address,
    paper_wording,
    programme_languages,
)


def language_name(code: str) -> str:
    """A language under its own name."""
    return str(words.LANGUAGE.get(code) or LANGUAGES.get(code, code))


def consent_form(person: Person) -> bytes:
    """One person's form as PDF. Her name stands on it only if it may; a code does in any case.

    Raises RenderError.
    """
    return _printed(_sheet(person), form_language(person)[0])


def _sheet(person: Person) -> str:
    """One person's form, in the language in which it is printed for her."""
    language, own = form_language(person)
    with force_locale(language):
        # Without what every page is given: the worker draws for nobody who is signed in.
        return current_app.jinja_env.get_template("people/paper/consent.html").render(
            person=person,
            texts={
                purpose: TEXTS[purpose] for purpose in purposes_for(police=person.group.is_police)
            },
            purposes=words.PURPOSE,
            organisation=brand(),
            wanted=None if own else language_name(person.language),
            printed_in=language_name(language),
            logo=logo_address(paper_wording(), "consents"),
        )


def _printed(html: str, language: str) -> bytes:
    with force_locale(language):
        paged = PagedDocument(
            html=html,
            title=_("What I agree to"),
            language=language,
            kind="names",
            footer_left=_("Keep this sheet locked away."),
        )
        return document(paged)


def make_consent_forms(progress: Progress, *, people: Sequence[str]) -> JobResult:
    """The forms of several people as one PDF, each on a sheet of its own, by name."""
    people_named = db.session.scalars(
        select(Person).where(Person.public_id.in_(people)).order_by(Person.sort_name, Person.id)
    ).all()
    sheets = []
    for number, person in enumerate(people_named, 1):
        language = form_language(person)[0]
        sheets.append(f'<div class="sheet" lang="{language}">{_sheet(person)}</div>')
        progress.report(number, len(people_named))
    db.session.rollback()
    content = _printed("".join(sheets), programme_languages()[0])
    return JobResult("consent-forms.pdf", "application/pdf", content)


def packed_copy(copied: Mapping[str, list[dict[str, Any]]], headings: Mapping[str, Any]) -> bytes:
    """A zip of both; it is made in memory and kept nowhere. `headings` are words for tables that
    were declared with their rows. Names of tables and columns stand in the file for programs; the
    other has words."""
    page = render_template(
        "people/paper/copy.html",
        language=language_code(),
        parts=[
            (
                table_word(table, headings.get(table)),
                [
                    [
                        (column_word(table, name), value_word(name, value))
                        for name, value in line.items()
                    ]
                    for line in rows
                ],
            )
            for table, rows in copied.items()
        ],
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("copy.html", page)
        archive.writestr(
            "copy.json", json.dumps(copied, ensure_ascii=False, indent=1, default=_plain)
        )
    return packed.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


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
    portion, rest = divmod(room, len(entries))
    filled = [
        entry
        for position, entry in enumerate(entries)
        for _copy in range(portion + (position < rest))
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
            _("Who is served"),
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
        writer.writerow([_directory_plain(str(cell)) for cell in cells])
    return "\ufeff" + table.getvalue()


def _directory_plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
