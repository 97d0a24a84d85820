"""QR codes as pictures made of lines."""

from __future__ import annotations

import io

import segno

from kash.platform.press.markup import escaped

QUIET_MODULES = 4


def qr_svg(payload: str, *, label: str = "QR") -> str:
    """An SVG element of class `qr` with the quiet zone inside it, to be put into a page as it is.

    `label` is what a screen reader says in place of the picture. An SVG wears no size of its own;
    the stylesheet gives it one. Error correction is M, so that a crease doesn't spoil it.
    """
    code = segno.make(payload, error="m", micro=False, boost_error=False)
    picture = io.BytesIO()
    code.save(
        picture,
        kind="svg",
        border=QUIET_MODULES,
        xmldecl=False,
        svgns=True,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
        title=None,
        nl=False,
    )
    svg = picture.getvalue().decode("utf-8")
    start = svg.index(">") + 1
    return f"{svg[:start]}<title>{escaped(label)}</title>{svg[start:]}"
