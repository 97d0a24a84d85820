"""A search of the catalogue, as an address asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kash.platform.catalogue import N_
from kash.training.rules.fields import METHODS, MOST_PEOPLE

# How long a course takes: words, more than so many minutes, and at most so many.
LENGTHS: dict[str, tuple[str, int | None, int | None]] = {
    "half": (N_("Up to half a day"), None, 240),
    "day": (N_("Up to a day"), None, 480),
    "two": (N_("Up to two days"), None, 960),
    "more": (N_("More than two days"), 960, None),
}
_LONGEST = 200


@dataclass(frozen=True)
class CourseSearch:
    """A search for courses. `people` is how many will come; `needs_nothing` leaves out what has
    something that must come before."""

    text: str = ""
    audience: str = ""
    level: str = ""
    method: str = ""
    language: str = ""
    length: str = ""
    people: int | None = None
    needs_nothing: bool = False

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """More than the first and at most the second, in minutes; None is no bound."""
        return LENGTHS[self.length][1:] if self.length else (None, None)

    @property
    def narrows_versions(self) -> bool:
        """True if it asks for something that only a version has."""
        asked = (self.method, self.language, self.length, self.people, self.needs_nothing)
        return any(asked)

    @property
    def narrows(self) -> bool:
        """True if it asks for anything."""
        return self.narrows_versions or any((self.text, self.audience, self.level))


def read_search(asked: Mapping[str, str], languages: Mapping[str, str]) -> CourseSearch:
    """The search that an address asks for; what cannot be read is as if not asked for."""

    def text(name: str) -> str:
        return " ".join(asked.get(name, "").split())[:_LONGEST]

    def one_of(name: str, known: Mapping[str, object]) -> str:
        given = asked.get(name, "")
        return given if given in known else ""

    people = asked.get("people", "").strip()
    number = int(people) if people.isascii() and people.isdigit() and len(people) < 5 else 0
    return CourseSearch(
        text("search"),
        text("audience"),
        text("level"),
        one_of("method", METHODS),
        one_of("language", languages),
        one_of("length", LENGTHS),
        number if 1 <= number <= MOST_PEOPLE else None,
        asked.get("needs") == "nothing",
    )
