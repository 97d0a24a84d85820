"""Fields of every row of a version, each declared once: form, page, copy, comparison, translation
and course file walk KINDS.

A new field is a `Field` here and a column of the same name in `kash/training/models.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kash.platform.catalogue import N_

Value = str | int | date | None

LEAST_MINUTES, MOST_MINUTES = 5, 600
MOST_MODULES, MOST_PLANS, MOST_ROWS = 40, 200, 40
MOST_PEOPLE, MOST_DAYS = 500, 60
LONG, LINE = 8000, 200


class FieldKind(StrEnum):
    """How a field is written."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DAY = "day"
    # The key of a file, which is brought and taken away on a page of its own.
    FILE = "file"


_KEY = re.compile(r"[0-9abcdefghjkmnpqrstvwxyz]{16}")


@dataclass(frozen=True)
class Field:
    """A field of a row.

    `name` is that of its column. `label`, `help` and the words of `choices` are sentences of the
    catalogue. `most` counts characters, or is the largest number. `needed` must be written before
    a version is proposed. `shown` is also read by those who were taught, not only by those who
    teach. `suggests` names a list that is offered while somebody types.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    most: int = LONG
    least: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    needed: bool = False
    shown: bool = False
    suggests: str = ""
    same: bool = False

    @property
    def translated(self) -> bool:
        """True if each language words it anew; what is not is `same` in all of them."""
        return self.kind in (FieldKind.LINE, FieldKind.TEXT) and not self.same

    @property
    def empty(self) -> Value:
        """The value of a field in which nothing was written."""
        return None if self.kind in (FieldKind.NUMBER, FieldKind.DAY) else ""

    def takes(self, value: object) -> bool:
        """True if a value is one that this field can hold, of its type and within its bounds."""
        if self.kind in (FieldKind.LINE, FieldKind.TEXT):
            return (
                isinstance(value, str)
                and len(value) <= self.most
                and (self.kind is FieldKind.TEXT or "\n" not in value)
            )
        if self.kind is FieldKind.CHOICE:
            return value == "" or value in self.choices
        if self.kind is FieldKind.FILE:
            return value == "" or (isinstance(value, str) and _KEY.fullmatch(value) is not None)
        if value is None:
            return not self.needed
        if self.kind is FieldKind.NUMBER:
            return type(value) is int and self.least <= value <= self.most
        return type(value) is date


def _line(name: str, label: str, most: int = LINE, **more: object) -> Field:
    return Field(name, label, FieldKind.LINE, most, **more)  # type: ignore[arg-type]


def _number(name: str, label: str, least: int, most: int, **more: object) -> Field:
    return Field(name, label, FieldKind.NUMBER, most, least, **more)  # type: ignore[arg-type]


def _choice(name: str, label: str, choices: Mapping[str, str], **more: object) -> Field:
    return Field(name, label, FieldKind.CHOICE, 0, 0, choices, **more)  # type: ignore[arg-type]


METHODS = {
    "lecture": N_("Lecture"),
    "discussion": N_("Discussion"),
    "group_work": N_("Group work"),
    "role_play": N_("Role play"),
    "practice": N_("Practice"),
    "testimony": N_("Testimony"),
    "game": N_("Game or exercise"),
    "reflection": N_("Quiet thinking"),
}
RANKS = {"must": N_("Must"), "should": N_("Should"), "may": N_("May")}
USES = {
    "home": N_("Goes home with the hand-out"),
    "room": N_("Stays in the room"),
}
LEADERS = {
    "police": N_("A police facilitator"),
    "community": N_("A community facilitator"),
    "both": N_("One of each, together"),
    "either": N_("Either of them"),
}


@dataclass(frozen=True, eq=False)
class RowKind:
    """A kind of row: what one and several are called, what adds one, and its fields."""

    name: str
    label: str
    several: str
    add: str
    fields: tuple[Field, ...]
    only_teaching: bool = False

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __getitem__(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)

    @property
    def written(self) -> tuple[Field, ...]:
        """The fields that are written on a page; a file is none of them."""
        return tuple(one for one in self.fields if one.kind is not FieldKind.FILE)


VERSION = RowKind(
    "version",
    N_("Version"),
    N_("Versions"),
    N_("Start a new version"),
    (
        _line(
            "public_title",
            N_("Public title"),
            120,
            needed=True,
            shown=True,
            help=N_(
                "The only title on certificates, badges and messages. Keep it neutral: a stranger "
                "must not learn from it who takes part."
            ),
        ),
        Field("summary", N_("Summary"), shown=True),
        _line(
            "prerequisites",
            N_("What must come before"),
            shown=True,
            help=N_("A course, or what people must have done. Empty if nothing must."),
        ),
        _number("days", N_("Days"), 1, MOST_DAYS, shown=True),
        _number("group_least", N_("People, at least"), 1, MOST_PEOPLE, shown=True),
        _number("group_most", N_("People, at most"), 1, MOST_PEOPLE, shown=True),
    ),
)

MODULE = RowKind(
    "module",
    N_("Module"),
    N_("Modules"),
    N_("Add a module"),
    (_line("title", N_("Title of the module"), 160, needed=True, shown=True),),
)

PLAN = RowKind(
    "plan",
    N_("Session"),
    N_("Sessions"),
    N_("Add a session"),
    (
        _line("title", N_("Title of the session"), 160, needed=True, shown=True),
        _number(
            "minutes",
            N_("Length in minutes"),
            LEAST_MINUTES,
            MOST_MINUTES,
            needed=True,
            shown=True,
        ),
        _line("why", N_("Why this session, in one sentence"), 300, shown=True),
        _line("group_size", N_("Group size")),
        _choice("leads", N_("Who leads"), LEADERS),
        _line("room", N_("How the room is set up"), 300),
        Field("preparation", N_("Prepare the day before")),
        _line("distress_with", N_("Who stays with whoever is upset"), 300),
        _line(
            "distress_service",
            N_("Which service helps then"),
            160,
            suggests="services",
            same=True,
            help=N_("As it is called in the directory of services."),
        ),
        Field("no_electricity", N_("Without electricity")),
        Field("low_literacy", N_("With people who hardly read")),
        Field("with_15", N_("With 15 people")),
        Field("with_60", N_("With 60 people")),
        Field("notes", N_("For the facilitator only")),
    ),
)

OBJECTIVE = RowKind(
    "objective",
    N_("Objective"),
    N_("Objectives"),
    N_("Add an objective"),
    (
        _line("text", N_("What people can do afterwards"), 300, needed=True, shown=True),
        _line("seen", N_("How it is seen"), 300),
    ),
)

STEP = RowKind(
    "step",
    N_("Step"),
    N_("Steps"),
    N_("Add a step"),
    (
        _number("minutes", N_("How many minutes"), 1, MOST_MINUTES, shown=True),
        _choice("rank", N_("If time is short"), RANKS),
        _choice("method", N_("Method"), METHODS, shown=True),
        Field("to_do", N_("What to do"), needed=True, shown=True),
        Field("to_say", N_("What to say")),
    ),
)

KEY_MESSAGE = RowKind(
    "key_message",
    N_("Key message"),
    N_("Key messages"),
    N_("Add a key message"),
    (_line("text", N_("What must stand at the end"), 300, needed=True, shown=True),),
)

HARD_MOMENT = RowKind(
    "hard_moment",
    N_("Hard moment"),
    N_("Hard moments"),
    N_("Add a hard moment"),
    (
        Field("said", N_("What is said"), most=2000, needed=True),
        Field("answer", N_("What to answer"), most=2000),
        Field("stop", N_("When to stop"), most=2000),
    ),
    only_teaching=True,
)

LEGAL_POINT = RowKind(
    "legal_point",
    N_("Legal point"),
    N_("Legal points"),
    N_("Add a legal point"),
    (
        Field("text", N_("What the law says"), most=2000, needed=True, shown=True),
        _line("source", N_("Source"), 300, shown=True, same=True),
        Field(
            "checked_on",
            N_("Checked by counsel on"),
            FieldKind.DAY,
            shown=True,
            help=N_("Empty: check with counsel."),
        ),
    ),
)

MATERIAL = RowKind(
    "material",
    N_("Material"),
    N_("Materials"),
    N_("Add a material"),
    (
        _line("text", N_("What is needed"), 300, needed=True, shown=True),
        _line("amount", N_("How many"), 80, shown=True),
        _choice("used", N_("Whom it is for"), USES, shown=True),
        Field("file", N_("File"), FieldKind.FILE, 0, shown=True, same=True),
    ),
)

# What a session plan holds, in the order of its page.
PLAN_ROWS = (OBJECTIVE, STEP, KEY_MESSAGE, HARD_MOMENT, LEGAL_POINT, MATERIAL)
KINDS = {kind.name: kind for kind in (VERSION, MODULE, PLAN, *PLAN_ROWS)}
