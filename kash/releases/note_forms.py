"""Forms about what was printed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.forms import KashForm, long_text_field


class ReleaseNoteForm(KashForm):
    """A note beside a printed table."""

    text = long_text_field(
        _l("Note"),
        most=1000,
        required=True,
        description=_l("What is wrong with this table, in words and without any digit."),
    )
