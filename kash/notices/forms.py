"""Forms of texts, of choices and of decisions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.notices.rules.hours import FIRST_HOUR, LAST_HOUR
from kash.platform.web.forms import (
    long_text_field,
    radio_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.row_versions import RowVersionForm


class TextForm(RowVersionForm):
    """A text, and of a mail its subject."""

    subject = text_field(_l("Subject"), most=120, required=False)
    text = long_text_field(_l("Text"), most=2000, required=True, rows=6)


class MessageWishForm(RowVersionForm):
    """The way, hours and calendar of one person."""

    channel = radio_field(
        _l("By which way"),
        [
            ("usual", _l("As is usual: an SMS where there is a phone, else an e-mail")),
            ("sms", _l("SMS only")),
            ("email", _l("E-mail only")),
        ],
    )
    from_hour = whole_number_field(_l("Not before this hour"), least=FIRST_HOUR, most=LAST_HOUR - 1)
    until_hour = whole_number_field(_l("Not after this hour"), least=FIRST_HOUR + 1, most=LAST_HOUR)
    calendar = radio_field(
        _l("A date for the calendar with each e-mail"),
        [
            ("usual", _l("As is usual: for officers yes, for others no")),
            ("yes", _l("Yes")),
            ("no", _l("No")),
        ],
        description=_l(
            "A calendar speaks on the lock screen. Whoever shares the phone reads it there."
        ),
    )
