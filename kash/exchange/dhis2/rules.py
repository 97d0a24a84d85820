"""Planning of a push: what lies there as far as is known, what should, and so what is sent.
Figures that may go to DHIS2, and where each comes from. Officers and workshops are counted
exactly. Of everybody else goes only what has left already: the whole programme's table of a
quarter or a year, as it was audited and told to a funder. So a push tells nobody more than is in
the ledger of what has left. Of incidents there is nothing here. The import summary with which
DHIS2 answers, read whatever its status: 409 is a result too. Versions differ: newer ones put the
summary into `response` and say by `rejectedIndexes` or by the `indexes` of conflicts which values
they left out; older ones only count them. What an answer doesn't say is not known, and is read
back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from kash.figures.indicators.rules import Period


class PushOutcome(StrEnum):
    """Outcome of a value. `unknown`: it may have gone, and nobody said what became of it."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class ValueSlot(NamedTuple):
    """The place of a value there. Empty option combos are the default ones."""

    data_element: str
    option_combo: str
    attribute_combo: str
    org_unit: str


class SentValue(NamedTuple):
    """A value that was sent before, None where it was withdrawn, and what became of it."""

    slot: ValueSlot
    value: int | None
    outcome: str


@dataclass(frozen=True)
class Planned:
    """A push: `values` that are new or changed, `withdrawn` slots, and `same`, which stay."""

    values: Mapping[ValueSlot, int]
    withdrawn: tuple[ValueSlot, ...]
    same: Mapping[ValueSlot, int]

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to send."""
        return not self.values and not self.withdrawn


# Beside what lies there: nobody knows.
_UNCERTAIN = object()


def lies_there(sent: Iterable[SentValue]) -> dict[ValueSlot, object]:
    """Values that lie in each slot by all that was sent, in its order: a value, None where it was
    withdrawn, and something that equals nothing where it isn't known."""
    slots: dict[ValueSlot, object] = {}
    for value in sent:
        if value.outcome == PushOutcome.STORED:
            slots[value.slot] = value.value
        elif value.outcome == PushOutcome.UNKNOWN:
            slots[value.slot] = _UNCERTAIN
    return slots


def plan(wanted: Mapping[ValueSlot, int | None], sent: Iterable[SentValue]) -> Planned:
    """The push by which what is `wanted` lies there and nothing else that was ever sent. None is no
    data, which is not 0: what lay there is withdrawn."""
    there = lies_there(sent)
    values = {slot: value for slot, value in wanted.items() if value is not None}
    same = {slot: value for slot, value in values.items() if slot in there and there[slot] == value}
    changed = {slot: value for slot, value in values.items() if slot not in same}
    gone = (slot for slot, value in there.items() if value is not None and slot not in values)
    return Planned(changed, tuple(sorted(gone)), same)


COMPLETED, WORKSHOPS = "people_completed", "workshops_held"
_OFFICERS = (COMPLETED, "people_reached", "certified", "refreshed")
SEXES = ("female", "male")


class FigureSource(StrEnum):
    """People who are counted."""

    OFFICERS = "officers"
    COMMUNITY = "community"
    WORKSHOPS = "workshops"


@dataclass(frozen=True, order=True)
class SourceCell:
    """A figure: of an indicator, of all (no `place`) or of those who stand in a place, as
    (("sex", "female"),)."""

    source: str
    indicator: str
    place: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        """The figure as one word, for a form and a row."""
        return ":".join(
            (self.source, self.indicator, *(f"{name}={category}" for name, category in self.place))
        )


def known_cells(bands: tuple[str, ...]) -> tuple[SourceCell, ...]:
    """All figures that there can be; `bands` are the age bands."""
    sexes = [(("sex", sex),) for sex in SEXES]
    ages = [(("age_band", band),) for band in bands]
    both = [(*sex, *age) for sex in sexes for age in ages]
    return (
        SourceCell(FigureSource.WORKSHOPS, WORKSHOPS),
        *(SourceCell(FigureSource.OFFICERS, key, at) for key in _OFFICERS for at in [(), *sexes]),
        *(SourceCell(FigureSource.COMMUNITY, COMPLETED, at) for at in [(), *sexes, *ages, *both]),
    )


def dhis2_period(period: Period) -> str:
    """A period as DHIS2 writes it: 2026Q3, or 2026. Raises ValueError of one that it knows, but by
    which nothing is told here: only quarters and years are."""
    if period.kind not in ("quarter", "year"):
        raise ValueError(period.kind)
    return period.text.replace("-", "")


# Statuses with which a server says that it took nothing.
_UNTOUCHED = frozenset({301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 413, 415, 429})
_LONGEST_CODE, _LONGEST_TEXT = 20, 200


@dataclass(frozen=True)
class ValueOutcome:
    """Outcome of one value, with the code and the sentence of the other end."""

    outcome: PushOutcome
    code: str = ""
    sentence: str = ""


STORED = ValueOutcome(PushOutcome.STORED)
UNKNOWN = ValueOutcome(PushOutcome.UNKNOWN)


def read_summary(status: int, content: bytes, count: int) -> list[ValueOutcome]:
    """Outcomes of `count` values that were sent, in their order."""
    if status in _UNTOUCHED:
        return [ValueOutcome(PushOutcome.NOT_SENT, f"http_{status}")] * count
    unknown = [ValueOutcome(PushOutcome.UNKNOWN, f"http_{status}")] * count
    summary = _summary(content)
    if status not in (200, 201, 202, 409) or summary is None:
        return unknown
    taken, ignored = _counts(summary)
    conflicts = [
        conflict for conflict in _list(summary.get("conflicts")) if isinstance(conflict, dict)
    ]
    if taken is None or ignored is None:
        return unknown
    if taken == 0 and ignored >= count and conflicts:
        return [_refused(_first_for(conflicts, place)) for place in range(count)]
    if ignored == 0 and taken >= count:
        return [STORED] * count
    left_out = _left_out(summary, conflicts, count)
    if len(left_out) != ignored or taken + ignored != count:
        return unknown
    return [
        _refused(_first_for(conflicts, place)) if place in left_out else STORED
        for place in range(count)
    ]


def _summary(content: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if isinstance(answer, dict) and isinstance(answer.get("response"), dict):
        answer = answer["response"]
    return answer if isinstance(answer, dict) else None


def _counts(summary: Mapping[str, Any]) -> tuple[int | None, int | None]:
    counts = summary.get("importCount")
    if not isinstance(counts, dict):
        return None, None
    numbers = [counts.get(name, 0) for name in ("imported", "updated", "deleted", "ignored")]
    if not all(type(number) is int and number >= 0 for number in numbers):
        return None, None
    return sum(numbers[:3]), numbers[3]


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _left_out(
    summary: Mapping[str, Any], conflicts: list[dict[str, Any]], count: int
) -> frozenset[int]:
    named = _list(summary.get("rejectedIndexes"))
    named = named or [at for conflict in conflicts for at in _list(conflict.get("indexes"))]
    return frozenset(at for at in named if type(at) is int and 0 <= at < count)


def _first_for(conflicts: list[dict[str, Any]], place: int) -> dict[str, Any]:
    for conflict in conflicts:
        if place in _list(conflict.get("indexes")):
            return conflict
    return next((conflict for conflict in conflicts if not _list(conflict.get("indexes"))), {})


def _refused(conflict: Mapping[str, Any]) -> ValueOutcome:
    code, sentence = (str(conflict.get(name) or "") for name in ("errorCode", "value"))
    shown = "".join(sign if sign.isprintable() else " " for sign in sentence)
    return ValueOutcome(PushOutcome.REFUSED, code[:_LONGEST_CODE], shown[:_LONGEST_TEXT])


def read_back(content: bytes, period: str) -> dict[ValueSlot, str] | None:
    """The values that lie there in a period, by slot with both option combos as they are written
    there; None if the answer is none."""
    summary = _summary(content)
    if summary is None or not isinstance(summary.get("dataValues", []), list):
        return None
    values: dict[ValueSlot, str] = {}
    for value in summary.get("dataValues", []):
        if not isinstance(value, dict):
            return None
        if value.get("period") == period and not value.get("deleted"):
            names = ("dataElement", "categoryOptionCombo", "attributeOptionCombo", "orgUnit")
            values[ValueSlot(*(str(value.get(name) or "") for name in names))] = str(
                value.get("value")
            )
    return values


def settled(slot: ValueSlot, value: int | None, there: Mapping[ValueSlot, str]) -> ValueOutcome:
    """Outcome of a value whose answer got lost, by what was read back. Where an option combo
    was left out, the data element or data set has only one, however that is called there."""
    outcomes = {
        text
        for other, text in there.items()
        if (other.data_element, other.org_unit) == (slot.data_element, slot.org_unit)
        and slot.option_combo in ("", other.option_combo)
        and slot.attribute_combo in ("", other.attribute_combo)
    }
    if value is None:
        return STORED if not outcomes else ValueOutcome(PushOutcome.NOT_SENT, "read_back")
    return STORED if outcomes == {str(value)} else ValueOutcome(PushOutcome.NOT_SENT, "read_back")
