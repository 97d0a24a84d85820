"""A report to a funder on paper and as sheets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.funder_reports.models import FunderReport
from kash.funder_reports.queries.content import Content, content_of, tables_of
from kash.funder_reports.rules.sections import sections_told
from kash.funder_reports.words import SECTION_NAMES
from kash.platform.press import PagedDocument, document
from kash.platform.press.charts import bar_chart, picture_of
from kash.platform.web.formats import date_text
from kash.platform.web.language import brand
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import paper_wording
from kash.statements.words import period_text
from kash.stories.queries.told import ToldStory, stories_by
from kash.stories.rules.drafts import FUNDERS


def stories_of(report: FunderReport) -> list[ToldStory]:
    """The stories of a report in its order; of one that was withdrawn, that those who pay may not
    hear or of which a number of the report says "few", nothing but that it was."""
    found = stories_by(report.stories, FUNDERS, tables_of(report.statement))
    return [found[one] for one in report.stories if one in found]


def chart_of(content: Content) -> str:
    """Figures of this funder's workshops as bars, as an address of a picture; empty without any."""
    counts: dict[str, dict[str, float]] = {}
    for row in content["figures"]:
        told = row["supported"] and not row["weighted"] and isinstance(row["total"], int)
        if told and row["counts_people"]:
            counts.setdefault(row["who"], {})[row["title"]] = float(row["total"])
    titles = list(dict.fromkeys(title for one in counts.values() for title in one))
    if not titles:
        return ""
    series = {who: [one.get(title) for title in titles] for who, one in counts.items()}
    return picture_of(bar_chart(_("With this funder's support"), titles, series))


def report_paper(report: FunderReport) -> bytes:
    """The report as PDF in its language. Raises RenderError."""
    with force_locale(report.language):
        wording, content = paper_wording(), content_of(report)
        period = period_text(report.statement.of_days)
        html = render_template(
            "funder_reports/paper.html",
            report=report,
            content=content,
            sections=sections_told(report.sections, report.texts),
            names=SECTION_NAMES,
            stories=stories_of(report),
            chart=chart_of(content),
            period=period,
            organisation=brand(),
            wording=wording,
            logo=logo_address(wording, "minutes"),
            days=days_of,
            is_counted=is_counted,
            notes=notes_of(content),
        )
        paged = PagedDocument(
            html=html,
            title=_("Report to a funder"),
            language=report.language,
            header_left=report.title,
            header_right=period,
            footer_left=wording.footer,
            # The same bytes whenever it is printed again.
            dated=report.approved_at,
            watermark="" if report.is_final else _("Draft"),
        )
    return document(paged)


def days_of(one: Content) -> str:
    """The days of a workshop in words."""
    first, last = date.fromisoformat(one["first"]), date.fromisoformat(one["last"])
    return date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"


def is_counted(workshop: Content) -> bool:
    """True if the registers of a workshop were confirmed, so that its people are among the figures;
    reports that were kept before that was asked say nothing else."""
    return bool(workshop.get("confirmed", True))


def notes_of(content: Content) -> dict[str, str]:
    """Sentences below the tables of workshops and of money, by section, empty without need: nobody
    who came to a workshop without a confirmed register is counted, and a cancelled one is not
    named."""
    waiting = sum(not is_counted(workshop) for workshop in content["workshops"])
    lost = any(line.get("cancelled") for line in content["money"]["lines"])
    return {
        "workshops": _(
            "Workshops without a confirmed register: %(number)s. Their money stands in this"
            " report, and nobody who came to them is counted in it yet.",
            number=waiting,
        )
        if waiting
        else "",
        "money": _(
            "Cancelled workshops are not among the workshops of this report. What they cost stands"
            " in lines of their own, so that the sum is all that was spent."
        )
        if lost
        else "",
    }


def report_sheets(report: FunderReport) -> bytes:
    """The same figures as sheets: what was reached, workshops, money, definitions."""
    import xlsxwriter

    content = content_of(report)
    file = io.BytesIO()
    with (
        force_locale(report.language),
        xlsxwriter.Workbook(
            file,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_date_format": "yyyy-mm-dd",
            },
        ) as book,
    ):
        for name, rows in _sheets(report, content).items():
            sheet = book.add_worksheet(name[:31])
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            sheet.freeze_panes(1, 0)
            sheet.autofit()
    return file.getvalue()


def _sheets(report: FunderReport, content: Content) -> dict[str, list[Sequence[Any]]]:
    figures: list[Sequence[Any]] = [
        (_("Figure"), _("Who"), _("Of"), _("Told apart by"), _("Count"), _("Definition, version"))
    ]
    for row in content["figures"]:
        of = report.statement.funder.name if row["supported"] else _("The whole programme")
        figures.append((row["title"], row["who"], of, "", _cell(row["total"]), row["version"]))
        figures += [
            (row["title"], row["who"], of, cell["words"], _cell(cell["value"]), row["version"])
            for table in row["tables"]
            for cell in table["cells"]
        ]
    workshops: list[Sequence[Any]] = [
        (
            _("Workshop"),
            _("First day"),
            _("Last day"),
            _("Place"),
            _("Share, per cent"),
            _("Code"),
            _("Register confirmed"),
        )
    ]
    workshops += [
        (
            one["title"],
            date.fromisoformat(one["first"]),
            date.fromisoformat(one["last"]),
            one["place"],
            one["share"],
            one["code"],
            _("yes") if is_counted(one) else _("no"),
        )
        for one in content["workshops"]
    ]
    money: list[Sequence[Any]] = [
        (_("Code"), _("Planned"), _("Spent"), _("Currency"), _("Workshops cancelled"))
    ]
    money += [
        (
            line["code"],
            line["planned"] / 100,
            line["spent"] / 100,
            content["money"]["currency"],
            _("yes") if line.get("cancelled") else _("no"),
        )
        for line in content["money"]["lines"]
    ]
    meanings: list[Sequence[Any]] = [(_("Figure"), _("Version"), _("What it counts"))]
    seen = {(row["title"], row["version"]): row["definition"] for row in content["figures"]}
    meanings += [(title, version, text) for (title, version), text in seen.items()]
    meanings += [
        (str(SECTION_NAMES[name]), "", note) for name, note in notes_of(content).items() if note
    ]
    return {
        _("What was reached"): figures,
        _("Workshops"): workshops,
        _("Money"): money,
        _("How it was counted"): meanings,
    }


def _cell(value: int | str | None) -> int | str:
    """A figure as a sheet holds it: "*" is left out, and empty is no data."""
    return "" if value is None else value
