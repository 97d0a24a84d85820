"""The declaration of stories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.incidents.endings import MadeOf
from kash.platform.vault import SealedDocument
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.stories import blueprint, views
from kash.stories.chapters import CHAPTERS
from kash.stories.models import Story
from kash.stories.personal import PERSONAL
from kash.stories.queries.drafts import KIND
from kash.stories.rules.drafts import PURPOSE_OF
from kash.stories.sections import newest_stories
from kash.stories.services.withdrawing import end_for
from kash.stories.today import TODAY
from kash.stories.trail_words import ACTION_WORDS

FEATURE = Feature(
    "stories",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("stories.index", _l("Stories"), "stories.see", 96),
        *TODAY,
        PageSection("figures", "stories/on_figures.html", newest_stories),
        *(MadeOf(purpose, end_for(audience)) for audience, purpose in PURPOSE_OF.items()),
        SampleId(
            "/stories/<story_id>",
            lambda _: select(Story.public_id).where(Story.text.is_not(None)).order_by(Story.month),
        ),
        SampleId(
            "/stories/w/<draft_id>",
            lambda _: select(SealedDocument.public_id).where(SealedDocument.kind == KIND),
        ),
    ),
)
