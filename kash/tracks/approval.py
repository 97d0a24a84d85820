"""Approval of tracks: a version is published by a second person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.approvals.approval import Approval
from kash.tracks.models import TrackVersion

_ANOTHER = _l("You proposed this version, or stand in for who did: another must decide.")

APPROVAL = Approval(
    "tracks",
    TrackVersion,
    proposes="tracks.edit",
    approves="tracks.approve",
    label=_l("Tracks: publish or send back"),
    waiting=_l("Tracks proposed, not published"),
    own=_ANOTHER,
    stands_in=_ANOTHER,
)
