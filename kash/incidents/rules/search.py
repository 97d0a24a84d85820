"""Search of cases by the words of their records, folded.

A record is looked through as it was sealed, as JSON, before it is read: most do not hold the words
and need not be taken apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from pydantic import BaseModel

from kash.incidents.rules.record import Record

MOST_WORDS = 8


def fold(text: str) -> str:
    """A text without case, accents and kinds of apostrophes."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    # What a letter is taken apart into may have a case again, as a mathematical capital does.
    for _ in range(2):
        folded = unicodedata.normalize("NFKD", folded).casefold()
    plain = folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _field_names(kind: type[BaseModel]) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        yield name
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _field_names(inner)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _field_names(field.annotation)


# What stands in every sealed record besides what was said.
_FIELDS = frozenset(_field_names(Record))
_NAMES = re.compile(r'"[a-z_]+":')
_SIGNS = frozenset('"\\:,{}[]')


@dataclass(frozen=True)
class Wanted:
    """One typed word, folded, and codes of the record whose name holds it (`M1` for "extor")."""

    word: str
    codes: frozenset[str] = frozenset()

    @cached_property
    def plain(self) -> bool:
        """True if it stands in JSON as it is typed: else a record has to be read to be sure."""
        return _SIGNS.isdisjoint(self.word)

    @cached_property
    def names_a_field(self) -> bool:
        """True if it stands in every record, besides where it was said."""
        return any(self.word in name for name in _FIELDS)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """How its codes stand in folded JSON."""
        return tuple(f'"{code.casefold()}"' for code in sorted(self.codes))


def wanted_words(text: str, names: Mapping[str, Collection[str]]) -> list[Wanted]:
    """The first words of what was typed. `names` are what codes are called, in every language."""
    words = list(dict.fromkeys(fold(text).split()))[:MOST_WORDS]
    folded = {code: [fold(name) for name in called] for code, called in names.items()}
    return [
        Wanted(
            word,
            frozenset(
                code
                for code, called in folded.items()
                if len(word) > 2 and any(word in name for name in called)
            ),
        )
        for word in words
    ]


def searchable_text(plaintext: bytes, wanted: Collection[Wanted]) -> str:
    """A sealed record as it is looked through: folded, and without the names of its fields if one
    of the words is part of one. A line break stands there as JSON writes it, a backslash and an n.
    """
    text = plaintext.decode()
    # A quotation mark that somebody typed stands after a backslash, so that no name is made of it.
    return fold(_NAMES.sub(" ", text) if any(one.names_a_field for one in wanted) else text)


def may_match(searched: str, reference: str, wanted: Collection[Wanted]) -> bool:
    """True if a record may hold all words. Never wrongly False, and sure of plain words."""
    return all(
        one.word in searched
        or one.word in reference
        or not one.plain
        or any(mark in searched for mark in one.marks)
        for one in wanted
    )


def matches_words(record: Any, reference: str, wanted: Collection[Wanted]) -> bool:
    """True if a record's values, not the names of its fields, hold every word."""
    if not wanted:
        return True
    values = [fold(value) for value in _texts(record)]
    codes = frozenset(value.upper() for value in values if len(value) < 4)
    return all(
        one.word in reference or one.codes & codes or any(one.word in value for value in values)
        for one in wanted
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
