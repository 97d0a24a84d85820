"""Forms of statements."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import BooleanField, HiddenField, choice_field


class FreezeForm(KashForm):
    """Funder and period of a statement; the view offers both."""

    funder = choice_field(_l("Funder"), [])
    period = choice_field(_l("Quarter or year"), [])
    police_only = BooleanField(
        _l("Police officers only"),
        description=_l("Nothing of community members leaves, not even a total."),
    )


class ApproveForm(KashForm):
    """Digest of the figures that were read."""

    digest = HiddenField()
