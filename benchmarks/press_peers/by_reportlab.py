"""ReportLab draws the certificates as one document: what is the same for all as one form.

The border comes ready-made, as the lines that the layout engine draws, and so do the codes, as the
runs of their dark modules.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.press_peers import workload
from kash.platform.press import CertificateEntry
from kash.platform.press.qr_symbols import qr_symbol

_FONTS = {
    "Serif": "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "Sans": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
}
_WIDTH, _HEIGHT = 841.89, 595.28
_MILLIMETRE = 72 / 25.4
Runs = list[tuple[int, int, int]]


def runs_of(payload: str) -> tuple[int, Runs]:
    """Modules a side, and row, column and length of each run of dark ones."""
    symbol = qr_symbol(payload)
    runs = []
    for row in range(symbol.size):
        column = 0
        while column < symbol.size:
            start = column
            while column < symbol.size and symbol.dark(row, column):
                column += 1
            if column > start:
                runs.append((row, start, column - start))
            column += 1
    return symbol.size, runs


def border() -> str:
    """The lines of the border as they are drawn in a PDF."""
    import pikepdf

    with pikepdf.open(io.BytesIO(workload.border())) as pdf:
        drawn = pdf.pages[0].Contents.read_bytes()
    # States of transparency are named in the other file's resources.
    return b"\n".join(line for line in drawn.split(b"\n") if not line.endswith(b" gs")).decode(
        "ascii"
    )


def draw(
    entries: Sequence[CertificateEntry], codes: Sequence[tuple[int, Runs]], lines_of_border: str
) -> bytes:
    """All certificates in one file."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfgen import canvas

    made = io.BytesIO()
    drawing = canvas.Canvas(made, (_WIDTH, _HEIGHT), invariant=1, pageCompression=1)
    drawing.setTitle(workload.HEADING)
    drawing.beginForm("plate")
    drawing.saveState()
    drawing._code.append(lines_of_border)
    drawing.restoreState()
    middle = _WIDTH / 2
    lines = [
        (13, 480, workload.ORGANISATION),
        (42, 435, workload.HEADING),
        (14, 400, workload.SUBHEADING),
        (13, 360, workload.CERTIFY),
        (14.5, 275, workload.BODY),
    ]
    for size, y, text in lines:
        drawing.setFont("Serif", size)
        drawing.drawCentredString(middle, y, text)
    for number, (x, signatory) in enumerate(
        zip((250, 450), workload.design().signatories, strict=True), 1
    ):
        picture = ImageReader(io.BytesIO(workload.signature(number)))
        drawing.drawImage(picture, x, 110, 126, 37, mask="auto")
        drawing.line(x - 25, 108, x + 151, 108)
        drawing.setFont("Serif", 11)
        drawing.drawCentredString(x + 63, 95, signatory.name)
        drawing.drawCentredString(x + 63, 82, signatory.role)
    drawing.endForm()
    module = 25 * _MILLIMETRE / (codes[0][0] + 8)
    for entry, (_, runs) in zip(entries, codes, strict=True):
        drawing.doForm("plate")
        width = pdfmetrics.stringWidth(entry.printed_name, "Serif", 35)
        drawing.setFont("Serif", 35 * min(1, 527 / width))
        drawing.drawCentredString(middle, 323, entry.printed_name)
        drawing.setFont("Serif", 12)
        drawing.drawCentredString(middle, 250, entry.date_text)
        drawing.setFont("Sans", 7.5)
        drawing.drawString(82, 88, entry.serial)
        drawing.drawString(82, 79, workload.CHECK)
        path = drawing.beginPath()
        for row, column, length in runs:
            path.rect(82 + column * module, 160 - row * module, length * module, module)
        drawing.drawPath(path, fill=1, stroke=0)
        drawing.showPage()
    drawing.save()
    return made.getvalue()


def main() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    entries = workload.entries(int(sys.argv[1]))
    codes = [runs_of(entry.qr) for entry in entries]
    lines_of_border = border()
    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, file))
    began = time.perf_counter()
    made = draw(entries, codes, lines_of_border)
    took = time.perf_counter() - began
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_bytes(made)
    print(json.dumps({"seconds": took, "bytes": len(made)}))


if __name__ == "__main__":
    main()
