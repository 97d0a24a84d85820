"""The consent form on paper: what is read out, word for word, and lines to sign."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from kash.incidents import names
from kash.incidents.consent_texts import TEXTS
from kash.incidents.documents.rendering import render_now
from kash.platform.press import PagedDocument
from kash.platform.web.language import brand, language_code


def consent_paper() -> bytes:
    """The form as PDF, in the reader's language; it names nobody. Raises RenderError."""
    return render_now(
        PagedDocument(
            html=render_template(
                "incidents/paper/consents.html",
                texts=TEXTS,
                purposes=names.PURPOSE_NAMES,
                organisation=brand(),
            ),
            title=_("What I agree to"),
            language=language_code(),
            kind="names",
            footer_left=_("Keep this sheet locked away."),
        )
    )
