"""Evaluations on Today: forms that are open and should be closed."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.evaluations.queries.forms import open_forms
from kash.platform.web.formats import day_text, time_text
from kash.platform.web.today import Need, TodayLine, Viewer


def _open(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Evaluation open: %(title)s", title=one.title),
            url_for("evaluations.form", public_id=one.workshop, form_id=one.form),
            _("Its time is over.")
            if one.closes_at <= asked.now
            else _("Close it once everybody has answered."),
            key=day_text(one.closes_at),
            small=_("until %(time)s", time=time_text(one.closes_at)),
            button=_("Look and close"),
            about=one.title,
        )
        for one in open_forms(asked.actor)
    ]


TODAY = (Need("evaluations", 125, _open, lead=_l("Evaluations still open:"), lead_place=45),)
