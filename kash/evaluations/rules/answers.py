"""Answers to a form: what may be said to each question, and the one size all are packed to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class BallotQuestionKind(StrEnum):
    """Kind of a question."""

    SCALE = "scale"
    CHOICE = "choice"
    COMMENT = "comment"


SCALE = ("1", "2", "3", "4", "5")
MOST_QUESTIONS = 12
MOST_COMMENTS = 3
MOST_OPTIONS = 6
LONGEST_COMMENT = 280
REST = "rest"

# A character is four bytes at most; a mark of JSON doubles one that is a single byte.
_BYTES_A_CHARACTER = 4
_FRAME, _MARKED = 64, 8


@dataclass(frozen=True)
class BallotQuestion:
    """A question as it is asked: its kind, and how many options a choice has."""

    kind: BallotQuestionKind
    options: int = 0

    @property
    def keys(self) -> tuple[str, ...]:
        """Answers that can be given; none for a comment."""
        if self.kind is BallotQuestionKind.SCALE:
            return SCALE
        return tuple(str(number) for number in range(1, self.options + 1))


@dataclass(frozen=True)
class Ballot:
    """One person's answers in the order of the questions, "" for none; the letter of her group,
    "" for none; and whether somebody entered it from paper."""

    answers: tuple[str, ...]
    group: str = ""
    on_paper: bool = False


class UnreadableBallot(ValueError):
    """Something that is no answer to this form. The message holds no value."""


def read_answers(
    questions: Sequence[BallotQuestion],
    given: Mapping[int, str],
    group: str,
    groups: Sequence[str],
    *,
    on_paper: bool = False,
) -> Ballot:
    """A ballot of what was given to questions by their places, from 0.

    What is left empty stays so. Raises UnreadableBallot if an answer is none of those that can be
    given, or a comment is too long.
    """
    answers = []
    for place, question in enumerate(questions):
        said = given.get(place, "").strip()
        if question.kind is BallotQuestionKind.COMMENT:
            if len(said) > LONGEST_COMMENT:
                raise UnreadableBallot("comment")
        elif said and said not in question.keys:
            raise UnreadableBallot("option")
        answers.append(said)
    if group and group not in groups:
        raise UnreadableBallot("group")
    return Ballot(tuple(answers), group, on_paper)


def says_nothing(ballot: Ballot) -> bool:
    """True if no question at all was answered."""
    return not any(ballot.answers)


def packed_size(questions: Sequence[BallotQuestion]) -> int:
    """Bytes that hold any answer to these questions."""
    size = _FRAME
    for question in questions:
        size += _MARKED
        if question.kind is BallotQuestionKind.COMMENT:
            size += LONGEST_COMMENT * _BYTES_A_CHARACTER
    return size


def packed(ballot: Ballot, size: int) -> bytes:
    """A ballot as bytes of one size, whatever was answered.

    Raises UnreadableBallot if it is larger.
    """
    said = [list(ballot.answers), ballot.group, int(ballot.on_paper)]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > size:
        raise UnreadableBallot("size")
    return text.ljust(size)


def unpacked(text: bytes) -> Ballot:
    """The ballot in such bytes."""
    answers, group, on_paper = json.loads(text)
    return Ballot(tuple(answers), group, bool(on_paper))
