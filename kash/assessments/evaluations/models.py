"""The key pair of an open form. Its private half lies in a file of its own, sealed under the
server's keys, and never in the database: write-ahead logs and backups would keep it long after it
was destroyed, and with it the order in which answers came. Forms, their questions, the box in
which sealed answers lie, and what was counted in the end."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.platform.vault import open_sealed, seal
from kash.platform.vault.chain import length_prefixed
from kash.platform.vault.compartments import open_from, seal_to
from kash.workshops.models import Workshop

_KIND = "evaluations.form_key"
# What sealing to a public key adds: the sender's half of it, and a tag.
OVERHEAD = 32 + 16
_BEING_OPENED = 120  # seconds


class KeyGone(LookupError):
    """There is no private half for this form: nobody can ever open its answers."""


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].data_dir / "evaluations"
    return folder


def make_form_key(form: str) -> bytes:
    """Make a pair for a form (public id) and keep its private half; the public half, 32 bytes."""
    private = X25519PrivateKey.generate()
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed = seal(private.private_bytes_raw(), kind=_KIND, public_id=form)
    file = os.open(folder / form, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, sealed)
        os.fsync(file)
    finally:
        os.close(file)
    return private.public_key().public_bytes_raw()


def private_half(form: str) -> X25519PrivateKey:
    """The private half of an open form. Raises KeyGone and SealError."""
    try:
        sealed = (_folder() / form).read_bytes()
    except FileNotFoundError:
        raise KeyGone from None
    return X25519PrivateKey.from_private_bytes(open_sealed(sealed, kind=_KIND, public_id=form))


def typing_key(form: str) -> bytes:
    """The key under which phones keep what is typed into an open form; it goes with the form's.

    Raises KeyGone and SealError.
    """
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kash evaluation typing")
    return derive.derive(private_half(form).private_bytes_raw())


def destroy_form_key(form: str) -> None:
    """Overwrite the private half of a form, and delete it."""
    path = _folder() / form
    try:
        file = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.write(file, bytes(os.fstat(file).st_size))
        os.fsync(file)
    finally:
        os.close(file)
    path.unlink(missing_ok=True)


def destroy_other_keys(open_forms: Collection[str]) -> int:
    """Destroy what is left of forms that are not open (a crash came between); how many.

    A key that was just made may belong to a form that is being opened at this moment.
    """
    folder, settled = _folder(), time.time() - _BEING_OPENED
    left = list(folder.iterdir()) if folder.is_dir() else []
    gone = [
        path.name for path in left if path.name not in open_forms and path.stat().st_mtime < settled
    ]
    for name in gone:
        destroy_form_key(name)
    return len(gone)


def seal_answer(public: bytes, form: str, text: bytes) -> bytes:
    """An answer sealed to a form's public half: `OVERHEAD` bytes longer than the text."""
    return seal_to(public, text, _place(form))


def open_answer(private: X25519PrivateKey, form: str, sealed: bytes) -> bytes:
    """The answer in what was sealed for this form. Raises SealError."""
    return open_from(private, sealed, _place(form))


def _place(form: str) -> bytes:
    return length_prefixed("kash evaluation", form)


# What a comment is sealed as.
COMMENT = "evaluations.comment"


class EvaluationForm(PublicId, Base):
    """One form of a workshop: of a `day`, or of the whole workshop if there is none.

    `answered`, `on_paper` and `left_out` are set at closing: answers that were sent at all, entered
    from paper, and not counted because too few came that way. `lost` says that the key was gone.
    """

    __tablename__ = "evaluation_form"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'open', 'closed')", name="state"),
        Index("ix_evaluation_form_open", "closes_at", **only_where("state = 'open'")),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    day: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(8), default="draft")
    asks_group: Mapped[bool] = mapped_column(default=False)
    public_key: Mapped[bytes | None]
    opened_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    answered: Mapped[int] = mapped_column(SmallInteger, default=0)
    on_paper: Mapped[int] = mapped_column(SmallInteger, default=0)
    left_out: Mapped[int] = mapped_column(SmallInteger, default=0)
    lost: Mapped[bool] = mapped_column(default=False)
    row_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[Short]
    created_at: Mapped[Now]

    workshop: Mapped[Workshop] = relationship()
    questions: Mapped[list[EvaluationQuestion]] = relationship(
        back_populates="form", order_by="EvaluationQuestion.position", cascade="all, delete-orphan"
    )


class EvaluationQuestion(PublicId, Base):
    """A question. `texts` maps a language to its words, and `options`, of a choice, are such maps
    in their order; a scale has steps of its own, a comment none."""

    __tablename__ = "evaluation_question"
    __table_args__ = (CheckConstraint("kind in ('scale', 'choice', 'comment')", name="kind"),)

    id: Mapped[Key]
    form_id: Mapped[int] = mapped_column(ForeignKey("evaluation_form.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    form: Mapped[EvaluationForm] = relationship(back_populates="questions")


class EvaluationBox(Base):
    """The answers to an open form: one row of one size, written anew as a whole with each of them.

    `body` holds `slots` pieces of `piece` bytes. The first `taken` are sealed answers, shuffled
    each time; the others are random. `seen` are salted hashes of what phones made up so that
    nothing is sent twice, sorted. The row is gone once the form is closed.
    """

    __tablename__ = "evaluation_box"

    form_id: Mapped[int] = mapped_column(
        ForeignKey("evaluation_form.id"), primary_key=True, autoincrement=False
    )
    slots: Mapped[int] = mapped_column(SmallInteger)
    piece: Mapped[int]
    taken: Mapped[int] = mapped_column(SmallInteger, default=0)
    on_paper: Mapped[int] = mapped_column(SmallInteger, default=0)
    salt: Mapped[bytes]
    seen: Mapped[bytes] = mapped_column(default=b"")
    body: Mapped[bytes]


class EvaluationCount(Base):
    """How often one answer was given to one question. `part` is the letter of a group, "rest" for
    people who named none, and "" where nothing is told apart."""

    __tablename__ = "evaluation_count"
    __table_args__ = (UniqueConstraint("question_id", "part", "option"),)

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("evaluation_question.id"))
    part: Mapped[str] = mapped_column(String(4), default="")
    option: Mapped[str] = mapped_column(String(2))
    count: Mapped[int] = mapped_column(SmallInteger)


class EvaluationComment(PublicId, Base):
    """One comment, sealed under the server's keys; written in no order, with all others at once."""

    __tablename__ = "evaluation_comment"

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("evaluation_question.id"), index=True)
    body: Mapped[bytes]
