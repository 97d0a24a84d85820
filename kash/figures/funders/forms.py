"""The form of a tie."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field


class FunderAccountForm(KashForm):
    """The funder that an account is to belong to; the view offers them."""

    funder = choice_field(_l("Funder"), [])
