"""A picture that was uploaded, made into one that is safe to keep and to print."""

from __future__ import annotations

from base64 import b64encode

from flask_babel import lazy_gettext as _l

from kash.platform.confinement import NoAnswer, answered
from kash.platform.web.errors import Problem
from kash.platform.web.pictures_child import NOTHING_DRAWN, TOO_LARGE

MOST_BYTES = 2 * 1024 * 1024
_MEGABYTES, _SECONDS = 768, 20


class PictureProblem(Problem):
    """The file is no picture that can be kept."""

    status = 422
    field = "picture"
    sentence = _l("This is not a picture that can be read. Send a PNG, JPEG or WebP file.")


class NoPicture(PictureProblem):
    """Nothing was sent."""

    sentence = _l("Choose a picture first.")


class PictureTooLarge(PictureProblem):
    """More bytes or more pixels than paper needs."""

    sentence = _l("This picture is too large. Send one of at most 2 MB and 8 million pixels.")


class DrawingRefused(PictureProblem):
    """SVG can hold more than a picture."""

    sentence = _l("Send a PNG.")


class NothingDrawn(PictureProblem):
    """A picture of a signature in which there is no ink."""

    sentence = _l("There is nothing dark in this picture. Sign in black or blue on white paper.")


def prepared_picture(content: bytes, width: int, height: int) -> bytes:
    """The picture as a PNG of at most that many pixels, without anything but its pixels.

    The type is told by the content, never by the name; size is checked before a pixel is read.
    Raises PictureProblem.
    """
    return _drawn("picture", content, width, height)


def prepared_signature(content: bytes, width: int, height: int) -> bytes:
    """A signature as ink alone: the paper that it was written on becomes transparent.

    Raises PictureProblem, NothingDrawn among them.
    """
    return _drawn("signature", content, width, height)


def data_address(png: bytes) -> str:
    """A PNG as a `data:` address."""
    return "data:image/png;base64," + b64encode(png).decode("ascii")


_PROBLEMS: dict[int | None, type[PictureProblem]] = {
    TOO_LARGE: PictureTooLarge,
    NOTHING_DRAWN: NothingDrawn,
}


def _drawn(use: str, content: bytes, width: int, height: int) -> bytes:
    if not content:
        raise NoPicture
    if len(content) > MOST_BYTES:
        raise PictureTooLarge
    if b"<svg" in content[:4096].lower():
        raise DrawingRefused
    try:
        return answered(
            "kash.platform.web.pictures_child",
            [_MEGABYTES, _SECONDS, use, width, height],
            content,
            seconds=_SECONDS,
            # Four bytes a pixel, and what a PNG adds to them at most.
            most=width * height * 5 + 65_536,
        )
    except NoAnswer as problem:
        raise _PROBLEMS.get(problem.code, PictureProblem) from None
