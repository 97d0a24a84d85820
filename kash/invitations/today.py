"""Sign-ups on Today: names that wait for whoever runs the workshop."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from kash.invitations.models import SignUp, SignUpLink
from kash.platform.database import db
from kash.platform.web.today import Need, TodayLine, Viewer, total
from kash.policy import Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by


def _waiting(asked: Viewer) -> Sequence[TodayLine]:
    if asked.actor.reach("workshops.edit") is Reach.NONE:
        return []
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title, func.count(SignUp.id))
        .join(SignUpLink, SignUpLink.workshop_id == Workshop.id)
        .join(SignUp, SignUp.link_id == SignUpLink.id)
        .where(
            SignUp.state == "waiting",
            Workshop.state == "planned",
            Workshop.id.in_(run_by(asked.actor)),
        )
        .group_by(Workshop.id, Workshop.public_id, Workshop.title)
        .order_by(Workshop.starts_on, Workshop.id)
    )
    return [
        TodayLine(
            _("Names by link: %(title)s", title=title),
            url_for("invitations.workshop", public_id=public_id),
            key=count,
            small=ngettext("name", "names", count),
            button=_("Decide"),
            about=title,
            count=count,
        )
        for public_id, title, count in rows
    ]


TODAY = (
    Need(
        "names_by_link",
        115,
        _waiting,
        lead=_l("Names by link to decide on:"),
        lead_place=55,
        count=total,
    ),
)
