"""The declaration of the overview."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.feature import Feature
from kash.overview import blueprint, views
from kash.overview.chapters import CHAPTERS
from kash.overview.today import FUNDED, SENT
from kash.overview.words import PACE_TONES, PACE_WORDS
from kash.platform.web.navigation import Destination

FEATURE = Feature(
    "overview",
    modules=(views,),
    blueprints=(blueprint,),
    words={"overview_words": {"paces": PACE_WORDS, "tones": PACE_TONES}},
    parts=(
        CHAPTERS,
        FUNDED,
        SENT,
        Destination(
            "overview.index",
            _l("Reports"),
            "report",
            "overview.see",
            105,
            covers=(
                "indicators",
                "coverage",
                "releases",
                "stories",
                "statements",
                "trends",
                "funder_reports",
                "reports",
            ),
        ),
        Destination(
            "overview.own",
            _l("Reports"),
            "report",
            "overview.own",
            20,
            phone=True,
            covers=("statements", "funder_reports"),
        ),
    ),
)
