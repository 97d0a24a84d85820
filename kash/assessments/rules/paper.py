"""A test's questions as rows of an answer sheet, and marks on them as answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kash.assessments.rules.bank import BankQuestion, placed_letter
from kash.assessments.rules.scoring import NOT_SURE, SCALE_POINTS, QuestionKind, is_answer

# Bubbles of a row, "not sure" among them. A question with more choices is typed in.
MOST_CHOICES = 5


@dataclass(frozen=True)
class SheetQuestion:
    """A row: its number in the test, the asked question's public id, and its choices in order, each
    by its key and by what stands before its bubble."""

    number: int
    asked: str
    kind: QuestionKind
    keys: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def several(self) -> bool:
        """True if more than one choice may be marked."""
        return self.kind is QuestionKind.MULTIPLE

    def chosen(self, marks: Sequence[int]) -> tuple[str, ...] | None:
        """The answer that marks (places of choices from 0) are; None if they are none."""
        keys = tuple(self.keys[at] for at in marks)
        return keys if is_answer(self.kind, self.keys, keys, "") else None

    def letters(self, chosen: Sequence[str]) -> str:
        """An answer by its letters, as it is typed in from paper."""
        return "".join(
            label for key, label in zip(self.keys, self.labels, strict=True) if key in chosen
        )


def sheet_questions(asked: Sequence[tuple[str, BankQuestion]]) -> list[SheetQuestion]:
    """The rows of a test's sheet, from its questions in their order, each with its public id.

    Own words, and questions with too many choices for a row, have none; the numbers of the others
    stay as they are.
    """
    rows = []
    for number, (public_id, question) in enumerate(asked, start=1):
        keys, labels = _choices(question)
        if 2 <= len(keys) <= MOST_CHOICES:
            rows.append(SheetQuestion(number, public_id, question.kind, keys, labels))
    return rows


def _choices(question: BankQuestion) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if question.kind is QuestionKind.SHORT_TEXT:
        return (), ()
    if question.kind is QuestionKind.SCALE:
        points = tuple(str(point) for point in range(1, SCALE_POINTS + 1))
        return points, points
    letters = tuple(placed_letter(at) for at in range(len(question.keys)))
    return (*question.keys, NOT_SURE), (*letters, NOT_SURE)
