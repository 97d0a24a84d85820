"""Figures that are to be printed, on Today. Their day is public, so it is told whether or not the
vault is open."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists

from kash.platform.database import db
from kash.platform.vault import MIRROR_STARTED, AuditEntry
from kash.platform.web.formats import date_text
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.releases.approval import RECOVERY
from kash.releases.queries.doubts import doubts, waiting_for
from kash.releases.queries.due import printing_days


def _to_print(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("releases.make"):
        return []
    due = [one for one in printing_days() if one.due_at <= asked.now and not one.is_printed]
    doubted = doubts(db.session(), asked.now, due)
    waits = {one.day for one in doubted}
    unsaid = [
        TodayLine(
            _("Figures wait: the operator must look at the audit trail"),
            url_for("releases.put_back"),
            _("Cases filed up to %(day)s", day=date_text(one.day)),
            icon="report",
            button=_("See how it stands"),
        )
        for one in doubted[:1]
        if one.unsaid
    ]
    return unsaid + [
        TodayLine(
            _("Figures are to be printed"),
            url_for("releases.index"),
            _("Cases filed up to %(day)s", day=date_text(one.day)),
            icon="report",
            button=_("Print"),
        )
        for one in due
        if one.day not in waits
    ]


def _may_wait(asked: Viewer) -> ColumnElement[bool] | None:
    if not (asked.actor.may(RECOVERY.proposes) or asked.actor.may(RECOVERY.approves)):
        return None
    return exists().where(AuditEntry.action == MIRROR_STARTED)


def _waiting(asked: Viewer) -> Sequence[TodayLine]:
    """The oldest day that waits since the database was put back, for both of the two."""
    actor, session = asked.actor, db.session()
    found = doubts(session, asked.now)
    # Of what only the operator can put right, whoever prints is told where she is told of printing.
    if not found or (found[0].unsaid and actor.may("releases.make")):
        return []
    said = waiting_for(session, found[0].day)
    acts = actor.may(RECOVERY.proposes) if said is None else RECOVERY.offered(said, actor).approves
    return [
        TodayLine(
            _("Figures wait: were they printed before the database was put back?"),
            url_for("releases.put_back"),
            _("Cases filed up to %(day)s", day=date_text(found[0].day)),
            icon="report",
            button=_("Say what became of them")
            if acts and said is None
            else _("Check and agree")
            if acts
            else _("See how it stands"),
        )
    ]


PRINTING_DUE = Need("releases_due", 65, _to_print)
# Nothing else but these makes a day wait, short of a database that was put back by hand: of that
# those who print are told in the place of printing.
LOST_FIGURES = Need("releases_lost", 64, _waiting, exists=_may_wait)
