"""The declaration of announcements."""

from __future__ import annotations

from sqlalchemy import select

from kash.announcements import blueprint, views
from kash.announcements.chapters import CHAPTERS
from kash.announcements.personal import PERSONAL
from kash.announcements.sections import of_workshop
from kash.announcements.services import tell_people
from kash.announcements.texts import KINDS
from kash.announcements.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.workshops.models import Workshop

FEATURE = Feature(
    "announcements",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *KINDS,
        Chore("tell_people_of_workshops", lambda: tell_people(utc_now()), minutes=1),
        PageSection("workshop", "announcements/workshop_section.html", of_workshop),
        SampleId(
            "/announcements/workshops/<public_id>",
            lambda _: (
                select(Workshop.public_id)
                .where(Workshop.state == "planned")
                .order_by(Workshop.starts_on.desc())
            ),
        ),
    ),
)
