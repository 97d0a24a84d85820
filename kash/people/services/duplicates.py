"""Looking through everyone for people who are written down twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update

from kash.people.models import LikelyDuplicate, NotTheSame, Person
from kash.people.queries.duplicates import SWEEP, last_sweep, numbered_likenesses
from kash.people.rules.known import Known
from kash.people.rules.matching import Match
from kash.people.services.merging import forget_merges
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.jobs import JobResult, Progress, enqueue
from kash.platform.vault import audited
from kash.platform.web.formats import to_local
from kash.policy import SYSTEM, Actor

_REPORTED_EVERY = 200
_ROWS_PER_STATEMENT = 400
_NIGHT_HOUR = 2
_Pair = tuple[int, int]


@dataclass(frozen=True)
class LikelyPair:
    """Two who may be one: why, and whether their names alone would say so."""

    match: Match
    by_name: bool


def ask_for_sweep(by: Actor) -> str:
    """Have the worker look through everyone; the job's public id. One at a time."""
    with audited("people.duplicates_sought", by) as change:
        running = last_sweep()
        if running is not None and not running.ended:
            change.nothing()
            return running.public_id
        asked = enqueue(change.session, SWEEP, owner=by.public_id, title=_("Possible duplicates"))
        change.about("programme")
        return asked.public_id


def sweep(progress: Progress) -> JobResult | None:
    """Compare everyone with everyone else, and store the pairs that are worth a look."""
    found = likely_pairs(progress)
    store_pairs(found)
    return None


def likely_pairs(progress: Progress) -> dict[_Pair, LikelyPair]:
    """{(smaller key, larger key): why these two may be one}, but for those told apart."""
    session = db.session()
    people = list(numbered_likenesses(session))
    # Comparing takes a while: the read transaction must not stay open meanwhile.
    session.rollback()
    keys = {likeness.key: number for number, likeness in people}
    known = Known()
    found: list[tuple[_Pair, Match]] = []
    for done, (number, likeness) in enumerate(people):
        if done % _REPORTED_EVERY == 0:
            progress.report(done, len(people))
        for match in known.matches(likeness):
            other = keys[match.key]
            found.append(((min(number, other), max(number, other)), match))
        known.add(likeness)
    progress.report(len(people), len(people))
    called = dict(people)
    return {
        pair: LikelyPair(match, known.alike_by_name(*(called[number] for number in pair)))
        for pair, match in found
    }


def store_pairs(found: dict[_Pair, LikelyPair]) -> None:
    """Keep these pairs in place of the last ones; a pair that was there keeps its id."""
    with writing() as session:
        here = set(session.scalars(select(Person.id)))
        apart = {
            (row.first_id, row.second_id)
            for row in session.execute(select(NotTheSame.first_id, NotTheSame.second_id))
        }
        wanted = {
            pair: _values(likely)
            for pair, likely in found.items()
            if pair not in apart and here.issuperset(pair)
        }
        gone = []
        for row in session.scalars(select(LikelyDuplicate).with_for_update()):
            values = wanted.pop((row.first_id, row.second_id), None)
            if values is None:
                gone.append(row.id)
                continue
            if any(getattr(row, name) != value for name, value in values.items()):
                session.execute(
                    update(LikelyDuplicate).where(LikelyDuplicate.id == row.id).values(**values)
                )
        for start in range(0, len(gone), _ROWS_PER_STATEMENT):
            some = gone[start : start + _ROWS_PER_STATEMENT]
            session.execute(delete(LikelyDuplicate).where(LikelyDuplicate.id.in_(some)))
        rows = [
            {
                "public_id": new_public_id(),
                "first_id": pair[0],
                "second_id": pair[1],
                "found_at": utc_now(),
                **values,
            }
            for pair, values in wanted.items()
        ]
        if rows:
            session.execute(insert(LikelyDuplicate), rows)


def _values(likely: LikelyPair) -> dict[str, Any]:
    match = likely.match
    reasons = [str(reason) for reason in match.reasons]
    return {
        "score": match.score,
        "certain": match.certain,
        "reasons": reasons,
        "names_alike": likely.by_name,
        "reason": reasons[0],
    }


def nightly() -> None:
    """Ask for a sweep once a night."""
    now = utc_now()
    if to_local(now).hour != _NIGHT_HOUR:
        return
    last = last_sweep()
    if last is None or last.created_at < now - timedelta(hours=20):
        ask_for_sweep(SYSTEM)


def forget_old_merges() -> None:
    """Throw away what is needed to undo merges that are older than a day."""
    forget_merges()


__all__ = [
    "ask_for_sweep",
    "likely_pairs",
    "store_pairs",
    "sweep",
]
