"""Rows of a form: by what one is known for ever, what it says, and whether that changed.

An edit on the server keeps a row's number and its first id (`meta/rootUuid`), and changes every
other id; rows from before 2025 have no first id until the server adds it. A form that was copied
keeps first ids and gives new numbers. So a row is known by its first id, else by form and number.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kash.kobo.rules.paging import Row

_FIRST_ID = "meta/rootUuid"
_ABOUT_THE_PHONE = frozenset(
    (
        *("start", "end", "today", "deviceid", "phonenumber", "username", "subscriberid"),
        *("simserial", "simid", "audit", "background-audio", "start-geopoint"),
        "background-geopoint",
    )
)
MOST_TEXT = 500


class RowProblem(Exception):
    """Rows of a form cannot be read as what it was meant for."""


class SeveralInOne(RowProblem):
    """A submission holds a list of people, where one submission is one person."""


@dataclass
class ColumnsGone(RowProblem):
    """Questions that were answered when the form was read last are in no row any more."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class RowKey:
    """By what a row is known: its first id, which may be missing, and its number in a form."""

    first_id: str
    number: int


@dataclass(frozen=True)
class Submission:
    """Submission of one row by question, without groups of questions, and what it is known by."""

    key: RowKey
    told: Mapping[str, str]

    @property
    def content(self) -> bytes:
        """The same bytes for the same answers, whatever ids an edit gave the row."""
        return json.dumps(sorted(self.told.items()), ensure_ascii=False).encode()


class RowStanding(StrEnum):
    """Standing of a row towards what was brought in before."""

    NEW = "new"
    EDITED = "edited"
    SAME = "same"


def key_of(row: Row) -> RowKey:
    """By what a row is known."""
    first = row.get(_FIRST_ID)
    if not isinstance(first, str):
        inside = row.get("meta")
        first = inside.get("rootUuid") if isinstance(inside, dict) else ""
    first = first if isinstance(first, str) else ""
    return RowKey(first.removeprefix("uuid:").strip().lower()[:60], int(row["_id"]))


def answers_of(row: Row, most: int = MOST_TEXT) -> Submission:
    """Submission of a row, no answer longer than `most`. Raises SeveralInOne."""
    told: dict[str, str] = {}
    for name, value in _questions(row):
        text = " ".join(_text(value).split())[:most]
        short = name.rsplit("/", 1)[-1]
        # Two questions of one name, in two groups: both are told, each under its whole name.
        told[name if short in told else short] = text
    return Submission(key_of(row), told)


def _questions(row: Row) -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        first, last = name.split("/", 1)[0], name.rsplit("/", 1)[-1]
        # Where somebody stood, who sent it and from which phone is not asked for and not kept.
        if name.startswith("_") or first in ("meta", "formhub") or last in _ABOUT_THE_PHONE:
            continue
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            raise SeveralInOne
        if isinstance(value, dict):
            continue
        yield name, value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(_text(each) for each in value)
    return str(value)


def newest(rows: Iterable[Submission]) -> tuple[list[Submission], int]:
    """Rows of different first ids, in order; and how many were copies of another. Of copies that
    has the highest number counts."""
    kept: dict[object, Submission] = {}
    total = 0
    for row in rows:
        total += 1
        same = row.key.first_id or row.key.number
        before = kept.pop(same, None)
        kept[same] = row if before is None or row.key.number > before.key.number else before
    return list(kept.values()), total - len(kept)


def columns_of(rows: Iterable[Submission]) -> tuple[str, ...]:
    """Questions that any row answers, in the order in which they come."""
    return tuple(dict.fromkeys(name for row in rows for name, text in row.told.items() if text))


def refuse_gone(now: Collection[str], before: Sequence[str]) -> None:
    """Refuse rows in which questions are missing that were answered before. Raises ColumnsGone."""
    gone = tuple(name for name in before if name not in now)
    if gone:
        raise ColumnsGone(gone)


def table_of(rows: Sequence[Submission], columns: Sequence[str]) -> list[list[str]]:
    """Rows below one row of headings; the row that stands first is number 2, as a sheet counts."""
    return [list(columns), *([row.told.get(name, "") for name in columns] for row in rows)]
