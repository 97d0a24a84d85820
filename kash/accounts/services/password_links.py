"""Password links: a new password by a one-time link, which somebody else has made."""

from __future__ import annotations

from sqlalchemy import delete

from kash.accounts.errors import (
    LinkSpent,
    NeedsSecond,
    OnlyAdministrators,
)
from kash.accounts.models import Account, Invitation
from kash.accounts.queries.accounts import (
    email_of,
    roles_of,
)
from kash.accounts.rules.accounts import INVITATION_LASTS
from kash.accounts.rules.two_people import (
    RequestKind,
    takes_two,
)
from kash.accounts.secrets import code_hash, hash_password, new_token, token_hash
from kash.accounts.services.accounts import (
    check_new_password,
    end_sessions,
    locked_account,
)
from kash.accounts.services.backing import (
    is_operator,
    stand_behind,
    unsettle,
)
from kash.accounts.services.invitations import (
    check_spoken_code,
    invited_email,
    offered_by,
    public_id_of,
    refuse_alone,
    spend_invitation,
)
from kash.accounts.services.marks import forget_marks
from kash.accounts.services.notices import LINK_MADE, PASSWORD_SET, notify
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited, seal
from kash.platform.web.errors import NotFound
from kash.policy import Actor


def new_password_link(by: Actor, public_id: str) -> str:
    """A one-time link with which an account sets a new password; an older one is void.

    Its owner is told, and whoever makes it alone stands behind the account from now on: she could
    use it herself. Raises NotFound, OnlyAdministrators, and NeedsSecond for who holds a powerful
    role, or has no second step that the link leaves closed.
    """
    with audited("accounts.password_link_made", by) as change:
        account = locked_account(change.session, public_id)
        if not account.active:
            raise NotFound
        second_step = account.has_second_step
        needed = takes_two(RequestKind.LINK, roles_of(account), second_step=second_step)
        if needed and not is_operator(by):
            raise NeedsSecond
        if not by.may("accounts.manage"):
            raise OnlyAdministrators
        stand_behind(change.session, account.id, by.public_id, change.now)
        token = offer_password(change, account, by.public_id)
        change.about(public_id)
    return token


def offer_password(
    change: Change,
    account: Account,
    by: str,
    *,
    request_id: str = "",
    code: str = "",
    token: str = "",
) -> str:
    """Make the link inside the caller's transaction and tell the owner; its secret, a new one if
    none is given."""
    token, link_id = token or new_token(), new_public_id()
    email = email_of(account)
    change.session.execute(
        delete(Invitation).where(Invitation.account_id == account.id, Invitation.used_at.is_(None))
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
            invited_by=by,
            brought_by=by,
            request_id=request_id,
            code_hash=code_hash(code) if code else "",
            created_at=change.now,
            expires_at=change.now + INVITATION_LASTS,
        )
    )
    notify(change.session, account, LINK_MADE, change.now)
    return token


def accept_new_password(token: str, password: str, *, code: str = "") -> None:
    """Set the password that a link allows to set; all sessions end, and the owner is told.

    The second step stays as it is: the link alone opens nothing. `code` is what the second person
    told, if one agreed to it. Raises LinkUsed, LinkSpent, WeakPassword, WrongSpokenCode and
    TooManyTries.
    """
    offered = offered_by(token, password=True)
    check_new_password(password, offered.name, invited_email(offered).partition("@")[0])
    check_spoken_code(offered, code)
    hashed = hash_password(password)
    public_id = public_id_of(offered.account_id)
    with audited("accounts.password_set_by_link", Actor(public_id=public_id)) as change:
        invitation = spend_invitation(change.session, token, change.now)
        account = locked_account(change.session, public_id)
        if not account.active:
            raise LinkSpent
        refuse_alone(invitation, roles_of(account), second_step=account.has_second_step)
        account.password_hash = hashed
        account.password_changed_at = change.now
        account.paused_at = None
        unsettle(account, invitation.brought_by, change.now)
        end_sessions(change.session, account.id)
        forget_marks(change.session, account.id)
        notify(change.session, account, PASSWORD_SET, change.now)
        change.about(public_id)
