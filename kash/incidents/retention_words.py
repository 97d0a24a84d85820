"""Words on reports that nobody agreed to have kept: to the person who files, and to members."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents.rules.totals import Keeps, days_left
from kash.platform.web.formats import date_text, local_today

# Said before anything is asked, on the phone, on paper and on the leaflet.
SEVEN_DAYS = _l(
    "Without a yes to keep it, a report is deleted after seven days, unless somebody is held or may"
    " be under 18, somebody of this programme did it, an officer demanded or took something, help"
    " is under way, or a court asks for it."
)
# What nobody can promise, for the leaflet.
LIMITS: tuple[Any, ...] = (
    _l("A person who sees you tell it, or holds your phone while you do, knows that you did."),
    _l("A court can order that locked reports be shown."),
    _l(
        "If somebody is held, the report is seen at once. Then a person who watches the"
        " machine in that minute may guess who sent it."
    ),
    _l("Locked backups may hold a report that was deleted until they are thrown away."),
)
# What a receipt says of one that went so.
AS_ASKED: tuple[Any, Any] = (
    _l("It was deleted, as you asked"),
    _l("You did not allow us to keep it. Locked backups may hold it until they are thrown away."),
)
# What it says where two members keep a report by a paper, by `parts.HOLD_PAPERS`.
KEPT_BY_PAPER: dict[str, Any] = {
    "court_order": _l(
        "An order of a court asks for this report. Two members put that on record on %(day)s. All"
        " uses that you took back have stopped."
    ),
    "summons": _l(
        "A summons asks for this report. Two members put that on record on %(day)s. All uses that"
        " you took back have stopped."
    ),
}
# What keeps it, to an officer who reads it.
STAYS: dict[Keeps, Any] = {
    Keeps.HELD: _l(
        "It stays while somebody is held. When she is let go, seven days begin in which she can"
        " agree."
    ),
    Keeps.HELP: _l(
        "It stays while help is under way. When that has ended, seven days begin in which she can"
        " agree."
    ),
    Keeps.GUARDED: _l(
        "It stays until it is closed, since somebody is or may be under 18, or somebody of the"
        " programme did it. When it is closed, seven days begin in which she can agree."
    ),
    Keeps.DECISION: _l(
        "It stays until a custodian has looked at the money or things in it. Then seven days begin"
        " in which she can agree."
    ),
    Keeps.PAPER: _l(
        "It stays since two members put on record that a court wants it. When they end that, seven"
        " days begin in which she can agree."
    ),
}


def last_day_text(until: Any) -> str:
    """Until when a case is kept that nothing keeps, and how many days that leaves."""
    return _(
        "Kept until %(day)s. Days left: %(days)s.",
        day=date_text(until),
        days=days_left(until, local_today()),
    )
