"""The register on paper: for each day and group sheets of their own, with a number and a QR."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import render_template
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from kash.attendance.queries.sheets import PrintedSheet, badges_of, printed_sheets
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.pads import Column, Extra, Half
from kash.attendance.rules.registers import badge_shown, badge_text
from kash.platform.press import (
    Badge,
    PagedDocument,
    RegisterSheet,
    RenderOverflow,
    SheetFormat,
    badges,
    document,
    marked_sheet,
    qr_svg,
    register,
)
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import date_text
from kash.platform.web.programme import logo_address, paper_wording

_TEMPLATE = "attendance/register_paper.html"
_HALVES: Mapping[Half, Any] = {Half.MORNING: _l("Morning"), Half.AFTERNOON: _l("Afternoon")}
EXTRAS: Mapping[Extra, Any] = {
    Extra.PHONE: _l("Phone"),
    Extra.SEX: _l("Sex"),
    Extra.AGE_BAND: _l("Age"),
    Extra.ORGANISATION: _l("Organisation"),
}


@dataclass(frozen=True)
class SheetHead:
    """Head of every sheet, all of it neutral."""

    title: str
    place: str


def column_heading(column: Column) -> str:
    """Heading of a column to sign: a time of day, or a half of the day."""
    return str(_HALVES[column.half]) if column.half else column.heading


def sheet_code(public_id: str) -> str:
    """A sheet's id as people read it out: four times four characters."""
    return "-".join(public_id[start : start + 4].upper() for start in range(0, 16, 4))


def register_pdf(register_id: int, sheets: Sequence[str], head: SheetHead) -> bytes:
    """The recorded sheets as one PDF. Raises RenderError."""
    printed = printed_sheets(register_id, sheets)
    paged = PagedDocument(
        html="",
        title=_title(head, [sheet.day for sheet in printed]),
        language=str(get_locale() or "en"),
        kind="register",
        page_format="A4-landscape",
        footer_left=" · ".join(
            part for part in (paper_wording().footer, _("Keep this sheet locked away.")) if part
        ),
    )
    try:
        return register(paged, stamped_sheets(printed, head))
    except RenderOverflow:
        # Long entries in narrow columns may make a sheet taller than its page.
        html = render_template(_TEMPLATE, sheets=printed, qr=_code_drawn, **_shared(head))
        return document(replace(paged, html=html))


def _title(head: SheetHead, days: Sequence[date]) -> str:
    """Title of a file of sheets: of what, and of which days."""
    first, last = min(days), max(days)
    when = date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"
    return _("Sign-in sheets: %(title)s, %(days)s", title=head.title, days=when)


def badges_pdf(
    register_id: int, title: str, sheet: SheetFormat = "A4", *, leave_out: Collection[int] = ()
) -> bytes:
    """A badge for everybody on a register but for some (person ids), several on a sheet with marks
    to cut along.

    Each group begins a sheet of its own. Raises RenderError, and NotFound while nobody is there.
    """
    people = badges_of(register_id, leave_out)
    if not people:
        raise NotFound(_("Nobody is on this register yet."))
    return badges(
        [
            Badge(
                name=name,
                event=title,
                role=code,
                number=badge_shown(entry),
                qr=badge_text(entry),
                pile=letter,
            )
            for entry, name, letter, code in people
        ],
        title=_("Badges: %(title)s", title=title),
        language=str(get_locale() or "en"),
        sheet=sheet,
    )


def stamped_sheets(sheets: Sequence[PrintedSheet], head: SheetHead) -> list[RegisterSheet]:
    """The sheets as the press stamps them. The QR says nothing but the sheet's id."""
    shared = _shared(head)
    return [
        marked_sheet(
            render_template(_TEMPLATE, sheets=[sheet], qr=_code_left_out, **shared),
            {"qr": sheet.public_id.upper()},
        )
        for sheet in sheets
    ]


def _shared(head: SheetHead) -> dict[str, Any]:
    """Values that the template needs beside the sheets."""
    return {
        "head": head,
        "column_heading": column_heading,
        "extra_words": EXTRAS,
        "sheet_code": sheet_code,
        "logo": logo_address(paper_wording(), "registers"),
        "statuses": statuses_for("workshop"),
    }


def _code_left_out(_sheet: PrintedSheet) -> str:
    """The box into which the press stamps the code; its picture is never drawn."""
    label = escape(_("Sheet number"))
    return f'<img class="qr" data-field="qr" alt="{label}" src="press:cuts.svg">'


def _code_drawn(sheet: PrintedSheet) -> str:
    return qr_svg(sheet.public_id.upper(), label=_("Sheet number"))
