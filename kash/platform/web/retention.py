"""How long things are kept: what a programme may choose, within bounds, and what it chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Bounds:
    """The least and the most that may be chosen, in `unit` ("hours", "days" or "years")."""

    usual: int
    least: int
    most: int
    unit: str


BOUNDS: Mapping[str, Bounds] = {
    "ended_sessions": Bounds(30, 7, 365, "days"),
    "job_results": Bounds(24, 1, 72, "hours"),
    "job_rows": Bounds(30, 7, 90, "days"),
    "import_originals": Bounds(24, 1, 72, "hours"),
    "merge_undo": Bounds(24, 1, 168, "hours"),
    "own_words": Bounds(365, 30, 3650, "days"),
    "backups": Bounds(30, 7, 3650, "days"),
    "trainer_notes": Bounds(2, 1, 10, "years"),
    "idle_people": Bounds(5, 1, 20, "years"),
    "erasure_answer": Bounds(7, 1, 30, "days"),
}


@dataclass(frozen=True)
class Retention:
    """Retention as a programme chose it; units as in `BOUNDS`. `backups` is the age at which
    the command deletes one, `idle_people` after how many quiet years a person comes up for
    review. `erasure_answer` is within how many
    days whoever asks to be erased must have an answer."""

    ended_sessions: int = BOUNDS["ended_sessions"].usual
    job_results: int = BOUNDS["job_results"].usual
    job_rows: int = BOUNDS["job_rows"].usual
    import_originals: int = BOUNDS["import_originals"].usual
    merge_undo: int = BOUNDS["merge_undo"].usual
    own_words: int = BOUNDS["own_words"].usual
    backups: int = BOUNDS["backups"].usual
    trainer_notes: int = BOUNDS["trainer_notes"].usual
    idle_people: int = BOUNDS["idle_people"].usual
    erasure_answer: int = BOUNDS["erasure_answer"].usual

    def span(self, name: str) -> timedelta:
        """How long `name` is kept. A year counts as 365 days and a quarter."""
        amount, unit = getattr(self, name), BOUNDS[name].unit
        if unit == "hours":
            return timedelta(hours=amount)
        return timedelta(days=amount * (1 if unit == "days" else 365.25))


def retention_from(kept: Mapping[str, Any] | None) -> Retention:
    """Retention from the programme's settings; anything outside its bounds is as usual."""
    chosen = {}
    for field in fields(Retention):
        bounds = BOUNDS[field.name]
        value = (kept or {}).get(field.name)
        if isinstance(value, int) and bounds.least <= value <= bounds.most:
            chosen[field.name] = value
    return Retention(**chosen)
