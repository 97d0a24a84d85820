"""Answer sheets as one PDF: pages that are alike are laid out once, codes and names are stamped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kash.assessments.sheets.layout import Corner, CornerCode, code_text, pages_of
from kash.assessments.sheets.markup import BubbleRow, SheetWording, page_markup
from kash.platform.press import PagedDocument, RegisterSheet, register


@dataclass(frozen=True, slots=True)
class PrintedAnswerSheet:
    """One sheet: its public id, and whose it is. Without a name it has a line to write one on.

    `name` and `badge` are printed as they are given: whoever gives none keeps both off the paper.
    """

    sheet: str
    name: str = ""
    badge: str = ""


def answer_sheets(
    rows: Sequence[BubbleRow],
    sheets: Sequence[PrintedAnswerSheet],
    wording: SheetWording,
    *,
    file_title: str,
    language: str,
    dated: datetime | None = None,
) -> bytes:
    """The sheets as one PDF. Raises RenderError."""
    layouts = pages_of([len(row.labels) for row in rows])
    paged = PagedDocument(
        html="", title=file_title, language=language, kind="answers", page_count="", dated=dated
    )
    looks: dict[tuple[int, bool], str] = {}
    first = 0
    for page, layout in enumerate(layouts, 1):
        printed = rows[first : first + len(layout.bubbles)]
        for blank in {not one.name for one in sheets}:
            looks[page, blank] = page_markup(layout, printed, wording, blank=blank)
        first += len(layout.bubbles)
    return register(
        paged,
        [
            RegisterSheet(
                looks[page, not one.name],
                {
                    "name-who": one.name,
                    "badge": one.badge,
                    "sheet": f"{wording.sheet_number} {number} · {page}/{len(layouts)}",
                },
                {
                    f"corner-{int(corner)}": code_text(CornerCode(one.sheet, page, corner))
                    for corner in Corner
                },
            )
            for one in sheets
            for number in [sheet_number(one.sheet)]
            for page in range(1, len(layouts) + 1)
        ],
    )


def sheet_number(public_id: str) -> str:
    """A sheet's id as people read it out: four times four characters."""
    return "-".join(public_id[start : start + 4].upper() for start in range(0, 16, 4))
