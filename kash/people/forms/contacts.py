"""Why somebody wants to see a contact."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import long_text_field


class AskContactForm(KashForm):
    """Why one needs to reach somebody."""

    reason = long_text_field(
        _l("What do you need it for?"),
        most=500,
        required=True,
        rows=3,
        description=_l("Kept sealed. Whoever decides reads it."),
    )


class MoreLooksForm(KashForm):
    """Why one needs more looks than are usual in a day."""

    reason = long_text_field(
        _l("Why do you need more today?"),
        most=500,
        required=True,
        rows=3,
        description=_l("Kept sealed. The director reads it on Today."),
    )
