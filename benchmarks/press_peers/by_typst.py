"""Typst sets the certificates as one document, in a process of its own: it keeps what it knows.

`COUNT svg` draws the border from the same SVG that the press draws; `COUNT pdf` is given it ready
made as a PDF, which Typst shares between pages (the SVG it writes again for each). Each code comes
ready-made as a PNG of one dot a module, which is faster than as SVG.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from benchmarks.press_peers import workload
from kash.platform.press.qr_symbols import qr_symbol


def code_picture(payload: str) -> list[int]:
    """A code as PNG, with its quiet zone, one dot a module."""
    symbol = qr_symbol(payload)
    side = symbol.size + 8
    picture = Image.new("1", (side, side), 1)
    for row in range(symbol.size):
        for column in range(symbol.size):
            if symbol.dark(row, column):
                picture.putpixel((column + 4, row + 4), 0)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return list(written.getvalue())


def main() -> None:
    import typst

    entries = workload.entries(int(sys.argv[1]))
    before, _, after = workload.BODY.partition(workload.TITLE)
    data = {
        "heading": workload.HEADING,
        "subheading": workload.SUBHEADING,
        "certify": workload.CERTIFY,
        "organisation": workload.ORGANISATION,
        "check": workload.CHECK,
        "body": [before, workload.TITLE, after],
        "signatories": [[s.name, s.role] for s in workload.design().signatories],
        "people": [
            {
                "name": entry.printed_name,
                "serial": entry.serial,
                "date": entry.date_text,
                "code": code_picture(entry.qr),
            }
            for entry in entries
        ],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = Path(__file__).with_name("certificate.typ")
        source = template.read_text("utf-8").replace("border.pdf", f"border.{sys.argv[2]}")
        (folder / "certificate.typ").write_text(source, encoding="utf-8")
        (folder / "border.pdf").write_bytes(workload.border())
        (folder / "border.svg").write_text(workload.drawn_border(), encoding="utf-8")
        for seed in (1, 2):
            (folder / f"signature{seed}.png").write_bytes(workload.signature(seed))
        (folder / "people.json").write_text(json.dumps(data), encoding="utf-8")
        began = time.perf_counter()
        made = typst.compile(str(folder / "certificate.typ"), root=name)
        took = time.perf_counter() - began
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_bytes(made)
    print(json.dumps({"seconds": took, "bytes": len(made)}))


if __name__ == "__main__":
    main()
