"""Parts of the page of a case: sections of its body, and actions beside its one next step; and
ways into a new case on top of the register.

Each noun of this room has its own, beside its views; `feature.py` names them all.

A part's provider gets the opened case and the actor, and answers what its template finds as `part`
(besides `case`, `record` and `actor`), or None if nothing is to be shown. It opens no further
document and writes nothing: the opening of the case is noted once, by its page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kash.feature import Part, ShownPart, declared
from kash.incidents.queries.cases import Case
from kash.policy import Actor

Provider = Callable[[Case, Actor], Mapping[str, Any] | None]
Shows = Callable[[Case, Actor], bool]


@dataclass(frozen=True)
class CaseSection(Part):
    """One part of the page. `key` is its anchor; `order` its place among the others (10 to 90);
    `beside` puts it into the narrow column. The template is included below its heading."""

    key: str
    title: Any
    template: str
    order: int
    provider: Provider
    beside: bool = False
    # A page that belongs to it, as a link beside its heading; called with the case's reference.
    endpoint: str = ""
    link: Any = ""


@dataclass(frozen=True)
class CaseAction(Part):
    """A link in the row of actions of a case, or a button if it posts at once. The endpoint takes
    `reference` and nothing else."""

    label: Any
    endpoint: str
    order: int
    shows: Shows
    posts: bool = False


@dataclass(frozen=True)
class Entry(ShownPart):
    """A link on top of the register, for the person who holds a permission: a way into a new case.
    The endpoint takes no argument."""

    label: Any
    endpoint: str
    order: int
    permission: str


def entries_for(actor: Actor) -> list[Entry]:
    """The links on top of the register that are open to this actor, in their order."""
    entries = [entry for entry in declared(Entry) if actor.may(entry.permission)]
    return sorted(entries, key=lambda one: (one.order, one.endpoint))


def sections_of(case: Case, actor: Actor, *, beside: bool = False) -> list[dict[str, Any]]:
    """The parts of a case's page that this actor sees, in their order, each with what its template
    needs."""
    chosen = [section for section in declared(CaseSection) if section.beside is beside]
    shown = []
    for section in sorted(chosen, key=lambda one: (one.order, one.key)):
        context = section.provider(case, actor)
        if context is not None:
            shown.append({"section": section, "context": context})
    return shown


def actions_of(case: Case, actor: Actor) -> list[CaseAction]:
    """The actions on a case that are open to this actor, in their order."""
    return [
        action
        for action in sorted(declared(CaseAction), key=lambda one: (one.order, one.endpoint))
        if action.shows(case, actor)
    ]
