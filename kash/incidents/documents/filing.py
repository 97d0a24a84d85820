"""Papers for whoever files: the form for filing by hand (six boxes with the questions of the six
screens), and a leaflet that says what becomes of a report, both on A4.

They name nobody's work: paper is found by others.
"""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from kash.incidents import filing_words, retention_words
from kash.incidents.consent_texts import VERSION, unread
from kash.incidents.retention_words import SEVEN_DAYS
from kash.platform.press import PagedDocument, document
from kash.platform.web.programme import brand


def paper_form(language: str) -> bytes:
    """The form as PDF, in the language that the page speaks. Raises RenderError."""
    return document(
        PagedDocument(
            html=paper_markup(),
            title=_("Form to fill in by hand"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    )


def paper_markup() -> str:
    """The form as the press takes it."""
    return render_template(
        "incidents/paper/filing.html",
        brand=brand(),
        words=filing_words,
        words_unread=unread(),
        seven_days=SEVEN_DAYS,
    )


def leaflet(language: str) -> bytes:
    """The leaflet as PDF, in the language that the page speaks. Raises RenderError."""
    return document(
        PagedDocument(
            html=leaflet_markup(),
            title=_("Before you tell"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    )


def leaflet_markup() -> str:
    """The leaflet as the press takes it: the words of consent as they are read out, and what nobody
    can promise."""
    return render_template(
        "incidents/paper/leaflet.html",
        brand=brand(),
        words=filing_words,
        words_unread=unread(),
        keeping=retention_words,
        version=VERSION,
    )
