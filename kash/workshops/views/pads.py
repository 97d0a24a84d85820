"""The register of a workshop on phones: taking it along, and ending that."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.queries.pads import continued, credential, grant
from kash.attendance.rules.pads import is_public_id
from kash.attendance.sealed_items import NotSent, sealed_items
from kash.attendance.services import pads
from kash.attendance.services.importing import (
    LARGEST_FILE,
    MOST_QUEUED,
    Brought,
    NotAQueue,
    bring_in,
    check_signature,
    read_queue,
)
from kash.attendance.services.items import open_items
from kash.attendance.services.pads import NotContinued, TooManyPads
from kash.platform.database import db, utc_now
from kash.platform.vault.phones import NotAKey, point_of
from kash.platform.web import current_actor, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.input import CONTROL_CHARACTERS
from kash.platform.web.language import language_code
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import QueueForm
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop
from kash.workshops.services.errors import WorkshopCancelled

_LONGEST_LABEL = 60


def _to_take(public_id: str) -> Workshop:
    found = own_workshop(public_id, current_actor(), "attendance.mark")
    if found.state == "cancelled":
        raise WorkshopCancelled
    return found


@blueprint.get("/<public_id>/pad")
@allow("attendance.mark")
def pad(public_id: str) -> str:
    """Page of taking the register along: what it means, and the PIN."""
    found = _to_take(public_id)
    return render_template("workshops/pad.html", workshop=found)


@blueprint.post("/<public_id>/pad")
@allow("attendance.mark")
def take_pad(public_id: str) -> ResponseReturnValue:
    """Give a phone what it takes along, as JSON: its key, codes and initials, slots and marks."""
    actor = current_actor()
    found = _to_take(public_id)
    asked = request.get_json(silent=True)
    sent = asked if isinstance(asked, dict) else {}
    key = sent.get("signing_key")
    if not isinstance(key, dict):
        return _refused("unreadable", _("This could not be read."), 400)
    label = sent.get("label")
    continues = sent.get("continues")
    label = CONTROL_CHARACTERS.sub("", label)[:_LONGEST_LABEL] if isinstance(label, str) else ""
    with CaughtProblem(NotContinued, TooManyPads) as caught:
        try:
            taken = pads.take_pad(
                found.register.public_id,
                point_of(key),
                label,
                actor,
                continues=str(continues) if is_public_id(continues) else "",
            )
        except NotAKey:
            return _refused("key", _("This phone's key could not be read."), 400)
        return jsonify(
            grant(found.register_id, taken, found.version.public_title, language_code(), utc_now())
        )
    return _refused("refused", caught.sentence, caught.problem.status)


def _refused(code: str, sentence: str, status: int) -> ResponseReturnValue:
    return jsonify({"error": code, "sentence": sentence}), status


@blueprint.post("/<public_id>/pads/<pad_id>/revoke")
@allow("attendance.mark")
def revoke_pad(public_id: str, pad_id: str) -> ResponseReturnValue:
    """End what a phone may send."""
    found = own_workshop(public_id, current_actor(), "attendance.mark")
    pads.revoke_pad(found.register.public_id, pad_id, current_actor())
    flash(_("This phone may no longer send. What it keeps can still be brought in as a file."))
    return redirect(url_for("workshops.attendance", public_id=public_id), code=303)


@blueprint.route("/<public_id>/pad/import", methods=["GET", "POST"])
@allow("attendance.mark")
@takes_file(LARGEST_FILE)
def import_queue(public_id: str) -> ResponseReturnValue:
    """Bring in what a phone saved as a file, as nobody could send it."""
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    form = QueueForm()
    if form.validate_on_submit():
        with form.showing_problems():
            brought = _bring_in(workshop, form.content())
            flash(
                _(
                    "Brought in: %(applied)s. Here already: %(known)s. To decide: %(waiting)s.",
                    applied=brought.applied,
                    known=brought.known,
                    waiting=brought.waiting,
                )
            )
            then = "workshops.held" if brought.waiting else "workshops.attendance"
            return redirect(url_for(then, public_id=public_id), code=303)
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    return page("workshops/pad_import.html", form=form, workshop=workshop, most_bytes=LARGEST_FILE)


def _bring_in(workshop: Workshop, content: bytes) -> Brought:
    file = read_queue(content)
    pad = check_signature(file, credential(db.session(), file.pad), workshop.register_id)
    queue = pad if file.queue == pad.public_id else None
    if queue is None:
        queue = continued(db.session(), pad, file.queue)
    try:
        items = sealed_items(file.items, MOST_QUEUED)
    except NotSent:
        raise NotAQueue from None
    if queue is None:
        raise NotAQueue
    return bring_in(pad, queue, open_items(queue, items), current_actor())
