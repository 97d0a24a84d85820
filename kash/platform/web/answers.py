"""Answers that an account reads on its Today until it has seen them, for rooms that know no
accounts: what became of what it asked for, and what it can use from now on. None of it goes by
e-mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.feature import Part, declared


@dataclass(frozen=True)
class AnswerKind(Part):
    """One kind of answer: its text, which is told `when`, and the page that tells more, whose route
    takes the id as `argument`; above it its `title`, and `onward` is the word that leads there."""

    kind: str
    text: Any
    endpoint: str
    argument: str
    title: Any = _l("About what you asked for")
    onward: Any = _l("See the request")


@dataclass(frozen=True)
class AnswersKept(Part):
    """How an answer is kept for an account by its public id: of a kind, from a moment on, with the
    id that its page is told."""

    keep: Callable[[Session, str, str, datetime, str], None]


def answer_kind(kind: str) -> AnswerKind:
    """The declaration of a kind."""
    return next(one for one in declared(AnswerKind) if one.kind == kind)


def answer(session: Session, account: str, kind: str, at: datetime, about: str) -> None:
    """Have an account told, inside an action; once, if the same is told again before it is seen."""
    for one in declared(AnswersKept):
        one.keep(session, account, kind, at, about)
