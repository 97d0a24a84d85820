"""Names of participants lead to their pages, wherever they stand."""

from __future__ import annotations

from flask import url_for

from kash.platform.web import current_actor
from kash.policy import Reach

_OPENING = (Reach.ALL, Reach.OWN, Reach.NAMES)


def person_address(public_id: str | None) -> str:
    """The address of somebody's page for whoever asks; empty if she may open none but her own."""
    if not public_id or current_actor().reach("people.see") not in _OPENING:
        return ""
    return url_for("people.person", public_id=public_id)
