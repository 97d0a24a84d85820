"""A question bank as plain values, as services, files and other programmes pass it on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Any

from kash.assessments.rules.scoring import (
    LONGEST_OPTION,
    LONGEST_QUESTION,
    WITH_OPTIONS,
    Option,
    QuestionFlaw,
    QuestionKind,
    flaw_of,
)

TRUE, FALSE = "t", "f"


@dataclass(frozen=True)
class BankQuestion:
    """A question in all its languages. `language` is the one it was written in first; `objective`
    and `lineage` are what stays the same wherever the course travels."""

    kind: QuestionKind
    language: str
    texts: Mapping[str, str]
    options: tuple[Option, ...] = ()
    objective: str = ""
    lineage: str = ""

    @property
    def text(self) -> str:
        """Its text in the first language."""
        return self.texts.get(self.language, "")

    @property
    def right(self) -> frozenset[str]:
        """Keys of the right choices."""
        return frozenset(option.key for option in self.options if option.right)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all choices, in the order in which they are shown."""
        return tuple(option.key for option in self.options)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which it can be asked, the first one first: nothing is missing in them."""
        others = [code for code in self.texts if code != self.language]
        return (self.language, *(code for code in others if self.is_whole(code)))

    def is_whole(self, language: str) -> bool:
        """True if text and all choices are there in a language."""
        told = bool(self.texts.get(language, "").strip())
        if self.kind not in WITH_OPTIONS:
            return told
        return told and all(option.texts.get(language, "").strip() for option in self.options)

    def flaw(self) -> QuestionFlaw | None:
        """The first flaw that it has in its first language, or None."""
        shown = [(option.texts.get(self.language, ""), option.right) for option in self.options]
        return flaw_of(self.kind, self.text, shown)

    @property
    def is_too_long(self) -> bool:
        """True if a text of it is longer than the form on which it is changed takes."""
        choices = (text for option in self.options for text in option.texts.values())
        return any(len(text) > LONGEST_QUESTION for text in self.texts.values()) or any(
            len(text) > LONGEST_OPTION for text in choices
        )

    def says_the_same(self, other: BankQuestion) -> bool:
        """True if whoever answers would be asked the same: only then are answers compared."""
        return (self.kind, dict(self.texts), _told(self.options)) == (
            other.kind,
            dict(other.texts),
            _told(other.options),
        )


def _told(options: Iterable[Option]) -> list[tuple[str, bool, dict[str, str]]]:
    return [(option.key, option.right, dict(option.texts)) for option in options]


def true_false(true_is_right: bool) -> tuple[Option, ...]:
    """The two choices of a true-or-false question, which need no text."""
    return (Option(TRUE, true_is_right, {}), Option(FALSE, not true_is_right, {}))


def next_key(used: Collection[str]) -> str:
    """A key that no choice of the question ever had."""
    letters = [*ascii_lowercase, *(f"{one}{two}" for one in "abc" for two in ascii_lowercase)]
    return next(letter for letter in letters if letter not in used)


def with_keys_of(question: BankQuestion, before: BankQuestion) -> BankQuestion:
    """A question that came from a file, its choices under the keys that they have here: the same
    words are the same choice, and other words are a new one."""
    if question.kind not in WITH_OPTIONS:
        return question
    words = {_words(option): option.key for option in before.options}
    used = set(before.keys)
    made: list[Option] = []
    for option in question.options:
        key = words.pop(_words(option), None) or next_key(used)
        used.add(key)
        made.append(replace(option, key=key))
    return replace(question, options=tuple(made))


def _words(option: Option) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(option.texts.items()))


def source_digest(question: BankQuestion) -> str:
    """The first 16 hex digits of SHA-256 over what a translation is made from."""
    told = [
        question.text,
        *(option.texts.get(question.language, "") for option in question.options),
    ]
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:16]


def stale_languages(question: BankQuestion, made_from: Mapping[str, str]) -> tuple[str, ...]:
    """Languages whose texts were made from other words than stand there now."""
    now = source_digest(question)
    return tuple(code for code in question.languages[1:] if made_from.get(code, now) != now)


def options_stored(options: Iterable[Option]) -> list[dict[str, Any]]:
    """Choices as a revision stores them."""
    return [
        {"key": option.key, "right": option.right, "texts": dict(option.texts)}
        for option in options
    ]


def options_read(stored: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    """Choices as a revision stored them."""
    return tuple(Option(one["key"], bool(one["right"]), dict(one["texts"])) for one in stored)


def placed_letter(position: int) -> str:
    """The letter under which a choice stands on screen and paper: its place from 0, as A, B, C."""
    return ascii_lowercase[position].upper()
