"""Rows of a form: by what one is known for ever, what it says, and whether that changed.

An edit on the server keeps a row's number and its first id (`meta/rootUuid`), and changes every
other id; rows from before 2025 have no first id until the server adds it. A form that was copied
keeps first ids and gives new numbers. So a row is known by its first id, else by form and number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
_FIRST_ID = "meta/rootUuid"
_ABOUT_THE_PHONE = frozenset(
    (
        *("start", "end", "today", "deviceid", "phonenumber", "username", "subscriberid"),
        *("simserial", "simid", "audit", "background-audio", "start-geopoint"),
        "background-geopoint",
    )
)
MOST_TEXT = 500


@dataclass(frozen=True)
class Submission:
    """A row by its first id, which may be missing, its number in the form, and its answers by
    question, without groups of questions."""

    first_id: str
    number: int
    told: Mapping[str, str]

    @property
    def content(self) -> bytes:
        """The same bytes for the same answers, whatever ids an edit gave the row."""
        return json.dumps(sorted(self.told.items()), ensure_ascii=False).encode()


def submission_of(row: Row) -> Submission:
    """The submission that a row is."""
    first = row.get(_FIRST_ID)
    if not isinstance(first, str):
        meta = row.get("meta")
        first = meta.get("rootUuid") if isinstance(meta, dict) else ""
    first = first if isinstance(first, str) else ""
    told: dict[str, str] = {}
    for name, value in _questions(row):
        short = name.rsplit("/", 1)[-1]
        # Two questions of one name, in two groups: both are told, each under its whole name.
        told[name if short in told else short] = " ".join(_text(value).split())[:MOST_TEXT]
    return Submission(first.removeprefix("uuid:").strip().lower()[:60], int(row["_id"]), told)


def holds_several(row: Row) -> bool:
    """True if a submission holds a list of people, where one submission is one person."""
    return any(
        isinstance(value, list) and any(isinstance(part, dict) for part in value)
        for _, value in _questions(row)
    )


def _questions(row: Row) -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        first, last = name.split("/", 1)[0], name.rsplit("/", 1)[-1]
        # Where somebody stood, who sent it and from which phone is not asked for and not kept.
        if name.startswith("_") or first in ("meta", "formhub") or last in _ABOUT_THE_PHONE:
            continue
        if not isinstance(value, dict):
            yield name, value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(_text(part) for part in value) if isinstance(value, list) else str(value)


def newest(submissions: Iterable[Submission]) -> list[Submission]:
    """Submissions of different first ids, in order. Of copies the highest number counts."""
    latest: dict[object, Submission] = {}
    for submission in submissions:
        key = submission.first_id or submission.number
        before = latest.pop(key, None)
        latest[key] = before if before and before.number >= submission.number else submission
    return list(latest.values())


def columns_of(submissions: Iterable[Submission]) -> list[str]:
    """Questions that any submission answers, in the order in which they come."""
    return list(
        dict.fromkeys(
            name for submission in submissions for name, text in submission.told.items() if text
        )
    )


def table_of(submissions: Sequence[Submission], columns: Sequence[str]) -> list[list[str]]:
    """Submissions below one row of headings; the one that stands first is row 2, as a sheet
    counts."""
    return [
        list(columns),
        *([submission.told.get(name, "") for name in columns] for submission in submissions),
    ]
