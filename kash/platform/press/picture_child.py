"""Draws the first page of a PDF as a PNG, and ends. Run by `kash.platform.confinement`."""

from __future__ import annotations

import io
import resource
import sys


def main(arguments: list[str]) -> int:
    """Draw the PDF that lies in the memory which the caller handed over."""
    descriptor, megabytes, seconds, width = (int(argument) for argument in arguments)
    space = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    import pypdfium2

    with open(descriptor, "rb") as source:
        source.seek(0)
        document = pypdfium2.PdfDocument(source.read())
    page = document[0]
    drawn = page.render(scale=width / page.get_width()).to_pil()
    # A page has few colours; a palette makes the picture a third as large for a slow line.
    out = io.BytesIO()
    drawn.convert("RGB").quantize(colors=192, dither=0).save(out, "PNG")
    sys.stdout.buffer.write(out.getvalue())
    sys.stdout.buffer.flush()
    return 0
