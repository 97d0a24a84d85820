"""The declaration of earlier trainings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.history import blueprint, models, views
from kash.history.chapters import CHAPTERS
from kash.history.models import EarlierImport
from kash.history.personal import PERSONAL, REFERENCES
from kash.history.queries import BRING
from kash.history.trail_words import ACTION_WORDS
from kash.people.sections import PersonSection
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.policy import Actor


def _may_bring(_public_id: str, actor: Actor) -> bool | None:
    return actor.may(BRING) or None


FEATURE = Feature(
    "history",
    modules=(models, views),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        *PERSONAL,
        *REFERENCES,
        NamedPage("history.index", _l("Earlier trainings"), BRING, 101),
        PageSection("people_lists", "history/lists_section.html", _may_bring),
        PersonSection(_l("Earlier trainings"), views.person_rows),
        SampleId(
            "/history/<public_id>",
            lambda _: select(EarlierImport.public_id),
        ),
    ),
)
