"""Fields of every row of a version, each declared once: form, page, copy, comparison, translation
and course file walk KINDS. A new field is a `Field` here and a column of the same name in
`kash/training/models.py`. A version as a tree of plain values, with keys that outlive copies,
translations and versions. Objectives that somebody can observe, and words by which nobody can. A
search of the catalogue, as an address asks for it. How a version goes from draft to published, and
how long it takes. Texts that are written on the pages of a draft. Steps of a session by the clock,
and which of them are left out if time is short. Titles that tell a stranger what a course is
about."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

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
USES = {"home": N_("Goes home with the hand-out"), "room": N_("Stays in the room")}
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
        return next(field for field in self.fields if field.name == name)

    @property
    def written(self) -> tuple[Field, ...]:
        """The fields that are written on a page; a file is none of them."""
        return tuple(field for field in self.fields if field.kind is not FieldKind.FILE)


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
            "minutes", N_("Length in minutes"), LEAST_MINUTES, MOST_MINUTES, needed=True, shown=True
        ),
        _line("why", N_("Why this session, in one sentence"), 300, shown=True),
        _line("group_size", N_("Group size")),
        _choice("leads", N_("Who leads"), LEADERS),
        _line("room", N_("How the room is set up"), 300),
        Field("preparation", N_("Prepare the day before")),
        _line("distress_with", N_("Who stays with people who are upset"), 300),
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


Key = tuple[str, str]


@dataclass(frozen=True)
class CourseNode:
    """A row and what is in it: a version holds modules, these plans, and these their rows.

    `kind` is a name of `KINDS`. `lineage` is the same in every copy, translation and later version
    of a row; a version has none. `fields` are values by the names of its kind's fields, and
    `made_from` the fingerprints of what translated fields were made from. `children` of a plan
    stand in the order of `PLAN_ROWS`, within a kind in their own. `lent` names fields that show the
    words of the version that this one translates, as it has none of its own.
    """

    kind: str
    lineage: str
    fields: Mapping[str, Value]
    made_from: Mapping[str, str] = field(default_factory=dict)
    children: tuple[CourseNode, ...] = ()
    lent: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """The pair by which a row is found in another version: its kind and lineage."""
        return self.kind, self.lineage

    @property
    def declared(self) -> RowKind:
        """The declaration of its kind."""
        return KINDS[self.kind]

    @property
    def is_worded(self) -> bool:
        """True if something is written in a field that each language words anew."""
        return any(self.fields.get(field.name) for field in self.declared if field.translated)

    @property
    def text(self) -> str:
        """The first text of the row, by which somebody knows it."""
        texts = (self.fields.get(field.name) for field in self.declared if field.translated)
        return next((str(value) for value in texts if value), "")

    def walk(self) -> Iterator[CourseNode]:
        """The node and all below it, in the order of reading."""
        yield self
        for child in self.children:
            yield from child.walk()

    def __getitem__(self, name: str) -> Value:
        """The value of a field."""
        return self.fields[name]

    def of(self, kind: str) -> tuple[CourseNode, ...]:
        """Its children of a kind."""
        return tuple(child for child in self.children if child.kind == kind)


def by_key(root: CourseNode) -> dict[Key, CourseNode]:
    """Every row of a version by its kind and lineage."""
    return {node.key: node for node in root.walk()}


def code_of(tree: CourseNode) -> str:
    """16 digits by which it is known later whether a version still says what was read."""
    content = [(*node.key, tuple(node.fields.items())) for node in tree.walk()]
    return hashlib.sha256(repr(content).encode(errors="surrogatepass")).hexdigest()[:16]


def planned_minutes(tree: CourseNode) -> int:
    """How long all sessions of a version take together."""
    return sum(
        minutes
        for node in tree.walk()
        if node.kind == PLAN.name and isinstance(minutes := node["minutes"], int)
    )


def untitled(tree: CourseNode) -> tuple[CourseNode, ...]:
    """Rows without the title that stands in lists, workshops and certificates."""
    titles = {VERSION.name: "public_title", MODULE.name: "title", PLAN.name: "title"}
    return tuple(
        node for node in tree.walk() if node.kind in titles and not node.fields[titles[node.kind]]
    )


# The kinds of rows that may stand in a row of a kind, and how many of each.
BELOW: dict[str, dict[str, int]] = {
    VERSION.name: {MODULE.name: MOST_MODULES},
    MODULE.name: {PLAN.name: MOST_PLANS},
    PLAN.name: {kind.name: MOST_ROWS for kind in PLAN_ROWS},
}


def check_tree(tree: CourseNode) -> None:
    """Raise ValueError if a tree is none of a version: something stands in a wrong place, twice or
    too often, or holds a value that its field cannot."""
    if tree.kind != VERSION.name:
        raise ValueError(f"this is no version: {tree.kind}")
    for node in tree.walk():
        for declared in node.declared:
            value = node.fields.get(declared.name, declared.empty)
            if not declared.takes(value):
                raise ValueError(f"{node.kind}.{declared.name} cannot be {value!r}")
        counted = Counter(child.kind for child in node.children)
        for kind, number in counted.items():
            if number > BELOW.get(node.kind, {}).get(kind, 0):
                raise ValueError(f"{node.kind}: too many of {kind}, or they belong elsewhere")
    keys = Counter(node.key for node in tree.walk())
    twice = [key for key, number in keys.items() if number > 1]
    if twice:
        raise ValueError(f"twice in one version: {twice[0]}")
    if sum(node.kind == PLAN.name for node in tree.walk()) > MOST_PLANS:
        raise ValueError("too many sessions")


# What goes on within a head, English and Kiswahili; the latter with its prefixes before the root.
_ENGLISH = (
    r"understand\w*",
    r"know(?:s|ing|ledge)?",
    r"(?:be|is|are|become|becoming) (?:more )?aware",
    r"awareness",
    r"appreciat(?:e|es|ing|ion)",
    r"learn(?:s|ing)?",
    r"realis(?:e|es|ing)",
    r"realiz(?:e|es|ing)",
    r"believ(?:e|es|ing)",
    r"feel(?:s|ing)?",
    r"(?:be|is|are) familiar",
    r"sensitis(?:e|ed|ing)",
    r"sensitiz(?:e|ed|ing)",
)
_KISWAHILI = (
    r"(?:ku|wa|a|m|tu|ni|u|wata|ata|tuta|wana|ana|ame|wame)*elew(?:a|e|ana|ane|eka)",
    r"(?:ku|wa|a|m|tu|ni|u|wata|ata|tuta|wana|ana|ame|wame)*jua",
    r"(?:wa|a|m|tu|ni|u)jue",
    r"(?:ku|wa|a|tu|wata|ata|wana|ana)*fahamu",
    r"(?:ku|wa|a|tu|wata|ata|wana|ana)*tambu(?:a|e)",
    r"(?:ku|wa|a|tu|wata|ata|wana|ana)*thamini",
    r"ufahamu",
    r"uelewa",
)
_UNSEEN = re.compile(rf"\b(?:{'|'.join((*_ENGLISH, *_KISWAHILI))})\b", re.IGNORECASE)


def unseen_words(objective: str) -> tuple[str, ...]:
    """Words of an objective that nobody can observe, as they stand there, each once."""
    return tuple(dict.fromkeys(word.casefold() for word in _UNSEEN.findall(objective)))


# How long a course takes: words, more than so many minutes, and at most so many.
LENGTHS: dict[str, tuple[str, int | None, int | None]] = {
    "half": (N_("Up to half a day"), None, 240),
    "day": (N_("Up to a day"), None, 480),
    "two": (N_("Up to two days"), None, 960),
    "more": (N_("More than two days"), 960, None),
}
_LONGEST = 200


@dataclass(frozen=True)
class CourseSearch:
    """A search for courses. `people` is how many will come; `needs_nothing` leaves out what has
    something that must come before."""

    text: str = ""
    audience: str = ""
    level: str = ""
    method: str = ""
    language: str = ""
    length: str = ""
    people: int | None = None
    needs_nothing: bool = False

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """More than the first and at most the second, in minutes; None is no bound."""
        return LENGTHS[self.length][1:] if self.length else (None, None)

    @property
    def narrows_versions(self) -> bool:
        """True if it asks for something that only a version has."""
        wanted = (self.method, self.language, self.length, self.people, self.needs_nothing)
        return any(wanted)

    @property
    def narrows(self) -> bool:
        """True if it asks for anything."""
        return self.narrows_versions or any((self.text, self.audience, self.level))


def read_search(asked: Mapping[str, str], languages: Mapping[str, str]) -> CourseSearch:
    """The search that an address asks for; what cannot be read is as if not asked for."""

    def text(name: str) -> str:
        return " ".join(asked.get(name, "").split())[:_LONGEST]

    def one_of(name: str, known: Mapping[str, object]) -> str:
        given = asked.get(name, "")
        return given if given in known else ""

    people = asked.get("people", "").strip()
    number = int(people) if people.isascii() and people.isdigit() and len(people) < 5 else 0
    return CourseSearch(
        text("search"),
        text("audience"),
        text("level"),
        one_of("method", METHODS),
        one_of("language", languages),
        one_of("length", LENGTHS),
        number if 1 <= number <= MOST_PEOPLE else None,
        asked.get("needs") == "nothing",
    )


Step = Literal["propose", "take_back", "publish", "return"]


def group_size(least: int | None, most: int | None) -> str:
    """How many people a course is for: "12–24", "12+", "≤ 24", or nothing if it is not said."""
    if least is not None and most is not None:
        return f"{least}–{most}" if least != most else str(least)
    return f"{least}+" if least is not None else f"≤ {most}" if most is not None else ""


def next_state(state: str, step: Step, *, plans: int) -> str | None:
    """The state after a step, None if the step is not possible.

    Only a version with at least one session plan can be proposed or published. What is published
    stays so for ever.
    """
    if step == "propose" and state == "draft" and plans > 0:
        return "proposed"
    if step in ("take_back", "return") and state == "proposed":
        return "draft"
    if step == "publish" and state == "proposed" and plans > 0:
        return "published"
    return None


def lines(text: str) -> list[str]:
    """The lines of a text that hold something, without marks of a list before them."""
    stripped = (re.sub(r"^[\s•*–—-]+", "", line).strip() for line in text.splitlines())
    return [line for line in stripped if line]


_MINUTES = re.compile(
    r"(.*\S?)(?:^|[\s,;:–-])\s*(\d{1,3})\s*(?:min|minutes|dakika)?\.?", re.IGNORECASE
)


def outline(text: str) -> list[tuple[str, int]]:
    """Sessions as they were typed, a line each: the title, and the minutes that it ends with; an
    hour where it has none."""
    sessions = []
    for line in lines(text):
        timed = _MINUTES.fullmatch(line)
        title = timed[1].rstrip(" \t,;:–-") if timed else ""
        sessions.append((title, int(timed[2])) if timed and title else (line, 60))
    return sessions


@dataclass(frozen=True)
class PlanText:
    """A session in the outline. A new one brings its id, so that sending twice adds one."""

    public_id: str
    module: str
    title: str
    minutes: int
    new: bool = False


@dataclass(frozen=True)
class ModuleText:
    """A module as written. A new one brings the id it gets."""

    public_id: str
    title: str
    new: bool = False


@dataclass(frozen=True)
class VersionText:
    """The outline of a version as written on one page; `about` are the fields of `VERSION`."""

    language: str
    about: Mapping[str, Value]
    modules: tuple[ModuleText, ...] = ()
    plans: tuple[PlanText, ...] = ()


@dataclass(frozen=True)
class RowText:
    """A row of a session as written; the id of a new one is of no other."""

    kind: str
    public_id: str
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionText:
    """A whole session as written: the fields of `PLAN`, and all its rows in their order."""

    fields: Mapping[str, Value]
    rows: tuple[RowText, ...] = ()


@dataclass(frozen=True)
class FieldText:
    """A field of a translation: its text, and the fingerprint of the source that was beside it.

    `right` says that somebody has looked: the text was changed, or was said to be still right.
    """

    text: str
    made_from: str
    right: bool = False


# What may go first; all else must stay.
_LEFT_OUT = ("may", "should")


@dataclass(frozen=True)
class TimedStep:
    """A step with its number in the session, from 1, and its clock.

    `start` and `end` are minutes since the session began; both are None if nobody wrote how long
    the step takes.
    """

    number: int
    step: CourseNode
    start: int | None
    end: int | None

    @property
    def minutes(self) -> int:
        """How long it takes; 0 if nobody wrote that."""
        return self.end - self.start if self.start is not None and self.end is not None else 0


def timed_steps(plan: CourseNode) -> tuple[TimedStep, ...]:
    """The steps of a session in their order, each from where the one before it ends."""
    timed, clock = [], 0
    for number, step in enumerate(plan.of(STEP.name), 1):
        minutes = step["minutes"]
        if isinstance(minutes, int):
            timed.append(TimedStep(number, step, clock, clock + minutes))
            clock += minutes
        else:
            timed.append(TimedStep(number, step, None, None))
    return tuple(timed)


def step_minutes(plan: CourseNode) -> int:
    """How long all steps of a session take together."""
    return sum(timed.minutes for timed in timed_steps(plan))


def cuts(plan: CourseNode) -> tuple[tuple[TimedStep, int], ...]:
    """Steps to leave out one after the other, each with the minutes that all steps take once it and
    those before it are: what may be done before what should be, and among these what saves most.

    A step that must be done, or whose rank or minutes nobody wrote, is never among them.
    """
    able = [
        timed for timed in timed_steps(plan) if timed.minutes and timed.step["rank"] in _LEFT_OUT
    ]
    able.sort(key=lambda timed: (_LEFT_OUT.index(str(timed.step["rank"])), -timed.minutes))
    left, left_out = step_minutes(plan), []
    for timed in able:
        left -= timed.minutes
        left_out.append((timed, left))
    return tuple(left_out)


# Beginnings of words that say on paper what a workshop was about, English and Kiswahili.
_TELLING = (
    "abuse",
    "arrest",
    "bribe",
    "brothel",
    "cop",
    "crime",
    "gbv",
    "hiv",
    "human rights",
    "kahaba",
    "key population",
    "makahaba",
    "mapolisi",
    "police",
    "policing",
    "polisi",
    "prostitut",
    "rape",
    "sex",
    "trafficking",
    "ubakaji",
    "ukahaba",
    "ukatili",
    "ukimwi",
    "violat",
    "violen",
)
_WHOLE = frozenset({"cop", "rape", "sex", "gbv", "hiv"})


def telling_words(title: str) -> tuple[str, ...]:
    """Words in a title that would tell a stranger what the course is about, each as it stands."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", title.casefold())
        if not unicodedata.combining(character)
    )
    # Letters of mathematics and the like are capitals again once they are taken apart.
    spaced = " ".join(re.findall(r"\w+", plain.casefold()))
    words: dict[str, None] = {}
    for telling in _TELLING:
        end = r"(?:s|es|ual\w*)?\b" if telling in _WHOLE else r"\w*"
        for match in re.finditer(rf"\b{telling}{end}", spaced):
            words[match.group()] = None
    return tuple(words)
