"""Versions of a file beside those that are here: new, the same, or different."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kash.training.rules.comparison import compare
from kash.training.rules.course_file import FileVersion
from kash.training.rules.nodes import CourseNode


class VersionStanding(StrEnum):
    """Standing of a version of a file to what is here."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"


@dataclass(frozen=True)
class HereVersion:
    """A version that is here."""

    public_id: str
    lineage: str
    number: int
    language: str
    state: str
    tree: CourseNode


@dataclass(frozen=True)
class PlacedVersion:
    """A version of a file, and which one here it is the same as or differs from.

    `changes` counts rows that differ.
    """

    version: FileVersion
    standing: VersionStanding
    here: HereVersion | None = None
    changes: int = 0


def place_versions(
    versions: Sequence[FileVersion], here: Sequence[HereVersion]
) -> tuple[PlacedVersion, ...]:
    """Versions of a file beside those of the same course here.

    The same is what says the same in the same language, whatever counsel checked, so that a file
    that was brought in stays known though its versions got keys of their own here. Of others the
    key tells whether they are new.
    """
    return tuple(_place(version, here) for version in versions)


def unchecked(tree: CourseNode) -> CourseNode:
    """A tree without the days on which counsel checked its legal points: nobody checked them
    here."""
    fields = {name: said for name, said in tree.fields.items() if name != "checked_on"}
    if len(fields) < len(tree.fields):
        fields["checked_on"] = None
    return replace(tree, fields=fields, children=tuple(map(unchecked, tree.children)))


def _place(version: FileVersion, here: Sequence[HereVersion]) -> PlacedVersion:
    alike = [each for each in here if each.lineage == version.lineage]
    brought = unchecked(version.tree)
    for each in (*alike, *here):
        if (each.language, unchecked(each.tree)) == (version.language, brought):
            return PlacedVersion(version, VersionStanding.SAME, each)
    if not alike:
        return PlacedVersion(version, VersionStanding.NEW)
    changes = sum(pair.differs for pair in compare(unchecked(alike[0].tree), brought).walk())
    # Only the language, or what a translation was made from, may be another.
    return PlacedVersion(version, VersionStanding.DIFFERS, alike[0], max(changes, 1))


def shown_code(placed: Sequence[PlacedVersion], *more: object) -> str:
    """16 digits by which it is known later whether what was shown still holds."""
    told = [
        (each.version.lineage, each.standing, each.here.public_id if each.here else "")
        for each in placed
    ]
    return hashlib.sha256(repr((told, more)).encode()).hexdigest()[:16]
