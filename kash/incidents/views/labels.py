"""Additions of somebody else to a case, in the words of the form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import names
from kash.incidents.forms.documentation import DocumentationForm
from kash.incidents.forms.rows import (
    ActRow,
    InformationRow,
    PartyRow,
    PersonRow,
    TermRow,
    act_typed,
)
from kash.incidents.rules.record import Record
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import date_text, moment_text, money_text

GROUPS: dict[str, Any] = {
    "persons": _l("Persons"),
    "parties": _l("Other side"),
    "acts": _l("Acts"),
    "information": _l("Sources"),
    "terms": _l("What was agreed"),
}
_ROWS = {
    "persons": PersonRow,
    "parties": PartyRow,
    "acts": ActRow,
    "information": InformationRow,
    "terms": TermRow,
}
_WORDS: dict[str, Any] = {
    "persons/age_band": names.AGE_BAND_NAMES,
    "persons/among_adults": names.AMONG_ADULTS_NAMES,
    "parties/kind": names.PARTY_KIND_NAMES,
    "parties/involvement": names.INVOLVEMENT_NAMES,
    "parties/rank_band": names.RANK_BAND_NAMES,
    "information/source": names.SOURCE_NAMES,
    "information/reliability": names.RELIABILITY_NAMES,
    "terms/kind": names.TERM_NAMES,
}


def value_label(place: str, value: Any, record: Record) -> str:
    """A value of a place as the form would show it; "–" where it is empty."""
    group, name = place.partition("/")[0], place.rpartition("/")[2]
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return date_text(value)
    if name in ("amount", "returned_amount"):
        return money_text(value)
    if group == "acts" and name == "code":
        return act_typed(value)
    if group == "parties" and name == "station":
        found = (one.station_name for one in record.parties if one.station == value)
        return next(found, "") or _("A station")
    if place == "wanted":
        return ", ".join(str(names.WANTED_NAMES.get(one, one)) for one in value)
    if name == "account":
        return account_names([value]).get(value, "–")
    if isinstance(value, list) or name in ("owed_by", "owed_to"):
        ids = value if isinstance(value, list) else [value]
        return ", ".join(participant_label(record, one) for one in ids)
    words = _WORDS.get(f"{group}/{name}", {})
    return str(words.get(value, value))


def participant_label(record: Record, key: str) -> str:
    """How a person or a party of a case is called in a list: a code, or a number and who it is."""
    for person in record.persons:
        if person.id == key:
            return person.code
    for number, party in enumerate(record.parties, start=1):
        if party.id == key:
            return f"{number} {names.PARTY_KIND_NAMES.get(party.kind, party.kind)}"
    return "–"


def place_names(places: Iterable[str]) -> list[str]:
    """Names of places, each once."""
    found: dict[str, None] = {}
    for place in places:
        group, _sign, rest = place.partition("/")
        if not rest:
            found[_label(DocumentationForm, place.rpartition(".")[2])] = None
        elif "/" in rest:
            label = _label(_ROWS[group], rest.rpartition("/")[2])
            found[f"{GROUPS[group]}: {label}"] = None
        else:
            found[str(GROUPS[group])] = None
    return list(found)


def _label(form: Any, name: str) -> str:
    return str(getattr(form, name).args[0])
