"""Skills on Today: trainers of whom it may be asked whether they lead."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kash.platform.web.today import MOST_SHOWN, Need, TodayLine, Viewer
from kash.skills.queries.evidence import suggestions


def _suggested(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("skills.grant"):
        return []
    found = suggestions(asked.day, excluding=asked.actor.account_id, limit=MOST_SHOWN)
    return [
        TodayLine(
            _("May %(name)s lead %(course)s?", name=one.name, course=one.course_name),
            url_for("skills.one_trainer", public_id=one.trainer),
            _("Taught it, and nobody has decided yet."),
            key=one.taught,
            small=ngettext("workshop", "workshops", one.taught),
            button=_("Look and decide"),
            about=one.name,
        )
        for one in found
    ]


TODAY = (Need("skills", 155, _suggested, lead=_l("Trainers who may lead:"), lead_place=94),)
