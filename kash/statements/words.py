"""Words of statements: how they stand, whom they count, and what people are told apart by."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.indicators.queries.definitions import STANDARD_VERSION
from kash.indicators.rules.periods import Period
from kash.indicators.words import DIMENSION_WORDS, TITLES
from kash.people.words import AGE_BAND, SEX
from kash.statements.rules.lines import StatementLine, Who
from kash.statements.rules.names import Name, Place

STATE: dict[str, Any] = {
    "draft": _l("Frozen, not proposed"),
    "proposed": _l("Waits for approval"),
    "approved": _l("Approved, not sent"),
    "returned": _l("Sent back"),
    "sent": _l("Sent"),
}
STATE_TONE = {
    "draft": "",
    "proposed": "live",
    "approved": "live",
    "returned": "bad",
    "sent": "good",
}
WHO: dict[Who, Any] = {
    Who.POLICE: _l("Police officers"),
    Who.COMMUNITY: _l("Community members"),
    Who.NOBODY: _l("Workshops"),
}


def period_text(period: Period) -> str:
    """A quarter or a year as people say it."""
    if period.kind == "quarter":
        number = (period.first.month + 2) // 3
        return _("Quarter %(number)s of %(year)s", number=number, year=period.first.year)
    return period.text


def read_title(line: StatementLine, title: str, version: int) -> str:
    """Title of a frozen figure for whoever reads a page: the standard one in her language, one of
    the programme's own as it was written. What leaves on paper keeps what was frozen."""
    return str(TITLES[line.key]) if version == STANDARD_VERSION else title


def read_line(line: StatementLine, title: str, version: int) -> str:
    """The same, with whether it is a funder's share of the people."""
    return line_title(line, read_title(line, title, version))


def line_title(line: StatementLine, title: str) -> str:
    """Title of a line, which says if it is a funder's share of the people."""
    if line.weighted:
        return _("%(title)s, by this funder's share of the costs", title=title)
    return title


def value_word(dimension: str, value: str, label: str = "") -> str:
    """Words for a value by which people are told apart."""
    if label:
        return label
    said = {"sex": SEX, "age_band": AGE_BAND}.get(dimension, {})
    return str(said.get(value) or value or _("Not on record"))


def place_text(place: Place, label: str = "") -> str:
    """A place as a list of what people in it are."""
    return ", ".join(value_word(dimension, value, label) for dimension, value in place)


def name_text(name: Name) -> str:
    """A figure that left, as the ledger tells it."""
    return (
        f"{TITLES[name.indicator]}: {place_text(name.place)}"
        if name.place
        else str(TITLES[name.indicator])
    )


WORDS = {
    "state": STATE,
    "tone": STATE_TONE,
    "who": WHO,
    "dimension": DIMENSION_WORDS,
    "period": period_text,
    "title": read_title,
    "line": read_line,
    "value": value_word,
    "name": name_text,
}
