"""Parts that features above declare about people: sections of a person's page, next steps with the
people of a list, such as enrolling them, and who came to something since a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, exists, not_

from kash.feature import Part, ShownPart, declared
from kash.people.models import Consent, Person
from kash.people.scope import named
from kash.policy import Actor


@dataclass(frozen=True)
class StepDone:
    """How many it was done for, how many wait for it, and how many were left out, and who that is.

    `url` leads to where they are now.
    """

    done: int
    waiting: int
    left_out: int
    who_is_left_out: Any
    url: str


@dataclass(frozen=True)
class NextStep(ShownPart):
    """`choices` are (public id, text) for an actor; `take` does it for the choice. A step that
    `asks` answers with a page of its own, on which it is done once that is confirmed."""

    key: str
    label: Any
    help: Any
    choices: Callable[[Actor], Sequence[tuple[str, str]]]
    take: Callable[[str, Sequence[str], Actor], StepDone] | None = None
    asks: Callable[[str, Sequence[str], Actor], ResponseReturnValue] | None = None


def next_steps() -> Sequence[NextStep]:
    """All steps, in the order of the features."""
    return declared(NextStep)


@dataclass(frozen=True)
class StillActive(Part):
    """A condition on persons, told a moment, that says who came to something since then."""

    since: Callable[[datetime], ColumnElement[bool]]


def quiet(since: datetime) -> ColumnElement[bool]:
    """The persons without any entry, and who came to nothing, since that moment."""
    return and_(
        named(),
        Person.changed_at < since,
        Person.created_at < since,
        ~exists().where(Consent.person_id == Person.id, Consent.recorded_at >= since),
        *(not_(part.since(since)) for part in declared(StillActive)),
    )


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
class PersonSection(ShownPart):
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
