"""How statuses and reasons read to a person."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.attendance.queries.history import MarkConflict
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.marking import RejectionReason
from kash.platform.web.formats import time_text

_STATUSES: dict[str, Any] = {
    "present": _l("present"),
    "late": _l("late"),
    "left_early": _l("left early"),
    "excused": _l("excused"),
    "absent": _l("absent"),
    "apology": _l("sent an apology"),
    "in_attendance": _l("in attendance"),
}

_REASONS: dict[RejectionReason, Any] = {
    RejectionReason.NONE: "",
    RejectionReason.SLOT_UNKNOWN: _l("This session is no longer on the register."),
    RejectionReason.SLOT_CLOSED: _l(
        "The register of this session is closed. Open it again to change it."
    ),
    RejectionReason.SLOT_LOCKED: _l(
        "The register of this session was confirmed. Correct the mark with a reason."
    ),
    RejectionReason.NOT_ON_ROSTER: _l("This person is no longer on the register."),
    RejectionReason.STATUS_UNKNOWN: _l("This is not a mark that the register knows."),
    RejectionReason.STATUS_RETIRED: _l("This mark is no longer in use. Choose another."),
    RejectionReason.UNREADABLE: _l("This mark could not be read."),
    RejectionReason.ID_REUSED: _l("This mark was sent twice with different contents."),
    RejectionReason.GROUP_UNKNOWN: _l("There is no such group here."),
    RejectionReason.NOT_BEGUN: _l(
        "The session had not begun yet, so nobody is marked as being there."
    ),
    RejectionReason.TIME_BEFORE_DOOR: _l(
        "This is before the session could begin as planned. If it was moved, change its time first."
    ),
    RejectionReason.TIME_IN_FUTURE: _l("This time has not come yet."),
    RejectionReason.TIME_END_FIRST: _l("The end must come after the beginning."),
    RejectionReason.TIME_TOO_LONG: _l(
        "No session takes more than 12 hours. If its end was forgotten, say when it really ended."
    ),
    RejectionReason.CANCELLED: _l("The workshop was cancelled before this was made."),
    RejectionReason.MINOR: _l(
        "People under 18 are not enrolled. The custodian takes care of what they need."
    ),
}


def status_word(code: str | None) -> str:
    """A status in a word, as the programme names it; "no mark" for none."""
    if not code:
        return str(_l("no mark"))
    kept = status_catalogue().get(code)
    if kept is not None and kept.name:
        return kept.name
    return usual_word(code)


def usual_word(code: str) -> str:
    """Usual word of a standard status, where the programme says nothing else."""
    return str(_STATUSES.get(code, code))


def reason_sentence(reason: RejectionReason) -> str:
    """Why a mark was rejected, as a sentence."""
    return str(_REASONS[reason])


def conflict_sentence(conflict: MarkConflict) -> str:
    """Why a mark was not saved: what stands instead, and who put it there."""
    if conflict.reason is not RejectionReason.NONE:
        return reason_sentence(conflict.reason)
    mine, theirs = status_word(conflict.mine), status_word(conflict.theirs)
    if not conflict.who or conflict.at is None:
        return _("you marked %(mine)s; what stands is %(theirs)s.", mine=mine, theirs=theirs)
    return _(
        "you marked %(mine)s; %(who)s saved %(theirs)s at %(time)s.",
        mine=mine,
        who=conflict.who,
        theirs=theirs,
        time=time_text(conflict.at),
    )
