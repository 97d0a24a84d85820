"""Forms of the contact outside the programme."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import text_field


class OutsideForm(KashForm):
    """Contact outside: who it is, and how to reach them."""

    name = text_field(_l("Name"), most=120)
    reach = text_field(_l("How to reach them"), most=200)
