"""Today: what waits for somebody, what begins, and answers that were not seen yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from kash.feature import Part, ShownPart, declared
from kash.platform.database import db
from kash.platform.vault import OpenVault
from kash.platform.web.formats import to_local
from kash.policy import SIGNED_IN, Actor, Role

MOST_SHOWN = 10
Read = TypeVar("Read")


@dataclass(frozen=True)
class Viewer:
    """The one who looks, and when. `vault` is hers if it is open."""

    actor: Actor
    now: datetime
    vault: OpenVault | None = None
    _read: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def day(self) -> date:
        """The day on the programme's clock."""
        return to_local(self.now).date()

    def once(self, read: Callable[[Viewer], Read]) -> Read:
        """The answer of a function that several parts ask, read once."""
        if read not in self._read:
            self._read[read] = read(self)
        value: Read = self._read[read]
        return value


@dataclass(frozen=True)
class TodayLine:
    """One line: a `key` before it (or an icon's name in its place) with a `small` word below, a
    title that leads to `url`, texts, and a button that leads there or to `button_url`.

    `about` tells buttons with the same word apart to a person who hears the page. `count` is how
    many it stands for, and `tone` makes a tag of its text.
    """

    title: str
    url: str
    text: str = ""
    key: object = ""
    small: str = ""
    icon: str = ""
    button: str = ""
    button_url: str = ""
    about: str = ""
    reasons: Sequence[str] = ()
    count: int = 1
    tone: str = ""


def total(lines: Sequence[TodayLine]) -> int:
    """Number of things that these lines stand for."""
    return sum(line.count for line in lines)


@dataclass(frozen=True)
class Need(ShownPart):
    """One kind of thing that needs the reader.

    `find` answers lines, or with a `template` of its own what that template shows as `found`. With
    a `lead` the number stands in the sentence on top, at `lead_place`. What is `ranked` comes first
    in an order of its own, and not as the oldest.

    `exists` is the condition under which there is anything; None for an actor who never has any.
    All conditions are asked in one statement, and `find` only where they hold.
    """

    key: str
    place: int
    find: Callable[[Viewer], Sequence[Any]]
    lead: Any = ""
    lead_place: int = 0
    count: Callable[[Sequence[Any]], int] = len
    most: int | None = None
    template: str = "desk/today_lines.html"
    ranked: bool = False
    exists: Callable[[Viewer], ColumnElement[bool] | None] | None = None


@dataclass(frozen=True)
class Panel(ShownPart):
    """A part of its own beside what waits, or above it (`top`), which its template shows as
    `found`; None leaves it out. `says` is its sentence on top, empty for none."""

    key: str
    place: int
    find: Callable[[Viewer], Any]
    template: str
    permission: str = SIGNED_IN
    top: bool = False
    says: Callable[[Any], str] = lambda _found: ""
    lead_place: int = 0


@dataclass(frozen=True)
class Own(ShownPart):
    """Lines about a participant's own, told her public id."""

    place: int
    find: Callable[[Viewer, str], Sequence[TodayLine]]


@dataclass(frozen=True)
class AnswerKind(Part):
    """One kind of answer: its text, which is told `when`, and the page that tells more, whose route
    takes the id as `argument`; above it its `title`, and `onward` is the word that leads there."""

    kind: str
    text: Any
    endpoint: str
    argument: str
    title: Any = _l("About what you asked for")
    onward: Any = _l("See the request")


@dataclass(frozen=True)
class AnswersKept(Part):
    """How an answer is kept for an account by its public id: of a kind, from a moment on, with the
    id that its page is told."""

    keep: Callable[[Session, str, str, datetime, str], None]


def answer_kind(kind: str) -> AnswerKind:
    """The declaration of a kind."""
    return next(part for part in declared(AnswerKind) if part.kind == kind)


def answer(session: Session, account: str, kind: str, at: datetime, about: str) -> None:
    """Have an account told, inside an action; once, if the same is told again before it is seen."""
    for part in declared(AnswersKept):
        part.keep(session, account, kind, at, about)


@dataclass(frozen=True)
class BeginningStep(ShownPart):
    """One thing to do, with its place among those of each role that sees it.

    `done` is a part of one statement. A person who may do it herself (`at_once`: a permission and a
    page) begins there.
    """

    key: str
    label: Any
    note: Any
    endpoint: str
    places: Mapping[Role, int]
    done: Callable[[], ColumnElement[bool]]
    at_once: tuple[str, str] | None = None


@dataclass(frozen=True)
class ShownStep:
    """A step as the reader sees it: its words, the page on which it is done, whether it is."""

    key: str
    label: Any
    note: Any
    endpoint: str
    done: bool


def steps_for(roles: Collection[Role]) -> list[BeginningStep]:
    """The steps of a person with these roles, each once, in the order in which one needs the one
    before."""
    steps: dict[str, BeginningStep] = {}
    for role in Role:
        if role in roles:
            hers = [step for step in declared(BeginningStep) if role in step.places]
            hers.sort(key=lambda step: step.places[role])
            for step in hers:
                steps.setdefault(step.key, step)
    return list(steps.values())


def steps_of(asked: Viewer) -> Sequence[ShownStep]:
    """All steps of the reader, done or not; one query, or none if she has no steps."""
    steps = steps_for(asked.actor.roles)
    if not steps:
        return ()
    answers = db.session.execute(select(*(step.done().label(step.key) for step in steps))).one()
    return [
        _shown(step, asked.actor, bool(done)) for step, done in zip(steps, answers, strict=True)
    ]


def _shown(step: BeginningStep, actor: Actor, done: bool) -> ShownStep:
    endpoint = step.endpoint
    if step.at_once is not None and actor.may(step.at_once[0]):
        endpoint = step.at_once[1]
    return ShownStep(step.key, step.label, step.note, endpoint, done)


def is_missing(asked: Viewer, key: str, *, once: str) -> bool:
    """True if a step of hers is not done though that of `once`, which needs it, is."""
    done = {step.key: step.done for step in asked.once(steps_of)}
    return done.get(once, False) and not done.get(key, True)
