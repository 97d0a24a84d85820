"""Links that were not used yet, accounts with a password only, and accounts of peer educators that
are tied to no participant, as whoever invites sees to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, not_, select

from kash.accounts.models import Account, AccountRequest, AccountRole, Invitation
from kash.accounts.rules.two_people import RequestKind, RequestState
from kash.platform.database import db
from kash.policy import Role


@dataclass(frozen=True)
class Housekeeping:
    """Numbers of invitations that wait, of accounts that have a password only, and of those of peer
    educators that are tied to no participant."""

    invitations: int
    without_second_step: int
    untied: int

    def __bool__(self) -> bool:
        return bool(self.invitations or self.without_second_step or self.untied)


def housekeeping(now: datetime) -> Housekeeping:
    """Counts of what is to be seen to of invitations and of accounts in use; one query."""
    waiting = (
        select(func.count(Invitation.id))
        .where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > now,
        )
        .scalar_subquery()
    )
    bare = (
        select(func.count(Account.id))
        .where(Account.active.is_(True), Account.totp_sealed.is_(None), not_(Account.has_passkey))
        .scalar_subquery()
    )
    untied = (
        select(func.count(Account.id))
        .where(
            Account.active.is_(True),
            Account.person_id.is_(None),
            # Whose tie waits for a second person is seen to already.
            ~exists().where(
                AccountRequest.account_id == Account.id,
                AccountRequest.kind == str(RequestKind.OPENING),
                AccountRequest.state == str(RequestState.WAITING),
                AccountRequest.expires_at > now,
            ),
            Account.roles.any(AccountRole.role.in_([Role.PEER, Role.POLICE_PEER])),
        )
        .scalar_subquery()
    )
    row = db.session.execute(select(waiting, bare, untied)).one()
    return Housekeeping(*row)
