"""Figures that may have been printed before the database was put back: two people say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from kash.platform.approvals.errors import WrongStep
from kash.platform.vault import audited, mac_prefix
from kash.policy import Actor
from kash.releases.approval import RECOVERY
from kash.releases.errors import (
    CodeNotHere,
    CodeProvesNothing,
    OtherCode,
    PutBackUnsaid,
    SaidAlready,
)
from kash.releases.models import ReleaseRecovery
from kash.releases.queries.doubts import Doubt, doubt_of, proves, waiting_for


@dataclass(frozen=True)
class RecoveryDetails:
    """A word on a day: a kind as in `ReleaseRecovery`, with the code or the reason."""

    kind: str
    code: str = ""
    reason: str = ""


def say(day: date, details: RecoveryDetails, *, by: Actor) -> str:
    """Say what became of the figures of a day; the public id of what another agrees to. Raises
    NotFound, PutBackUnsaid, SaidAlready, CodeNotHere and CodeProvesNothing."""
    with audited("releases.recovery_said", by) as change:
        doubt = doubt_of(change.session, day, change.now)
        if waiting_for(change.session, day) is not None:
            raise SaidAlready
        code = details.code if details.kind == "code" else ""
        _check(change.session, doubt, details.kind, code)
        made: ReleaseRecovery = RECOVERY.propose(
            change,
            by,
            day=day,
            kind=details.kind,
            code=code,
            reason=details.reason,
            noted=doubt.noted,
        )
        return made.public_id


def _check(session: Session, doubt: Doubt, kind: str, code: str) -> None:
    if doubt.unsaid:
        raise PutBackUnsaid
    if kind != "code":
        return
    proof = proves(session, code, doubt)
    if proof is None:
        raise CodeNotHere
    if not proof or doubt.noted:
        raise CodeProvesNothing


def agree(public_id: str, code: str, *, by: Actor) -> bool:
    """Agree to what another said; where it is a code, the agreeing person types it from her own
    copy. True if these figures are closed from now on.

    Raises NotFound, WrongStep, SamePerson, StandsBehind, OtherCode, PutBackUnsaid, CodeNotHere and
    CodeProvesNothing.
    """
    with audited("releases.recovery_agreed", by) as change:
        row: ReleaseRecovery = RECOVERY.locked(change.session, public_id)
        if row.state != "proposed":
            raise WrongStep
        doubt = doubt_of(change.session, row.day, change.now)
        if row.kind == "code" and mac_prefix(code) != mac_prefix(row.code):
            raise OtherCode
        _check(change.session, doubt, row.kind, row.code)
        row.noted = doubt.noted
        RECOVERY.approve(change, row, by)
        return row.kind == "printed"


def turn_back(public_id: str, reason: str, *, by: Actor) -> None:
    """Turn back what another said. Raises NotFound and WrongStep."""
    with audited("releases.recovery_returned", by) as change:
        RECOVERY.turn_back(change, RECOVERY.locked(change.session, public_id), reason, by)
