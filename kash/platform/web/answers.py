"""Answers to what somebody asked for, on her Today until she has seen them, for rooms that know no
accounts. None goes by e-mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kash.feature import Part, declared


@dataclass(frozen=True)
class AnswerKind(Part):
    """One kind of answer: its text, which is told `when`, and the page that tells more, whose route
    takes the id as `argument`."""

    kind: str
    text: Any
    endpoint: str
    argument: str


@dataclass(frozen=True)
class AnswersKept(Part):
    """How an answer is kept for an account by its public id: of a kind, from a moment on, with the
    id that its page is told."""

    keep: Callable[[Session, str, str, datetime, str], None]


def answer_kind(kind: str) -> AnswerKind:
    """The declaration of a kind."""
    return next(one for one in declared(AnswerKind) if one.kind == kind)


def answer(session: Session, asked_by: str, kind: str, at: datetime, about: str) -> None:
    """Have the account that asked for something told what became of it, inside an action."""
    for one in declared(AnswersKept):
        one.keep(session, asked_by, kind, at, about)
