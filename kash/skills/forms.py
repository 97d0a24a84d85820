"""Forms of skills."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from kash.platform.web import KashForm
from kash.platform.web.forms import (
    DayField,
    choice_field,
    radio_field,
    required,
    text_field,
)
from kash.skills.words import EVIDENCE, LEVEL_ALONE


class GrantForm(KashForm):
    """A skill and its proof."""

    course = choice_field(_l("Course"))
    level = radio_field(_l("What this trainer may do"), list(LEVEL_ALONE.items()))
    since = DayField(_l("Since"), validators=[required()])
    evidence = radio_field(_l("On what evidence"), list(EVIDENCE.items()))
    assessor = choice_field(_l("Who assessed"), required=False)
    assessed_on = DayField(_l("Day of the assessment"), validators=[Optional()])
    note = text_field(
        _l("Note"),
        most=300,
        required=False,
        description=_l(
            "Who assessed, if it was somebody outside the programme, or which certificate it is."
            " No names of participants: every trainer reads this."
        ),
    )


class EndSkillForm(KashForm):
    """Reason for which a skill ends."""

    because = text_field(
        _l("Reason"),
        most=300,
        description=_l("It stays in the history, which every trainer reads."),
    )


class DeferForm(KashForm):
    """Reason for which somebody does not lead yet."""

    course = choice_field(_l("Course"))
    because = text_field(
        _l("What is still missing"),
        most=300,
        description=_l("It stays in the history, which every trainer reads."),
    )
