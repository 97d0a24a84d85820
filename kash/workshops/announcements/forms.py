"""Forms for what the people of a workshop are told."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.forms import whole_number_field
from kash.platform.web.row_versions import RowVersionForm
from kash.workshops.announcements.rules import MOST_DAYS


class RemindersForm(RowVersionForm):
    """Days before the first day, and after the last, on which people are reminded."""

    remind_first = whole_number_field(
        _l("Remind so many days before"), least=1, most=MOST_DAYS, required=False
    )
    remind_second = whole_number_field(
        _l("And again so many days before"), least=1, most=MOST_DAYS, required=False
    )
    thank_after = whole_number_field(
        _l("Thank who came, so many days after"), least=1, most=MOST_DAYS, required=False
    )

    def check_together(self) -> None:
        """Also: the second reminder comes after the first."""
        first, second = self.remind_first.data, self.remind_second.data
        if second is not None and (first is None or second >= first):
            self.mark_wrong(
                self.remind_second,
                _("The second reminder is nearer to the workshop than the first."),
            )
