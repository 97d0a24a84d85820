"""Inbox of what phones sent and a person must see to: marks that met others, and walk-ins."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.queries import inbox
from kash.attendance.queries.inbox import WalkInLine, held_items, held_lines, waiting_count
from kash.attendance.rules.marking import LONGEST_CORRECTION
from kash.attendance.services import deciding
from kash.attendance.services.closing import CorrectionReasonMissing
from kash.attendance.services.deciding import CannotBeTaken, StandsDifferently, keep_walk_in
from kash.attendance.services.marking import ReasonTooLong
from kash.people import words
from kash.people.queries.duplicates import facts_of, people_like
from kash.people.rules.matching import Likeness, Match
from kash.people.rules.one_group import one_group
from kash.people.rules.persons import sort_name
from kash.platform.web import NotFound, current_actor
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import one_or_404
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.frame import numbered
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import own_workshop
from kash.workshops.services.enrolment import admit_walk_in
from kash.workshops.services.errors import WorkshopCancelled

_MOST_SHOWN = 5


def _mine(public_id: str) -> Workshop:
    return own_workshop(public_id, current_actor(), "attendance.mark")


@dataclass(frozen=True)
class RefusedDecision:
    """A decision that was not taken: about which item, why, and the reason that was typed.

    `in_reason` says that what was typed is what is wrong.
    """

    item: str
    sentence: str
    reason: str = ""
    in_reason: bool = False


# What is wrong with a reason, which is asked for where a day was confirmed.
_OF_REASONS = (CorrectionReasonMissing, ReasonTooLong)


@blueprint.get("/<public_id>/attendance/conflicts")
@allow("attendance.mark")
def held(public_id: str) -> str:
    """Items that wait, with what stands beside each."""
    return _held_page(_mine(public_id))


def _held_page(workshop: Workshop, refused: RefusedDecision | None = None) -> str:
    listing = held_items(workshop.register_id)
    to_match = waiting_count(workshop.register_id)[1]
    lines = held_lines(workshop.register_id, listing.rows)
    named = [line for line in lines if line.letter]
    return render_template(
        "workshops/held.html",
        workshop=workshop,
        listing=listing,
        lines=lines,
        shown=one_group(named, attrgetter("letter"), request.values.get("group", "")),
        slot_names=numbered(sessions_of(workshop)),
        words=words,
        refused=refused,
        longest=LONGEST_CORRECTION,
        to_match=to_match,
    )


@blueprint.post("/<public_id>/attendance/conflicts/<item_id>")
@allow("attendance.mark")
def decide_held(public_id: str, item_id: str) -> ResponseReturnValue:
    """Keep what stands, or take what the phone sent; as a correction, where it was confirmed."""
    found = _mine(public_id)
    register, actor = found.register.public_id, current_actor()
    seen = request.form.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    take = request.form.get("decision") == "take"
    reason = request.form.get("correction", "")
    with CaughtProblem(*_OF_REASONS, StandsDifferently, CannotBeTaken, WorkshopCancelled) as caught:
        if take and found.state == "cancelled":
            raise WorkshopCancelled
        deciding.decide_held(register, item_id, actor, take=take, seen=version, correction=reason)
        flash(_("Taken.") if take else _("Kept as it stands."))
        group = request.form.get("group", "")[:1] or None
        return redirect(url_for("workshops.held", public_id=public_id, group=group), code=303)
    about_reason = isinstance(caught.problem, _OF_REASONS)
    refused = RefusedDecision(item_id, caught.sentence, reason, about_reason)
    return _held_page(_mine(public_id), refused), 422 if about_reason else 409


@blueprint.get("/<public_id>/walk-ins")
@allow("attendance.mark")
def walk_ins(public_id: str) -> str:
    """People who walked in, each with whom she may be."""
    found = _mine(public_id)
    waiting = inbox.walk_ins(found.register_id)
    shown = one_group(waiting, attrgetter("letter"), request.args.get("group", ""))
    lines = shown.rows[: _MOST_SHOWN * 4]
    matches = {line.public_id: _matches(line) for line in lines}
    keys = {match.key for some in matches.values() for match in some}
    return render_template(
        "workshops/walk_ins.html",
        workshop=found,
        shown=shown,
        lines=lines,
        total=len(shown.rows),
        matches=matches,
        facts=facts_of(current_actor(), [*keys, *(line.person for line in lines)]),
        words=words,
        to_decide=waiting_count(found.register_id)[0],
    )


def _matches(line: WalkInLine) -> list[Match]:
    """People who she may be, best first: nobody, if she gave no name."""
    if not line.named:
        return []
    asked = Likeness(
        key=line.person,
        group=line.group_id,
        name=sort_name(line.name),
        sex=line.sex,
        age_band=line.age_band,
    )
    found = people_like(current_actor(), asked)
    return [match for match in found if match.key != line.person][:_MOST_SHOWN]


@blueprint.post("/<public_id>/walk-ins/<walk_in_id>")
@allow("attendance.mark")
def settle_walk_in(public_id: str, walk_in_id: str) -> ResponseReturnValue:
    """Say that she is new; or who she is, to merge the two.

    Somebody out of reach is enrolled first, since only one's own people are merged.
    """
    found = _mine(public_id)
    actor = current_actor()
    line = one_or_404(
        next(
            (one for one in inbox.walk_ins(found.register_id) if one.public_id == walk_in_id),
            None,
        )
    )
    matches = _matches(line)
    same = request.form.get("same", "")
    if same:
        if same not in {match.key for match in matches}:
            raise NotFound
        admit_walk_in(public_id, same, actor)
        return redirect(url_for("people.merge", public_id=same, other_id=line.person), code=303)
    keep_walk_in(found.register.public_id, walk_in_id, actor, [match.key for match in matches])
    flash(_("Kept as somebody new."))
    address = url_for("workshops.walk_ins", public_id=public_id, group=line.letter)
    return redirect(address, code=303)
