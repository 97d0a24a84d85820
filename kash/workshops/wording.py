"""How the fixed values of this feature read to a person."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.attendance.rules.conduct import Conduct, Oddity
from kash.platform.web.formats import hours_text, moment_text, time_text
from kash.workshops.rules import Break, EnrolmentState, LeftOutReason, Reached, Stage
from kash.workshops.seating import Standstill, StayReason

ENROLMENT: dict[EnrolmentState, Any] = {
    EnrolmentState.INVITED: _l("Invited"),
    EnrolmentState.CONFIRMED: _l("Confirmed"),
    EnrolmentState.WAITING: _l("Waiting"),
    EnrolmentState.DECLINED: _l("Declined"),
    EnrolmentState.WITHDRAWN: _l("Withdrawn"),
}
ENROLMENT_TONE = {
    EnrolmentState.INVITED: "",
    EnrolmentState.CONFIRMED: "good",
    EnrolmentState.WAITING: "warn",
    EnrolmentState.DECLINED: "bad",
    EnrolmentState.WITHDRAWN: "bad",
}
# What a button says that makes an enrolment become this.
MOVE: dict[EnrolmentState, Any] = {
    EnrolmentState.CONFIRMED: _l("Confirm"),
    EnrolmentState.DECLINED: _l("Declined"),
    EnrolmentState.INVITED: _l("Invite again"),
    EnrolmentState.WITHDRAWN: _l("Withdraw"),
}
PAUSE: dict[Break, Any] = {
    Break.TEA: _l("Tea"),
    Break.LUNCH: _l("Lunch"),
    Break.OTHER: _l("Break"),
}
STAGE: dict[Stage, Any] = {
    Stage.PLANNED: _l("Planned"),
    Stage.RUNNING: _l("Running"),
    Stage.OVER: _l("Over"),
    Stage.CANCELLED: _l("Cancelled"),
}
STAGE_TONE = {
    Stage.PLANNED: "",
    Stage.RUNNING: "live",
    Stage.OVER: "good",
    Stage.CANCELLED: "bad",
}
LEFT_OUT: dict[LeftOutReason, Any] = {
    LeftOutReason.TIME: _l("Time was short"),
    LeftOutReason.KNOWN: _l("They knew it already"),
    LeftOutReason.UNSAFE: _l("It would have upset or endangered somebody"),
    LeftOutReason.MISSING: _l("Something was missing: material, power, a person"),
    LeftOutReason.WISHES: _l("The group wished otherwise"),
    LeftOutReason.OTHER: _l("Another reason"),
}
REACHED: dict[Reached, Any] = {
    Reached.REACHED: _l("Reached"),
    Reached.PARTLY: _l("Partly"),
    Reached.NOT_TAUGHT: _l("Not taught"),
}
REACHED_TONE = {Reached.REACHED: "good", Reached.PARTLY: "warn", Reached.NOT_TAUGHT: ""}


def enrolment_word(state: EnrolmentState) -> str:
    """An enrolment's state in a word."""
    return str(ENROLMENT[state])


def pause_word(kind: Break) -> str:
    """A pause in a word."""
    return str(PAUSE[kind])


def oddity_sentence(held: Conduct, oddity: Oddity) -> str:
    """Sentence on an oddity of a register that wants a look."""
    if oddity is Oddity.CLOSED_BEFORE:
        return _("Closed before it began.")
    if oddity is Oddity.CLOSED_EARLY:
        return _(
            "Closed after %(length)s; planned: %(planned)s.",
            length=hours_text(held.minutes_in),
            planned=hours_text(held.minutes),
        )
    if oddity is Oddity.BROUGHT_FORWARD:
        return _(
            "Moved at short notice, and closed before it would have ended as planned: %(when)s.",
            when=moment_text(held.planned_end) if held.planned_end else "–",
        )
    if oddity is Oddity.MARKED_BEFORE:
        return _("Marked before it began.")
    if oddity is Oddity.ALL_AT_ONCE:
        return _(
            "Everybody was marked as being there in one moment, at %(time)s.",
            time=time_text(held.first_mark) if held.first_mark else "–",
        )
    return _(
        "Shorter than in the course: %(length)s instead of %(taught)s.",
        length=hours_text(held.minutes),
        taught=hours_text(held.taught),
    )


def standstill_sentence(reason: StayReason) -> str:
    """Why nobody on the waiting list moved up."""
    if reason.why is Standstill.EMPTY:
        return _("Nobody waits.")
    if reason.why is Standstill.NO_SEAT:
        return _("No seat is free.")
    if reason.why is Standstill.OFFERED:
        return _(
            "A seat is held for an answer. Offers: %(count)s; the first stands until %(moment)s.",
            count=reason.people,
            moment=moment_text(reason.until),
        )
    if reason.why is Standstill.UNDER_AGE:
        return _("Passed over, because they are under 18: %(count)s.", count=reason.people)
    if reason.why is Standstill.LAPSED:
        return _(
            "Left an offer unanswered and are asked no more by themselves: %(count)s. You can give"
            " them a seat.",
            count=reason.people,
        )
    return _("It begins too soon to ask anybody by itself. You can give a seat to whoever waits.")


def left_out_word(reason: str) -> str:
    """Why a step was left out."""
    return str(LEFT_OUT[LeftOutReason(reason)])


def reached_word(reached: str) -> str:
    """How far an objective was reached."""
    return str(REACHED[Reached(reached)])
