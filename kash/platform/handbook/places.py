"""Places of the handbook for pages: `chapter#heading` by endpoint or room, and by role.

Each feature declares those of its own pages.

A heading is named by the slug of its English words. An endpoint's own line goes before that of its
room. A text alone holds for everybody, signed in or not; `OWN` is the chapter of one's role.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kash.feature import Part, declared
from kash.platform.handbook.chapters import OWN_CHAPTER
from kash.policy import Role

OWN = "own"
OFFICER = "documentation-officer"
Place = str | Mapping[Role, str]

# Of an account with several roles, the one whose work the page most likely is.
_ORDER = (
    Role.TRAINER,
    Role.DIRECTOR,
    Role.CUSTODIAN,
    Role.DOCUMENTATION,
    Role.MONITORING,
    Role.ADMINISTRATOR,
    Role.PEER,
    Role.POLICE_PEER,
    Role.FUNDER,
)


@dataclass(frozen=True)
class Chapters(Part):
    """The places that tell about a feature's pages, by endpoint or room."""

    places: Mapping[str, Place]


def peers(place: str, more: Mapping[Role, str] | None = None) -> Mapping[Role, str]:
    """One place for peer educators of both groups, and those of others."""
    return {**(more or {}), Role.PEER: place, Role.POLICE_PEER: place}


def each(room: str, names: str, place: Place) -> dict[str, Place]:
    """One place for several endpoints of a room."""
    return {f"{room}.{name}": place for name in names.split()}


def places() -> dict[str, Place]:
    """The places of all pages, by endpoint or room."""
    return {key: place for part in declared(Chapters) for key, place in part.places.items()}


def _place_of(key: str) -> Place | None:
    for part in declared(Chapters):
        if key in part.places:
            return part.places[key]
    return None


# What shows no page of the site's own look: files, answers to scripts, and what leads elsewhere.
NO_PAGE = frozenset(
    {"attendance", "handbook", "moved_incidents", "moved_members", "static", "watch", "web"}
)


def place_in_handbook(endpoint: str, roles: Collection[Role]) -> str | None:
    """`chapter#heading` for a page as an account with these roles sees it; None if none is known.

    Without roles nobody is signed in.
    """
    for key in (endpoint, endpoint.partition(".")[0]):
        place = _place_of(key)
        if isinstance(place, str):
            return _own(roles) if place == OWN else place
        if place is not None:
            found = _first(place, roles)
            if found is not None:
                return found
    return None


def _first(place: Mapping[Role, str], roles: Iterable[Role]) -> str | None:
    for role in _ORDER:
        if role in roles and role in place:
            return OWN_CHAPTER[role] if place[role] == OWN else place[role]
    return None


def _own(roles: Collection[Role]) -> str | None:
    return next((OWN_CHAPTER[role] for role in _ORDER if role in roles), None)
