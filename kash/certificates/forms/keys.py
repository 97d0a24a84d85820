"""The form by which a new key takes over."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from kash.platform.web import KashForm
from kash.platform.web.forms import HiddenField


class ChangeKeyForm(KashForm):
    """Change of the key, which may be in other hands until now; `shown` is the one that the page
    showed."""

    shown = HiddenField()
    doubted = BooleanField(_l("Somebody else may have the key that signed up to now"))
