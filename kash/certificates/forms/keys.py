"""The form by which a new key takes over."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from kash.web import KashForm


class ChangeKeyForm(KashForm):
    """Whether the key up to now may be in other hands; `shown` is the one that the page showed."""

    shown = HiddenField()
    doubted = BooleanField(_l("Somebody else may have the key that signed up to now"))
