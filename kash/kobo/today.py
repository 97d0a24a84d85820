"""Forms on Today: marks that came by them, for whoever runs the workshop; and for trainers that a
server can be fetched from."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement

from kash.kobo.queries.marks import some_wait, waiting_marks
from kash.platform.web.answers import AnswerKind
from kash.platform.web.formats import day_text
from kash.platform.web.today import Need, TodayLine, Viewer, total


def _any_wait(asked: Viewer) -> ColumnElement[bool] | None:
    return some_wait(asked.actor) if asked.actor.may("attendance.mark") else None


def _waiting(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("From KoboToolbox: %(title)s", title=one.title),
            url_for("kobo.marks", public_id=one.public_id),
            _("Begins %(day)s", day=day_text(one.starts_on)),
            key=one.waiting,
            small=ngettext("mark", "marks", one.waiting),
            button=_("Look at them"),
            about=one.title,
            count=one.waiting,
        )
        for one in waiting_marks(asked.actor)
    ]


SWITCHED_ON = "kobo_on"
TODAY = (
    AnswerKind(
        SWITCHED_ON,
        _l(
            "On %(when)s a connection to a server of KoboToolbox was switched on. What was typed"
            " on phones can be fetched from there."
        ),
        "kobo.connection",
        "public_id",
        _l("Forms of KoboToolbox"),
        _l("Add a form"),
    ),
    Need(
        "kobo_marks",
        112,
        _waiting,
        lead=_l("Marks from KoboToolbox:"),
        lead_place=61,
        count=total,
        exists=_any_wait,
    ),
)
