"""Problems that stand in the way of what is done with messages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.notices.rules.texts import TextFault
from kash.notices.words import fault_words
from kash.platform.web.errors import Problem


class BadText(Problem):
    """A text that may not go out, with its fault beside the field it stands in."""

    def __init__(self, field: str, fault: TextFault) -> None:
        super().__init__(fault_words(fault))
        self.field = field
        self.fault = fault


class HoursOutside(Problem):
    """Hours that end before they begin, or lie outside those of the programme."""

    field = "until_hour"
    sentence = _l("Messages go between 8 and 19 o’clock: choose hours within, the later one last.")


class NothingDecided(Problem):
    """All that was ticked was settled meanwhile."""

    sentence = _l("Nothing was to be done any more: look again at how the messages stand.")
