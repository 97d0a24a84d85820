"""A feature says in one declaration what it brings to the application, and rooms read it.

Each feature has a `feature.py` with its `FEATURE`; `kash.features` names them all, from the bottom
of the house to its top. Whatever a room lets others bring is a kind of `Part` that lies with the
room, which asks for all of its kind with `declared`. So a room below shows what a room above has,
and knows nothing of it:

    class Tab(Part): ...                                 # kash/workshops/tabs.py reads
    FEATURE = Feature("payouts", parts=(Tab(...), ...))  # in kash/money/payouts/feature.py

A programme chooses what it uses. A feature names the `choice` that it belongs to. While that is
off, `declared` leaves out the feature's places, its permissions reach nothing, and its pages answer
that they aren't used. What protects somebody is no place, and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, ClassVar, TypeVar

from click import Command
from flask import Blueprint, Flask, current_app, has_app_context

EXTENSION = "kash_features"
# What a programme may leave out, in the order in which it is asked.
CHOICES = ("tests", "tracks", "money", "cases", "results", "planning", "exchange")


class Part:
    """The base of everything that a feature brings to a room which reads it."""

    is_place: ClassVar[bool] = False


class ShownPart(Part):
    """The base of places, such as a tab or a line of the settings: it is not there while its
    feature is off, and nobody loses a protection by that."""

    is_place = True


Kind = TypeVar("Kind", bound=Part)


@dataclass(frozen=True)
class Feature:
    """The declaration of a feature: pages, commands, words for templates, parts for other rooms.

    `modules` hold views, commands and background work, which are there once they are imported.
    `filters` and `words` are what its templates find by name. `start` is for the few things that a
    declaration cannot say, such as what is looked at with every request.

    `choice` is the one of `CHOICES` that it belongs to, empty for what every programme uses. Of it
    go its blueprints, its places and the permissions that begin with its name or with one of
    `rights`; `protects` are endpoints that stay, since somebody is left without help otherwise.
    """

    name: str
    modules: Sequence[ModuleType] = ()
    blueprints: Sequence[Blueprint] = ()
    commands: Sequence[Command] = ()
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    start: Callable[[Flask], None] | None = None
    choice: str = ""
    rights: Sequence[str] = ()
    protects: Sequence[str] = ()


NOTHING: frozenset[str] = frozenset()


class Declared:
    """The parts of an application, found by their kinds, and what goes with each choice."""

    def __init__(
        self,
        parts: Sequence[Part],
        features: Sequence[Feature] = (),
        off: Callable[[], frozenset[str]] = lambda: NOTHING,
    ) -> None:
        self.parts = tuple(parts)
        self._found: dict[tuple[type[Part], frozenset[str]], tuple[Part, ...]] = {}
        self.off = off
        self.rights: dict[str, str] = {}
        self.blueprints: dict[str, str] = {}
        self.protects: set[str] = set()
        self._choices: dict[int, str] = {}
        for feature in features:
            if feature.choice:
                rights = (feature.name, *feature.rights)
                self.rights |= dict.fromkeys(rights, feature.choice)
                names = [blueprint.name for blueprint in feature.blueprints]
                self.blueprints |= dict.fromkeys(names, feature.choice)
                self._choices |= dict.fromkeys(map(id, feature.parts), feature.choice)
                self.protects |= set(feature.protects)

    def of(self, kind: type[Part]) -> tuple[Part, ...]:
        """All of a kind, in the order of the features and of each one's declaration; of places
        those that the programme uses."""
        off = self.off() if kind.is_place else NOTHING
        found = self._found.get((kind, off))
        if found is None:
            found = tuple(
                part
                for part in self.parts
                if isinstance(part, kind) and self._choices.get(id(part)) not in off
            )
            self._found[kind, off] = found
        return found


def add_features(
    app: Flask, features: Sequence[Feature], off: Callable[[], frozenset[str]] = lambda: NOTHING
) -> None:
    """Make these features the application's, from the bottom of the house to its top; `off` tells
    the choices that the programme has off."""
    parts = [part for feature in features for part in feature.parts]
    app.extensions[EXTENSION] = Declared(parts, features, off)
    app.jinja_env.globals["used"] = is_used
    for feature in features:
        if feature.start is not None:
            feature.start(app)
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
        for command in feature.commands:
            app.cli.add_command(command)
        app.jinja_env.filters.update(feature.filters)
        app.jinja_env.globals.update(feature.words)


def declared(kind: type[Kind]) -> tuple[Kind, ...]:
    """All parts of a kind that the features of the present application bring, in their order;
    none where there is no application."""
    if not has_app_context():
        return ()
    found: Declared | None = current_app.extensions.get(EXTENSION)
    return () if found is None else found.of(kind)  # type: ignore[return-value]


def left_out(kind: type[Kind]) -> tuple[Kind, ...]:
    """The places of a kind that are not there, since the programme has their features off."""
    shown = {id(part) for part in declared(kind)}
    return tuple(
        part for part in _house().parts if isinstance(part, kind) and id(part) not in shown
    )


def _house() -> Declared:
    house: Declared = current_app.extensions[EXTENSION]
    return house


def rights_off() -> frozenset[str]:
    """The beginnings of the permissions that belong to what the programme has off."""
    off = _house().off()
    return frozenset(right for right, choice in _house().rights.items() if choice in off)


def is_used(right: str) -> bool:
    """True unless the programme has off what permissions that begin so are for."""
    return right not in rights_off()


def is_off(endpoint: str, permission: str) -> bool:
    """True if a page, by its endpoint and its permission, belongs to what the programme has off."""
    house = _house()
    here = {
        house.blueprints.get(endpoint.rpartition(".")[0]),
        house.rights.get(permission.partition(".")[0]),
    } - {None}
    return bool(here) and endpoint not in house.protects and not house.off().isdisjoint(here)


def protects(endpoint: str) -> bool:
    """True if a page stays whatever the programme has off, with all that its reader may do."""
    return endpoint in _house().protects
