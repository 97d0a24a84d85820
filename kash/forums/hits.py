"""Finding forums from every page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l

from kash.forums.queries.series import find_forums
from kash.platform.web.hits import Findable, Hit
from kash.policy import Actor


def _forums(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(name, url_for("forums.forum", forum_id=public_id))
        for public_id, name in find_forums(actor, text, limit)
    ]


FOUND = (Findable("forums", _l("Forums"), "forums.see", 50, _forums),)
