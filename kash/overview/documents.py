"""The plan of a period on paper."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.indicators.asked import FiguresAsked
from kash.indicators.queries.lines import IndicatorLine
from kash.overview.queries.plan import PeriodPlan
from kash.platform.press import PagedDocument, document
from kash.platform.web.language import brand
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import paper_wording


def plan_paper(
    asked: FiguresAsked, plan: PeriodPlan, targets: list[IndicatorLine], language: str
) -> bytes:
    """The plan as PDF in a language, for the programme: it names trainers and no participant.
    Raises RenderError."""
    with force_locale(language):
        wording = paper_wording()
        title = _("Plan: %(period)s", period=asked.words)
        html = render_template(
            "overview/plan.html",
            asked=asked,
            plan=plan,
            targets=targets,
            organisation=brand(),
            wording=wording,
            logo=logo_address(wording, "minutes"),
            title=title,
        )
        paged = PagedDocument(
            html=html,
            title=title,
            language=language,
            header_left=title,
            header_right=asked.funder_name,
            footer_left=" · ".join(
                part for part in (wording.footer, _("For the programme only")) if part
            ),
        )
    return document(paged)
