"""Chapters of the handbook that tell about the overview. Today of a funder's accounts: what it
supports in one look, and what was sent to it lately. The declaration of the overview."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.exchange.funder_reports.queries import newest_reports
from kash.exchange.overview import blueprint, views
from kash.exchange.overview.queries import look_of
from kash.exchange.overview.views import PACE_TONES, PACE_WORDS
from kash.feature import Feature
from kash.figures.funders.services import funder_of
from kash.figures.statements.queries import sent_to
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import Destination
from kash.platform.web.today import Panel, Viewer
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "overview": {
            Role.DIRECTOR: "director#reports",
            Role.TRAINER: "trainer#reports",
            Role.MONITORING: "monitoring#reports",
        },
        "overview.own": {Role.FUNDER: "figures#what-a-funder-is-sent"},
    }
)


_MOST = 3


def _sent(asked: Viewer) -> dict[str, Any]:
    """The newest that was sent to a funder; `is_tied` says that the account belongs to one."""
    funder = funder_of(asked.actor)
    return {
        "is_tied": funder is not None,
        "statements": sent_to(funder.public_id, asked.actor)[:_MOST] if funder else [],
        "reports": newest_reports(asked.actor, _MOST) if funder else [],
    }


def _funded(asked: Viewer) -> dict[str, Any] | None:
    funder = funder_of(asked.actor)
    return look_of(funder, asked.actor, asked.day) if funder is not None else None


FUNDED = Panel("funded", 1, _funded, "overview/today_funded.html", "overview.own", top=True)
SENT = Panel("sent", 5, _sent, "overview/today_sent.html", "overview.own")


_COVERS = (
    "/connections",
    "/coverage",
    "/dhis2",
    "/funder-reports",
    "/indicators",
    "/releases",
    "/statements",
    "/stories",
)

FEATURE = Feature(
    "overview",
    choice="results",
    modules=(views,),
    blueprints=(blueprint,),
    words={"overview_words": {"paces": PACE_WORDS, "tones": PACE_TONES}},
    parts=(
        CHAPTERS,
        FUNDED,
        SENT,
        # Those who run workshops have them and courses at hand first.
        Destination(
            "overview.index",
            _l("Results"),
            "report",
            "overview.see",
            35,
            unless="workshops.edit",
            covers=_COVERS,
        ),
        Destination(
            "overview.index", _l("Results"), "report", "workshops.edit", 105, covers=_COVERS
        ),
        Destination(
            "overview.own",
            _l("Results"),
            "report",
            "overview.own",
            20,
            phone=True,
            covers=("/statements", "/funder-reports", "/stories"),
        ),
    ),
)
