"""The declaration of quarters."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.quarters import blueprint, views
from kash.quarters.chapters import CHAPTERS
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.personal import PERSONAL
from kash.quarters.sections import of_workshop
from kash.quarters.trail_words import ACTION_WORDS
from kash.quarters.words import STATE, days_text, quarter_of_proposal


def _lines(known: Mapping[str, str]) -> Select[str]:
    return (
        select(QuarterLine.public_id)
        .join(QuarterLine.proposal)
        .where(QuarterProposal.public_id == known["public_id"], QuarterLine.state == "open")
        .order_by(QuarterLine.id)
    )


FEATURE = Feature(
    "quarters",
    modules=(views,),
    blueprints=(blueprint,),
    words={
        "quarter_words": {
            "days": days_text,
            "quarter": quarter_of_proposal,
            "state": STATE,
        }
    },
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("quarters.index", _l("Plan a quarter"), "quarters.see", 46),
        PageSection("workshop", "quarters/workshop_section.html", of_workshop),
        SampleId(
            "/quarters/<public_id>",
            lambda _: select(QuarterProposal.public_id).order_by(QuarterProposal.id),
        ),
        SampleId("/quarters/<public_id>/lines/<line_id>", _lines),
    ),
)
