"""The report of a workshop on paper. The report of a workshop: what it will say,
and the paper."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.assessments.evaluations.rules import FEWEST, mean_step
from kash.assessments.forms import MOMENT
from kash.assessments.reports import blueprint
from kash.assessments.reports.queries import may_be_told, report_of, tenths_of
from kash.platform.press import PagedDocument, RenderError, document
from kash.platform.web import current_actor, download
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import date_text
from kash.platform.web.language import language_code
from kash.platform.web.pages import go
from kash.platform.web.programme import LANGUAGES, brand, logo_address, paper_wording
from kash.platform.web.taking import noted
from kash.policy import allow
from kash.workshops.forms import LEFT_OUT, REACHED
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop


def workshop_report(workshop: Workshop, language: str, *, with_words: bool) -> bytes:
    """The report as PDF in a language; only `with_words` it holds what trainers wrote in their own
    words, so that it is for the programme. Raises RenderError.

    Its title is neutral: the course's public one.
    """
    with force_locale(language):
        wording = paper_wording()
        version = workshop.version
        title = _("Workshop report: %(title)s", title=version.public_title)
        audience = _("For the programme only") if with_words else ""
        html = render_template(
            "reports/paper.html",
            report=report_of(workshop, language, with_words=with_words),
            version=version,
            with_words=with_words,
            organisation=brand(),
            wording=wording,
            logo=logo_address(wording, "minutes"),
            may_be_told=may_be_told,
            tenths_of=tenths_of,
            moments=MOMENT,
            mean_step=mean_step,
            fewest=FEWEST,
            left_out_words=LEFT_OUT,
            reached_words=REACHED,
            language=language,
            lent_in=version.translates.language if version.translates else None,
        )
        paged = PagedDocument(
            html=html,
            title=title,
            language=language,
            header_left=title,
            header_right=date_text(workshop.starts_on),
            footer_left=" · ".join(part for part in (wording.footer, audience) if part),
        )
    return document(paged)


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
    return go("reports.workshop")
