"""Certificates as enrolling sees them. A room that stands above issues them, and declares how they
are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.workshops.prerequisites import CourseHeld


@dataclass(frozen=True)
class CertificatesHeld(Part):
    """Certificates of a course (its key): {person: days for which each holds} of these persons."""

    read: Callable[[Session, int, Collection[int]], Mapping[int, Sequence[CourseHeld]]]


def certificates_held(
    session: Session, course: int, people: Collection[int]
) -> dict[int, list[CourseHeld]]:
    """{person: days} of the certificates of a course that these persons hold or held."""
    found: dict[int, list[CourseHeld]] = {}
    for part in declared(CertificatesHeld):
        for person, days in part.read(session, course, people).items():
            found.setdefault(person, []).extend(days)
    return found
