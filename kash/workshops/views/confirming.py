"""Registers are confirmed together: what wants a look first, then day by day, as they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Protocol, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.attendance.queries.codes import codes_of
from kash.attendance.queries.conduct import read_tokens
from kash.attendance.queries.registers import grid, slot_sheet
from kash.attendance.rules.closing import Hindrance, Signed, Stand, hindrance_to_confirm
from kash.attendance.services.closing import CannotConfirm, hindrance_sentence
from kash.attendance.services.confirming import confirm_slot, confirm_slots, in_line_with
from kash.people.rules.one_group import OneGroup, one_group
from kash.platform.database import db
from kash.platform.web import current_actor
from kash.platform.web.formats import to_local
from kash.policy import Actor, allow
from kash.workshops import blueprint
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.holding import (
    HeldSession,
    held_sessions,
    next_to_confirm,
    registers_to_confirm,
)
from kash.workshops.queries.plan import session_of, sessions_of
from kash.workshops.queries.scope import own_workshop


@blueprint.get("/<public_id>/attendance/confirm")
@allow("attendance.confirm")
def confirm_registers(public_id: str) -> ResponseReturnValue:
    """All closed registers that this actor may confirm: exceptions first, then each day to read."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "attendance.confirm")
    waiting = registers_to_confirm(workshop, actor)
    plain = [one for one in waiting if not one.wants_a_look]
    tokens = read_tokens(workshop.register_id, [one.slot for one in plain], actor)
    shown = _shown(grid(workshop.register_id).rows if plain else ())
    codes = codes_of(workshop.register_id) if plain else {}
    return render_template(
        "workshops/confirm_registers.html",
        workshop=workshop,
        singly=[one for one in waiting if one.wants_a_look],
        days=[
            (day, list(sessions))
            for day, sessions in groupby(plain, lambda one: to_local(one.conduct.starts_at).date())
        ],
        shown=shown,
        others=_by_code(shown.others, codes),
        codes=codes,
        tokens=tokens,
        names=names_of(one.closed_by for one in waiting),
        for_others=_for_others(workshop, waiting),
    )


class _Entered(Protocol):
    """A row of a register: its entry, and the letter of the group."""

    @property
    def entry(self) -> str: ...

    @property
    def letter(self) -> str: ...


_Row = TypeVar("_Row", bound=_Entered)


def _shown(rows: Sequence[_Row]) -> OneGroup[_Row]:
    """The group that was asked for by name. All marks are read before they are confirmed, so those
    of the others stand beneath, by code."""
    return one_group(rows, attrgetter("letter"), request.values.get("group", ""))


def _by_code(rows: Sequence[_Row], codes: Mapping[str, str]) -> list[_Row]:
    return sorted(rows, key=lambda row: codes.get(row.entry, ""))


def _group() -> str | None:
    """The group that was on the screen, by its letter: the next page shows it too."""
    return request.values.get("group", "")[:1] or None


def _for_others(workshop: Workshop, waiting: Sequence[HeldSession]) -> int:
    """How many closed registers wait that this actor may not confirm: she closed them, or an
    account that is not independent of hers did."""
    mine = {one.public_id for one in waiting}
    return sum(
        1
        for one in sessions_of(workshop)
        if one.closed and not one.confirmed and one.public_id not in mine
    )


@blueprint.post("/<public_id>/attendance/confirm")
@allow("attendance.confirm")
def confirm_day(public_id: str) -> ResponseReturnValue:
    """Confirm the registers of a day that were shown, those that stand as they were shown."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "attendance.confirm")
    sessions = held_sessions(workshop)
    # Each is named with what proves that it was shown.
    seen = {
        one.slot: request.form[f"seen-{one.slot}"]
        for one in sessions
        if f"seen-{one.slot}" in request.form
    }
    taught = {one.slot: one.conduct.taught for one in sessions if one.conduct.taught is not None}
    done = confirm_slots(workshop.register.public_id, seen, actor, taught)
    if done.confirmed:
        flash(_("Registers confirmed: %(count)s.", count=len(done.confirmed)))
    for hindrance in dict.fromkeys(done.left.values()):
        count = sum(1 for one in done.left.values() if one is hindrance)
        flash(
            _(
                "Not confirmed: %(count)s. %(why)s",
                count=count,
                why=hindrance_sentence(hindrance),
            ),
            "warn",
        )
    return _onwards(workshop, actor)


@blueprint.get("/<public_id>/attendance/<session_id>/confirm")
@allow("attendance.confirm")
def confirm_register(public_id: str, session_id: str) -> ResponseReturnValue:
    """One closed register to be read and confirmed, with what wants a look."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "attendance.confirm")
    chosen = session_of(found, session_id)
    return _single(found, chosen, actor)


@blueprint.post("/<public_id>/attendance/<session_id>/confirm")
@allow("attendance.confirm")
def confirm_and_next(public_id: str, session_id: str) -> ResponseReturnValue:
    """Confirm it, and go on to the next that waits."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "attendance.confirm")
    chosen = session_of(workshop, session_id)
    before = next(
        (one for one in registers_to_confirm(workshop, actor) if one.public_id == chosen.public_id),
        None,
    )
    try:
        confirm_slot(
            workshop.register.public_id,
            chosen.slot.public_id,
            actor,
            seen=request.form.get("seen", ""),
        )
    except CannotConfirm as problem:
        if problem.hindrance is Hindrance.CHANGED:
            flash(str(problem), "warn")
            return redirect(
                url_for(
                    "workshops.confirm_register",
                    public_id=public_id,
                    session_id=session_id,
                    group=_group(),
                ),
                code=303,
            )
        flash(str(problem), "warn")
        return _register(workshop, chosen)
    flash(_("The register is confirmed. It can only be corrected now, with a reason."))
    return _onwards(workshop, actor, before)


def _single(workshop: Workshop, chosen: WorkshopSession, actor: Actor) -> ResponseReturnValue:
    waiting = registers_to_confirm(workshop, actor)
    one = next((each for each in waiting if each.public_id == chosen.public_id), None)
    if one is None:
        slot = chosen.slot
        signed = Signed(slot.closed_by, slot.confirmed_by)
        tied = in_line_with(db.session(), slot.closed_by)
        why = hindrance_to_confirm(signed, actor.public_id, independent=actor.public_id not in tied)
        if signed.stand is Stand.CLOSED and why:
            flash(hindrance_sentence(why), "warn")
        return _register(workshop, chosen)
    sheet = slot_sheet(workshop.register_id, chosen.slot)
    shown, codes = _shown(sheet.rows), codes_of(workshop.register_id)
    return render_template(
        "workshops/confirm_register.html",
        workshop=workshop,
        chosen=chosen,
        one=one,
        sheet=sheet,
        shown=shown,
        others=_by_code(shown.others, codes),
        codes=codes,
        closed_by=names_of([one.closed_by]).get(one.closed_by, "") if one.closed_by else "",
        token=read_tokens(workshop.register_id, [one.slot], actor).get(one.slot, ""),
        place=waiting.index(one) + 1,
        all=len(waiting),
        after=next_to_confirm(waiting, one),
    )


def _register(found: Workshop, chosen: WorkshopSession) -> ResponseReturnValue:
    return redirect(
        url_for("workshops.register", public_id=found.public_id, session_id=chosen.public_id),
        code=303,
    )


def _onwards(
    workshop: Workshop, actor: Actor, after: HeldSession | None = None
) -> ResponseReturnValue:
    """To the register that comes after one; to what is left of the days; or back, if nothing is."""
    waiting: Sequence[HeldSession] = registers_to_confirm(workshop, actor)
    following = next_to_confirm(waiting, after) if after is not None else None
    if following is not None:
        address = url_for(
            "workshops.confirm_register",
            public_id=workshop.public_id,
            session_id=following.public_id,
            group=_group(),
        )
    elif waiting:
        address = url_for(
            "workshops.confirm_registers", public_id=workshop.public_id, group=_group()
        )
    else:
        address = url_for("workshops.attendance", public_id=workshop.public_id)
    return redirect(address, code=303)
