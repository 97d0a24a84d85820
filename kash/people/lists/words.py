"""How everything that is thought of a list is said to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people import words
from kash.people.rules.duplicates import Reason
from kash.people.rules.lists.cells import Remark
from kash.people.rules.lists.classing import Outcome, State
from kash.people.rules.lists.rows import place_of

if TYPE_CHECKING:
    from kash.people.lists.previews import Preview


STATE: dict[str, Any] = {
    State.NEW: _l("New"),
    State.SAME: _l("Same"),
    State.DOUBTFUL: _l("Doubtful"),
    State.WRONG: _l("Wrong"),
    State.OUT: _l("Left out"),
}
TONE: dict[str, str] = {
    State.NEW: "live",
    State.SAME: "good",
    State.DOUBTFUL: "warn",
    State.WRONG: "bad",
    State.OUT: "",
}
DONE: dict[str, Any] = {
    State.NEW: _l("Added"),
    State.SAME: _l("Was here already"),
    State.DOUBTFUL: _l("Left out: nobody decided"),
    State.WRONG: _l("Left out: wrong"),
    State.OUT: _l("Left out"),
}
FIELD: dict[str, Any] = {
    "": _l("Leave out"),
    **words.LABEL,
    "name": _l("Name"),
    "birth": _l("Age or birth day"),
    "organisation": _l("Station or collective"),
    "since": _l("There since"),
}
SURE: dict[str, tuple[str, Any]] = {
    "remembered": ("good", _l("Same as last time")),
    "certain": ("good", _l("Certain")),
    "guess": ("warn", _l("A guess, please check")),
    "left_out": ("", _l("Left out")),
    "chosen": ("good", _l("Chosen by you")),
    "new": ("warn", _l("Not known yet")),
}
SKIPPED: dict[str, Any] = {
    "totals": _l("a line of totals"),
    "headings": _l("the headings once more"),
    "section": _l("the title of a part"),
    "note": _l("a note, no person"),
}
REASON: dict[str, Any] = {
    Reason.SAME_REFERENCE: _l("same number"),
    Reason.SAME_PHONE: _l("same phone"),
    Reason.SAME_NAME_SAME_STATION: _l("same name at the same place"),
    Reason.SIMILAR_NAME_SAME_STATION: _l("similar name at the same place"),
    Reason.SAME_NAME: _l("same name"),
    Reason.SIMILAR_NAME: _l("similar name"),
    Reason.SAME_BIRTH_YEAR: _l("same birth year"),
    Reason.SAME_WARD: _l("same ward"),
    Reason.SAME_ROW: _l("the same row, as it was brought in before"),
    Reason.OTHER_REFERENCE: _l("another number"),
    Reason.OTHER_NAME: _l("another name"),
    Reason.OTHER_SEX: _l("another sex"),
    Reason.OTHER_BIRTH_YEAR: _l("another birth year"),
    Reason.OTHER_GROUP: _l("another group"),
}
_REMARK: dict[str, Any] = {
    "control": _l("A cell holds characters that cannot be shown."),
    "too_long": _l("A cell holds far more than fits."),
    "formula": _l("A cell holds a formula instead of a text."),
    "no_name": _l("A person needs a name."),
    "name_formula": _l("This is a formula, not a name."),
    "name_no_letter": _l("A name needs at least one letter."),
    "phone_wrong": _l("This is not a phone number."),
    "phone_letters": _l("Letters in the phone number were read as digits."),
    "phone_day": _l("This is a day, not a phone number."),
    "phone_digits_lost": _l(
        "The sheet has shortened this number and digits are lost. Ask for it, and type it anew."
    ),
    "phone_second": _l("The first good phone number is taken, the rest of the cell is dropped."),
    "name_phone": _l("The phone number that stood with the name is taken as the phone."),
    "name_more": _l("More than a name stands here. Type the name alone."),
    "name_alone": _l(
        "Nothing but this stands in the line. If it is a title, leave it out; if it is a person, "
        "check it again."
    ),
    "name_title": _l(
        "This may be the title of a part of the list. If it is, leave it out; if it is what a "
        "person is called, check it again."
    ),
    "email_wrong": _l("This is not an e-mail address."),
    "birth_month_first": _l("The month was read first; only the year is kept."),
    "birth_maybe_minor": _l("This age may be under 18. Ask, and enter the age."),
    "birth_disagrees": _l("Age and birth year do not fit together."),
    "group_missing": _l("Choose the group of this list above."),
    "number_taken": _l("Someone in this group has this number already."),
    "station_unknown": _l("There is no such station or collective. Add it first."),
}


def remark_text(remark: Remark) -> str:
    """A remark as a sentence. None quotes a phone number."""
    if remark.code in _REMARK:
        return str(_REMARK[remark.code])
    given, taken = remark.given, remark.taken
    band = str(words.AGE_BAND.get(taken, taken))
    sentences = {
        "birth_wrong": lambda: _("“%(given)s” is no age and no birth day.", given=given),
        "birth_out_of_range": lambda: _(
            "“%(given)s” is not the birth day of someone alive.", given=given
        ),
        "birth_no_such_day": lambda: _("There is no day “%(given)s”.", given=given),
        "birth_century": lambda: _("Of “%(given)s” the century is not clear.", given=given),
        "birth_two_digits": lambda: _(
            "“%(given)s” is read as born in %(year)s.", given=given, year=taken
        ),
        "birth_number_as_day": lambda: _(
            "The number %(given)s is a day without its format: born in %(year)s.",
            given=given,
            year=taken,
        ),
        "birth_age": lambda: _("Age “%(given)s” is kept as %(band)s.", given=given, band=band),
        "birth_bracket": lambda: _("“%(given)s” is kept as %(band)s.", given=given, band=band),
        "birth_bracket_open": lambda: _(
            "“%(given)s” spans several age groups: the age stays open.", given=given
        ),
        "birth_code": lambda: _(
            "“%(given)s” often stands for “not said”. Enter the age, or leave it empty.",
            given=given,
        ),
        "name_number": lambda: _("The number %(given)s before the name is left out.", given=given),
        "phone_note": lambda: _(
            "“%(given)s” stands beside the phone number and is not kept.", given=given
        ),
        "not_said": lambda: _("“%(given)s” is kept as: not said.", given=given),
        "sex_x": lambda: _("“%(given)s” is read as: other.", given=given),
        "two_answers": lambda: _("Two answers are given: “%(given)s”. Type one.", given=given),
        "sex_wrong": lambda: _("“%(given)s” is not a sex that is known here.", given=given),
        "language_unknown": lambda: _(
            "“%(given)s” is not on the list of languages: it stays open.", given=given
        ),
        "language_first": lambda: _(
            "Of “%(given)s” only %(language)s is kept.",
            given=given,
            language=words.LANGUAGE.get(taken, taken),
        ),
        "since_wrong": lambda: _("“%(given)s” is not a day in the past.", given=given),
        "group_unknown": lambda: _("There is no group “%(given)s”.", given=given),
    }
    return str(sentences[remark.code]())


def row_text(number: int) -> str:
    """A row's number as it is said: the sheet's, and which of several lists side by side."""
    row, aside = place_of(number)
    return str(row) if aside == 1 else _("%(row)s (list %(list)s)", row=row, list=aside)


def row_name(number: int, name: str) -> str:
    """Someone in a row above."""
    return _("Row %(row)s: %(name)s", row=row_text(number), name=name)


def reasons_text(reasons: tuple[Reason, ...]) -> str:
    """Why two may be one person, what speaks for it and what against."""
    for_it = ", ".join(str(REASON[each]) for each in reasons if not each.against)
    against = ", ".join(str(REASON[each]) for each in reasons if each.against)
    if for_it and against:
        return _("%(reasons)s; but %(against)s", reasons=for_it, against=against)
    return for_it or against


def same_text(outcome: Outcome, preview: Preview) -> str:
    """With whom or what a row is the same, and what that changes."""
    if outcome.same_row:
        return _("Same as row %(row)s.", row=row_text(outcome.same_row))
    fills = preview.fills(outcome)
    if not fills:
        return _("Nothing changes.")
    names = ", ".join(str(FIELD[name]) for name in fills)
    return _("Filled in: %(fields)s.", fields=names)
