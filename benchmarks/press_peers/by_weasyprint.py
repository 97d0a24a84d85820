"""WeasyPrint alone sets the same markup: a document for each person, or one for all.

`singles COUNT` and `whole COUNT`; the codes come ready-made, as SVG. Time is told without that of
loading WeasyPrint, and HarfBuzz makes its subsets of fonts.
"""

from __future__ import annotations

import base64
import json
import sys
import time

from benchmarks.press_peers import workload
from kash.platform.press.designs import plate_markup
from kash.platform.press.qr import qr_svg


def pages(count: int) -> list[str]:
    """The markup of each certificate as a whole document."""
    made = []
    for entry in workload.entries(count):
        code = base64.b64encode(qr_svg(entry.qr).encode()).decode()
        address = f"data:image/svg+xml;base64,{code}"
        made.append(plate_markup(workload.design(), entry, address))
    return made


def main() -> None:
    from weasyprint import CSS, HTML
    from weasyprint.text.ffi import harfbuzz_subset

    from kash.platform.press.typesetting.typesetter import ASSETS

    if not harfbuzz_subset:
        raise SystemExit("HarfBuzz must be there, or the comparison isn't fair")
    style = (ASSETS / "certificates.css").read_text("utf-8")
    given = pages(int(sys.argv[2]) + 1)
    HTML(string=given.pop()).write_pdf(stylesheets=[CSS(string=style)])
    if sys.argv[1] == "whole":
        start, _, _ = given[0].partition("<section")
        bodies = "".join(page[page.index("<section") :] for page in given)
        given = [start + bodies]
    took = []
    for page in given:
        began = time.perf_counter()
        HTML(string=page).write_pdf(stylesheets=[CSS(string=style)], pdf_variant="pdf/ua-1")
        took.append(time.perf_counter() - began)
    print(json.dumps({"seconds": took}))


if __name__ == "__main__":
    main()
