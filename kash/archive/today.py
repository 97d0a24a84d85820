"""Archives on Today: what waits for a director."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.archive.approval import APPROVAL
from kash.archive.queries import waiting_requests
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    return [
        waiting_line(
            _("Archive of the whole programme"),
            url_for("archive.request", public_id=one.public_id),
            one.created_at,
            icon="key",
        )
        for one in waiting_requests(asked.actor)
    ]


NEEDED = Need(
    "archives",
    281,
    _to_agree,
    lead=_l("Archives that wait for you:"),
    lead_place=110,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)
