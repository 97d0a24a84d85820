"""The register on paper: for each day and group sheets of their own, with a number and a QR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import render_template
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.attendance.queries import Badge, PrintedSheet, badges_of, printed_sheets, statuses_for
from kash.attendance.rules import Column, Extra, Half, badge_shown, badge_text
from kash.press import PagedDocument, document, qr_svg
from kash.web.errors import NotFound
from kash.web.paper import logo_address
from kash.web.programme import paper_wording

_PER_SHEET = 10
_HALVES: Mapping[Half, Any] = {Half.MORNING: _l("Morning"), Half.AFTERNOON: _l("Afternoon")}
EXTRAS: Mapping[Extra, Any] = {
    Extra.PHONE: _l("Phone"),
    Extra.SEX: _l("Sex"),
    Extra.AGE_BAND: _l("Age"),
    Extra.ORGANISATION: _l("Organisation"),
}


@dataclass(frozen=True)
class SheetHead:
    """What stands at the head of every sheet, all of it neutral."""

    title: str
    place: str


def column_heading(column: Column) -> str:
    """What stands over a column to sign: a time of day, or a half of the day."""
    return str(_HALVES[column.half]) if column.half else column.heading


def sheet_code(public_id: str) -> str:
    """A sheet's id as people read it out: four times four characters."""
    return "-".join(public_id[start : start + 4].upper() for start in range(0, 16, 4))


def register_pdf(register_id: int, sheets: Sequence[str], head: SheetHead) -> bytes:
    """The recorded sheets as one PDF. Raises RenderError."""
    return document(
        PagedDocument(
            html=register_markup(printed_sheets(register_id, sheets), head),
            title=_("Register"),
            language=str(get_locale() or "en"),
            kind="register",
            page_format="A4-landscape",
            footer_left=" · ".join(
                part for part in (paper_wording().footer, _("Keep this sheet locked away.")) if part
            ),
        )
    )


def badges_pdf(register_id: int, title: str) -> bytes:
    """A badge for everybody on a register, ten on a sheet with marks to cut along.

    Each group begins a sheet of its own. Raises RenderError, and NotFound while nobody is there.
    """
    badges = badges_of(register_id)
    if not badges:
        raise NotFound(_("Nobody is on this register yet."))
    return document(
        PagedDocument(
            html=render_template(
                "attendance/badges.html",
                sheets=_ten_each(badges),
                title=title,
                qr_svg=qr_svg,
                badge_text=badge_text,
                badge_shown=badge_shown,
            ),
            title=_("Badges"),
            language=str(get_locale() or "en"),
            kind="cards",
            page_count="",
        )
    )


def _ten_each(badges: Sequence[Badge]) -> list[Sequence[Badge]]:
    sheets: list[Sequence[Badge]] = []
    for _letter, some in groupby(badges, lambda badge: badge.letter):
        of_group = list(some)
        sheets += [of_group[at : at + _PER_SHEET] for at in range(0, len(of_group), _PER_SHEET)]
    return sheets


def register_markup(sheets: Sequence[PrintedSheet], head: SheetHead) -> str:
    """The sheets as the press takes them. The QR says nothing but the sheet's id."""
    return render_template(
        "attendance/register_paper.html",
        sheets=sheets,
        head=head,
        column_heading=column_heading,
        extra_words=EXTRAS,
        qr_svg=lambda sheet: qr_svg(sheet.public_id.upper(), label=_("Sheet number")),
        sheet_code=sheet_code,
        logo=logo_address(paper_wording(), "registers"),
        statuses=statuses_for("workshop"),
    )
