"""Finding tracks from every page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l

from kash.platform.web.hits import Findable, Hit, NamedPage
from kash.policy import Actor
from kash.tracks.queries.tracks import find_tracks


def _tracks(_actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(name, url_for("tracks.track", public_id=public_id))
        for public_id, name in find_tracks(text, limit)
    ]


FOUND = (
    Findable("tracks", _l("Tracks"), "tracks.see", 45, _tracks),
    NamedPage("tracks.add", _l("Add a track"), "tracks.edit", 92),
)
