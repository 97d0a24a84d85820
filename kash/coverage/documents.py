"""Coverage on paper: one page for whoever decides."""

from __future__ import annotations

from datetime import date

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.coverage.queries.figures import Coverage
from kash.coverage.queries.subjects import Subject
from kash.coverage.rules.needs import total_need
from kash.platform.press import PagedDocument, document

# What one page holds beside its head.
MOST_STATIONS = 15


def coverage_paper(coverage: Coverage, subject: Subject, *, language: str, today: date) -> bytes:
    """The stations with the fewest trained people, and when they fall under the wanted number, on
    one page. Raises RenderError."""
    with force_locale(language):
        html = coverage_markup(coverage, subject, today)
        paged = PagedDocument(
            html=html,
            title=_("Coverage"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    return document(paged)


def coverage_markup(coverage: Coverage, subject: Subject, today: date) -> str:
    """The page as the press takes it."""
    stations = [row.station for row in coverage.needs]
    rows = sorted(coverage.needs, key=lambda row: row.holds)
    shown = rows[:MOST_STATIONS]
    return render_template(
        "coverage/paper.html",
        subject=subject,
        today=today,
        goal=coverage.goal,
        total=total_need(rows),
        stations=len(rows),
        covered=coverage.covered(stations),
        line=coverage.line(stations),
        rows=[(row, coverage.forecast(row)) for row in shown],
        left_out=len(rows) - len(shown),
    )
