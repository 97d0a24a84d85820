"""People of a workshop before the track that its certificates need: the one decision by which
certificates are given and completions are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kash.platform.web.formats import local_today
from kash.tracks.leaf_kinds import LeafQuestion
from kash.tracks.models import Track
from kash.tracks.queries.certifying import JudgedByVersion, judged
from kash.workshops.models import Workshop
from kash.workshops.queries.people import AttendanceRecord, attendance_record

NOBODY_HELD: Mapping[int, int] = {}


@dataclass(frozen=True)
class Completing:
    """One person of a workshop: what she attended, and how she stands before its track; None while
    nothing is set."""

    record: AttendanceRecord
    judged: JudgedByVersion | None

    @property
    def met(self) -> bool:
        """True if she lacks nothing of the track, and was there."""
        return self.judged is not None and not self.judged.missing and self.record.minutes > 0


def completing(
    session: Session,
    workshop: Workshop,
    track: Track | None,
    held: Mapping[int, int] = NOBODY_HELD,
) -> list[Completing]:
    """Everybody on a workshop's roster by name; `held` as in `judged`. Seven queries, and those of
    the track's requirements."""
    rows = attendance_record(workshop, session)
    today = local_today()
    day = min(workshop.ends_on, today)
    here = {row.person.id: (row.percentage, day) for row in rows if row.total_minutes > 0}
    people = [row.person.id for row in rows]
    stand = judged(session, track, people, LeafQuestion(today, people, here=here), held)
    return [Completing(row, stand.get(row.person.id)) for row in rows]
