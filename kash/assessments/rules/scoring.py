"""Kinds of questions, and how much of an answer is right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

# The choice that stands under every knowledge question: whoever does not know need not guess.
NOT_SURE = "?"
# More choices are read by few and cost whoever reads slowly the most; it is advice, no bound.
ADVISED_OPTIONS = 4
MOST_OPTIONS = 8
SCALE_POINTS = 5
LONGEST_TEXT = 300
# Characters of a question and of a choice, in each language.
LONGEST_QUESTION, LONGEST_OPTION = 600, 200


class QuestionKind(StrEnum):
    """Kinds of questions."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    SCALE = "scale"
    SHORT_TEXT = "short_text"


KNOWLEDGE = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE})
# Kinds with options that somebody writes; those of the others are fixed.
WITH_OPTIONS = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE})


class QuestionFlaw(StrEnum):
    """Why a question cannot be asked like this."""

    NO_TEXT = "no_text"
    TOO_FEW_OPTIONS = "too_few_options"
    TOO_MANY_OPTIONS = "too_many_options"
    SAME_OPTION_TWICE = "same_option_twice"
    NONE_RIGHT = "none_right"
    MORE_THAN_ONE_RIGHT = "more_than_one_right"
    ALL_RIGHT = "all_right"


@dataclass(frozen=True)
class Option:
    """A choice: its key, which stays the same in every language and revision; whether it is right;
    its text by language."""

    key: str
    right: bool
    texts: Mapping[str, str]


def flaw_of(
    kind: QuestionKind, text: str, options: Collection[tuple[str, bool]]
) -> QuestionFlaw | None:
    """The first flaw of a question in one language, or None; options as text and whether right."""
    if not text.strip():
        return QuestionFlaw.NO_TEXT
    if kind not in KNOWLEDGE:
        return None
    right = sum(1 for _, is_right in options if is_right)
    if kind is QuestionKind.TRUE_FALSE:
        return None if right == 1 else QuestionFlaw.NONE_RIGHT
    said = {" ".join(words.casefold().split()) for words, _ in options}
    if len(options) < 2:
        return QuestionFlaw.TOO_FEW_OPTIONS
    if len(options) > MOST_OPTIONS:
        return QuestionFlaw.TOO_MANY_OPTIONS
    if len(said) < len(options):
        return QuestionFlaw.SAME_OPTION_TWICE
    if right == 0:
        return QuestionFlaw.NONE_RIGHT
    if kind is QuestionKind.SINGLE and right > 1:
        return QuestionFlaw.MORE_THAN_ONE_RIGHT
    return QuestionFlaw.ALL_RIGHT if right == len(options) else None


def choices_allowed(kind: QuestionKind, keys: Collection[str]) -> frozenset[str]:
    """The choices that an answer may hold, "not sure" on every knowledge question included."""
    if kind is QuestionKind.SCALE:
        return frozenset(str(point) for point in range(1, SCALE_POINTS + 1))
    if kind is QuestionKind.SHORT_TEXT:
        return frozenset()
    return frozenset(keys) | {NOT_SURE}


def is_answer(
    kind: QuestionKind, keys: Collection[str], chosen: Collection[str], text: str
) -> bool:
    """True if this answers such a question. Taking an answer back leaves it empty, and is one."""
    if kind is QuestionKind.SHORT_TEXT:
        return not chosen and len(text) <= LONGEST_TEXT
    taken = frozenset(chosen)
    if text or len(taken) != len(chosen) or not taken <= choices_allowed(kind, keys):
        return False
    if NOT_SURE in taken or kind is not QuestionKind.MULTIPLE:
        return len(taken) <= 1
    return True


def written_choices(chosen: Iterable[str]) -> str:
    """Choices as they are stored: sorted, with commas between; "" for none."""
    return ",".join(sorted(chosen))


def read_choices(stored: str) -> frozenset[str]:
    """Choices as `written_choices` stored them."""
    return frozenset(stored.split(",")) if stored else frozenset()


def score(kind: QuestionKind, right: Collection[str], chosen: Collection[str]) -> float | None:
    """How much of an answer is right, 0 to 1; None for kinds that have no right answer.

    "Not sure" and no answer score 0. With several right choices each wrong one takes away what a
    right one gives, so that ticking all of them gains nothing.
    """
    if kind not in KNOWLEDGE:
        return None
    wanted, taken = frozenset(right), frozenset(chosen)
    if kind is not QuestionKind.MULTIPLE:
        return 1.0 if taken and taken == wanted else 0.0
    hits = len(taken & wanted) - len(taken - wanted)
    return max(0.0, hits / len(wanted)) if wanted else 0.0


def percent(scores: Collection[float], questions: int) -> float:
    """Score of somebody over so many questions, 0 to 100; what she left out scores 0.

    Parts of an answer are no exact numbers: three times 3 of 5 is 60, not a hair less, where 60 is
    asked for.
    """
    return round(100.0 * sum(scores) / questions, 9) if questions else 0.0
