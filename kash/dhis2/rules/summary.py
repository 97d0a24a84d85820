"""The import summary with which DHIS2 answers, read whatever its status: 409 is a result too.

Versions differ: newer ones put the summary into `response` and say by `rejectedIndexes` or by the
`indexes` of conflicts which values they left out; older ones only count them. What an answer
doesn't say is not known, and is read back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kash.dhis2.rules.planning import PushOutcome, ValueSlot

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
    conflicts = [one for one in _list(summary.get("conflicts")) if isinstance(one, dict)]
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
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and isinstance(found.get("response"), dict):
        found = found["response"]
    return found if isinstance(found, dict) else None


def _counts(summary: Mapping[str, Any]) -> tuple[int | None, int | None]:
    counts = summary.get("importCount")
    if not isinstance(counts, dict):
        return None, None
    numbers = [counts.get(name, 0) for name in ("imported", "updated", "deleted", "ignored")]
    if not all(type(one) is int and one >= 0 for one in numbers):
        return None, None
    return sum(numbers[:3]), numbers[3]


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _left_out(
    summary: Mapping[str, Any], conflicts: list[dict[str, Any]], count: int
) -> frozenset[int]:
    named = _list(summary.get("rejectedIndexes"))
    named = named or [at for one in conflicts for at in _list(one.get("indexes"))]
    return frozenset(at for at in named if type(at) is int and 0 <= at < count)


def _first_for(conflicts: list[dict[str, Any]], place: int) -> dict[str, Any]:
    for one in conflicts:
        if place in _list(one.get("indexes")):
            return one
    return next((one for one in conflicts if not _list(one.get("indexes"))), {})


def _refused(conflict: Mapping[str, Any]) -> ValueOutcome:
    code, sentence = (str(conflict.get(name) or "") for name in ("errorCode", "value"))
    shown = "".join(sign if sign.isprintable() else " " for sign in sentence)
    return ValueOutcome(PushOutcome.REFUSED, code[:_LONGEST_CODE], shown[:_LONGEST_TEXT])


def read_back(content: bytes, period: str) -> dict[ValueSlot, str] | None:
    """The values that lie there in a period, by slot with both option combos as they are written
    there; None if the answer is none."""
    found = _summary(content)
    if found is None or not isinstance(found.get("dataValues", []), list):
        return None
    values: dict[ValueSlot, str] = {}
    for one in found.get("dataValues", []):
        if not isinstance(one, dict):
            return None
        if one.get("period") == period and not one.get("deleted"):
            names = ("dataElement", "categoryOptionCombo", "attributeOptionCombo", "orgUnit")
            values[ValueSlot(*(str(one.get(name) or "") for name in names))] = str(one.get("value"))
    return values


def settled(slot: ValueSlot, value: int | None, there: Mapping[ValueSlot, str]) -> ValueOutcome:
    """Outcome of a value whose answer got lost, by what was read back. Where an option combo
    was left out, the data element or data set has only one, however that is called there."""
    found = {
        text
        for other, text in there.items()
        if (other.data_element, other.org_unit) == (slot.data_element, slot.org_unit)
        and slot.option_combo in ("", other.option_combo)
        and slot.attribute_combo in ("", other.attribute_combo)
    }
    if value is None:
        return STORED if not found else ValueOutcome(PushOutcome.NOT_SENT, "read_back")
    return STORED if found == {str(value)} else ValueOutcome(PushOutcome.NOT_SENT, "read_back")
