"""Forms of a track itself, and of what is done with its versions and people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import DayField, choice_field, long_text_field, required, text_field


class TrackForm(KashForm):
    """A track, apart from its requirements."""

    name = text_field(_l("Name"), most=120)
    name_sw = text_field(_l("Name in Kiswahili"), most=120, required=False)
    purpose = text_field(_l("What it leads to, in a sentence"), most=300, required=False)
    course = choice_field(_l("Its certificate is that of the course"), required=False)


class ReturnTrackForm(KashForm):
    """Reason for which a proposal goes back."""

    because = text_field(_l("What should be changed"), most=500)


class MoveForm(KashForm):
    """Version to which somebody is moved, and why."""

    version = choice_field(_l("Version"))
    reason = long_text_field(_l("Why"), most=500, required=True)


class WithdrawForm(KashForm):
    """Reason for which a fact is withdrawn."""

    because = text_field(_l("What was wrong"), most=300)


class EndForm(KashForm):
    """Day on which somebody held a role last."""

    until = DayField(_l("Last day"), validators=[required()])
