"""At the door: badges are scanned, or people check themselves in with the code on the wall."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.queries.registers import SheetRow, SlotSheet, slot_sheet
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.counts import was_there
from kash.attendance.rules.door import Met, is_code, is_its_time, seconds_left, turn_at
from kash.attendance.services.door import CameIn, check_oneself_in, scan_badge, wall_code
from kash.attendance.wording import reason_sentence
from kash.platform.database import utc_now
from kash.platform.press import qr_svg
from kash.platform.web import current_actor, page
from kash.platform.web.errors import TooManyTries
from kash.platform.web.formats import time_text
from kash.platform.web.headers import uses_camera
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.frame import for_marking
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.due import own_slots
from kash.workshops.queries.plan import session_of

_LONGEST_CODE = 80
_TONES = {Met.IN: "good", Met.ALREADY: "warn"}


@blueprint.route("/<public_id>/attendance/<session_id>/scan", methods=["GET", "POST"])
@allow("attendance.mark")
@uses_camera
def scan(public_id: str, session_id: str) -> ResponseReturnValue:
    """Scan badges, or type the code that stands on one."""
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    said: dict[str, str | int] = {}
    if request.method == "POST":
        came = scan_badge(
            workshop.register.public_id,
            chosen.slot.public_id,
            request.form.get("code", "")[:_LONGEST_CODE],
            current_actor(),
        )
        workshop = for_marking(public_id)
        chosen = session_of(workshop, session_id)
        said = _said(came, slot_sheet(workshop.register_id, chosen.slot))
        if request.headers.get("X-Requested-With") == "fetch":
            return jsonify(said)
    sheet = slot_sheet(workshop.register_id, chosen.slot)
    return page(
        "workshops/scan.html",
        workshop=workshop,
        chosen=chosen,
        said=said,
        here=_here(sheet),
        expected=len(sheet.rows),
    )


def _said(came: CameIn, sheet: SlotSheet) -> dict[str, str | int]:
    """Words of the page on one badge: who it is, if she stands on this register."""
    row: SheetRow | None = next((one for one in sheet.rows if one.entry == came.entry), None)
    words = {
        Met.IN: _("Is in"),
        Met.ALREADY: _("Was in already"),
        Met.WRONG_REGISTER: _("This badge is of another workshop."),
        Met.UNKNOWN: _("This is no badge that we know."),
        Met.REFUSED: reason_sentence(came.reason) or _("Somebody marked this person otherwise."),
    }
    return {
        "met": str(came.met),
        "tone": _TONES.get(came.met, "bad"),
        "name": row.name if row else "",
        "group": row.letter if row else "",
        "text": words[came.met],
        "here": _here(sheet),
    }


def _here(sheet: SlotSheet) -> int:
    weights = {code: one.weight for code, one in status_catalogue().items()}
    return sum(1 for row in sheet.rows if was_there(row.status or "", weights))


@blueprint.get("/<public_id>/attendance/<session_id>/screen")
@allow("attendance.mark")
def screen(public_id: str, session_id: str) -> ResponseReturnValue:
    """A page for the wall: a code that is new every ten seconds, and how many are in. No names."""
    found = for_marking(public_id)
    chosen = session_of(found, session_id)
    return page("workshops/screen.html", workshop=found, chosen=chosen, **_wall(found, chosen))


@blueprint.get("/<public_id>/attendance/<session_id>/screen/code")
@allow("attendance.mark")
def screen_code(public_id: str, session_id: str) -> ResponseReturnValue:
    """The code of this moment, for the page that stands on the wall."""
    found = for_marking(public_id)
    chosen = session_of(found, session_id)
    return render_template("workshops/screen_code.html", **_wall(found, chosen))


def _wall(workshop: Workshop, chosen: WorkshopSession) -> dict[str, Any]:
    now, slot = utc_now(), chosen.slot
    site = public_address()
    sheet = slot_sheet(workshop.register_id, slot)
    taken = slot.closed_at is None and is_its_time(slot.starts_at, slot.minutes, now)
    code = wall_code(slot.public_id, turn_at(now)) if taken else ""
    address = f"{site}{url_for('workshops.check_in', code=code)}"
    return {
        "title": chosen.title,
        "closed": slot.closed_at is not None,
        "begins": time_text(slot.starts_at),
        "code": f"{code[:3]}-{code[3:]}" if code else "",
        "picture": qr_svg(address, label=_("QR check-in code")) if code else "",
        "typed_at": f"{site.split('://', 1)[-1]}{url_for('workshops.check_in')}",
        "leads_nowhere": kind_of_address(site) is AddressKind.LOCAL,
        "left": round(seconds_left(now) * 1000),
        "here": _here(sheet),
        "expected": len(sheet.rows),
    }


@blueprint.route("/check-in", methods=["GET", "POST"])
@allow("attendance.check_in")
def check_in() -> ResponseReturnValue:
    """Check oneself in with the code on the wall. The button does it, not the looking."""
    if request.method == "GET":
        scanned = request.args.get("code", "")
        known = is_code(scanned)
        return page("workshops/check_in.html", code=scanned if known else "", typed=not known)
    actor = current_actor()
    code, problem = request.form.get("code", ""), ""
    try:
        came = check_oneself_in(own_slots(actor, utc_now()), code[:20], actor)
    except TooManyTries as many:
        problem = str(many)
    else:
        if came.met in (Met.IN, Met.ALREADY):
            flash(
                _("You are checked in.")
                if came.met is Met.IN
                else _("You were checked in already."),
            )
            return redirect(url_for("workshops.index"), code=303)
        problem = (
            _("This code is old, or not of a session that you are expected in. Scan it again.")
            if came.met is Met.UNKNOWN
            else _("Somebody marked you otherwise. Ask the trainer.")
        )
    body = render_template("workshops/check_in.html", code=code, typed=True, problem=problem)
    return body, 422
