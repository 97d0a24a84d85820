"""Finding workshops from every page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l

from kash.platform.web.formats import short_date_text
from kash.platform.web.hits import Findable, Hit, NamedPage
from kash.policy import Actor
from kash.workshops.queries.search import find_workshops


def _workshops(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(
            row.title,
            url_for("workshops.workshop", public_id=row.public_id),
            short_date_text(row.starts_on),
        )
        for row in find_workshops(actor, text, limit)
    ]


FOUND = (
    Findable("workshops", _l("Workshops"), "workshops.see", 30, _workshops),
    NamedPage("workshops.add", _l("Plan a workshop"), "workshops.edit", 80),
)
