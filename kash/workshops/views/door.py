"""At the door: badges are scanned, or people check themselves in with the code on the wall.
Somebody at the door while a register is taken: she is marked there as soon as she is on it. A
session's people counted without names, and what was signed in it. Inbox of what phones sent and a
person must see to: marks that met others, and walk-ins. The register of a workshop on phones:
taking it along, and ending that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter, itemgetter
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.attendance.forms import (
    head_field,
    heads_from_form,
    heads_typed,
    page_key,
    reason_sentence,
)
from kash.attendance.models import NotSent, sealed_items
from kash.attendance.queries import pads as inbox
from kash.attendance.queries.pads import (
    continued,
    credential,
    grant,
    held_items,
    held_lines,
    waiting_count,
)
from kash.attendance.queries.registers import SlotSheet, count_history, counted, slot_sheet
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.marking import LONGEST_CORRECTION
from kash.attendance.rules.pads import is_public_id
from kash.attendance.rules.registers import (
    Met,
    badge_text,
    is_code,
    is_its_time,
    seconds_left,
    turn_at,
    was_there,
)
from kash.attendance.services import deciding, pads
from kash.attendance.services.deciding import keep_walk_in
from kash.attendance.services.marking import WrongReason, check_reason
from kash.attendance.services.pads import (
    CameIn,
    check_oneself_in,
    is_past,
    open_items,
    past_sentence,
    scan_badge,
    wall_code,
)
from kash.attendance.services.registers import (
    LARGEST_FILE,
    MOST_QUEUED,
    REASON_MISSING,
    Brought,
    bring_in,
    check_signature,
    not_a_queue,
    read_queue,
    record_heads,
)
from kash.attendance.services.sheets import show_signatures
from kash.people import words
from kash.people.queries.directory import groups
from kash.people.queries.duplicates import facts_of, people_like
from kash.people.rules.duplicates import Likeness, Match
from kash.people.rules.persons import AGE_BANDS, SEXES, one_group, sort_name
from kash.platform.database import db, utc_now
from kash.platform.press import qr_svg
from kash.platform.vault.phones import NotAKey, point_of
from kash.platform.web import NotFound, Problem, current_actor, page
from kash.platform.web.bodies import CONTROL_CHARACTERS, takes_file
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import TooManyTries, one_or_404
from kash.platform.web.formats import time_text
from kash.platform.web.headers import uses_camera
from kash.platform.web.language import language_code
from kash.platform.web.pages import go
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import QueueForm, whole_number
from kash.workshops.frame import for_marking, go_to, mine, numbered
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.deliveries import own_slots
from kash.workshops.queries.people import group_letter, place_on_register
from kash.workshops.queries.plan import session_of, sessions_of
from kash.workshops.services.people import admit_walk_in
from kash.workshops.services.timetable import WorkshopCancelled

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
        code = request.form.get("code", "")[:_LONGEST_CODE]
        slot = chosen.slot.public_id
        came = scan_badge(workshop.register.public_id, slot, code, current_actor())
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
    row = next((line for line in sheet.rows if line.entry == came.entry), None)
    words = {
        Met.IN: _("Is in"),
        Met.ALREADY: _("Was in already"),
        Met.WRONG_REGISTER: _("This badge is of another workshop."),
        Met.UNKNOWN: _("This is no badge that we know."),
        Met.REFUSED: _otherwise(came),
    }
    return {
        "met": str(came.met),
        "tone": _TONES.get(came.met, "bad"),
        "name": row.name if row else "",
        "group": row.letter if row else "",
        "text": words[came.met],
        "here": _here(sheet),
    }


def _otherwise(came: CameIn) -> str:
    return reason_sentence(came.reason) or _("Somebody marked this person otherwise.")


def _here(sheet: SlotSheet) -> int:
    weights = {code: status.weight for code, status in status_catalogue().items()}
    return sum(was_there(row.status or "", weights) for row in sheet.rows)


@blueprint.get("/<public_id>/attendance/<session_id>/screen")
@allow("attendance.mark")
def screen(public_id: str, session_id: str) -> ResponseReturnValue:
    """A page for the wall: a code that is new every ten seconds, and how many are in. No names."""
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    values = _wall(workshop, chosen)
    return page("workshops/screen.html", workshop=workshop, chosen=chosen, **values)


@blueprint.get("/<public_id>/attendance/<session_id>/screen/code")
@allow("attendance.mark")
def screen_code(public_id: str, session_id: str) -> ResponseReturnValue:
    """The code of this moment, for the page that stands on the wall."""
    workshop = for_marking(public_id)
    values = _wall(workshop, session_of(workshop, session_id))
    return render_template("workshops/screen_code.html", **values)


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
    code = request.form.get("code", "")
    with CaughtProblem(TooManyTries) as caught:
        came = check_oneself_in(own_slots(actor, utc_now()), code[:20], actor)
        if came.met in (Met.IN, Met.ALREADY):
            here = came.met is Met.IN
            flash(_("You are checked in.") if here else _("You were checked in already."))
            return go("workshops.index")
        if came.met is Met.UNKNOWN:
            sentence = _l(
                "This code is old, or not of a session that you are expected in. Scan it again."
            )
        else:
            sentence = _l("Somebody marked you otherwise. Ask the trainer.")
        raise Problem(sentence)
    return render_template(
        "workshops/check_in.html", code=code, typed=True, problem=caught.sentence
    ), 422


def at_session(workshop: Workshop) -> WorkshopSession | None:
    """The session at whose door somebody stands, as the page names it. Raises NotFound."""
    named = request.values.get("session", "")[:16]
    return session_of(workshop, named) if named else None


def back_to(public_id: str, door: WorkshopSession | None, letter: str | None = None) -> str:
    """Where the one who takes somebody in came from, at the group that has this letter: the
    register of a session, else the people."""
    if door is None:
        return url_for("workshops.people", public_id=public_id, group=letter)
    return url_for(
        "workshops.register", public_id=public_id, session_id=door.public_id, group=letter
    )


def taken_in(public_id: str, person: str) -> ResponseReturnValue:
    """Go back to where she came from; at a session's door she is marked as present before."""
    workshop = mine(public_id)
    door = at_session(workshop)
    place = place_on_register(workshop, person)
    if door is None or place is None:
        flash(_("Enrolled, and on the register."))
        return redirect(back_to(public_id, door, group_letter(person)), code=303)
    entry, letter = place
    register, slot = workshop.register.public_id, door.slot.public_id
    came = scan_badge(register, slot, badge_text(entry), current_actor())
    if came.met in (Met.IN, Met.ALREADY):
        flash(_("On the register, and present."))
    else:
        flash(_("On the register, but not marked."), "warn")
        flash(_otherwise(came), "warn")
    return redirect(back_to(public_id, at_session(workshop), letter), code=303)


@blueprint.route("/<public_id>/attendance/<session_id>/headcount", methods=["GET", "POST"])
@allow("attendance.mark")
def headcount(public_id: str, session_id: str) -> ResponseReturnValue:
    """Count heads by group, sex and age; each count replaces the one before, which stays in its
    history."""
    workshop = for_marking(public_id)
    chosen = session_of(workshop, session_id)
    typed, reason, why, problem = None, "", "", None
    if request.method == "POST":
        typed = heads_typed(request.form, [group.letter for group in groups()])
        if chosen.slot.confirmed_at:
            reason = request.form.get("correction", "").strip()
            try:
                why = "" if reason else str(REASON_MISSING)
                check_reason(reason, LONGEST_CORRECTION)
            except WrongReason as problem_:
                why = str(problem_)
        if not typed.wrong and not why:
            slot = chosen.slot.public_id
            heads = heads_from_form(slot, typed, request.form, utc_now())
            with CaughtProblem() as caught:
                record_heads(
                    workshop.register.public_id, replace(heads, correction=reason), current_actor()
                )
                flash(_("Counted: %(count)s.", count=sum(cell.count for cell in typed.cells)))
                return go_to("workshops.attendance", public_id)
            problem = caught.sentence
            workshop = mine(public_id, "attendance.mark")
            chosen = session_of(workshop, session_id)
    standing = counted(db.session(), chosen.slot_id)
    body = render_template(
        "workshops/headcount.html",
        workshop=workshop,
        chosen=chosen,
        groups=groups(),
        sexes=(*SEXES, ""),
        age_bands=(*AGE_BANDS, ""),
        words=words,
        head_field=head_field,
        values=typed.texts
        if typed
        else {
            head_field(cell.letter, cell.sex, cell.age_band): cell.count for cell in standing.cells
        },
        wrong=typed.wrong if typed else frozenset(),
        problem=problem or "",
        total=sum(cell.count for cell in standing.cells),
        version=standing.version,
        history=count_history(chosen.slot_id),
        key=page_key(),
        locked=chosen.slot.confirmed_at is not None,
        correction=reason,
        reason_fault=why,
        longest=LONGEST_CORRECTION,
    )
    return body, 409 if problem else 422 if typed else 200


@blueprint.get("/<public_id>/attendance/<session_id>/signatures")
@allow("attendance.mark")
def signatures(public_id: str, session_id: str) -> str:
    """Signatures on a screen in this session. Each look is an entry in the audit."""
    workshop = mine(public_id, "attendance.mark")
    chosen = session_of(workshop, session_id)
    title, slot, register = chosen.title, chosen.slot.public_id, workshop.register.public_id
    signed = show_signatures(register, slot, current_actor())
    return render_template(
        "workshops/signatures.html",
        workshop=mine(public_id, "attendance.mark"),
        title=title,
        session_id=session_id,
        shown=one_group(signed, attrgetter("letter"), request.args.get("group", "")),
    )


_MOST_SHOWN = 5


@blueprint.get("/<public_id>/attendance/conflicts")
@allow("attendance.mark")
def held(public_id: str) -> str:
    """Items that wait, with what stands beside each."""
    return _held_page(public_id)


def _held_page(public_id: str, refused: dict[str, Any] | None = None) -> str:
    """The page; of a decision that was `refused` about which `item`, why, and the `reason` that was
    typed. `in_reason` says that what was typed is what is wrong."""
    workshop = mine(public_id, "attendance.mark")
    listing = held_items(workshop.register_id)
    lines = held_lines(workshop.register_id, listing.rows)
    named = [line for line in lines if line["letter"]]
    return render_template(
        "workshops/held.html",
        workshop=workshop,
        listing=listing,
        lines=lines,
        shown=one_group(named, itemgetter("letter"), request.values.get("group", "")),
        slot_names=numbered(sessions_of(workshop)),
        words=words,
        refused=refused,
        longest=LONGEST_CORRECTION,
        to_match=waiting_count(workshop.register_id)[1],
    )


@blueprint.post("/<public_id>/attendance/conflicts/<item_id>")
@allow("attendance.mark")
def decide_held(public_id: str, item_id: str) -> ResponseReturnValue:
    """Keep what stands, or take what the phone sent; as a correction, where it was confirmed."""
    workshop = mine(public_id, "attendance.mark")
    version = whole_number(request.form.get("seen", ""), -1)
    take = request.form.get("decision") == "take"
    reason = request.form.get("correction", "")
    with CaughtProblem(WrongReason, WorkshopCancelled) as caught:
        if take and workshop.state == "cancelled":
            raise WorkshopCancelled
        register, actor = workshop.register.public_id, current_actor()
        deciding.decide_held(register, item_id, actor, take=take, seen=version, correction=reason)
        flash(_("Taken.") if take else _("Kept as it stands."))
        return go_to("workshops.held", public_id, group=request.form.get("group", "")[:1] or None)
    in_reason = isinstance(caught.problem, WrongReason)
    refused = {
        "item": item_id,
        "sentence": caught.sentence,
        "reason": reason,
        "in_reason": in_reason,
    }
    return _held_page(public_id, refused), 422 if in_reason else 409


@blueprint.get("/<public_id>/walk-ins")
@allow("attendance.mark")
def walk_ins(public_id: str) -> str:
    """People who walked in, each with those who she may be."""
    workshop = mine(public_id, "attendance.mark")
    waiting = inbox.walk_ins(workshop.register_id)
    shown = one_group(waiting, itemgetter("letter"), request.args.get("group", ""))
    lines = shown.rows[: _MOST_SHOWN * 4]
    matches = {line["public_id"]: _matches(line) for line in lines}
    keys = {match.key for some in matches.values() for match in some}
    return render_template(
        "workshops/walk_ins.html",
        workshop=workshop,
        shown=shown,
        lines=lines,
        total=len(shown.rows),
        matches=matches,
        facts=facts_of(current_actor(), [*keys, *(line["person"] for line in lines)]),
        words=words,
        to_decide=waiting_count(workshop.register_id)[0],
    )


def _matches(line: Mapping[str, Any]) -> list[Match]:
    """People who she may be, best first: nobody, if she gave no name."""
    if not line["named"]:
        return []
    likeness = Likeness(
        key=line["person"],
        group=line["group_id"],
        name=sort_name(line["name"]),
        sex=line["sex"],
        age_band=line["age_band"],
    )
    people = people_like(current_actor(), likeness)
    return [match for match in people if match.key != line["person"]][:_MOST_SHOWN]


@blueprint.post("/<public_id>/walk-ins/<walk_in_id>")
@allow("attendance.mark")
def settle_walk_in(public_id: str, walk_in_id: str) -> ResponseReturnValue:
    """Say that she is new; or who she is, to merge the two.

    Somebody out of reach is enrolled first, since only one's own people are merged.
    """
    workshop = mine(public_id, "attendance.mark")
    lines = inbox.walk_ins(workshop.register_id)
    line = one_or_404(next((line for line in lines if line["public_id"] == walk_in_id), None))
    matches = [match.key for match in _matches(line)]
    same = request.form.get("same", "")
    if same:
        if same not in matches:
            raise NotFound
        admit_walk_in(public_id, same, current_actor())
        return go("people.merge", public_id=same, other_id=line["person"])
    keep_walk_in(workshop.register.public_id, walk_in_id, current_actor(), matches)
    flash(_("Kept as somebody new."))
    return go_to("workshops.walk_ins", public_id, group=line["letter"])


_LONGEST_LABEL = 60


@blueprint.get("/<public_id>/pad")
@allow("attendance.mark")
def pad(public_id: str) -> str:
    """Page of taking the register along: what it means, and the PIN."""
    workshop = for_marking(public_id)
    slots = [one.starts_at for one in sessions_of(workshop)]
    over = past_sentence(max(slots)) if slots and is_past(max(slots), utc_now()) else ""
    return render_template("workshops/pad.html", workshop=workshop, over=over)


@blueprint.post("/<public_id>/pad")
@allow("attendance.mark")
def take_pad(public_id: str) -> ResponseReturnValue:
    """Give a phone what it takes along, as JSON: its key, codes and initials, slots and marks."""

    def refused(code: str, sentence: str, status: int) -> ResponseReturnValue:
        return jsonify({"error": code, "sentence": sentence}), status

    workshop = for_marking(public_id)
    json = request.get_json(silent=True)
    sent = json if isinstance(json, dict) else {}
    key, label, continues = (sent.get(name) for name in ("signing_key", "label", "continues"))
    if not isinstance(key, dict):
        return refused("unreadable", _("This could not be read."), 400)
    label = CONTROL_CHARACTERS.sub("", label)[:_LONGEST_LABEL] if isinstance(label, str) else ""
    with CaughtProblem() as caught:
        try:
            taken = pads.take_pad(
                workshop.register.public_id,
                point_of(key),
                label,
                current_actor(),
                continues=str(continues) if is_public_id(continues) else "",
            )
        except NotAKey:
            return refused("key", _("This phone's key could not be read."), 400)
        title = workshop.version.public_title
        return jsonify(grant(workshop.register_id, taken, title, language_code(), utc_now()))
    return refused("refused", caught.sentence, caught.problem.status)


@blueprint.post("/<public_id>/pads/<pad_id>/revoke")
@allow("attendance.mark")
def revoke_pad(public_id: str, pad_id: str) -> ResponseReturnValue:
    """End what a phone may send."""
    register = mine(public_id, "attendance.mark").register.public_id
    pads.revoke_pad(register, pad_id, current_actor())
    flash(_("This phone may no longer send. What it keeps can still be brought in as a file."))
    return go_to("workshops.attendance", public_id)


@blueprint.route("/<public_id>/pad/import", methods=["GET", "POST"])
@allow("attendance.mark")
@takes_file(LARGEST_FILE)
def import_queue(public_id: str) -> ResponseReturnValue:
    """Bring in what a phone saved as a file, as nobody could send it."""
    workshop = mine(public_id, "attendance.mark")
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
            return go_to("workshops.held" if brought.waiting else "workshops.attendance", public_id)
    workshop = mine(public_id, "attendance.mark")
    return page("workshops/pad_import.html", form=form, workshop=workshop, most_bytes=LARGEST_FILE)


def _bring_in(workshop: Workshop, content: bytes) -> Brought:
    file = read_queue(content)
    pad = check_signature(file, credential(db.session(), file.pad), workshop.register_id)
    same = file.queue == pad.public_id
    queue = pad if same else continued(db.session(), pad, file.queue)
    try:
        items = sealed_items(file.items, MOST_QUEUED)
    except NotSent:
        raise not_a_queue() from None
    if queue is None:
        raise not_a_queue()
    return bring_in(pad, queue, open_items(queue, items), current_actor())
