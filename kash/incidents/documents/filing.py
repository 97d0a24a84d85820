"""The form for filing by hand: six boxes with the questions of the six screens, on A4.

It names nobody's work: paper is found by others.
"""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from kash.incidents import filing_words
from kash.incidents.keeping_words import SEVEN_DAYS
from kash.press import PagedDocument, document
from kash.web.programme import brand


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
        "incidents/paper/filing.html", brand=brand(), words=filing_words, seven_days=SEVEN_DAYS
    )
