"""Waiting lists that move with the clock: offers lapse, and whoever is next is asked."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import exists, select

from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.formats import to_local
from kash.policy import SYSTEM
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.planning import held_workshop
from kash.workshops.services.seats import move_up

_log = structlog.get_logger("kash.workshops")


def tend_waiting_lists(now: datetime) -> int:
    """Let every waiting list move whose turn it is; returns how many did. A list that fails does
    not stop the others."""
    db.session.rollback()
    moved = 0
    for workshop in _lists(now):
        try:
            moved += _tend(workshop)
        except Exception:
            db.session.rollback()
            _log.error("waiting_list_not_moved", workshop=workshop, exc_info=True)
    return moved


def _lists(now: datetime) -> list[str]:
    """Workshops to come in which somebody waits who may be moved."""
    waits = exists().where(
        Enrolment.workshop_id == Workshop.id,
        Enrolment.state == str(EnrolmentState.WAITING),
        # Whoever was asked once, or has her offer, is not asked now.
        (Enrolment.offer_until <= now)
        | (
            Enrolment.offer_until.is_(None)
            & Enrolment.offer_lapsed_at.is_(None)
            & Enrolment.person.has(minor=False)
        ),
    )
    found = list(
        db.session.scalars(
            select(Workshop.public_id)
            .where(
                Workshop.state == "planned",
                Workshop.starts_on >= to_local(now).date(),
                waits,
            )
            .order_by(Workshop.id)
        )
    )
    db.session.rollback()
    return found


def _tend(workshop: str) -> bool:
    with audited("workshops.waiting_list_moved", SYSTEM) as change:
        held = held_workshop(change.session, workshop)
        moved = move_up(change.session, held, change.now)
        if not moved:
            change.nothing()
            return False
        change.about(held.public_id, *moved)
        return True
