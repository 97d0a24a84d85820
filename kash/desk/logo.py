"""The programme's logo, made small enough for paper."""

from __future__ import annotations

from kash.platform.web.pictures import prepared_picture

# On paper it is 30 mm wide at most; this is 300 dots an inch.
_WIDTH, _HEIGHT = 480, 240


def prepared_logo(content: bytes) -> bytes:
    """The picture as a small PNG without anything but its pixels. Raises PictureProblem."""
    return prepared_picture(content, _WIDTH, _HEIGHT)
