"""Draws an uploaded picture anew as a PNG. Run by `kash.platform.confinement`."""

from __future__ import annotations

import io
import resource
import sys
import warnings
from typing import Any, BinaryIO

# How it ends where no picture is written; anything else is no picture that can be read.
NOT_READ, TOO_LARGE, NOTHING_DRAWN = 3, 4, 5
# What a picture takes in memory depends on these, whatever its file takes.
MOST_PIXELS = 8_000_000
MOST_SIDE = 8_000
_FORMATS = ("PNG", "JPEG", "WEBP")
# How the darkest tenth of a signature's paper is still paper, and ink is ink, of 255.
_PAPER_FROM, _INK_TO = 200, 110
_INK = (22, 32, 78)


class TooLarge(Exception):
    """More pixels than paper needs."""


class NothingInk(Exception):
    """A picture of a signature without anything dark."""


def main(arguments: list[str]) -> int:
    """Draw the picture that lies in the memory which the caller handed over."""
    descriptor, megabytes, seconds = (int(argument) for argument in arguments[:3])
    use, width, height = arguments[3], int(arguments[4]), int(arguments[5])
    space = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    from PIL import Image

    try:
        with open(descriptor, "rb") as source, opened(source) as picture:
            draw = signature if use == "signature" else small
            png = written(draw(picture, width, height))
    except (TooLarge, Image.DecompressionBombError):
        return TOO_LARGE
    except NothingInk:
        return NOTHING_DRAWN
    except Exception:
        # The library raises whatever its decoders do; none of it concerns who sent the file.
        return NOT_READ
    sys.stdout.buffer.write(png)
    sys.stdout.buffer.flush()
    return 0


def opened(source: BinaryIO) -> Any:
    """The picture in a file, its size within bounds. Raises TooLarge."""
    from PIL import Image

    source.seek(0)
    with warnings.catch_warnings():
        # How large a picture may be is decided below.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(source, formats=_FORMATS)
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise TooLarge
    return picture


def small(picture: Any, width: int, height: int) -> Any:
    """The picture as it is meant to be seen, within these bounds."""
    from PIL import Image, ImageOps

    # A photograph can be read at a fraction of its size.
    picture.draft("RGB", (width * 2, height * 2))
    upright = ImageOps.exif_transpose(picture)
    whole = upright.convert("RGBA" if _has_transparency(upright) else "RGB")
    whole.thumbnail((width, height), Image.Resampling.LANCZOS)
    return whole


def signature(picture: Any, width: int, height: int) -> Any:
    """Signature: all that is dark in the picture as ink, and nothing around it. Raises
    NothingInk."""
    from PIL import Image

    reduced = small(picture, width * 2, height * 2)
    if reduced.mode == "RGBA":
        sheet = Image.new("RGBA", reduced.size, "white")
        sheet.alpha_composite(reduced)
        reduced = sheet
    grey = reduced.convert("L")
    span = _PAPER_FROM - _INK_TO
    ink = grey.point([min(255, max(0, (_PAPER_FROM - v) * 255 // span)) for v in range(256)])
    box = ink.point([0] * 64 + [255] * 192).getbbox()
    if box is None:
        raise NothingInk
    drawn = Image.new("RGBA", ink.size, (*_INK, 0))
    drawn.putalpha(ink)
    cut = drawn.crop(box)
    cut.thumbnail((width, height), Image.Resampling.LANCZOS)
    return cut


def written(picture: Any) -> bytes:
    """A PNG of these pixels alone."""
    from PIL import Image

    # Pixels alone go into a new picture, so that nothing else can come along.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "PNG", optimize=True)
    return out.getvalue()


def _has_transparency(picture: Any) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
