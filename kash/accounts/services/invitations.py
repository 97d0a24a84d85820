"""One-time links: an invitation to open an account, and a link to set a new password."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.accounts import queries
from kash.accounts.errors import EmailTaken, LinkSpent, PersonTaken
from kash.accounts.models import Account, Invitation
from kash.accounts.rules import INVITATION_LASTS
from kash.accounts.secrets import hash_password, new_token, token_hash
from kash.accounts.services.accounts import (
    build_account,
    check_new_password,
    check_roles,
    end_sessions,
    flush_account,
    locked_account,
    refuse_taken,
)
from kash.accounts.services.marks import forget_marks
from kash.database import db, new_public_id
from kash.policy import Actor, Role
from kash.vault import ActorLike, audited, open_text, seal
from kash.web.errors import NotFound


def invited_email(invitation: Invitation) -> str:
    """The address that an invitation went to."""
    return open_text(
        invitation.email_sealed, kind="invitation.email", public_id=invitation.public_id
    )


def invite(
    by: ActorLike,
    *,
    name: str,
    email: str,
    roles: Collection[Role],
    language: str = "",
    person_id: int | None = None,
) -> str:
    """Invite someone; returns the secret of the link, which is kept nowhere.

    An older invitation to the same address is withdrawn. Raises RolesConflict, EmailTaken,
    PersonTaken.
    """
    check_roles(roles)
    token = new_token()
    public_id = new_public_id()
    with audited("accounts.invited", by) as change:
        refuse_taken(change.session, email, person_id)
        key = queries.email_key(email)
        change.session.execute(
            delete(Invitation).where(
                Invitation.email_lookup == key,
                Invitation.used_at.is_(None),
                Invitation.account_id.is_(None),
            )
        )
        change.session.add(
            Invitation(
                public_id=public_id,
                token_hash=token_hash(token),
                name=name,
                email_sealed=seal(email, kind="invitation.email", public_id=public_id),
                email_lookup=key,
                roles=[str(role) for role in sorted(roles)],
                language=language,
                person_id=person_id,
                invited_by=by.public_id,
                created_at=change.now,
                expires_at=change.now + INVITATION_LASTS,
            )
        )
        change.about(public_id, *(f"role:{role}" for role in sorted(roles)))
    return token


def withdraw_invitation(by: ActorLike, public_id: str) -> None:
    """Make an unused invitation unusable. Raises NotFound."""
    with audited("accounts.invitation_withdrawn", by) as change:
        gone = change.session.scalar(
            select(Invitation).where(
                Invitation.public_id == public_id,
                Invitation.used_at.is_(None),
                Invitation.account_id.is_(None),
            )
        )
        if gone is None:
            raise NotFound
        change.session.delete(gone)
        change.about(public_id)


def _spend(session: Session, token: str) -> Invitation:
    invitation = session.scalar(
        select(Invitation).where(Invitation.token_hash == token_hash(token)).with_for_update()
    )
    if invitation is None or invitation.used_at is not None:
        raise LinkSpent
    return invitation


def accept_invitation(token: str, *, name: str, password: str, language: str = "") -> Actor:
    """Open the account that an invitation offers. Raises LinkSpent, WeakPassword, EmailTaken."""
    offered = queries.usable_invitation(token)
    if offered is None or offered.account_id is not None:
        raise LinkSpent
    email = invited_email(offered)
    check_new_password(password, name, email.partition("@")[0])
    hashed = hash_password(password)
    new = Actor(public_id=new_public_id())
    with audited("accounts.invitation_accepted", new) as change:
        invitation = _spend(change.session, token)
        if invitation.expires_at <= change.now:
            raise LinkSpent
        taken = change.session.scalar(
            select(Account.id).where(Account.email_lookup == invitation.email_lookup)
        )
        if taken is not None:
            raise EmailTaken
        if invitation.person_id is not None and change.session.scalar(
            select(Account.id).where(Account.person_id == invitation.person_id)
        ):
            raise PersonTaken
        account = build_account(
            public_id=new.public_id,
            name=name,
            email=email,
            password_hash=hashed,
            roles=[Role(role) for role in invitation.roles],
            language=language or invitation.language,
            person_id=invitation.person_id,
        )
        change.session.add(account)
        invitation.used_at = change.now
        flush_account(change.session)
        change.about(new.public_id, invitation.public_id)
    return queries.actor_of(queries.account(new.public_id))


def new_password_link(by: Actor, public_id: str) -> str:
    """A one-time link with which an account sets a new password; an older one is void."""
    token = new_token()
    link_id = new_public_id()
    with audited("accounts.password_link_made", by) as change:
        account = locked_account(change.session, public_id)
        if not account.active:
            raise NotFound
        email = queries.email_of(account)
        change.session.execute(
            delete(Invitation).where(
                Invitation.account_id == account.id, Invitation.used_at.is_(None)
            )
        )
        change.session.add(
            Invitation(
                public_id=link_id,
                token_hash=token_hash(token),
                name=account.name,
                email_sealed=seal(email, kind="invitation.email", public_id=link_id),
                email_lookup=account.email_lookup,
                roles=[],
                account_id=account.id,
                invited_by=by.public_id,
                created_at=change.now,
                expires_at=change.now + INVITATION_LASTS,
            )
        )
        change.about(public_id)
    return token


def accept_new_password(token: str, password: str) -> None:
    """Set the password that a link allows to set; all sessions end. Raises LinkSpent, WeakPassword.

    The second step stays as it is: the link alone opens nothing.
    """
    offered = queries.usable_invitation(token)
    if offered is None or offered.account_id is None:
        raise LinkSpent
    check_new_password(password, offered.name, invited_email(offered).partition("@")[0])
    hashed = hash_password(password)
    public_id = _public_id_of(offered.account_id)
    with audited("accounts.password_set_by_link", Actor(public_id=public_id)) as change:
        invitation = _spend(change.session, token)
        account = locked_account(change.session, public_id)
        if invitation.expires_at <= change.now or not account.active:
            raise LinkSpent
        account.password_hash = hashed
        account.password_changed_at = change.now
        account.paused_at = None
        invitation.used_at = change.now
        end_sessions(change.session, account.id)
        forget_marks(change.session, account.id)
        change.about(public_id)


def _public_id_of(account_id: int) -> str:
    account = db.session.get(Account, account_id)
    if account is None:
        raise LinkSpent
    return account.public_id
