"""The report of a workshop: what it will say, and the paper."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kash.assessments.reports import blueprint
from kash.assessments.reports.documents import workshop_report
from kash.assessments.reports.queries import report_of
from kash.assessments.reports.rules import may_be_told
from kash.platform.press import RenderError
from kash.platform.web import current_actor, download
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.taking import noted
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop


def _seen(public_id: str) -> Workshop:
    return own_workshop(public_id, current_actor(), "reports.see")


@blueprint.get("/workshops/<public_id>/report")
@allow("reports.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Contents of the report, with what is missing, and the readers that it is made for."""
    workshop = _seen(public_id)
    return render_template(
        "reports/workshop.html",
        report=report_of(workshop, language_code(), with_words=False),
        may_be_told=may_be_told,
        language_names=LANGUAGES,
        language=language_code(),
        **frame(workshop),
    )


@blueprint.get("/workshops/<public_id>/report.pdf")
@allow("reports.see")
def paper(public_id: str) -> ResponseReturnValue:
    """The report as PDF: for the programme, or for a funder without anybody's own words."""
    workshop = _seen(public_id)
    language = request.args.get("language", "")
    with FlashedProblems(RenderError):
        content = workshop_report(
            workshop,
            language if language in LANGUAGES else language_code(),
            # Whatever is not asked for as the programme's own goes without words.
            with_words=request.args.get("for") == "programme",
        )
        return noted(download(content, name="workshop-report.pdf", type="application/pdf"))
    return redirect(url_for("reports.workshop", public_id=public_id), code=303)
