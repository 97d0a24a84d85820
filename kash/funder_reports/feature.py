"""The declaration of reports to funders."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.funder_reports import blueprint, views
from kash.funder_reports.chapters import CHAPTERS
from kash.funder_reports.left import PAPERS
from kash.funder_reports.models import FunderReport
from kash.funder_reports.personal import PERSONAL
from kash.funder_reports.today import NEEDED, RETURNED, STORIES
from kash.funder_reports.trail_words import ACTION_WORDS
from kash.funder_reports.words import REPORT_STATES, REPORT_TONES, read_name
from kash.platform.web.hits import NamedPage
from kash.platform.web.sample_ids import SampleId
from kash.workshops.models import Funder


def _reports(_known: object) -> Select[str]:
    return select(FunderReport.public_id).order_by(FunderReport.id)


def _funders(_known: object) -> Select[str]:
    return select(Funder.public_id).order_by(Funder.id)


FEATURE = Feature(
    "funder_reports",
    modules=(views,),
    blueprints=(blueprint,),
    words={"report_words": {"states": REPORT_STATES, "tones": REPORT_TONES, "name": read_name}},
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        NEEDED,
        RETURNED,
        STORIES,
        PAPERS,
        *PERSONAL,
        NamedPage("funder_reports.index", _l("Reports to funders"), "funder_reports.see", 98),
        SampleId("/funder-reports/<public_id>", _reports),
        SampleId("/funder-reports/begins/<funder_id>", _funders),
    ),
)
