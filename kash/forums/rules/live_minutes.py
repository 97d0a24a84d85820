"""Operations that pages of minutes send, once it was opened."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from kash.forums.rules.merging import WrittenItem
from kash.forums.rules.rows import ROWS_OF_AN_ITEM, TypedMinutesRow

# As public ids are drawn.
_KEY = re.compile(r"[0-9a-hjkmnp-tv-z]{16}")
_MOST_NUMBER = 2**31 - 1
_MOST_TEXT = 100_000
_LONGEST_WAIT = timedelta(days=30)
_NEVER_SHOWN = {"Cc", "Cs"}


class UnreadableOperation(ValueError):
    """This is nothing that a page of minutes sends."""


@dataclass(frozen=True)
class MinutesOperation:
    """All that a page shows, `now`, and `base`, from what it began.

    A page counts what it sends by `number`. `began` is the number of its own that was answered when
    it began from `base`: what it sent after that and had no answer to, it sends again in this.
    """

    page: str
    number: int
    began: int
    base: WrittenItem
    now: WrittenItem
    # By a decision's key, when it was taken by the browser's clock, in milliseconds.
    taken: Mapping[str, int] = field(default_factory=dict)

    @property
    def op_id(self) -> str:
        """By what it is known again."""
        return f"{self.page}:{self.number}"


def is_key(text: object) -> bool:
    """True if a text looks as the keys of rows and pages do."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def read_operation(plaintext: bytes, page: str, number: int) -> MinutesOperation:
    """An operation as its page wrote it. Raises UnreadableOperation."""
    try:
        sent = json.loads(plaintext)
        began = sent["began"]
        if type(began) is not int or not 0 <= began < number <= _MOST_NUMBER or not is_key(page):
            raise UnreadableOperation
        base, now = item_of(sent["base"]), item_of(sent["now"])
        taken = {row["key"]: row["at"] for row in sent["now"]["decisions"] if "at" in row}
        if any(type(at) is not int for at in taken.values()):
            raise UnreadableOperation
        return MinutesOperation(page, number, began, base, now, taken)
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError):
        raise UnreadableOperation from None


def moment_of(taken: int | None, sent: int | None, now: datetime) -> datetime:
    """The moment of something by our clock, from when it was and when it was sent by the browser's,
    which may be wrong; now if nothing can be made of them."""
    ago = 0 if taken is None or sent is None else sent - taken
    # Far larger ones have no place in a time.
    believed = 0 <= ago <= _LONGEST_WAIT // timedelta(milliseconds=1)
    return now - timedelta(milliseconds=ago) if believed else now


def item_of(values: Mapping[str, Any]) -> WrittenItem:
    """An item from its values. Raises UnreadableOperation and what reading raises."""
    return WrittenItem(
        _text(values["minute"]), _rows(values["decisions"]), _rows(values["actions"])
    )


def values_of(item: WrittenItem) -> dict[str, Any]:
    """An item as values that JSON takes."""
    return {
        "minute": item.minute,
        "decisions": [{"key": row.key, "text": row.text} for row in item.decisions],
        "actions": [
            {
                "key": row.key,
                "text": row.text,
                "owner": row.owner,
                "due": row.due_on.isoformat() if row.due_on else "",
            }
            for row in item.actions
        ],
    }


def _rows(values: Sequence[Mapping[str, Any]]) -> tuple[TypedMinutesRow, ...]:
    if not isinstance(values, list) or len(values) > ROWS_OF_AN_ITEM * 4:
        raise UnreadableOperation
    found: dict[str, TypedMinutesRow] = {}
    for row in values:
        owner, due = row.get("owner", ""), row.get("due", "")
        if not is_key(row["key"]) or (owner and not is_key(owner)):
            raise UnreadableOperation
        day = date.fromisoformat(due) if due else None
        if day is not None and not 1900 <= day.year <= 2199:
            raise UnreadableOperation
        found[row["key"]] = TypedMinutesRow(row["key"], _text(row["text"]), owner, day)
    return tuple(found.values())


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise UnreadableOperation
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    kept = [
        sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in _NEVER_SHOWN
    ]
    return "".join(kept) if text.strip() else ""
