"""The declaration of statements."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.platform.web.hits import NamedPage
from kash.platform.web.sample_ids import SampleId
from kash.statements import blueprint, models, views
from kash.statements.chapters import CHAPTERS
from kash.statements.models import Statement
from kash.statements.personal import PERSONAL
from kash.statements.today import TODAY
from kash.statements.trail_words import ACTION_WORDS
from kash.statements.words import WORDS
from kash.workshops.models import Funder


def _statements(_known: object) -> Select[str]:
    # What was sent is read by all, the document too.
    return select(Statement.public_id).order_by(Statement.sent_number.desc().nulls_last())


def _funders(_known: object) -> Select[str]:
    return select(Funder.public_id).order_by(Funder.id)


FEATURE = Feature(
    "statements",
    modules=(models, views),
    blueprints=(blueprint,),
    words={"statement_words": WORDS},
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        *PERSONAL,
        NamedPage("statements.index", _l("Statements"), "statements.see", 98),
        NamedPage("statements.left", _l("What has left"), "statements.ledger", 99),
        SampleId("/statements/<public_id>", _statements),
        SampleId("/statements/left/<funder_id>", _funders),
    ),
)
