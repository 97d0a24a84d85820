"""Forms of courses themselves, and of what is done with a version."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field, text_field
from kash.platform.web.language import LANGUAGES, programme_languages


def language_choices(also: str = "") -> list[tuple[str, str]]:
    """The programme's languages, and one more that is in use."""
    codes = dict.fromkeys([*programme_languages(), *([also] if also else [])])
    return [(code, LANGUAGES.get(code, code)) for code in codes]


class CourseForm(KashForm):
    """A course, as the programme itself calls it."""

    name = text_field(_l("Name"), most=160)
    audience = text_field(_l("For whom"), most=200, required=False)
    level = text_field(_l("Level"), most=40, required=False)


class NewCourseForm(CourseForm):
    """A new course, with what its first draft needs."""

    public_title = text_field(_l("Public title"), most=120)
    language = choice_field(_l("Language"))


class NewVersionForm(KashForm):
    """In which language a new draft is written."""

    language = choice_field(_l("Language"))


class ReturnCourseForm(KashForm):
    """Why a proposal goes back."""

    because = text_field(_l("What should be changed"), most=500)
