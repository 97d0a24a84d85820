"""Figures that are to be printed, on Today. Their day is public, so it is told whether or not the
vault is open."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from kash.platform.web.formats import date_text
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.releases.queries.due import days_due


def _to_print(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("releases.make"):
        return []
    return [
        TodayLine(
            _("Figures are to be printed"),
            url_for("releases.index"),
            _("Cases filed up to %(day)s", day=date_text(one.day)),
            icon="report",
            button=_("Print"),
        )
        for one in days_due(asked.now)
    ]


PRINTING_DUE = Need("releases_due", 65, _to_print)
