"""A register of so many rows, ten on a sheet: stamped, and by WeasyPrint in one document."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

from benchmarks.press_peers import workload
from kash.platform.press import PagedDocument, RegisterSheet, qr_svg, register, start_ahead
from kash.platform.press.documents import document_opening

ROWS = 10
_STARTED = 4.0
_SESSIONS = ("08:30", "11:00", "14:00", "16:00")
PAGED = PagedDocument(
    "", "Register", "en", "register", "A4-landscape", footer_left="Keep this sheet locked away."
)


def markup(cells: list[tuple[str, str]], number: str, code: str) -> str:
    """One sheet with these numbers and names, as markup that goes into their cells."""
    heads = "".join(f"<th>{session}<small>signature</small></th>" for session in _SESSIONS)
    rows = "".join(
        f"<tr><td{one}</td><td{name}</td>{'<td></td>' * len(_SESSIONS)}</tr>" for one, name in cells
    )
    return (
        '<section class="sheet"><header class="sheet-head"><div><h1>Sign-in sheet A</h1>'
        "<p>Working Together · Sample Centre · 17 November 2026</p>"
        "<p>Sign once in each session you attend.</p></div>"
        f'<p class="sheet-number"{number}</p>{code}</header><table><thead><tr>'
        f'<th class="w12 num">No.</th><th class="w60">Name</th>{heads}</tr></thead>'
        f'<tbody class="tall">{rows}</tbody></table><div class="end"><p>Counted in the room</p>'
        "<p>Trainer, signature and date</p><p>Checked at the office</p></div></section>"
    )


def main() -> None:
    from kash.platform.press.typesetting.typesetter import Typesetter

    names = [entry.printed_name for entry in workload.entries(int(sys.argv[1]))]
    sheets = [names[at : at + ROWS] for at in range(0, len(names), ROWS)]
    fields = [
        (f' class="num" data-field="no-{n}">', f' data-field="name-{n}">') for n in range(ROWS)
    ]
    picture = '<img class="qr" data-field="qr" alt="Sheet number" src="press:cuts.svg">'
    marked = markup(fields, ' data-field="sheet">', picture)
    stamped = [
        RegisterSheet(
            marked,
            {"sheet": f"A-{number}"}
            | {f"no-{n}": str(number * ROWS + n + 1) for n in range(ROWS)}
            | {f"name-{n}": name for n, name in enumerate(given)},
            {"qr": f"R-{number:04}-7KM2"},
        )
        for number, given in enumerate(sheets)
    ]
    whole = "".join(
        markup(
            [(f' class="num">{number * ROWS + n + 1}', f">{name}") for n, name in enumerate(given)],
            f">A-{number}",
            qr_svg(f"R-{number:04}-7KM2", label="Sheet number"),
        )
        for number, given in enumerate(sheets)
    )
    start_ahead()
    time.sleep(_STARTED)
    began = time.perf_counter()
    made = register(PAGED, stamped)
    took = time.perf_counter() - began
    typesetter = Typesetter("documents.css")
    typesetter.document(document_opening(PAGED) + "<p>Ready.</p>")
    began = time.perf_counter()
    other = typesetter.document(document_opening(replace(PAGED, html="")) + whole)
    by_engine = time.perf_counter() - began
    if len(sys.argv) > 2:
        for file, content in zip(sys.argv[2:], (made, other), strict=True):
            with open(file, "wb") as written:
                written.write(content)
    print(json.dumps({"kash": took, "weasyprint": by_engine}))


if __name__ == "__main__":
    main()
