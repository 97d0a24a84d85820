"""The consent form on paper: what is read out, word for word, and lines to sign."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from kash.incidents.consent_texts import VERSION, text_of, unread
from kash.incidents.documents.rendering import render_now
from kash.incidents.rules.consents import PURPOSES
from kash.platform.press import PagedDocument
from kash.platform.web.language import brand


def consent_paper(language: str) -> bytes:
    """The form as PDF, its words in a language; it names nobody. Raises RenderError."""
    return render_now(
        PagedDocument(
            html=consent_markup(language),
            title=_("What I agree to"),
            language=language,
            kind="names",
            footer_left=_("Keep this sheet locked away."),
        )
    )


def consent_markup(language: str) -> str:
    """The form as the press takes it."""
    return render_template(
        "incidents/paper/consents.html",
        texts=[text_of(one, VERSION, language) for one in PURPOSES],
        organisation=brand(),
        unread=unread(language),
    )
