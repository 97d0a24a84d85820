"""Archives on Today: what waits for a director, and what became of the file for whoever asked."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.archive.approval import APPROVAL
from kash.archive.queries import any_ended, failed_requests, ready_requests, waiting_requests
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


def _ended(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Your archive could not be made"),
            url_for("archive.request", public_id=one.public_id),
            _("Its page says why. It stands here until an archive is asked for again."),
            icon="key",
            button=_("See why"),
        )
        for one in failed_requests(asked.actor)
    ] + [
        TodayLine(
            _("Your archive is ready"),
            url_for("jobs.page", public_id=one.job),
            _("The file is kept for a day. Whoever agreed to it has the words that open it."),
            icon="key",
            button=_("To the file"),
        )
        for one in ready_requests(asked.actor)
    ]


READY = Need("archives_ready", 192, _ended, exists=lambda asked: any_ended(asked.actor))
NEEDED = Need(
    "archives",
    281,
    _to_agree,
    lead=_l("Archives that wait for you:"),
    lead_place=110,
    exists=lambda asked: APPROVAL.any_open_to(asked.actor),
)
