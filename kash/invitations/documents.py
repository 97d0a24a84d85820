"""The letter of invitation to the commander of a station: no name of a person, and no group."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.invitations.models import SignUpLink
from kash.platform.press import PagedDocument, document
from kash.platform.web.formats import local_today
from kash.platform.web.programme import brand, paper_wording
from kash.workshops.models import Workshop


def letter_to_commander(workshop: Workshop, link: SignUpLink, *, language: str) -> bytes:
    """Letter that asks a station for so many people: public title, days, place, and whom to call.
    Raises RenderError."""
    with force_locale(language):
        paged = PagedDocument(
            html=letter_markup(workshop, link, language),
            title=_("Letter of invitation"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    return document(paged)


def letter_markup(workshop: Workshop, link: SignUpLink, language: str) -> str:
    """The letter as the press takes it."""
    with force_locale(language):
        return render_template(
            "invitations/letter.html",
            workshop=workshop,
            link=link,
            sender=brand(),
            address=paper_wording().address_lines,
            today=local_today(),
        )
