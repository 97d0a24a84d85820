"""The child that reads scans of paper: each page drawn anew as one picture, and the codes on it.

Run like the cleaner's child beside it, whose limits and drawing it shares. It writes for each page
a line of JSON (`bytes`, `width`, `height`, `codes`) and the picture, as JPEG.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from kash.platform.cleaning import child as cleaner

MOST_PAGES = 40
# What is kept: enough to read a signature beside its row on any screen.
_LONGEST_SIDE = 2200
_QUALITY = 82
# What a code is looked for in, as shares of the page's size: large pictures read better smaller,
# small ones larger.
_SCALES = (1.0, 0.5, 2.0)
_MOST_LOOKED_AT = 40_000_000


def pictures(source: BinaryIO, code: str) -> Iterator[Any]:
    """Each page as a picture without anything but its pixels, as it is meant to be seen."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = cleaner._MOST_PIXELS
    if code == "pdf":
        yield from _pages_of_pdf(source)
        return
    with Image.open(source, formats=cleaner._FORMATS[code]) as image:
        yield _opaque(cleaner.bare(image))


def _pages_of_pdf(source: BinaryIO) -> Iterator[Any]:
    """The picture that each page of a scan is; a page without one was not scanned."""
    import pikepdf

    with pikepdf.open(source) as pdf:
        if not 0 < len(pdf.pages) <= MOST_PAGES:
            raise cleaner.Uncleanable
        for page in pdf.pages:
            images = list(page.images.values())
            if not images:
                raise cleaner.Uncleanable
            largest = max(images, key=lambda each: int(each.Width) * int(each.Height))
            if int(largest.Width) * int(largest.Height) > cleaner._MOST_PIXELS:
                raise cleaner.Uncleanable
            drawn = _opaque(
                cleaner.bare(pikepdf.PdfImage(cast("pikepdf.Stream", largest)).as_pil_image())
            )
            turned = int(page.get("/Rotate", 0)) % 360
            yield drawn.rotate(-turned, expand=True) if turned else drawn


def _opaque(drawn: Any) -> Any:
    from PIL import Image

    if drawn.mode != "RGBA":
        return drawn
    paper = Image.new("RGB", drawn.size, "white")
    paper.paste(drawn, mask=drawn.getchannel("A"))
    return paper


def codes_on(picture: Any) -> list[tuple[str, int]]:
    """The QR codes on a page, each with how far the page is turned, in degrees."""
    import zxingcpp
    from PIL import ImageOps

    only = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1)
    for scale in _SCALES:
        size = (int(grey.width * scale), int(grey.height * scale))
        if min(size) < 100 or size[0] * size[1] > _MOST_LOOKED_AT:
            continue
        looked_at = grey if scale == 1.0 else grey.resize(size)
        for binarizer in (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram):
            codes = zxingcpp.read_barcodes(looked_at, formats=only, binarizer=binarizer)
            if codes:
                return [(code.text, int(code.orientation)) for code in codes]
    return []


def upright(picture: Any, turned: int) -> Any:
    """The page turned by quarters so that its code stands upright."""
    quarters = round(turned / 90) * 90 % 360
    return picture.rotate(quarters, expand=True) if quarters else picture


def kept(picture: Any) -> tuple[bytes, int, int]:
    """A page as it is kept: as JPEG, with its width and height."""
    if max(picture.size) > _LONGEST_SIDE:
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), picture.width, picture.height


def main(arguments: list[str]) -> int:
    """Read one file from the descriptor that the caller passed on."""
    megabytes, seconds, descriptor = (int(part) for part in arguments[:3])
    cleaner.limit(megabytes, seconds)
    out = sys.stdout.buffer
    try:
        with os.fdopen(os.dup(descriptor), "rb") as source:
            source.seek(0)
            for picture in pictures(source, arguments[4]):
                codes = codes_on(picture)
                if codes:
                    picture = upright(picture, codes[0][1])
                content, width, height = kept(picture)
                line = {
                    "bytes": len(content),
                    "width": width,
                    "height": height,
                    "codes": [text[:100] for text, _ in codes][:10],
                }
                out.write(json.dumps(line).encode("ascii") + b"\n")
                out.write(content)
                out.flush()
    except MemoryError:
        return cleaner.NO_ROOM
    except Exception:
        # Whatever a library makes of a stranger's file: there is no picture of it.
        return cleaner.UNCLEANABLE
    return cleaner.ENDED_WELL
