"""Tests on Today: workshops whose questions should be asked once more, months later."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.assessments.queries.due import FollowUpDue, follow_ups_due
from kash.assessments.rules.times import Moment
from kash.platform.web.formats import day_text
from kash.platform.web.today import MOST_SHOWN, Need, TodayLine, Viewer


def _found(asked: Viewer) -> list[FollowUpDue]:
    return follow_ups_due(asked.actor, asked.day, 2 * MOST_SHOWN)


def _due(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Ask once more: %(title)s", title=one.title),
            url_for("assessments.make", public_id=one.public_id, moment=str(Moment.FOLLOW_UP)),
            _("Three months have passed: the same questions tell what stayed."),
            key=day_text(one.ends_on),
            small=str(one.ends_on.year),
            button=_("Make the test"),
            about=one.title,
        )
        for one in asked.once(_found)
        if not one.asked
    ]


def _untold(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Ask what changed in practice: %(title)s", title=one.title),
            url_for("assessments.practice", public_id=one.public_id),
            _("Nobody told yet what people do in another way since."),
            key=day_text(one.ends_on),
            small=str(one.ends_on.year),
            button=_("Enter what was told"),
            about=one.title,
        )
        for one in asked.once(_found)
        if one.asked
    ]


TODAY = (
    Need("follow_ups", 145, _due, lead=_l("Workshops to ask once more:"), lead_place=85),
    Need("practice", 146, _untold, lead=_l("Workshops to ask about practice:"), lead_place=86),
)
