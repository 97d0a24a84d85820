"""The copy of all that is held about one person: a file to read, and one for other programs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from flask import render_template

from kash.platform.web.language import language_code


def packed_copy(copied: Mapping[str, list[dict[str, Any]]], headings: Mapping[str, Any]) -> bytes:
    """A zip of both; it is made in memory and kept nowhere. `headings` are words for tables."""
    page = render_template(
        "people/paper/copy.html", copied=copied, headings=headings, language=language_code()
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("copy.html", page)
        archive.writestr("copy.json", json.dumps(copied, ensure_ascii=False, indent=1, default=str))
    return packed.getvalue()
