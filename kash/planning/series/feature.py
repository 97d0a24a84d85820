"""Chapters of the handbook that tell about series. Columns of this room's tables, sorted by what
they hold about a person. Sections of series on the pages of a workshop and of a forum. Words of
the audit trail for what is done here: the room, then what happened. The declaration of series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.forums.models import Forum
from kash.people.erasure import about_things
from kash.planning.series import blueprint, views
from kash.planning.series.forms import sentence
from kash.planning.series.models import Series, SeriesDate
from kash.planning.series.queries import pattern_of, series_of_forum, series_of_workshop
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId
from kash.policy import Actor, Reach, Role
from kash.workshops.models import Workshop

CHAPTERS = Chapters({"series": {Role.TRAINER: "trainer#series", Role.DIRECTOR: "director#forums"}})


PERSONAL = (*about_things(series="repeats weekdays on_holiday"),)


@dataclass(frozen=True)
class SeriesSection:
    """Repeatable workshop or forum (its public id) with the series that there are, each rule in
    words."""

    of: str
    series: Sequence[tuple[str, str]]


def of_workshop(public_id: str, actor: Actor) -> SeriesSection | None:
    """The series of which a workshop is a date; None for the person who doesn't run it."""
    if actor.reach("workshops.edit") is Reach.NONE:
        return None
    runs, series = series_of_workshop(public_id, actor)
    return SeriesSection(public_id, _told([series] if series else [])) if runs else None


def of_forum(public_id: str, actor: Actor) -> SeriesSection:
    """The series of meetings of a forum that its page shows to the person who runs it."""
    return SeriesSection(public_id, _told(series_of_forum(public_id, actor)))


def _told(series: Sequence[Series]) -> list[tuple[str, str]]:
    return [(repeated.public_id, sentence(pattern_of(repeated))) for repeated in series]


ACTION_WORDS = ActionWords(
    {
        "series.changed": _l("series: dates changed"),
        "series.dates_added": _l("series: dates added"),
        "series.left_out": _l("series: dates called off"),
        "series.planned": _l("series: planned"),
        "series.taken_up": _l("series: date taken up again"),
    }
)


FEATURE = Feature(
    "series",
    choice="planning",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("series.index", _l("Series"), "series.edit", 98),
        PageSection("workshop", "series/workshop_section.html", of_workshop),
        PageSection("forum", "series/forum_section.html", of_forum),
        SampleId(
            "/series/workshops/<public_id>",
            lambda _: (
                select(Workshop.public_id)
                .where(Workshop.state == "planned")
                .order_by(Workshop.starts_on.desc())
            ),
        ),
        SampleId("/series/forums/<forum_id>", lambda _: select(Forum.public_id)),
        SampleId("/series/<series_id>", lambda _: select(Series.public_id).order_by(Series.id)),
        SampleId(
            "/series/<series_id>/dates/<date_id>",
            lambda known: (
                select(SeriesDate.public_id)
                .join(Series, Series.id == SeriesDate.series_id)
                .where(Series.public_id == known["series_id"])
                .order_by(SeriesDate.named.desc())
            ),
        ),
    ),
)
