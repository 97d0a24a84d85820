"""What stands on the page of a case: parts of its body, and actions beside its one next step.

Each noun of this room adds its own, once, where its views are imported, so that the page stays one
calm page:

    register_section("evidence", _l("Evidence"), "incidents/evidence_part.html", 40, evidence_part)
    register_action(_l("Print the case file"), "incidents.case_file", 20, may_be_printed)
    register_entry(_l("Write down a case"), "incidents.new_case", 10, "incidents.edit")

A part's provider gets the opened case and the actor, and answers what its template finds as `part`
(besides `case`, `record` and `actor`), or None if nothing is to be shown. It opens no further
document and writes nothing: the opening of the case is noted once, by its page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kash.incidents.queries.cases import Case
from kash.policy import Actor

Provider = Callable[[Case, Actor], Mapping[str, Any] | None]
Shows = Callable[[Case, Actor], bool]


@dataclass(frozen=True)
class Section:
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
class Action:
    """A link in the row of actions of a case, or a button if it posts at once."""

    label: Any
    endpoint: str
    order: int
    shows: Shows
    posts: bool = False


@dataclass(frozen=True)
class Entry:
    """A link on top of the register, for whoever holds a permission: a way into a new case."""

    label: Any
    endpoint: str
    order: int
    permission: str


@dataclass(frozen=True)
class ShownSection:
    """A part as it is shown: with what its template needs."""

    section: Section
    context: Mapping[str, Any]


_sections: dict[str, Section] = {}
_actions: dict[str, Action] = {}
_entries: dict[str, Entry] = {}


def register_section(
    key: str,
    title: Any,
    template: str,
    order: int,
    provider: Provider,
    *,
    beside: bool = False,
    endpoint: str = "",
    link: Any = "",
) -> None:
    """Add a part to every case's page. A key is registered once; again replaces it."""
    _sections[key] = Section(key, title, template, order, provider, beside, endpoint, link)


def register_action(
    label: Any, endpoint: str, order: int, shows: Shows, *, posts: bool = False
) -> None:
    """Add an action to every case's page. The endpoint takes `reference` and nothing else."""
    _actions[endpoint] = Action(label, endpoint, order, shows, posts)


def register_entry(label: Any, endpoint: str, order: int, permission: str) -> None:
    """Add a link on top of the register. The endpoint takes no argument."""
    _entries[endpoint] = Entry(label, endpoint, order, permission)


def entries_for(actor: Actor) -> list[Entry]:
    """The links on top of the register that are open to this actor, in their order."""
    found = [entry for entry in _entries.values() if actor.may(entry.permission)]
    return sorted(found, key=lambda one: (one.order, one.endpoint))


def sections_of(case: Case, actor: Actor, *, beside: bool = False) -> list[ShownSection]:
    """The parts of a case's page that this actor sees, in their order."""
    chosen = [section for section in _sections.values() if section.beside is beside]
    shown = []
    for section in sorted(chosen, key=lambda one: (one.order, one.key)):
        context = section.provider(case, actor)
        if context is not None:
            shown.append(ShownSection(section, context))
    return shown


def actions_of(case: Case, actor: Actor) -> list[Action]:
    """The actions on a case that are open to this actor, in their order."""
    return [
        action
        for action in sorted(_actions.values(), key=lambda one: (one.order, one.endpoint))
        if action.shows(case, actor)
    ]
