"""Marks that come from a program, by the rules by which a phone's do: one transaction, one entry.

They are made under the token in the name of the account that answers for it, whose right to mark
is asked anew while the register is held.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.api.bearing import TokenBearer
from kash.api.errors import KeyReused, OutOfScope
from kash.api.models import KeptAnswer
from kash.api.queries.attendance import officers_entries
from kash.api.services.using import TokenItself
from kash.attendance.owners import owner_of
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import Operation, OperationAnswer
from kash.attendance.services.applying import apply_batch
from kash.attendance.sources import MarkSource
from kash.platform.database import utc_now, writing
from kash.platform.vault import audited

Answers = list[dict[str, Any]]
# No entry's id, so that it is answered as one that is not on the register.
_NOBODY = "-"
SOURCE = MarkSource("api", _l("from another program, made there at %(time)s"))


def apply_operations(
    token: TokenBearer, register: str, operations: Sequence[Operation], *, key: str, digest: str
) -> Answers:
    """Apply operations to a register (by public id); answers in the same order.

    What comes again under the same key gets the same answers, and does nothing. Raises NotFound,
    KeyReused, and OutOfScope if whoever answers for the token may not mark this register.
    """
    try:
        return _applied(token, register, operations, key, digest)
    except IntegrityError:
        # The same key, or the same operation, was just kept by another process.
        return _applied(token, register, operations, key, digest)


def _applied(
    token: TokenBearer, register: str, operations: Sequence[Operation], key: str, digest: str
) -> Answers:
    with audited("api.marks_made", TokenItself(token.public_id)) as change:
        session = change.session
        held = lock_register(session, register)
        kept = _kept(session, token, key, digest)
        if kept is None:
            owner = owner_of(held.purpose)
            right = None if owner is None else owner.may_mark(session, held.id, token.actor)
            if right is None:
                raise OutOfScope
            outcome = apply_batch(
                session,
                held.id,
                held.purpose,
                _of_officers(session, held.id, operations),
                token.actor.public_id,
                change.now,
                right.cancelled_at,
            )
            answers, wrote = _as_values(outcome.answers), bool(outcome.kept)
        else:
            answers, wrote = kept, False
        if wrote:
            _keep(session, token, key, digest, answers, change.now)
            change.about(held.public_id, token.actor.public_id)
        else:
            change.nothing()
    if kept is None and not wrote:
        # Nothing was to be done, so that there is no entry; the answer is kept all the same.
        with writing() as session:
            again = _kept(session, token, key, digest)
            if again is not None:
                return again
            _keep(session, token, key, digest, answers, utc_now())
    return answers


def _of_officers(
    session: Session, register_id: int, operations: Sequence[Operation]
) -> list[Operation]:
    """The operations, where nobody is on the register whom a program may not be told of: an answer
    would tell who of the community came."""
    officers = officers_entries(session, register_id, {one.entry for one in operations})
    return [one if one.entry in officers else replace(one, entry=_NOBODY) for one in operations]


def _as_values(answers: Sequence[OperationAnswer]) -> Answers:
    return [
        {
            "op_id": one.op_id,
            "answer": str(one.answer),
            "reason": str(one.reason),
            "status": one.status,
            "version": one.version,
        }
        for one in answers
    ]


def _kept(session: Session, token: TokenBearer, key: str, digest: str) -> Answers | None:
    """The answers that a key got before; None if it is new. Raises KeyReused."""
    found = session.execute(
        select(KeptAnswer.digest, KeptAnswer.body).where(
            KeptAnswer.token_id == token.id, KeptAnswer.key == key
        )
    ).one_or_none()
    if found is None:
        return None
    if found.digest != digest:
        raise KeyReused
    answers: Answers = json.loads(found.body)
    return answers


def _keep(
    session: Session, token: TokenBearer, key: str, digest: str, answers: Answers, now: datetime
) -> None:
    session.add(
        KeptAnswer(token_id=token.id, key=key, digest=digest, body=json.dumps(answers), made_at=now)
    )
    session.flush()
