"""Messages on Today: those that a person has to decide on."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.notices.queries.history import MessageStanding, waiting_for_a_person
from kash.platform.web.today import Need, TodayLine, Viewer, total


def _undecided(asked: Viewer) -> Sequence[TodayLine]:
    counts = waiting_for_a_person(asked.actor)
    titles = {
        MessageStanding.UNKNOWN: (
            _("Nobody knows whether messages arrived"),
            _("Send them again, or leave it."),
        ),
        MessageStanding.FAILED: (
            _("Messages failed"),
            _("See why, and tell those people yourself."),
        ),
    }
    return [
        TodayLine(
            titles[standing][0],
            url_for("notices.index", state=standing.value),
            titles[standing][1],
            key=count,
            button=_("See them"),
            count=count,
        )
        for standing, count in counts.items()
        if count
    ]


TODAY = (
    Need(
        "messages", 165, _undecided, lead=_l("Messages to decide on:"), lead_place=96, count=total
    ),
)
