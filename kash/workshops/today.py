"""Workshops on Today: sessions, registers, and workshops that are hers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists

from kash.platform.web.beginning import BeginningStep
from kash.platform.web.formats import date_text, day_text, short_date_text, time_text, to_local
from kash.platform.web.today import MOST_SHOWN, Need, Own, Panel, TodayLine, Viewer, total
from kash.policy import Reach, Role
from kash.workshops.models import Workshop
from kash.workshops.queries.due import (
    DueSession,
    from_phones,
    open_slots,
    to_confirm,
    unended_sessions,
    upcoming_sessions,
)
from kash.workshops.queries.people import workshops_of_person
from kash.workshops.wording import enrolment_word


@dataclass(frozen=True)
class Sessions:
    """Sessions of whoever marks registers. `now` is the one that runs, or the next one of this
    day; of `begun` the register is open; `coming` are still to come."""

    now: DueSession | None = None
    running: bool = False
    begun: Sequence[DueSession] = ()
    coming: Sequence[DueSession] = ()
    today: int = 0


def sessions_of(asked: Viewer) -> Sessions:
    """Her sessions now; two queries, none for who marks no registers."""
    if asked.actor.reach("attendance.mark") is Reach.NONE:
        return Sessions()
    coming, begun = upcoming_sessions(asked.actor, asked.now), open_slots(asked.actor, asked.now)
    running = [one for one in begun if asked.now < one.starts_at + timedelta(minutes=one.minutes)]
    of_today = [one for one in coming if to_local(one.starts_at).date() == asked.day]
    now = running[-1] if running else None
    if now is None and coming and coming[0] in of_today:
        now = coming[0]
    return Sessions(
        now=now,
        running=bool(running),
        begun=[one for one in begun if one not in running],
        coming=coming,
        today=len(of_today) + bool(running),
    )


def _now(asked: Viewer) -> Sessions | None:
    found = asked.once(sessions_of)
    return found if found.now is not None else None


def _sessions_today(found: Sessions) -> str:
    return _("Sessions today: %(count)s.", count=found.today) if found.today else ""


def _registers(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Register: %(title)s", title=one.title),
            url_for("workshops.register", public_id=one.workshop, session_id=one.session),
            f"{one.workshop_title} · "
            + (_("marked, not closed") if one.marked else _("nobody marked yet")),
            key=day_text(one.starts_at),
            small=time_text(one.starts_at),
            button=_("Close register") if one.marked else _("Open the register"),
            about=one.title,
        )
        for one in asked.once(sessions_of).begun
    ]


def _unended(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("attendance.mark"):
        return []
    return [
        TodayLine(
            _("Without an end: %(title)s", title=one.title),
            url_for("workshops.taught", public_id=one.workshop, session_id=one.session),
            one.workshop_title,
            key=day_text(one.starts_at),
            small=_("Began %(time)s", time=time_text(one.starts_at)),
            button=_("Say when it ended"),
            about=one.title,
        )
        for one in unended_sessions(asked.actor, asked.now)
    ]


def _to_confirm(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("To confirm: %(title)s", title=one.title),
            url_for("workshops.confirm_register", public_id=one.workshop, session_id=one.session)
            if one.session
            else url_for("workshops.confirm_registers", public_id=one.workshop),
            _("Closed by somebody else, the first on %(day)s.", day=date_text(one.since)),
            key=one.registers,
            small=ngettext("register", "registers", one.registers),
            button=_("Look and confirm"),
            about=one.title,
            count=one.registers,
        )
        for one in to_confirm(asked.actor)
    ]


def _phones(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("attendance.mark"):
        return []
    return [
        TodayLine(
            _("From phones: %(title)s", title=one.title),
            url_for(
                "workshops.held" if one.to_decide else "workshops.walk_ins", public_id=one.workshop
            ),
            _(
                "To decide: %(held)s. People to match: %(came)s.",
                held=one.to_decide,
                came=one.to_match,
            ),
            key=one.to_decide + one.to_match,
            button=_("Decide"),
            about=one.title,
            count=one.to_decide + one.to_match,
        )
        for one in from_phones(asked.actor)
    ]


def _coming(asked: Viewer) -> Sequence[DueSession]:
    return asked.once(sessions_of).coming


def _hers(_asked: Viewer, person: str) -> Sequence[TodayLine]:
    return [
        TodayLine(
            one.title,
            url_for("workshops.workshop", public_id=one.public_id),
            _("Cancelled") if one.state == "cancelled" else enrolment_word(one.enrolment),
            key=short_date_text(one.starts_on),
            tone="bad" if one.state == "cancelled" else "",
        )
        for one in workshops_of_person(person)[:MOST_SHOWN]
    ]


TODAY = (
    Panel(
        "now",
        10,
        _now,
        "workshops/today_now.html",
        top=True,
        says=_sessions_today,
        lead_place=30,
    ),
    Need(
        "registers",
        120,
        _registers,
        lead=_l("Registers still open:"),
        lead_place=40,
        most=MOST_SHOWN,
    ),
    Need("unended", 125, _unended, most=MOST_SHOWN),
    Need(
        "to_confirm",
        130,
        _to_confirm,
        lead=_l("Registers to confirm:"),
        lead_place=50,
        count=total,
    ),
    Need(
        "phones",
        110,
        _phones,
        lead=_l("From phones, to see to:"),
        lead_place=60,
        count=total,
    ),
    Panel("sessions", 10, _coming, "workshops/today_sessions.html", "attendance.mark"),
    Own(20, _hers),
    BeginningStep(
        "workshop",
        _l("Plan a workshop"),
        _l("A trainer plans it, from a published course."),
        "workshops.index",
        {Role.DIRECTOR: 50, Role.TRAINER: 50},
        lambda: exists().where(Workshop.state != "cancelled"),
        at_once=("workshops.edit", "workshops.add"),
    ),
)
