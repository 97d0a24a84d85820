"""The minutes of a meeting as their paper says them, taken apart into leaves and put together.

What stands here is what every group may read, and nothing more: groups are letters, members as
they appeared, and whoever is only counted stands in the counts. Lines that are internal are parts
of their own, for those who run the forum.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kash.forums.rules.attendance import STATUSES

# What may be withdrawn: names, and whatever somebody wrote.
NAMES = frozenset({"name", "owner", "proposer", "seconder"})
TEXTS = frozenset({"paragraph", "internal", "decision", "action", "carried"})
WITHDRAWABLE = NAMES | TEXTS


@dataclass(frozen=True)
class MinutesPart:
    """One piece of the minutes. `said` is None once it is withdrawn.

    `about` is the public id of the item, decision or action in which it was written; `member` that
    of the seat of whom a name names, while the minutes are made; `key` that of the leaf from which
    it was read.
    """

    kind: str
    said: Mapping[str, Any] | None
    about: str = ""
    member: str = field(default="", compare=False)
    key: str = field(default="", compare=False)

    def __getitem__(self, name: str) -> Any:
        """The words or numbers under a name; empty if it says nothing there or was withdrawn."""
        return "" if self.said is None else self.said.get(name, "")

    @property
    def withdrawn(self) -> bool:
        """True if it was withdrawn."""
        return self.said is None

    @property
    def value(self) -> str:
        """All that it says as one text, the same for the same."""
        return json.dumps(self.said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def said_in(value: str | None) -> Mapping[str, Any] | None:
    """All that a leaf's value says; None if it was withdrawn."""
    if value is None:
        return None
    said = json.loads(value)
    return said if isinstance(said, dict) else {}


@dataclass(frozen=True)
class Task:
    """An action, of this meeting or carried into it, and the name of who took it on."""

    part: MinutesPart
    owner: MinutesPart | None = None


@dataclass(frozen=True)
class RecordedItem:
    """An item with all that stands under it."""

    head: MinutesPart
    carried: tuple[Task, ...] = ()
    paragraphs: tuple[MinutesPart, ...] = ()
    decisions: tuple[MinutesPart, ...] = ()
    actions: tuple[Task, ...] = ()


@dataclass(frozen=True)
class MinutesRecord:
    """The minutes of a meeting: when and where, who was there, its items, who confirmed them."""

    head: MinutesPart
    groups: tuple[MinutesPart, ...] = ()
    names: tuple[MinutesPart, ...] = ()
    items: tuple[RecordedItem, ...] = ()
    confirmed: MinutesPart | None = None
    proposer: MinutesPart | None = None
    seconder: MinutesPart | None = None

    def names_of(self, letter: str, status: str) -> tuple[MinutesPart, ...]:
        """The names of those of a group with a status: they stand in the order of the groups, and
        within each in that of its statuses. Those that are withdrawn come last, since a place
        between two names would tell how it began."""
        first = 0
        for group in self.groups:
            for each in STATUSES:
                count = group["named"].get(each, 0)
                if (group["group"], each) == (letter, status):
                    names = self.names[first : first + count]
                    return tuple(
                        sorted(names, key=lambda part: (part.withdrawn, str(part["shown"])))
                    )
                first += count
        return ()

    @property
    def decisions(self) -> list[MinutesPart]:
        """The decisions; their places from 1 are their numbers."""
        return [part for item in self.items for part in item.decisions]

    @property
    def actions(self) -> list[Task]:
        """The actions; their places from 1 are their numbers."""
        return [task for item in self.items for task in item.actions]


def without_names(record: MinutesRecord) -> MinutesRecord:
    """The record for whoever is no member: counts and letters in the place of names, and no place,
    since those who met there may meet there again."""
    groups = tuple(
        replace(part, said={**part.said, "named": {}}) if part.said is not None else part
        for part in record.groups
    )
    head = replace(record.head, said={**(record.head.said or {}), "place": ""})
    return replace(
        record,
        head=head,
        groups=groups,
        names=(),
        items=tuple(_without_owners(item) for item in record.items),
        proposer=None,
        seconder=None,
    )


def _without_owners(item: RecordedItem) -> RecordedItem:
    return replace(
        item,
        carried=tuple(Task(task.part) for task in item.carried),
        actions=tuple(Task(task.part) for task in item.actions),
    )


def _tasks(tasks: Iterable[Task]) -> list[MinutesPart]:
    parts = []
    for task in tasks:
        parts += [task.part] if task.owner is None else [task.part, task.owner]
    return parts


def parts_in_order(record: MinutesRecord) -> list[MinutesPart]:
    """All parts of a record, in the order in which they become leaves."""
    parts = [record.head, *record.groups, *record.names]
    for item in record.items:
        parts += [item.head, *_tasks(item.carried), *item.paragraphs, *item.decisions]
        parts += _tasks(item.actions)
    parts += [one for one in (record.confirmed, record.proposer, record.seconder) if one]
    return parts


def record_of(parts: Sequence[MinutesPart]) -> MinutesRecord:
    """The record that was taken apart into these parts. Raises ValueError if they are none."""
    reader = _PartReader(parts)
    return reader.record()


class _PartReader:
    def __init__(self, parts: Sequence[MinutesPart]) -> None:
        self.parts = parts
        self.place = 0

    def one(self, *kinds: str) -> MinutesPart | None:
        """The next part, if it is of one of these kinds."""
        if self.place < len(self.parts) and self.parts[self.place].kind in kinds:
            self.place += 1
            return self.parts[self.place - 1]
        return None

    def several(self, *kinds: str) -> tuple[MinutesPart, ...]:
        found = []
        while (part := self.one(*kinds)) is not None:
            found.append(part)
        return tuple(found)

    def tasks(self, kind: str) -> tuple[Task, ...]:
        found = []
        while (part := self.one(kind)) is not None:
            found.append(Task(part, self.one("owner")))
        return tuple(found)

    def items(self) -> tuple[RecordedItem, ...]:
        found = []
        while (head := self.one("item")) is not None:
            carried = self.tasks("carried")
            paragraphs = self.several("paragraph", "internal")
            found.append(
                RecordedItem(
                    head, carried, paragraphs, self.several("decision"), self.tasks("action")
                )
            )
        return tuple(found)

    def record(self) -> MinutesRecord:
        head = self.one("meeting")
        if head is None:
            raise ValueError("minutes begin with their meeting")
        record = MinutesRecord(
            head,
            self.several("group"),
            self.several("name"),
            self.items(),
            self.one("confirmed"),
            self.one("proposer"),
            self.one("seconder"),
        )
        if self.place != len(self.parts):
            raise ValueError("these parts stand in no order of minutes")
        return record
