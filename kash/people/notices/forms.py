"""Forms of texts, of choices and of decisions. Words for messages: their states, ways, and why one
was not sent. Problems that stand in the way of what is done with messages."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.notices.queries import MessageStanding
from kash.people.notices.rules import FIRST_HOUR, LAST_HOUR, TextFault, TextWrong
from kash.platform.web.forms import long_text_field, radio_field, text_field, whole_number_field
from kash.platform.web.row_versions import RowVersionForm


class TextForm(RowVersionForm):
    """A text, and of a mail its subject."""

    subject = text_field(_l("Subject"), most=120, required=False)
    text = long_text_field(_l("Text"), most=2000, required=True, rows=6)


class MessageWishForm(RowVersionForm):
    """The way, hours and calendar of one person."""

    channel = radio_field(
        _l("By which way"),
        [
            ("usual", _l("As is usual: an SMS where there is a phone, else an e-mail")),
            ("sms", _l("SMS only")),
            ("email", _l("E-mail only")),
        ],
    )
    from_hour = whole_number_field(_l("Not before this hour"), least=FIRST_HOUR, most=LAST_HOUR - 1)
    until_hour = whole_number_field(_l("Not after this hour"), least=FIRST_HOUR + 1, most=LAST_HOUR)
    calendar = radio_field(
        _l("A date for the calendar with each e-mail"),
        [
            ("usual", _l("As is usual: for officers yes, for others no")),
            ("yes", _l("Yes")),
            ("no", _l("No")),
        ],
        description=_l(
            "A calendar speaks on the lock screen. Whoever shares the phone reads it there."
        ),
    )


STANDING: dict[MessageStanding, Any] = {
    MessageStanding.WAITING: _l("Waits"),
    MessageStanding.SENT: _l("Sent"),
    MessageStanding.DELIVERED: _l("Arrived"),
    MessageStanding.UNKNOWN: _l("Not known"),
    MessageStanding.FAILED: _l("Failed"),
    MessageStanding.UNSENT: _l("Nothing went out"),
    MessageStanding.LEFT: _l("Left as it is"),
}
STANDING_TONE = {
    MessageStanding.WAITING: "live",
    MessageStanding.SENT: "good",
    MessageStanding.DELIVERED: "good",
    MessageStanding.UNKNOWN: "warn",
    MessageStanding.FAILED: "bad",
    MessageStanding.UNSENT: "",
    MessageStanding.LEFT: "",
}
STATE: dict[str, Any] = {
    "due": _l("Waits"),
    "claimed": _l("Being sent"),
    "accepted": _l("Sent"),
    "refused": _l("Refused"),
    "unknown": _l("Not known"),
    "delivered": _l("Arrived"),
    "failed": _l("Failed"),
    "left": _l("Left as it is"),
}
RECORD: dict[str, Any] = {
    "good": _l("In order"),
    "missing": _l("Missing"),
    "weak": _l("Too weak"),
    "double": _l("There twice"),
    "unasked": _l("Not asked for"),
    "no_answer": _l("No answer"),
}
RECORD_TONE = {
    "good": "good",
    "missing": "bad",
    "weak": "warn",
    "double": "bad",
    "unasked": "",
    "no_answer": "warn",
}
# What each record of the sender's domain should be.
SHOULD_BE: dict[str, Any] = {
    "spf": _l("One TXT record that names the mail server and ends with -all or ~all."),
    "dkim": _l(
        "The key with which the mail server signs. Whoever runs the server tells its name by"
        " KASH_DKIM_SELECTOR."
    ),
    "dmarc": _l("One TXT record under _dmarc with p=quarantine or p=reject."),
}
CHANNEL = {"sms": _l("SMS"), "email": _l("E-mail")}
UNSENT: dict[str, Any] = {
    "not_agreed": _l("There is no consent to messages."),
    "no_contact": _l("No phone or e-mail is kept."),
    "minor": _l("Under 18."),
    "too_long": _l("The text is too long for an SMS with what it was to say."),
}
_CODES: dict[str, Any] = {
    "no_consent": _l("There is no consent to messages any more."),
    "address_changed": _l(
        "The phone or e-mail changed meanwhile. Sent again, it goes to the new one."
    ),
    "late": _l("It could not go in time."),
    "taken_back": _l("What it said no longer held."),
    "console": _l("It went to the server’s terminal only: nothing else is set up."),
    "unreachable": _l("The way out could not be reached."),
    "no_answer": _l("The connection broke before an answer came."),
    "unclear": _l("The answer did not say."),
    "account": _l("The SMS account or its sender was refused. Tell whoever runs the server."),
    "address": _l("This is no address."),
    "401": _l("The SMS account is on hold."),
    "402": _l("The sender’s name was refused."),
    "403": _l("This is no number."),
    "404": _l("The gateway takes no such numbers."),
    "405": _l("The SMS account has no money left."),
    "406": _l("Whoever has this number wants no messages."),
    "409": _l("The network lets no such messages through to this number."),
}


def reason(code: str) -> str:
    """The reason that a code stands for; one that nobody knows is told as it is."""
    if not code:
        return ""
    sentence = _CODES.get(code)
    return str(sentence) if sentence is not None else _("The way out answered: %(code)s", code=code)


def fault_words(fault: TextFault) -> str:
    """The sentence beside a text that may not go out."""
    match fault.wrong:
        case TextWrong.UNKNOWN_FIELDS:
            return _("There is no such field: %(fields)s.", fields=fault.which)
        case TextWrong.BRACE:
            return _("Braces stand around the name of a field, and nowhere else.")
        case TextWrong.STRANGE_SIGNS:
            return _("No SMS of 160 signs has these: %(signs)s", signs=fault.which)
        case TextWrong.TELLS:
            return _(
                "Whoever reads it over a shoulder learns why somebody takes part: %(words)s.",
                words=fault.which,
            )
        case _:
            return _(
                "With its longest values this is more than one SMS: shorten it by %(count)s.",
                count=fault.over,
            )
