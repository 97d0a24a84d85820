"""Finding courses from every page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l

from kash.platform.web.hits import Findable, Hit, NamedPage
from kash.policy import Actor
from kash.training.queries import find_courses


def _courses(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(name, url_for("training.course", public_id=public_id))
        for public_id, name in find_courses(actor, text, limit)
    ]


FOUND = (
    Findable("courses", _l("Curriculum"), "curriculum.see", 40, _courses),
    NamedPage("training.add_course", _l("Add a course"), "curriculum.edit", 90),
)
