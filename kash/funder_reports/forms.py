"""Forms of reports to funders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.funder_reports.rules.sections import ALWAYS, LONGEST_TEXT, ReportSection
from kash.funder_reports.services.writing import ReportDetails, TemplateDetails
from kash.funder_reports.words import SECTION_NAMES
from kash.platform.web import KashForm
from kash.platform.web.fields import SeveralField
from kash.platform.web.forms import HiddenField, choice_field, long_text_field, text_field
from kash.platform.web.language import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm

_CHOSEN = [(str(one), SECTION_NAMES[one]) for one in ReportSection if one not in ALWAYS]
_LANGUAGES = [(code, name) for code, name in LANGUAGES.items() if code in ("en", "sw")]


def _words(section: ReportSection) -> Any:
    return long_text_field(SECTION_NAMES[section], most=LONGEST_TEXT, rows=5)


class _Texts(RowVersionForm):
    """Sections, and what is written in each."""

    sections = SeveralField(_l("Sections"), choices=_CHOSEN)
    summary = _words(ReportSection.SUMMARY)
    figures = _words(ReportSection.FIGURES)
    stories_text = _words(ReportSection.STORIES)
    workshops = _words(ReportSection.WORKSHOPS)
    money = _words(ReportSection.MONEY)
    printed = _words(ReportSection.PRINTED)
    next = _words(ReportSection.NEXT)
    annex = _words(ReportSection.ANNEX)

    @property
    def texts(self) -> dict[str, str]:
        """Texts as written, by section."""
        return {str(one): (self[_name_of(one)].data or "").strip() for one in ReportSection}


def _name_of(section: ReportSection) -> str:
    return "stories_text" if section is ReportSection.STORIES else str(section)


def texts_as_entered(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by the fields of the form."""
    return {_name_of(one): texts.get(one, "") for one in ReportSection}


class FunderReportForm(_Texts):
    """A report; the view offers stories that are told."""

    title = text_field(_l("Title"), most=120)
    language = choice_field(_l("Language"), _LANGUAGES)
    stories = SeveralField(_l("Stories"), choices=[])

    @property
    def details(self) -> ReportDetails:
        """The report as entered."""
        return ReportDetails(
            self.title.data or "",
            self.language.data,
            self.sections.data or [],
            self.texts,
            self.stories.data or [],
        )


class ReportTemplateForm(_Texts):
    """Beginning of a funder's reports."""

    language = choice_field(_l("Language"), _LANGUAGES)

    @property
    def details(self) -> TemplateDetails:
        """The template as entered."""
        return TemplateDetails(self.language.data, self.sections.data or [], self.texts)


class BeginReportForm(KashForm):
    """The figures that a new report is about; the view offers statements that were sent."""

    statement = choice_field(_l("Figures that were sent"), [])


class ReadReportForm(KashForm):
    """Approval of exactly what was read."""

    digest = HiddenField()
