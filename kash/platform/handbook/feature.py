"""The declaration of the handbook."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from kash.feature import Feature
from kash.platform.handbook import blueprint, views
from kash.platform.handbook.views import FOLDER, address_of_this_page


def _find_chapters(app: Flask) -> None:
    app.extensions[FOLDER] = Path(app.root_path).parent / "docs"


FEATURE = Feature(
    "handbook",
    modules=(views,),
    start=_find_chapters,
    blueprints=(blueprint,),
    # Every page asks for the chapter that tells about it.
    words={"handbook_address": address_of_this_page},
)
