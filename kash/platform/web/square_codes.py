"""Square codes on pages, for addresses that are scanned from a screen."""

from __future__ import annotations

import base64
import io

import segno


def qr_picture(address: str) -> str:
    """An address as a picture to be scanned: the source of an image."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=4, light="#fff")
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
