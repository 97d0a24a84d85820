"""Form of setting up the programme, and words for what it uses."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from kash.platform.web.fields import SeveralField
from kash.platform.web.forms import KashForm, email_field, password_field, required, text_field
from kash.platform.web.programme import DEFAULT_ZONE, LANGUAGES


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every time zone that this machine knows."""
    return frozenset(available_timezones())


def check_zone(_form: Any, field: Any) -> None:
    """Refuse what is not the name of a time zone."""
    if field.data not in zones():
        raise ValidationError(
            _("There is no such time zone. In Kenya it is %(zone)s.", zone=DEFAULT_ZONE)
        )
    ZoneInfo(field.data)


CHOICE_WORDS: dict[str, Any] = {
    "tests": _l("Tests and evaluations"),
    "tracks": _l("Tracks"),
    "money": _l("Money"),
    "cases": _l("Cases"),
    "results": _l("Results for funders"),
    "planning": _l("Planning"),
    "exchange": _l("Exchange"),
}
CHOICE_NOTES: dict[str, Any] = {
    "tests": _l("Questions before and after a workshop, practice, and what people say of it."),
    "tracks": _l("Ways through several courses, who may teach what, and who is trained where."),
    "money": _l("What a workshop costs, and what is paid to those who came."),
    "cases": _l("Reports of violations, the vault, mediation, printed figures and stories."),
    "results": _l("Indicators, targets, and what is sent to those who pay."),
    "planning": _l("A quarter at a time, series, clashes, and sign-up by link."),
    "exchange": _l("KoboToolbox, DHIS2, programs with tokens, and trainings of past years."),
}
# For a new programme: what most need beside workshops. More is put on in a minute; a first day with
# few places is easier.
USUAL = ("tests",)


def choices_field(*usual: str) -> SeveralField:
    """The boxes to tick, a sentence below each (`CHOICE_NOTES`)."""
    return SeveralField(
        _l("What this programme uses"),
        choices=list(CHOICE_WORDS.items()),
        default=list(usual),
        coerce=str,
        description=_l(
            "People, courses, workshops, attendance, certificates and the forum are always there."
        ),
    )


class SetUpForm(KashForm):
    """The programme, its groups and its first administrator."""

    code = text_field(
        _l("Code"),
        most=40,
        description=_l("The terminal in which this was started shows it."),
        render_kw={"spellcheck": "false"},
    )
    name = text_field(
        _l("Name of the programme"), description=_l("Only people who are signed in see it.")
    )
    neutral_name = text_field(
        _l("Neutral name"),
        most=60,
        default=_l("Programme"),
        description=_l("Titles, papers and file names show this one. It should tell nothing."),
    )
    zone = text_field(_l("Time zone"), most=64, default=DEFAULT_ZONE, validators=[check_zone])
    languages = SeveralField(
        _l("Languages"),
        choices=list(LANGUAGES.items()),
        default=list(LANGUAGES),
        coerce=str,
        validators=[required(_l("Choose a language."))],
    )
    group_a = text_field(
        _l("First group"),
        most=80,
        default=_l("Police"),
        description=_l("The police. On papers that several groups see it is called A."),
    )
    group_b = text_field(
        _l("Second group"),
        most=80,
        default=_l("Community"),
        description=_l("On papers that several groups see it is called B."),
    )
    used = choices_field(*USUAL)
    administrator_name = text_field(_l("Your name"))
    administrator_email = email_field(_l("Your e-mail address"))
    password = password_field(
        _l("Password"),
        new=True,
        description=_l("At least 12 characters, such as a few words in a row."),
    )
    runs_workshops = BooleanField(_l("I also run workshops, as a trainer"))

    def validate_group_b(self, field: Any) -> None:
        """Two groups need two names."""
        if (
            field.data
            and self.group_a.data
            and field.data.casefold() == self.group_a.data.casefold()
        ):
            raise ValidationError(_("The two groups need different names."))
