"""The recovery sheet: made in the request of whoever prints it, and kept nowhere."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from kash.platform.press import PagedDocument, document
from kash.platform.web.language import language_code


def recovery_sheet(code: str) -> bytes:
    """A sheet with the recovery code, as PDF; it names neither person nor programme.

    Raises RenderError.
    """
    return document(
        PagedDocument(
            html=render_template("members/paper/recovery.html", code=code),
            title=_("Recovery sheet"),
            language=language_code(),
            page_count="",
        )
    )
