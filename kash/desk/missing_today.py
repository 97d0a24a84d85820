"""Missing information on Today: one line with how much of it there is, for who works it down."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.desk.queries import counted_kinds
from kash.platform.web.today import Need, TodayLine, Viewer, total
from kash.policy import Role


def _missing(asked: Viewer) -> Sequence[TodayLine]:
    # A trainer finds hers below: her first page is asked for more often than any other.
    if Role.MONITORING not in asked.actor.roles:
        return []
    counted = counted_kinds(asked.actor, asked.now, asked.day)
    if not counted:
        return []
    count = sum(line.count for line in counted)
    more = "+" if any(line.beyond for line in counted) else ""
    return [
        TodayLine(
            _("Missing information"),
            url_for("desk.missing"),
            ", ".join(dict.fromkeys(str(line.kind.label) for line in counted[:4])),
            key=f"{count}{more}",
            button=_("Work it down"),
            count=count,
        )
    ]


MISSING_NEED = Need(
    "missing", 300, _missing, lead=_l("Missing information:"), lead_place=150, count=total
)
