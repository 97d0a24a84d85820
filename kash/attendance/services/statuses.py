"""The programme's own statuses: added, renamed, put in order, taken out of use, never deleted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkOperation, MarkStatus
from kash.attendance.queries.statuses import forget_statuses
from kash.attendance.register import ensure_statuses
from kash.attendance.rules.marking import (
    ALWAYS_IN_USE,
    ANY_PURPOSE,
    MOST_STATUSES,
    STANDARD_STATUSES,
    Tone,
)
from kash.attendance.wording import usual_word
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem
from kash.policy import Actor

_LETTER = re.compile(r"[A-Z]{1,2}")
_WORKSHOP = "workshop"
_STANDARD = frozenset(status.code for status in STANDARD_STATUSES)


class StatusProblem(Problem):
    """A status can't be as it was entered. `field` says where."""

    field = "name"


class StatusTaken(StatusProblem):
    """Another status has this name or letter."""

    sentence = _l("Another mark has this already.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class WrongLetter(StatusProblem):
    """A letter is one or two of A to Z."""

    field = "letter"
    sentence = _l("Enter one or two letters, A to Z.")


class WeightIsUsed(StatusProblem):
    """Hours that were counted must not change afterwards."""

    status = 409
    field = "weight"
    sentence = _l(
        "People were marked so, and their hours must not change afterwards. Add a new mark instead."
    )


class WeightIsFixed(StatusProblem):
    """Present counts whole, absent counts nothing."""

    field = "weight"
    sentence = _l("This mark always counts as it does.")


class AlwaysInUse(StatusProblem):
    """No register can do without present and absent."""

    field = "active"
    sentence = _l("Every register needs this mark.")


class TooManyStatuses(StatusProblem):
    """More than anybody could choose from on a phone."""

    sentence = _l("These are as many marks as a register can show. Take one back into use instead.")


@dataclass(frozen=True)
class StatusDetails:
    """A status as entered. `weight` in per cent."""

    name: str
    letter: str
    weight: int
    tone: str = Tone.QUIET
    active: bool = True


def add_status(details: StatusDetails, by: Actor) -> str:
    """Add a status for workshops; returns its code. Raises StatusProblem."""
    with audited("attendance.status_added", by) as change:
        session = change.session
        ensure_statuses(session)
        kept = _held(session)
        if len([one for one in kept if one.purpose in (_WORKSHOP, ANY_PURPOSE)]) >= MOST_STATUSES:
            raise TooManyStatuses
        if not details.name:
            raise StatusTaken("name")
        letter = _checked(details, kept, None)
        last = session.scalar(select(func.max(MarkStatus.position))) or 0
        made = MarkStatus(
            code=new_public_id(),
            letter=letter,
            weight=details.weight,
            position=last + 1,
            purpose=_WORKSHOP,
            name=details.name,
            tone=str(details.tone),
            active=details.active,
        )
        session.add(made)
        _flush(session)
        change.about(made.code)
        code = made.code
    forget_statuses()
    return code


def change_status(code: str, details: StatusDetails, row_version: int, by: Actor) -> None:
    """Change a status. The weight of one that was used stays, of present and absent always.

    Raises NotFound, ChangedMeanwhile, StatusProblem.
    """
    with audited("attendance.status_changed", by) as change:
        session = change.session
        ensure_statuses(session)
        kept = _held(session)
        found = next((one for one in kept if one.code == code), None)
        if found is None or found.purpose not in (_WORKSHOP, ANY_PURPOSE):
            raise NotFound
        if found.row_version != row_version:
            raise ChangedMeanwhile
        letter = _checked(details, kept, found)
        if details.weight != found.weight:
            if code in ALWAYS_IN_USE:
                raise WeightIsFixed
            if _used(session, code):
                raise WeightIsUsed
        if not details.active and code in ALWAYS_IN_USE:
            raise AlwaysInUse
        found.name = "" if details.name == usual_word(code) else details.name
        found.letter, found.weight = letter, details.weight
        found.tone, found.active = str(details.tone), details.active
        found.row_version += 1
        _flush(session)
        # The standard ones have no public id.
        change.about("settings" if code in _STANDARD else code)
    forget_statuses()


def order_statuses(codes: Sequence[str], by: Actor) -> None:
    """Put the statuses in this order; those not named follow in the order they had."""
    with audited("attendance.statuses_ordered", by) as change:
        session = change.session
        ensure_statuses(session)
        kept = _held(session)
        wanted = {code: place for place, code in enumerate(codes)}
        in_order = sorted(kept, key=lambda one: (wanted.get(one.code, len(wanted)), one.position))
        if [one.code for one in in_order] == [one.code for one in kept]:
            change.nothing()
        for place, one in enumerate(in_order):
            one.position = place
        change.about("settings")
    forget_statuses()


def _held(session: Session) -> list[MarkStatus]:
    """All statuses in their order. Who marks with one meanwhile waits, as it is referenced."""
    return list(
        session.scalars(
            select(MarkStatus).order_by(MarkStatus.position, MarkStatus.code).with_for_update()
        )
    )


def _checked(
    details: StatusDetails, kept: Sequence[MarkStatus], excluding: MarkStatus | None
) -> str:
    letter = details.letter.upper()
    if not _LETTER.fullmatch(letter):
        raise WrongLetter
    for one in kept:
        if one is excluding:
            continue
        if one.letter == letter:
            raise StatusTaken("letter")
        if (one.name or usual_word(one.code)).casefold() == details.name.casefold():
            raise StatusTaken("name")
    return letter


def _used(session: Session, code: str) -> bool:
    return bool(
        session.scalar(select(exists().where(Mark.status == code)))
        or session.scalar(select(exists().where(MarkOperation.status == code)))
    )


def _flush(session: Session) -> None:
    """Letters are compared by the database too."""
    try:
        session.flush()
    except IntegrityError:
        raise StatusTaken("letter") from None
