"""Words on money that cannot be a term, on cash bail, and on the duty to report."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents.names import ACT_NAMES
from kash.incidents.rules.clocks import Wrong
from kash.incidents.rules.money import TermRefusal


def refusal_text(why: TermRefusal) -> str:
    """Why something is no term, and where it belongs."""
    if why is TermRefusal.TO_AUTHORITY:
        return _(
            "Nothing is owed to police, prison or county officers: it may be a bribe. Write it"
            " down under What was done, as “%(act)s”. Official bail has a part of its own.",
            act=ACT_NAMES["M1"],
        )
    if why is TermRefusal.TO_NOBODY:
        return _(
            "Say who gets it. Where police, prison or county officers have a part, no payment may"
            " stay open, since it could go to them."
        )
    if why is TermRefusal.IN_WORDS:
        return _(
            "These words may say that money or a thing goes to an officer. That is no term: write"
            " it down under What was done, as “%(act)s”. If an officer gives it, choose who owes"
            " it.",
            act=ACT_NAMES["M1"],
        )
    return _(
        "A release or an apology has no price. What was asked for it goes under What was done, as"
        " “%(act)s”; official bail has a part of its own.",
        act=ACT_NAMES["M1"],
    )


PLACE_NAMES: dict[str, Any] = {"station": _l("A station"), "court": _l("A court")}
WRONG_TEXTS: dict[Wrong, Any] = {
    Wrong.NOTHING_PAID: _l("Enter how much was paid."),
    Wrong.NOT_YET: _l("This day has not come yet."),
    Wrong.NO_PLACE: _l("Choose the station, or write what the station or court is called."),
    Wrong.TO_A_HAND: _l(
        "Bail is paid to an office, never into a hand. Write which station or court it was."
    ),
    Wrong.NO_RECEIPT: _l("Enter the number of the receipt, or tick that none was given."),
    Wrong.RECEIPT_AND_NONE: _l("There is a number, and it is ticked that none was given."),
    Wrong.SAME_RECEIPT: _l("This receipt is written down in this case already."),
    Wrong.NO_PERSON: _l("Choose the person it was paid for."),
    Wrong.BACK_BEFORE: _l("This is before the day on which it was paid."),
    Wrong.BACK_WITHOUT_DAY: _l("Enter the day on which it was given back."),
    Wrong.MORE_BACK: _l("More was given back than was paid."),
}

# The duty to report. Its source stands beside it, and that counsel has to check it.
NOTE_NAMES: dict[str, Any] = {
    "reported": _l("It was reported"),
    "not_reported": _l("It is not reported"),
    "counsel": _l("It waits for counsel"),
}
SHOWN_NOTES: dict[str, Any] = {
    **NOTE_NAMES,
    "damaged": _l("What was noted is damaged and does not open"),
}


def duty_text() -> str:
    """Why the custodian is asked."""
    return _(
        "Persons in authority may owe a report to the Ethics and Anti-Corruption Commission within"
        " 24 hours of knowing (Bribery Act 2016, section 14). Your counsel’s written policy"
        " decides."
    )
