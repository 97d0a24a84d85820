"""Problems of sign-ups, each with its sentence."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.invitations.rules import MOST_STATIONS
from kash.platform.web.errors import Problem


class LinkClosed(Problem):
    """A link takes no names, or never was one: nothing says which."""

    status = 404
    sentence = _l("This link takes no names. Ask whoever gave it to you.")


class LinkFull(Problem):
    """A link took as many as it may."""

    status = 422
    sentence = _l("No more names can be put down here. Ask whoever gave you the link.")


class TooManyNames(Problem):
    """More names were typed than the link still takes."""

    status = 422
    sentence = _l("These are more names than places are left. Empty some rows.")


class NotAStation(Problem):
    """Names are typed in by the liaison of a station; of a collective they would lie open."""

    field = "stations"
    sentence = _l("Choose stations.")


class TooManyStations(Problem):
    """Links are made for so many stations at a time."""

    field = "stations"

    def __init__(self) -> None:
        super().__init__(_("Choose at most %(most)s stations at a time.", most=MOST_STATIONS))


class NotDecidable(Problem):
    """A row can't be decided on as it was wished for."""

    sentence = _l(
        "Nothing was changed: somebody of these can't be taken in so. Look at each once more;"
        " whoever has the same phone as somebody here is that person, and nobody under 18 is"
        " enrolled."
    )


class LacksCourse(NotDecidable):
    """The programme enrols only who had the courses that this one asks for."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "Nothing was changed: %(name)s lacks a course that this one asks for.",
                name=name,
            )
        )


class HadCourse(NotDecidable):
    """The programme enrols nobody in a course that she had and that still holds."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("Nothing was changed: %(name)s had this course, and that still holds.", name=name)
        )
