"""Enrolling everyone of a list of people that was brought in, from the list's own page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.people.next_steps import NextStep, StepDone
from kash.platform.database import db
from kash.platform.web.formats import local_today, short_date_text
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import is_run_by, own_workshop
from kash.workshops.services.enrolment import enrol_all

LEFT_OUT = _l(
    "Left out is whoever stands in this workshop already, also as withdrawn or declined, whoever is"
    " under 18 and, where the director decided so, whoever lacks an earlier course or had this one."
)


def _coming(actor: Actor) -> Sequence[tuple[str, str]]:
    if not actor.may("workshops.edit"):
        return []
    ahead = (
        select(Workshop.public_id, Workshop.title, Workshop.starts_on)
        .where(is_run_by(actor), Workshop.state == "planned", Workshop.ends_on >= local_today())
        .order_by(Workshop.starts_on, Workshop.id)
    )
    rows = db.session.execute(ahead)
    return [(public_id, f"{title}, {short_date_text(day)}") for public_id, title, day in rows]


def _enrol(workshop: str, people: Sequence[str], actor: Actor) -> StepDone:
    found = own_workshop(workshop, actor, "workshops.edit")
    done = enrol_all(found.public_id, people, actor)
    at = url_for("workshops.people", public_id=workshop)
    return StepDone(done.seated, done.waiting, done.left_out, LEFT_OUT, at)


ENROL_LIST = NextStep(
    "enrol",
    _l("Enrol them in a workshop"),
    _l("Nobody under 18 is enrolled."),
    _coming,
    _enrol,
)
