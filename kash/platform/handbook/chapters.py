"""Chapters of the handbook, and who reads each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from kash.policy import Role

EVERYBODY = frozenset(Role)
STAFF = EVERYBODY - {Role.PEER, Role.POLICE_PEER, Role.FUNDER}


@dataclass(frozen=True)
class Chapter:
    """A file of `docs/` by its `name`, and the letter in its address, which never changes.

    `public` chapters are read by whoever is not signed in as well: what the pages tell that
    anybody may open.
    """

    name: str
    code: str
    readers: frozenset[Role] = STAFF
    public: bool = False


CHAPTERS = (
    Chapter("signing-in", "a", EVERYBODY, public=True),
    Chapter("peer-educator", "c", STAFF | {Role.PEER, Role.POLICE_PEER}),
    Chapter("trainer", "d"),
    Chapter("pad", "e"),
    Chapter("director", "f"),
    Chapter("administrator", "g"),
    Chapter("documentation-officer", "h"),
    Chapter("members", "i"),
    Chapter("monitoring", "j"),
    Chapter("connections", "m"),
    Chapter("api", "p"),
    Chapter("figures", "l", EVERYBODY),
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
    Role.CUSTODIAN: "documentation-officer#custodians",
    Role.PEER: "peer-educator",
    Role.POLICE_PEER: "peer-educator",
    Role.FUNDER: "privacy#who-sees-what",
}


def readable(chapter: Chapter, roles: Collection[Role]) -> bool:
    """True if an account with these roles reads a chapter; without roles, the public ones."""
    return chapter.public or not chapter.readers.isdisjoint(roles)


def readable_chapters(roles: Collection[Role]) -> Iterator[Chapter]:
    """The chapters that an account with these roles reads, in their order."""
    return (chapter for chapter in CHAPTERS if readable(chapter, roles))
