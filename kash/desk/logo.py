"""A picture that was uploaded, made into one that is safe to keep and to print."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.web import Problem

MOST_BYTES = 2 * 1024 * 1024
# What a picture takes in memory depends on these, whatever its file takes.
MOST_PIXELS = 8_000_000
MOST_SIDE = 8_000
# On paper it is 30 mm wide at most; this is 300 dots an inch.
_WIDTH, _HEIGHT = 480, 240
_FORMATS = ("PNG", "JPEG", "WEBP")


class LogoProblem(Problem):
    """The file is no picture that can be kept."""

    status = 422
    sentence = _l("This is not a picture that can be read. Send a PNG, JPEG or WebP file.")


class NoPicture(LogoProblem):
    """Nothing was sent."""

    sentence = _l("Choose a picture first.")


class PictureTooLarge(LogoProblem):
    """More bytes or more pixels than a logo needs."""

    sentence = _l("This picture is too large. Send one of at most 2 MB and 8 million pixels.")


class DrawingRefused(LogoProblem):
    """SVG can hold more than a picture."""

    sentence = _l("SVG files can hold more than a picture, so they are not taken. Send a PNG.")


def prepared_logo(content: bytes) -> bytes:
    """The picture as a small PNG without anything but its pixels. Raises LogoProblem.

    The type is told by the content, never by the name; size is checked before a pixel is read.
    """
    if not content:
        raise NoPicture
    if len(content) > MOST_BYTES:
        raise PictureTooLarge
    if b"<svg" in content[:4096].lower():
        raise DrawingRefused
    # Imported here: only who changes the logo needs it, and every web process would carry it.
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
                raise PictureTooLarge
            return _drawn_anew(picture)
    except LogoProblem:
        raise
    except Exception:
        # The library raises whatever its decoders do; none of it concerns who sent the file.
        raise LogoProblem from None


def _drawn_anew(picture: Any) -> bytes:
    from PIL import Image, ImageOps

    # A photograph can be read at a fraction of its size.
    picture.draft("RGB", (_WIDTH * 2, _HEIGHT * 2))
    upright = ImageOps.exif_transpose(picture)
    whole = upright.convert("RGBA" if _has_transparency(upright) else "RGB")
    whole.thumbnail((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)
    # Pixels alone go into a new picture, so that nothing else can come along.
    bare = Image.new(whole.mode, whole.size)
    bare.paste(whole)
    made = io.BytesIO()
    bare.save(made, "PNG", optimize=True)
    return made.getvalue()


def _has_transparency(picture: Any) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
