"""Forms of tests."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.assessments.rules.times import LEAST_MINUTES, MOST_MINUTES
from kash.platform.web import KashForm
from kash.platform.web.forms import SeveralField, choice_field, whole_number_field


class MakeForm(KashForm):
    """The questions that a test asks."""

    questions = SeveralField(_l("Questions"))


class OpenTestForm(KashForm):
    """For how long phones may answer."""

    minutes = whole_number_field(
        _l("Minutes until it closes"), least=LEAST_MINUTES, most=MOST_MINUTES
    )


class SourceForm(KashForm):
    """Where the answers that are typed in come from."""

    source = choice_field(
        _l("Where they come from"),
        choices=[("paper", _l("From paper")), ("read_aloud", _l("Told aloud, one by one"))],
    )
