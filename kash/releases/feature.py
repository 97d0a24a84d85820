"""The declaration of releases."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.connections.kinds import OpenWay
from kash.feature import Feature
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine
from kash.releases import blueprint, models, views
from kash.releases.approval import SENT_BACK
from kash.releases.chapters import CHAPTERS
from kash.releases.commands import releases_commands
from kash.releases.models import Release, ReleasePlan
from kash.releases.personal import PERSONAL
from kash.releases.plan_trail_words import PLAN_ACTION_WORDS
from kash.releases.reading_words import WORDS
from kash.releases.results import SHOWS_RESULTS
from kash.releases.today_plans import PLANS_NEEDED
from kash.releases.today_printing import LOST_FIGURES, PRINTING_DUE
from kash.releases.trail_words import ACTION_WORDS


def _printed(_known: object) -> Select[str]:
    return select(Release.public_id).order_by(Release.id.desc())


def _plans(_known: object) -> Select[str]:
    return select(ReleasePlan.public_id).order_by(ReleasePlan.id.desc())


def _said(_count: int) -> str:
    return _("What each year prints, with which dice and on which days.")


FEATURE = Feature(
    "releases",
    modules=(models, views),
    blueprints=(blueprint,),
    commands=(releases_commands,),
    words={"releases": WORDS},
    parts=(
        SENT_BACK,
        *PERSONAL,
        ACTION_WORDS,
        PLAN_ACTION_WORDS,
        CHAPTERS,
        SHOWS_RESULTS,
        LOST_FIGURES,
        PRINTING_DUE,
        *PLANS_NEEDED,
        OpenWay(
            30,
            _l("Printed figures"),
            _l("Tables printed by the dice rule, as they were published."),
            "releases.index",
            "releases.see",
        ),
        Destination(
            "releases.index", _l("Figures"), "report", "releases.see", 127, unless="overview.see"
        ),
        SettingLine(
            "safety", 40, "releases.plans", _l("Plans of printed figures"), "report", _said
        ),
        SampleId("/releases/<public_id>", _printed),
        SampleId("/releases/plans/<plan_id>", _plans),
    ),
)
