"""A page of paper as a picture, for whoever looks at it on a screen first."""

from __future__ import annotations

from kash.platform.confinement import NoAnswer, answered
from kash.platform.press.child_process import RenderFailed, RenderTimeout

_SECONDS, _MEGABYTES = 20, 768
_MOST_BYTES = 16 * 1024 * 1024


def page_picture(pdf: bytes, width: int) -> bytes:
    """The first page of a PDF as a PNG so many pixels wide, drawn by a confined child under limits.

    Raises RenderFailed and RenderTimeout.
    """
    bounds = (_MEGABYTES, _SECONDS, width)
    try:
        drawn = answered(
            "kash.platform.press.picture_child", bounds, pdf, seconds=_SECONDS, most=_MOST_BYTES
        )
    except NoAnswer as problem:
        raise (RenderTimeout if problem.late else RenderFailed) from None
    if not drawn:
        raise RenderFailed
    return drawn
