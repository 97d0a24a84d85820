"""The starting library: courses that come with Kash, each a course file of the folder `library`.

A course is changed like any other: brought in, written, and taken away as a file in place of the
one that lies here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kash.feature import declared
from kash.training.queries import CourseAddition
from kash.training.rules.course_files import CourseFile, read_file

FOLDER = Path(__file__).parent / "library"


def library() -> list[CourseFile]:
    """The courses of the library, by the names of their files."""
    return list(_library(tuple(addition.name for addition in declared(CourseAddition))))


@cache
def _library(_additions: tuple[str, ...]) -> tuple[CourseFile, ...]:
    files = sorted(FOLDER.glob("*.json"))
    additions = declared(CourseAddition)
    return tuple(read_file(file.read_bytes(), additions) for file in files)
