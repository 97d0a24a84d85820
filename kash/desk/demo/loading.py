"""Loading the sample: each entry of its data is carried out by one service, or by one function of
`acts`, `halls` or `cases` beside this where a service alone cannot.

An entry says what it does (`do`) and who does it (`by`). Everything else is what that is called
with, read by its type: days as offsets from today, ids by the names of what they belong to, files
by their names. With `cells` it is done once for each row of `each`. What it returns is called
by the name in `as`, or by several if it returns several things.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from importlib import import_module
from inspect import Parameter, isfunction, signature
from pkgutil import walk_packages
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from sqlalchemy import Select, select

import kash
from kash.certificates.models import Design
from kash.certificates.tracks.rules.tree import (
    Renewal,
    Requirements,
    renewal_from_json,
    tree_from_json,
)
from kash.desk.demo import acts, cases, halls, opening
from kash.desk.demo.opening import (
    DATA,
    SampleProgramme,
    read_data,
    refuse_what_is_not_empty,
    set_up,
)
from kash.feature import declared
from kash.figures.indicators.rules import quarter_holding, year
from kash.forums.models import Action, Decision, ForumMember, MinutesLeaf
from kash.people.models import Group, Organisation, Person, ServiceEntry, Venue, Zone
from kash.people.notices.models import MessageKind
from kash.people.rules.directory import Stretch, read_day
from kash.platform.database import Base, db, new_public_id, utc_now
from kash.platform.vault import ActorLike, OpenVault, audited
from kash.policy import SYSTEM, Actor
from kash.training.models import Course, CourseVersion, SessionPlan
from kash.workshops.models import Funder, Workshop

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_IN_EACH_ENTRY = frozenset({"do", "by", "as", "cells", "each"})


def load_programme(password: str, today: date) -> SampleProgramme:
    """Load the sample as of `today`. Raises ProgrammeNotEmpty and WeakPassword."""
    refuse_what_is_not_empty()
    sample = SampleProgramme(today, password)
    sample.actors["administrator"] = set_up(password)
    present = quarter_holding(today)
    sample.named |= {"this quarter": present.text, "last quarter": present.before.text}
    sample.named["this year"] = year(today.year).text
    rooms: dict[str, dict[str, Any]] = {}
    for place in read_data("opening")["order"]:
        room, section = place.split(".")
        rooms.setdefault(room, read_data(room))
        for number, entry in enumerate(rooms[room][section], 1):
            try:
                carry_out(sample, entry)
            except Exception as problem:
                problem.add_note(f"in entry {number} of {place}: {entry['do']}")
                raise
    with audited("demo.sample_loaded", SYSTEM) as change:
        change.about("demo")
    return sample


def carry_out(sample: SampleProgramme, entry: Mapping[str, Any]) -> None:
    """Do what an entry says, once or once for each of its rows. Raises KeyError, TypeError or
    ValueError if it says what nothing here does, and all that the service raises."""
    for step in _rows(entry):
        verb = verbs()[step["do"]]
        result = verb(**_EntryReader(sample, step).arguments(verb))
        names = step.get("as", [])
        if isinstance(names, str):
            sample.named[names] = result
        elif names:
            sample.named.update(zip(names, result, strict=True))


@cache
def verbs() -> Mapping[str, Callable[..., Any]]:
    """All that an entry can do: services, by their name where there is one of it, and by their
    file or feature and name (`tracks.propose`); and what `acts`, `halls` and `cases` do."""
    services: dict[str, Callable[..., Any]] = {}
    shared: set[str] = set()
    for module in walk_packages(kash.__path__, "kash."):
        path = module.name.split(".")
        if "services" in path:
            home = path[-2] if path[-1] == "services" else path[-1]
            for name, service in vars(import_module(module.name)).items():
                if isfunction(service) and service.__module__ == module.name:
                    services[f"{home}.{name}"] = service
                    shared |= {name} & services.keys()
                    services[name] = service
    acting = vars(opening) | vars(acts) | vars(cases) | vars(halls)
    return {name: verb for name, verb in services.items() if name not in shared} | {
        name: act for name, act in acting.items() if isfunction(act)
    }


def _rows(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A table's rows by the names of its columns, each with what all share; what is empty in a row
    is left out. Without columns it is one."""
    shared = {name: value for name, value in table.items() if name not in ("cells", "each")}
    for cells in table.get("each", [[]]):
        named = zip(table.get("cells", []), cells, strict=True)
        yield shared | {name: value for name, value in named if value != ""}


class _EntryReader:
    """Reader of one step: the arguments of what it does."""

    def __init__(self, sample: SampleProgramme, step: Mapping[str, Any]) -> None:
        self._sample = sample
        self._step = step
        self._used: set[str] = set()

    def arguments(self, verb: Callable[..., Any]) -> dict[str, Any]:
        """Arguments by name. Raises TypeError if the step says more, or less, than it needs."""
        hints = get_type_hints(verb)
        arguments = {}
        for name, parameter in signature(verb).parameters.items():
            value = self._argument(name, hints[name], parameter.default is Parameter.empty)
            if value is not Parameter.empty:
                arguments[name] = value
        if unknown := set(self._step) - self._used - _IN_EACH_ENTRY:
            raise TypeError(f"nothing is called {', '.join(sorted(unknown))}")
        return arguments

    def _argument(self, name: str, kind: Any, needed: bool) -> Any:
        """One argument; Parameter.empty if it is left to its default."""
        if kind is SampleProgramme:
            return self._sample
        if name in self._step and name not in _IN_EACH_ENTRY - {"by"}:
            self._used.add(name)
            return self.read(kind, self._step[name])
        if kind in (Actor, ActorLike) and needed:
            return self.read(Actor, self._step["by"])
        if kind is OpenVault:
            return self._sample.member(self.read(Actor, self._step["by"])).vault
        if is_dataclass(kind) and needed:
            return self._made_of(kind, self._step)
        if name == "key" and needed:
            return new_public_id()
        if NoneType in get_args(kind) and needed:
            return None
        return Parameter.empty

    def _made_of(self, kind: Any, values: Mapping[str, Any]) -> Any:
        """An instance of a dataclass out of those of the values that are its fields."""
        hints = get_type_hints(kind)
        named = [field.name for field in fields(kind) if field.init and field.name in values]
        self._used |= set(named) if values is self._step else set()
        return kind(**{name: self.read(hints[name], values[name]) for name in named})

    def read(self, kind: Any, value: Any) -> Any:
        """A value of the data as what a service takes. Raises KeyError, TypeError or ValueError."""
        if kind in _READ:
            return _READ[kind](self, value)
        origin, inner = get_origin(kind), get_args(kind)
        if origin in (Union, UnionType):
            return self.read(
                next(kind_of_it for kind_of_it in inner if kind_of_it is not NoneType), value
            )
        value = self.reference(value)
        if kind is Any or (isinstance(kind, type) and isinstance(value, kind)):
            return value
        if origin is tuple and inner[-1] is not Ellipsis:
            return tuple(
                self.read(kind_of_it, part) for kind_of_it, part in zip(inner, value, strict=True)
            )
        if origin is not None and origin is not Literal and issubclass(origin, Mapping):
            pairs = value.items()
            return {self.read(inner[0], key): self.read(inner[1], part) for key, part in pairs}
        if origin is not None and origin is not Literal and issubclass(origin, Collection):
            items = _rows(value) if isinstance(value, dict) else value
            items_read = [self.read(inner[0], item) for item in items]
            return origin(items_read) if origin in (tuple, set, frozenset) else items_read
        if is_dataclass(kind):
            named = [field.name for field in fields(kind)]
            told = zip(named, value, strict=False) if isinstance(value, list) else value
            return self._made_of(kind, dict(told))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind(**value)
        if isinstance(kind, type) and issubclass(kind, Base):
            return db.session.scalars(select(kind).filter_by(public_id=value)).one()
        return value

    def reference(self, value: Any) -> Any:
        """The id behind `@name` or `@kind:name`; any other value as it is. Raises KeyError."""
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        kind, _, name = value[1:].partition(":")
        if not name:
            actor = self._sample.actors.get(kind)
            return actor.public_id if actor is not None else self._sample.named[kind]
        statement, column = _BY_NAME[kind]
        public_id = db.session.scalars(statement.where(column == name)).first()
        db.session.rollback()
        if public_id is None:
            raise KeyError(value)
        return public_id

    def whole(self, value: Any) -> Any:
        """A value of any depth with all references in it resolved."""
        if isinstance(value, Mapping):
            return {name: self.whole(part) for name, part in value.items()}
        return (
            [self.whole(part) for part in value]
            if isinstance(value, list)
            else self.reference(value)
        )

    def day(self, value: Any) -> date:
        """A day: an offset in days, `tuesday -3 weeks`, `@name + 7` days, or itself."""
        if isinstance(value, date):
            return value
        if isinstance(value, int):
            return self._sample.today + timedelta(days=value)
        if value.startswith("@"):
            name, _, days = value.partition(" + ")
            return self.day(self.reference(name)) + timedelta(days=int(days or 0))
        weekday, weeks, _ = value.split()
        monday = self._sample.today - timedelta(days=self._sample.today.weekday())
        return monday + timedelta(weeks=int(weeks), days=_WEEKDAYS.index(weekday))

    def moment(self, value: str) -> datetime:
        """A moment: an offset from now, `-20 hours`, or from another one, `@name + 20 minutes`."""
        start, _, offset = value.rpartition(" + ")
        amount, unit = offset.split()
        begins = self._sample.named[start[1:]] if start else utc_now()
        return begins + timedelta(**{unit: int(amount)})

    def hours(self, value: list[str]) -> tuple[Stretch, ...]:
        """Hours of a week from Monday on; what is missing or empty is closed."""
        return tuple(part for day, typed in enumerate(value) for part in read_day(day, typed))


def _named(kind: Any, column: Any) -> tuple[Select[Any], Any]:
    return select(kind.public_id).order_by(kind.id), column


# What an id is found by, of each kind of thing; of several of one name it is the oldest.
_BY_NAME: Mapping[str, tuple[Select[Any], Any]] = {
    "action": _named(Action, Action.text),
    "course": _named(Course, Course.name),
    "decision": _named(Decision, Decision.text),
    "design": _named(Design, Design.name),
    "funder": _named(Funder, Funder.name),
    "group": _named(Group, Group.name),
    "name on paper": _named(MinutesLeaf, MinutesLeaf.value),
    "organisation": _named(Organisation, Organisation.name),
    "person": _named(Person, Person.chosen_name),
    "session": (select(SessionPlan.lineage).order_by(SessionPlan.id), SessionPlan.title),
    "seat": (
        select(ForumMember.public_id).join(Person, Person.id == ForumMember.person_id),
        Person.chosen_name,
    ),
    "service": _named(ServiceEntry, ServiceEntry.name),
    "venue": _named(Venue, Venue.name),
    "version": (
        select(CourseVersion.public_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .order_by(CourseVersion.id),
        Course.name,
    ),
    "workshop": _named(Workshop, Workshop.title),
    "zone": _named(Zone, Zone.name),
}
_READ: Mapping[Any, Callable[[_EntryReader, Any], Any]] = {
    Actor: lambda reader, value: reader._sample.actors[value],
    ActorLike: lambda reader, value: reader._sample.actors[value],
    bytes: lambda _reader, name: (DATA / "files" / name).read_bytes(),
    date: _EntryReader.day,
    datetime: _EntryReader.moment,
    time: lambda _reader, value: time.fromisoformat(value),
    tuple[Stretch, ...]: _EntryReader.hours,
    MessageKind: lambda _reader, value: next(
        kind for kind in declared(MessageKind) if kind.name == value
    ),
    Requirements: lambda reader, value: tree_from_json(reader.whole(value)),
    Renewal: lambda reader, value: renewal_from_json(reader.whole(value)),
}
