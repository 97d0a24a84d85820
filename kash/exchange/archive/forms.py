"""The form of an archive."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from kash.platform.web import KashForm
from kash.platform.web.forms import long_text_field


class ArchiveForm(KashForm):
    """An archive as it is asked for."""

    reason = long_text_field(_l("What it is for"), most=500, required=True)
    with_key = BooleanField(_l("With the server’s key file"))
