"""A token on its way: asked for, agreed to or sent back, fetched once, ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.accounts.errors import NotIndependent
from kash.accounts.secrets import new_token, token_hash
from kash.api.approval import APPROVAL
from kash.api.errors import NamesAlone, NoScopeChosen, ScopeNotHeld, TooLate
from kash.api.models import ApiToken, ApiTokenScope, KeptAnswer
from kash.api.queries.tokens import seen_by, standing_towards
from kash.api.rules.repeating import KEPT_FOR
from kash.api.rules.tokens import PERIODS, TokenStands, may_have
from kash.api.scopes import KIND, NAMES, PEOPLE, scope_named
from kash.connections.models import Connection
from kash.platform.approvals.rules import Standing
from kash.platform.database import utc_now, writing
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

PREFIX = "kash_"


@dataclass(frozen=True)
class TokenRequest:
    """Request for a token: the connection (public id), what for, scopes by key, and days."""

    connection: str
    purpose: str
    scopes: tuple[str, ...]
    days: int


def ask_for_token(request: TokenRequest, *, by: Actor) -> str:
    """Ask for a token, for which the asker answers; its public id. Raises NotFound, NoScopeChosen,
    NamesAlone and ScopeNotHeld."""
    scopes = _checked(request.scopes, by)
    days = request.days if request.days in PERIODS else PERIODS[0]
    with audited("api.token_asked", by) as change:
        connection = one_or_404(
            change.session.scalar(
                select(Connection).where(
                    Connection.public_id == request.connection,
                    Connection.kind == KIND,
                    Connection.state == "approved",
                )
            )
        )
        row: ApiToken = APPROVAL.propose(
            change,
            by,
            connection_id=connection.id,
            account_id=by.account_id,
            purpose=request.purpose,
            days=days,
            scopes=[ApiTokenScope(scope=key) for key in scopes],
        )
        change.about(connection.public_id)
        return row.public_id


def _checked(keys: Collection[str], by: Actor) -> list[str]:
    found = [scope for key in dict.fromkeys(keys) if (scope := scope_named(key)) is not None]
    if not found:
        raise NoScopeChosen
    if NAMES in found and PEOPLE not in found:
        raise NamesAlone
    if not all(may_have(by.roles, scope.permission) for scope in found):
        raise ScopeNotHeld
    return [scope.key for scope in found]


def agree_to_token(public_id: str, *, by: Actor) -> None:
    """Agree to a token as it was asked for. Raises NotFound, TooLate, WrongStep, SamePerson and
    AnotherAgrees."""
    with audited("api.token_agreed", by) as change:
        row: ApiToken = APPROVAL.locked(change.session, public_id)
        if row.state == "proposed":
            if row.stands(change.now) is not TokenStands.ASKED:
                raise TooLate
            stands = standing_towards(row, by, change.session)
            if stands not in (Standing.MAY, Standing.ASKED):
                raise NotIndependent(stands)
        APPROVAL.approve(change, row, by)
        row.agreed_at = change.now


def return_token(public_id: str, reason: str, *, by: Actor) -> None:
    """Send back what was asked for, with the reason. Raises NotFound and WrongStep."""
    with audited("api.token_returned", by) as change:
        APPROVAL.turn_back(change, APPROVAL.locked(change.session, public_id), reason, by)


def fetch_token(public_id: str, *, by: Actor) -> str:
    """Make the secret of one's own token that was agreed to: it is told this once. Raises NotFound
    and TooLate."""
    with audited("api.token_fetched", by) as change:
        row = one_or_404(
            change.session.scalar(
                select(ApiToken)
                .where(ApiToken.public_id == public_id, ApiToken.account_id == by.account_id)
                .with_for_update()
            )
        )
        if row.stands(change.now) is not TokenStands.AGREED:
            raise TooLate
        secret = PREFIX + new_token()
        row.token_hash, row.fetched_at = token_hash(secret), change.now
        row.expires_at = change.now + timedelta(days=row.days)
        change.about(public_id)
        return secret


def end_token(public_id: str, *, by: Actor) -> None:
    """End a token, or take back that it was asked for. Nothing is done if it is over. Raises
    NotFound."""
    with audited("api.token_ended", by) as change:
        row = one_or_404(
            change.session.scalar(
                seen_by(by).where(ApiToken.public_id == public_id).with_for_update()
            )
        )
        if row.ended_at is not None:
            change.nothing()
            return
        row.ended_at, row.ended_by, row.token_hash = change.now, by.public_id, None
        change.about(public_id)


def end_with_access(session: Session, account_id: int, now: datetime) -> None:
    """Within another action: end the tokens for which an account answers, whose access ends."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.ended_at.is_(None))
        .values(ended_at=now, ended_by="system", token_hash=None)
        .execution_options(synchronize_session=False)
    )


def forget_kept_answers() -> None:
    """Delete answers that are given again no longer."""
    with writing() as session:
        session.execute(delete(KeptAnswer).where(KeptAnswer.made_at < utc_now() - KEPT_FOR))
