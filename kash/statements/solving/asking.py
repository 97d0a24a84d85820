"""The parent's side of the solver."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kash.platform.confinement import NoAnswer, answered
from kash.statements.errors import NotWorkedOut
from kash.statements.rules.choosing import Contradiction
from kash.statements.rules.knowledge import Asked, Range, Told
from kash.statements.rules.names import Name
from kash.statements.solving.letters import ranges_read, told_read, told_written

_SECONDS = 60.0
_MOST_BYTES = 64 * 1024 * 1024


def worked_out(periods: Mapping[str, Told]) -> dict[str, dict[Asked, Range] | None]:
    """The ranges that follow from all that was told of each period, None where it contradicts
    itself. Raises NotWorkedOut."""
    written = {period: told_written(told) for period, told in periods.items()}
    found = _asked({"periods": written})
    return {period: ranges_read(found[period]) for period in periods}


def chosen(told: Told, counts: Mapping[Name, int]) -> dict[Name, int | None]:
    """The figures to tell beside what was told of a period (`kash.statements.rules.choosing`).

    Raises NotWorkedOut and Contradiction.
    """
    found = _asked({"told": told_written(told), "counts": told_written(counts)})["told"]
    if found is None:
        raise Contradiction
    return told_read(found)


def _asked(question: dict[str, Any]) -> dict[str, Any]:
    content = json.dumps(question).encode("ascii")
    try:
        answer = answered(
            "kash.statements.solving.child", [], content, seconds=_SECONDS, most=_MOST_BYTES
        )
        return dict(json.loads(answer))
    except (NoAnswer, ValueError):
        raise NotWorkedOut from None
