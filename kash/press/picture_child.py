"""Draws the first page of a PDF: reads the PDF, writes a PNG, ends. Imports nothing of ours."""

from __future__ import annotations

import io
import resource
import sys


def main() -> int:
    megabytes, seconds, width = (int(each) for each in sys.argv[1:4])
    space = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import pypdfium2

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    page = document[0]
    drawn = page.render(scale=width / page.get_width()).to_pil()
    # A page has few colours; a palette makes the picture a third as large for a slow line.
    made = io.BytesIO()
    drawn.convert("RGB").quantize(colors=192, dither=0).save(made, "PNG")
    sys.stdout.buffer.write(made.getvalue())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
