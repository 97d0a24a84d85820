"""The report of a workshop on paper."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.assessments.evaluations.rules import FEWEST, mean_step
from kash.assessments.forms import MOMENT
from kash.assessments.reports.queries import report_of
from kash.assessments.reports.rules import may_be_told, tenths_of
from kash.platform.press import PagedDocument, document
from kash.platform.web.formats import date_text
from kash.platform.web.programme import brand, logo_address, paper_wording
from kash.workshops.forms import LEFT_OUT, REACHED
from kash.workshops.models import Workshop


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
