"""Somebody at the door while a register is taken: she is marked there as soon as she is on it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.rules.door import Met, badge_text
from kash.attendance.services.door import scan_badge
from kash.attendance.wording import reason_sentence
from kash.platform.web import current_actor
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.people import group_letter, place_on_register
from kash.workshops.queries.plan import session_of
from kash.workshops.queries.scope import own_workshop


def at_session(found: Workshop) -> WorkshopSession | None:
    """The session at whose door somebody stands, as the page names it. Raises NotFound."""
    named = request.values.get("session", "")[:16]
    return session_of(found, named) if named else None


def back_to(public_id: str, door: WorkshopSession | None, letter: str | None = None) -> str:
    """Where whoever takes somebody in came from, at the group that has this letter: the register of
    a session, else the people."""
    if door is None:
        return url_for("workshops.people", public_id=public_id, group=letter)
    return url_for(
        "workshops.register", public_id=public_id, session_id=door.public_id, group=letter
    )


def taken_in(public_id: str, person: str) -> ResponseReturnValue:
    """Go back to where she came from; at a session's door she is marked as present before."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    door = at_session(workshop)
    place = place_on_register(workshop, person)
    if door is None or place is None:
        flash(_("Enrolled, and on the register."))
        return redirect(back_to(public_id, door, group_letter(person)), code=303)
    entry, letter = place
    register, slot = workshop.register.public_id, door.slot.public_id
    came = scan_badge(register, slot, badge_text(entry), actor)
    if came.met in (Met.IN, Met.ALREADY):
        flash(_("On the register, and present."))
    else:
        flash(_("On the register, but not marked."), "warn")
        flash(reason_sentence(came.reason) or _("Somebody marked this person otherwise."), "warn")
    return redirect(back_to(public_id, at_session(workshop), letter), code=303)
