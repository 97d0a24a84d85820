"""Cases of somebody who is held that nobody took up yet, from their records' JSON: as long as one
is kept from an officer, her look ends no alert."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kash.incidents.rules.casework import OVER
from kash.incidents.rules.totals import LASTS, let_go, said_held

# With these a case comes to the person who works on it next.
_COMES = frozenset({"added", "submit", "handed_over"})


def is_untaken(record: Mapping[str, Any], state: str, now: datetime) -> bool:
    """True if a case came in, or was handed over, with somebody held who is not let go, and nobody
    took a step in it since. After a day no alert is of it any more."""
    if state in OVER or not said_held(record) or let_go(record) or record.get("assigned_to"):
        return False
    steps = [(event["what"], _moment(event["at"])) for event in record.get("timeline", ())]
    came = [at for what, at in steps if what in _COMES]
    if filed_at := record.get("filing", {}).get("filed_at"):
        came.append(_moment(filed_at))
    if not came:
        return not steps
    since = max(came)
    return now - since < LASTS and all(at <= since for _what, at in steps)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
