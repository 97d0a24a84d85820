"""A feature says in one declaration what it brings to the application, and rooms read it.

Each feature has a `feature.py` with its `FEATURE`; `kash.features` names them all, from the bottom
of the house to its top. Whatever a room lets others bring is a kind of `Part` that lies with the
room, which asks for all of its kind with `declared`. So a room below shows what a room above has,
and knows nothing of it:

    class Tab(Part): ...                                 # kash/workshops/tabs.py reads
    FEATURE = Feature("payouts", parts=(Tab(...), ...))  # in kash/money/payouts/feature.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from click import Command
from flask import Blueprint, Flask, current_app, has_app_context

EXTENSION = "kash_features"


class Part:
    """The base of everything that a feature brings to a room which reads it."""


Kind = TypeVar("Kind", bound=Part)


@dataclass(frozen=True)
class Feature:
    """The declaration of a feature: pages, commands, words for templates, parts for other rooms.

    `modules` hold views, commands and background work, which are there once they are imported.
    `filters` and `words` are what its templates find by name. `start` is for the few things that a
    declaration cannot say, such as what is looked at with every request.
    """

    name: str
    modules: Sequence[ModuleType] = ()
    blueprints: Sequence[Blueprint] = ()
    commands: Sequence[Command] = ()
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    start: Callable[[Flask], None] | None = None


class Declared:
    """The parts of an application, found by their kinds."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._found: dict[type[Part], tuple[Part, ...]] = {}

    def of(self, kind: type[Part]) -> tuple[Part, ...]:
        """All of a kind, in the order of the features and of each one's declaration."""
        found = self._found.get(kind)
        if found is None:
            found = tuple(part for part in self.parts if isinstance(part, kind))
            self._found[kind] = found
        return found


def add_features(app: Flask, features: Sequence[Feature]) -> None:
    """Make these features the application's, from the bottom of the house to its top."""
    app.extensions[EXTENSION] = Declared([part for one in features for part in one.parts])
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
