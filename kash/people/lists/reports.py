"""Report of what was done with each row, as a file to keep: no phone and no e-mail stands in it."""

from __future__ import annotations

import csv
import io

from flask_babel import gettext as _

from kash.people.lists.previews import Preview
from kash.people.lists.words import DONE, remark_text, row_text, same_text
from kash.people.rules.lists.classing import State

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def quoted(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def report_of(preview: Preview) -> bytes:
    """A CSV file in UTF-8 with its mark, so that spreadsheets read it rightly."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_("Row"), _("Name"), _("Number"), _("What was done"), _("Why")])
    for each in preview.outcomes:
        row = each.placed.row
        told = [remark_text(remark) for remark in (*row.remarks, *each.placed.wrong)]
        if each.state is State.SAME:
            told = [same_text(each, preview), *told]
        writer.writerow(
            [
                row_text(each.number),
                quoted(row.name),
                quoted(row.fact("reference")),
                str(DONE[each.state]),
                quoted(" ".join(told)),
            ]
        )
    return "\ufeff".encode() + written.getvalue().encode("utf-8", "replace")
