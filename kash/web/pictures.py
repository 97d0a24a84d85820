"""A picture that was uploaded, made into one that is safe to keep and to print."""

from __future__ import annotations

import io
import warnings
from base64 import b64encode
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.web.errors import Problem

MOST_BYTES = 2 * 1024 * 1024
# What a picture takes in memory depends on these, whatever its file takes.
MOST_PIXELS = 8_000_000
MOST_SIDE = 8_000
_FORMATS = ("PNG", "JPEG", "WEBP")
# How the darkest tenth of a signature's paper is still paper, and ink is ink, of 255.
_PAPER_FROM, _INK_TO = 200, 110
_INK = (22, 32, 78)


class PictureProblem(Problem):
    """The file is no picture that can be kept."""

    status = 422
    sentence = _l("This is not a picture that can be read. Send a PNG, JPEG or WebP file.")


class NoPicture(PictureProblem):
    """Nothing was sent."""

    sentence = _l("Choose a picture first.")


class PictureTooLarge(PictureProblem):
    """More bytes or more pixels than paper needs."""

    sentence = _l("This picture is too large. Send one of at most 2 MB and 8 million pixels.")


class DrawingRefused(PictureProblem):
    """SVG can hold more than a picture."""

    sentence = _l("SVG files can hold more than a picture, so they are not taken. Send a PNG.")


class NothingDrawn(PictureProblem):
    """A picture of a signature in which there is no ink."""

    sentence = _l("There is nothing dark in this picture. Sign in black or blue on white paper.")


def prepared_picture(content: bytes, width: int, height: int) -> bytes:
    """The picture as a PNG of at most that many pixels, without anything but its pixels.

    The type is told by the content, never by the name; size is checked before a pixel is read.
    Raises PictureProblem.
    """
    with _Opened(content) as picture:
        return _written(_small(picture, width, height))


def prepared_signature(content: bytes, width: int, height: int) -> bytes:
    """A signature as ink alone: the paper that it was written on becomes transparent.

    Raises PictureProblem, NothingDrawn among them.
    """
    from PIL import Image

    with _Opened(content) as picture:
        small = _small(picture, width * 2, height * 2)
        if small.mode == "RGBA":
            sheet = Image.new("RGBA", small.size, "white")
            sheet.alpha_composite(small)
            small = sheet
        grey = small.convert("L")
        span = _PAPER_FROM - _INK_TO
        ink = grey.point([min(255, max(0, (_PAPER_FROM - v) * 255 // span)) for v in range(256)])
        box = ink.point([0] * 64 + [255] * 192).getbbox()
        if box is None:
            raise NothingDrawn
        drawn = Image.new("RGBA", ink.size, (*_INK, 0))
        drawn.putalpha(ink)
        cut = drawn.crop(box)
        cut.thumbnail((width, height), Image.Resampling.LANCZOS)
        return _written(cut)


def data_address(png: bytes) -> str:
    """A PNG as a `data:` address."""
    return "data:image/png;base64," + b64encode(png).decode("ascii")


class _Opened:
    """The picture in a file, its size within bounds; whatever a decoder raises is said alike."""

    def __init__(self, content: bytes) -> None:
        if not content:
            raise NoPicture
        if len(content) > MOST_BYTES:
            raise PictureTooLarge
        if b"<svg" in content[:4096].lower():
            raise DrawingRefused
        self._content = content

    def __enter__(self) -> Any:
        # Imported here: only who uploads a picture needs it; every web process would carry it.
        from PIL import Image, ImageFile

        # Half a picture is none. A layout engine loaded in the same process would have it taken.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            with warnings.catch_warnings():
                # How large a picture may be is decided below.
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                self._picture = Image.open(io.BytesIO(self._content), formats=_FORMATS)
        except Image.DecompressionBombError:
            raise PictureTooLarge from None
        except Exception:
            raise PictureProblem from None
        width, height = self._picture.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            self._picture.close()
            raise PictureTooLarge
        return self._picture

    def __exit__(self, kind: Any, error: BaseException | None, _trace: Any) -> None:
        self._picture.close()
        if error is not None and not isinstance(error, PictureProblem):
            # The library raises whatever its decoders do; none of it concerns who sent the file.
            raise PictureProblem from None


def _small(picture: Any, width: int, height: int) -> Any:
    from PIL import Image, ImageOps

    # A photograph can be read at a fraction of its size.
    picture.draft("RGB", (width * 2, height * 2))
    upright = ImageOps.exif_transpose(picture)
    whole = upright.convert("RGBA" if _has_transparency(upright) else "RGB")
    whole.thumbnail((width, height), Image.Resampling.LANCZOS)
    return whole


def _written(picture: Any) -> bytes:
    from PIL import Image

    # Pixels alone go into a new picture, so that nothing else can come along.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    made = io.BytesIO()
    bare.save(made, "PNG", optimize=True)
    return made.getvalue()


def _has_transparency(picture: Any) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
