"""The leaflet that tells how the numbers are made, on two pages."""

from __future__ import annotations

from flask import render_template

from kash.incidents.documents.rendering import render_now
from kash.platform.press import PagedDocument
from kash.platform.web.language import brand
from kash.releases.documents import pictures
from kash.releases.rule_texts import VERSION, rule_words


def rule_leaflet(language: str) -> bytes:
    """The leaflet as PDF. Raises RenderError."""
    said = rule_words(language)
    return render_now(
        PagedDocument(
            html=render_template(
                "releases/paper/rule.html",
                said=said,
                version=VERSION,
                organisation=brand(),
                pictures=pictures,
            ),
            title=str(said["title"]),
            language=language,
            kind="plain",
        )
    )
