"""Facts that the programme entered, as requirements ask for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial, reduce

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from kash.tracks.leaf_kinds import Found, LeafQuestion, alike, found_by
from kash.tracks.models import SeenFact
from kash.tracks.rules.renewal import months_between, months_later, unbroken
from kash.tracks.rules.tree import Leaf

About = Callable[[Leaf], str]


def about_nothing(_leaf: Leaf) -> str:
    """The words of what needs none."""
    return ""


def document_of(leaf: Leaf) -> str:
    """A document with its version, as what was signed is entered."""
    return f"{leaf.text('document')} · {leaf.text('version')}"


def counted(
    kind: str, about: About = about_nothing
) -> Callable[[Session, Leaf, LeafQuestion], Found]:
    """Facts of a requirement that counts how often something was seen."""

    def facts(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
        seen = (
            SeenFact.kind == kind,
            SeenFact.about == about(leaf),
            SeenFact.withdrawn_at.is_(None),
            *asked.of(SeenFact.person_id),
            *asked.within(SeenFact.day),
        )
        if asked.need == 1:
            first = select(SeenFact.person_id, func.count(), func.min(SeenFact.day))
            return found_by(session, first.where(*seen).group_by(SeenFact.person_id), asked)
        place = func.row_number().over(partition_by=SeenFact.person_id, order_by=SeenFact.day)
        numbered = (
            select(SeenFact.person_id, SeenFact.day, place.label("place")).where(*seen).subquery()
        )
        reached = func.max(case((numbered.c.place <= asked.need, numbered.c.day)))
        return found_by(
            session,
            select(numbered.c.person_id, func.count(), reached).group_by(numbered.c.person_id),
            asked,
        )

    return facts


def oral_scores(session: Session, course: str, asked: LeafQuestion) -> Found:
    """Best scores of oral tests of a course (public id)."""
    best = func.max(SeenFact.amount)
    reached = func.min(case((SeenFact.amount >= asked.need, SeenFact.day)))
    return found_by(
        session,
        select(SeenFact.person_id, best, func.coalesce(reached, func.max(SeenFact.day)))
        .where(
            SeenFact.kind == "oral_test",
            SeenFact.about == course,
            SeenFact.withdrawn_at.is_(None),
            *asked.of(SeenFact.person_id),
            *asked.within(SeenFact.day),
        )
        .group_by(SeenFact.person_id),
        asked,
    )


def role_months(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Months for which a role was held without a break, as often as that was entered anew; of
    several times the longest, with the first day on which one was long enough. Of a window only the
    days within it count."""
    found: Found = {}
    first = asked.window.since if asked.window is not None else None
    last = min(asked.today, asked.window.until) if asked.window is not None else asked.today
    held = select(SeenFact.person_id, SeenFact.day, SeenFact.until).where(
        SeenFact.kind == "role",
        SeenFact.about == leaf.text("role"),
        SeenFact.withdrawn_at.is_(None),
        *asked.of(SeenFact.person_id),
    )
    times: defaultdict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for (since, until), people in alike(session, held):
        for person in people:
            times[person].append((since, until))
    # Many held it from one day on.
    known: dict[tuple[tuple[date, date | None], ...], tuple[int, date] | None] = {}
    for person, hers in times.items():
        key = tuple(hers)
        if key not in known:
            months = [_held(*one, first, last, asked.need) for one in unbroken(hers)]
            each = [one for one in months if one is not None]
            known[key] = reduce(partial(_better, asked.need), each) if each else None
        best = known[key]
        if best is not None:
            found[person] = best
    return found


def _better(need: int, one: tuple[int, date], other: tuple[int, date]) -> tuple[int, date]:
    """The most months of two times, with the first day on which there were enough, or the later."""
    enough = [day for months, day in (one, other) if months >= need]
    return max(one[0], other[0]), min(enough) if enough else max(one[1], other[1])


def _held(
    since: date, until: date | None, first: date | None, last: date, need: int
) -> tuple[int, date] | None:
    """Months held from one day to another and the day on which there were enough."""
    begins = max(since, first) if first is not None else since
    ends = min(until, last) if until is not None else last
    if ends < begins:
        return None
    months = months_between(begins, ends)
    return months, months_later(begins, need) if months >= need else ends
