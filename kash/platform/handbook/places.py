"""Chapters of the handbook, their readers, and where each page of the site leads in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kash.feature import ShownPart, declared, is_used, left_out, protects
from kash.policy import Role

EVERYBODY = frozenset(Role)
STAFF = EVERYBODY - {Role.PEER, Role.POLICE_PEER, Role.FUNDER}


@dataclass(frozen=True)
class Chapter:
    """A file of `docs/` by its `name`, and the letter in its address, which never changes.

    `public` chapters are also read by people who are not signed in: what the pages tell that
    anybody may open. What is all about permissions that begin with `right` is there where the
    programme uses them.
    """

    name: str
    code: str
    readers: frozenset[Role] = STAFF
    public: bool = False
    right: str = ""


CHAPTERS = (
    Chapter("signing-in", "a", EVERYBODY, public=True),
    Chapter("peer-educator", "c", STAFF | {Role.PEER, Role.POLICE_PEER}),
    Chapter("trainer", "d"),
    Chapter("pad", "e"),
    Chapter("director", "f"),
    Chapter("administrator", "g"),
    Chapter("documentation-officer", "h", right="incidents"),
    Chapter("custodian", "n", right="incidents"),
    Chapter("who-is-told", "o", right="incidents"),
    Chapter("members", "i", right="vault"),
    Chapter("monitoring", "j"),
    Chapter("connections", "m", right="connections"),
    Chapter("api", "p", right="api"),
    Chapter("figures", "l", EVERYBODY, right="releases"),
    Chapter("privacy", "k", EVERYBODY),
    Chapter("verification", "b", EVERYBODY, public=True),
)
BY_NAME = {chapter.name: chapter for chapter in CHAPTERS}
BY_CODE = {chapter.code: chapter for chapter in CHAPTERS}
# The chapter that is written for a role.
OWN_CHAPTER = {
    Role.ADMINISTRATOR: "administrator",
    Role.DIRECTOR: "director",
    Role.TRAINER: "trainer",
    Role.MONITORING: "monitoring",
    Role.DOCUMENTATION: "documentation-officer",
    Role.CUSTODIAN: "custodian",
    Role.PEER: "peer-educator",
    Role.POLICE_PEER: "peer-educator",
    Role.FUNDER: "privacy#who-sees-what",
}


def readable(chapter: Chapter, roles: Collection[Role]) -> bool:
    """True if an account with these roles reads a chapter; without roles, the public ones."""
    if not is_used(chapter.right):
        return False
    return chapter.public or not chapter.readers.isdisjoint(roles)


def readable_chapters(roles: Collection[Role]) -> Iterator[Chapter]:
    """The chapters that an account with these roles reads, in their order."""
    return (chapter for chapter in CHAPTERS if readable(chapter, roles))


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
class Chapters(ShownPart):
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


def hidden_headings(chapter: str) -> set[str]:
    """The headings of a chapter, as slugs, to which only pages lead that the programme doesn't use.
    What privacy tells stays whole."""

    def slugs(parts: Iterable[Chapters]) -> set[str]:
        told = [
            place for part in parts for page, place in part.places.items() if not protects(page)
        ]
        ends = [
            end for place in told for end in ([place] if isinstance(place, str) else place.values())
        ]
        return {end.partition("#")[2] for end in ends if end.startswith(f"{chapter}#")}

    if chapter == "privacy":
        return set()
    return slugs(left_out(Chapters)) - slugs(declared(Chapters))


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
            place_found = _first(place, roles)
            if place_found is not None:
                return place_found
    return None


def _first(place: Mapping[Role, str], roles: Iterable[Role]) -> str | None:
    for role in _ORDER:
        if role in roles and role in place:
            return OWN_CHAPTER[role] if place[role] == OWN else place[role]
    return None


def _own(roles: Collection[Role]) -> str | None:
    return next((OWN_CHAPTER[role] for role in _ORDER if role in roles), None)
