"""The declaration of the handbook."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_babel import lazy_gettext as _l

from kash.feature import Feature
from kash.platform.handbook import blueprint, views
from kash.platform.handbook.views import FOLDER, address_of_this_page, found_in_handbook
from kash.platform.web.parts import Findable
from kash.policy import SIGNED_IN


def _find_chapters(app: Flask) -> None:
    app.extensions[FOLDER] = Path(app.root_path).parent / "docs"


FEATURE = Feature(
    "handbook",
    modules=(views,),
    start=_find_chapters,
    blueprints=(blueprint,),
    # Every page asks for the chapter that tells about it.
    words={"handbook_address": address_of_this_page},
    parts=(Findable("help", _l("Help"), SIGNED_IN, 2000, found_in_handbook),),
)
