"""Changes of a record, in the words of the pages on which it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import money_words, names, taking_words, wording
from kash.incidents.forms.following_up import OutcomeForm, ReferralForm
from kash.incidents.forms.money import BailForm
from kash.incidents.forms.taking import TakingForm
from kash.incidents.rules.changes import ChangedPlace, RecordChange
from kash.incidents.rules.record import Record
from kash.incidents.rules.writing import ROWS, SINGLE
from kash.incidents.views.labels import GROUPS, participant_label, place_names, value_label
from kash.platform.web.account_names import account_names

_GROUPS: dict[str, Any] = {
    **GROUPS,
    "filing": _l("How it came in"),
    "taking": _l("How it was taken"),
    "bail": _l("Cash bail"),
    "referrals": _l("Referrals"),
    "interventions": _l("Mediation"),
    "consents": _l("Consents"),
    "evidence": _l("Evidence"),
    "links": _l("Belongs with"),
    "triage": _l("Triage"),
    "verification": _l("Verification"),
    "closing": _l("Closing"),
    "assigned_to": _l("Works on it"),
    "declared": _l("Must not work on it"),
    "urgent": _l("Cannot wait"),
}
_LABELS: dict[str, Any] = {
    **{f"taking.{name}": TakingForm for name in ("language", "told_by", "interpreter")},
    **{f"taking.{name}": TakingForm for name in ("read_back", "present", "told_before")},
    **{f"referrals/{name}": ReferralForm for name in ("kind", "person", "service_name")},
    **{f"referrals/{name}": ReferralForm for name in ("made_on", "due_on")},
    **{f"referrals/{name}": OutcomeForm for name in ("outcome", "outcome_on", "note")},
    **{f"bail/{name}": BailForm for name in ("amount", "receipt", "paid_on", "paid_to")},
    **{f"bail/{name}": BailForm for name in ("person", "place_name", "returned_on")},
    "bail/returned_amount": BailForm,
    "interventions/mediator": _l("Mediator"),
    "interventions/asked": _l("What is asked"),
    "interventions/persons": _l("For whom"),
    "interventions/response": _l("Answer"),
    "interventions/asked_at": _l("Asked at"),
    "interventions/answered_at": _l("Answered at"),
    "interventions/ended_at": _l("Ended at"),
    "interventions/note": _l("Note"),
    "persons/identity": _l("Name, sealed"),
    "reason": _l("Why"),
    "outcome": _l("What came of it"),
    "person": _l("Known here"),
    "account": _l("Known here"),
}
_WORDS: dict[str, Mapping[str, Any]] = {
    "taking.told_by": names.SOURCE_NAMES,
    "taking.interpreter": taking_words.INTERPRETER_NAMES,
    "taking.read_back": taking_words.READ_BACK_NAMES,
    "taking.present": taking_words.PRESENT_NAMES,
    "taking.told_before": taking_words.TOLD_BEFORE_NAMES,
    "bail/paid_to": money_words.PLACE_NAMES,
    "referrals/kind": names.REFERRAL_NAMES,
    "referrals/outcome": names.REFERRAL_OUTCOME_NAMES,
    "interventions/response": names.RESPONSE_NAMES,
}
_DECISIONS = {**names.STATE_NAMES, **wording.OUTCOME_NAMES}
_LINKS: dict[str, Any] = {
    "incident": _l("Another case"),
    "workshop": _l("A workshop"),
    "meeting": _l("A meeting"),
}
_ACCOUNTS = frozenset({"account", "mediator", "assigned_to", "declared"})
_KEPT = frozenset({"identity", "person"})
# Ids that have a name beside them, and who and when of a decision, which its change says itself.
_NOT_SHOWN = frozenset({"service", "brief", "by", "at", "currency"})
_DAY, _MOMENT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


@dataclass(frozen=True)
class ShownPlace:
    """One place that was changed, as text: "–" where nothing stood or stands."""

    label: str
    before: str
    after: str


class ShownChanges:
    """The changes of one page; names of accounts are asked for once."""

    def __init__(self, changes: Iterable[RecordChange], record: Record) -> None:
        self._record = record
        found = {
            one
            for change in changes
            for place in change.places
            if _name(place.place) in _ACCOUNTS
            for value in (place.before, place.after)
            for one in (value if isinstance(value, list) else [value])
            if isinstance(one, str)
        }
        self._accounts = account_names(found) if found else {}

    def places(self, change: RecordChange) -> list[ShownPlace]:
        """Places that one save changed, in words."""
        return [
            ShownPlace(
                self._label(one.place),
                self._value(one.place, one.before),
                self._value(one.place, one.after),
            )
            for one in _without_repeats(change.places)
        ]

    def _label(self, place: str) -> str:
        group, row, name = _parts(place)
        if name == "id":
            return str(_GROUPS.get(group, group))
        if (not row and place in SINGLE) or (row and name in ROWS.get(group, ())):
            label = place_names([f"{group}/{row}/{name}" if row else place])[0]
        else:
            label = self._other_label(place, group, row, name)
        which = participant_label(self._record, row) if group in ("persons", "parties") else "–"
        return f"{label} ({which})" if which != "–" else label

    def _other_label(self, place: str, group: str, row: str, name: str) -> str:
        heading = str(_GROUPS.get(group, _("Something else")))
        key = f"{group}/{name}" if row else place
        found = _LABELS.get(key) or _LABELS.get(name)
        if found is None or name == group:
            return heading
        if isinstance(found, type):
            found = getattr(found, name).args[0]
        return f"{heading}: {found}"

    def _value(self, place: str, value: Any) -> str:
        group, row, name = _parts(place)
        if value in (None, "", []):
            return "–"
        if name == "id":
            return _("On record")
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, dict):
            return self._whole(group, value)
        if name in _ACCOUNTS:
            ids = value if isinstance(value, list) else [value]
            return ", ".join(self._accounts.get(one, "–") for one in ids)
        if name in _KEPT and group not in ("referrals", "bail"):
            return _("Kept")
        if group in ("triage", "verification", "closing") and name == "outcome":
            return str(_DECISIONS.get(value, value))
        if (group, name) == ("interventions", "asked"):
            return ", ".join(self._asked(one) for one in value)
        words = _WORDS.get(f"{group}/{name}" if row else place)
        if words is not None:
            codes = value if isinstance(value, list) else [value]
            return ", ".join(str(words.get(one, one)) for one in codes)
        if name in ("person", "persons"):
            ids = value if isinstance(value, list) else [value]
            return ", ".join(participant_label(self._record, one) for one in ids)
        shown = f"{group}/{row}/{name}" if row else place
        return value_label(shown, _read(value), self._record)

    def _asked(self, one: Mapping[str, Any]) -> str:
        kind, result = one.get("kind", ""), one.get("result", "")
        asked = str(names.REQUEST_NAMES.get(kind, kind))
        return f"{asked}: {names.RESULT_NAMES.get(result, result)}" if result else asked

    def _whole(self, group: str, value: Mapping[str, Any]) -> str:
        if group == "consents":
            purpose, person = value.get("purpose", ""), value.get("person", "")
            given = value.get("given")
            said = _("Agreed") if given else _("Not agreed")
            # Only what is read out to her and answered is a consent.
            if given and value.get("origin") == "not_asked":
                said = _("She could not be asked")
            elif value.get("wish"):
                said = _("Wish: yes") if given else _("Wish: no")
            whom = participant_label(self._record, person) if person else _("Everybody in the case")
            return f"{names.PURPOSE_NAMES.get(purpose, purpose)}: {said} ({whom})"
        if group == "evidence":
            return f"{value.get('number', 0)} {value.get('label', '')}".strip()
        if group == "links":
            kind = value.get("kind", "")
            return str(_LINKS.get(kind, kind))
        return _("On record")


def _without_repeats(places: list[ChangedPlace]) -> Iterator[ChangedPlace]:
    """Those that say something: that a row is there only where nothing else is said of it."""
    rows = [place.place.rpartition("/")[0] for place in places if "/" in place.place]
    for one in places:
        row, _sign, name = one.place.rpartition("/")
        if name == "id" and rows.count(row) > 1:
            continue
        group, row, name = _parts(one.place)
        # A place that is listed has its name beside it too.
        listed = group == "bail" and name == "place" and bool(row)
        if name not in _NOT_SHOWN and not listed:
            yield one


def _parts(place: str) -> tuple[str, str, str]:
    """The group, the row (empty: none) and the name of a place."""
    group, _sign, rest = place.partition("/")
    if rest:
        row, _sign, name = rest.partition("/")
        # Terms that wait for the custodian are shown as terms.
        return ("terms" if group == "questioned_terms" else group), row, name
    return place.partition(".")[0], "", place.rpartition(".")[2]


def _name(place: str) -> str:
    return _parts(place)[2]


def _read(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
            if _MOMENT.fullmatch(value):
                return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
