"""The declaration of series."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.forums.models import Forum
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.series import blueprint, views
from kash.series.chapters import CHAPTERS
from kash.series.models import Series, SeriesDate
from kash.series.personal import PERSONAL
from kash.series.sections import of_forum, of_workshop
from kash.series.trail_words import ACTION_WORDS
from kash.workshops.models import Workshop

FEATURE = Feature(
    "series",
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
