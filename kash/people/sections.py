"""Sections that features above have on a person's page, such as workshops and certificates.

A feature declares a section with its provider. The provider gets the person's public id and the
actor; it narrows by the actor's reach itself, and answers None if the actor may see nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared
from kash.policy import Actor


@dataclass(frozen=True)
class SectionRow:
    """One line of the ledger: what stands first in bold, the text with its link, and a state."""

    key: str
    text: str
    url: str = ""
    small: str = ""
    tone: str = ""
    state: str = ""
    key_small: str = ""


class SectionRows(list[SectionRow]):
    """Lines with a note that stands beside their heading, such as a sum."""

    def __init__(self, rows: Iterable[SectionRow], note: str = "") -> None:
        super().__init__(rows)
        self.note = note


Provider = Callable[[str, Actor], Sequence[SectionRow] | None]


@dataclass(frozen=True)
class PersonSection(Part):
    """A part of every person's page, below those of the features that stand lower. `label` is a
    lazy text."""

    label: Any
    provider: Provider


@dataclass(frozen=True)
class Section:
    """A part of a person's page. `anchor` is its id within the page."""

    label: Any
    anchor: str
    rows: Sequence[SectionRow]

    @property
    def note(self) -> str:
        """Note beside the heading."""
        return self.rows.note if isinstance(self.rows, SectionRows) else ""


def sections_for(person_id: str, actor: Actor) -> list[Section]:
    """The parts that this actor may see of the person with this public id."""
    sections = []
    for number, section in enumerate(declared(PersonSection), 1):
        rows = section.provider(person_id, actor)
        if rows is not None:
            sections.append(Section(section.label, f"section-{number}", rows))
    return sections
