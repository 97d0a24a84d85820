"""One-time links: an invitation to open an account, and a link to set a new password."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from kash.accounts import errors
from kash.accounts import rules as accounts_rules
from kash.accounts.models import Account, Invitation
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import (
    actor_of,
    email_key,
    is_minor,
    is_settled_now,
    person_public_id,
)
from kash.accounts.requests import store_opening
from kash.accounts.services.accounts import (
    build_account,
    check_new_password,
    check_roles,
    flush_account,
    refuse_taken,
)
from kash.accounts.services.marks import code_hash, hash_password, new_token, token_hash
from kash.accounts.services.notices import given_freely, is_operator, note_founding, stand_behind
from kash.accounts.services.throttle import count_try
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import Change, audited, open_text, seal
from kash.platform.web.errors import Problem, get_or_404
from kash.policy import Actor, Role


@dataclass(frozen=True)
class Made:
    """A link that was made: its secret, kept nowhere, and what the account signs in with."""

    token: str = field(repr=False)
    email: str


def invited_email(invitation: Invitation) -> str:
    """The address that an invitation went to."""
    return open_text(
        invitation.email_sealed, kind="invitation.email", public_id=invitation.public_id
    )


@dataclass(frozen=True)
class Offered:
    """The account that an invitation offers. An empty `email` asks for a drawn name."""

    name: str
    email: str
    roles: frozenset[Role]
    language: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class Marked:
    """By what an invitation is found when its form is sent again, and the secret of its link."""

    public_id: str
    token: str = field(repr=False)


def make_invitation(by: Actor, offer: Offered) -> Made:
    """Invite someone; an older invitation to the same address is withdrawn.

    Raises Problem, and
    NeedsSecond where the roles open much and are not the first of a programme that founds itself.
    """
    with audited("accounts.invited", by) as change:
        invitation, public_id = offer_alone(change, by, offer)
        change.about(public_id, *(f"role:{role}" for role in sorted(offer.roles)))
    return invitation


def invite(
    by: Actor,
    *,
    name: str,
    email: str,
    roles: Collection[Role],
    language: str = "",
    person_id: int | None = None,
) -> str:
    """The secret of the link of an invitation that is made so. Raises as `make_invitation`."""
    return make_invitation(by, Offered(name, email, frozenset(roles), language, person_id)).token


def offer_alone(
    change: Change, by: Actor, offer: Offered, mark: Marked | None = None
) -> tuple[Made, str]:
    """Make the link inside the caller's transaction, if one person alone may; and its public id.
    Raises as `make_invitation`."""
    check_roles(offer.roles)
    gained = accounts_rules.gained_power((), offer.roles)
    offer = sign_in_named(change.session, offer)
    refuse_taken(by, change.session, offer.email, offer.person_id)
    free = bool(gained) and given_freely(
        change.session, gained, change.now, but_email=email_key(offer.email)
    )
    if gained and not free and not is_operator(by):
        raise errors.NeedsSecond
    if not by.may("accounts.manage"):
        raise errors.only_administrators()
    token, public_id = offer_account(change, offer, by.public_id, founding=free, mark=mark)
    return Made(token, offer.email), public_id


def sign_in_named(session: Session, offer: Offered) -> Offered:
    """The offer with something to sign in with: a drawn name that nobody has, where there is no
    address. Raises Problem for roles that open much: their owner is told by mail of whatever
    others do to her account."""
    if offer.email:
        return offer
    if not accounts_rules.POWERFUL.isdisjoint(offer.roles):
        raise errors.email_needed()
    while True:
        name = accounts_rules.drawn_name(secrets.randbelow)
        key = email_key(name)
        taken = select(Account.id).where(Account.email_lookup == key)
        offered = select(Invitation.id).where(Invitation.email_lookup == key)
        if session.scalar(taken) is None and session.scalar(offered) is None:
            return replace(offer, email=name)


def offer_account(
    change: Change,
    offer: Offered,
    by: str,
    *,
    founding: bool = False,
    request_id: str = "",
    code: str = "",
    mark: Marked | None = None,
) -> tuple[str, str]:
    """Make the link inside the caller's transaction; its secret and its public id.

    `by` is who brings the account in. An older invitation to the same address is withdrawn.
    """
    mark = mark or Marked(new_public_id(), new_token())
    token, public_id = mark.token, mark.public_id
    key = email_key(offer.email)
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
            name=offer.name,
            email_sealed=seal(offer.email, kind="invitation.email", public_id=public_id),
            email_lookup=key,
            roles=[str(role) for role in sorted(offer.roles)],
            language=offer.language,
            person_id=offer.person_id,
            invited_by=by,
            brought_by=by,
            founding=founding,
            request_id=request_id,
            code_hash=code_hash(code) if code else "",
            created_at=change.now,
            expires_at=change.now + accounts_rules.INVITATION_LASTS,
        )
    )
    return token, public_id


def withdraw_invitation(by: Actor, public_id: str) -> None:
    """Make an unused invitation unusable. Raises NotFound."""
    with audited("accounts.invitation_withdrawn", by) as change:
        gone = get_or_404(
            change.session,
            Invitation,
            public_id,
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
        )
        change.session.delete(gone)
        change.about(public_id)


def offered_by(token: str, *, password: bool) -> Invitation:
    """The account that a link offers or, with `password`, to which it gives a new password. Raises
    LinkUsed and LinkSpent."""
    offered = _unspent(db.session.scalar(_behind(token)), utc_now())
    if (offered.account_id is not None) is not password:
        raise errors.LinkSpent
    return offered


def _behind(token: str) -> Select[Any]:
    return select(Invitation).where(Invitation.token_hash == token_hash(token))


def _unspent(invitation: Invitation | None, now: datetime) -> Invitation:
    if invitation is not None and invitation.used_at is not None:
        raise errors.LinkUsed
    if invitation is None or invitation.expires_at <= now:
        raise errors.LinkSpent
    return invitation


def spend_invitation(session: Session, token: str, now: datetime) -> Invitation:
    """Take the invitation of a token out of use. Raises LinkUsed and LinkSpent."""
    invitation = _unspent(session.scalar(_behind(token).with_for_update()), now)
    invitation.used_at = now
    return invitation


def made_alone(invitation: Invitation) -> bool:
    """True if one person alone made a link, who is not the operator."""
    return not invitation.request_id and not is_operator(invitation.brought_by)


def refuse_alone(
    invitation: Invitation, opened: Collection[Role], *, second_step: bool = True
) -> None:
    """Raise LinkSpent if one person alone made a link that opens much, or that nothing but its
    account's own `second_step` would keep from her, however long ago."""
    alone = made_alone(invitation) and not invitation.founding
    if alone and not (second_step and accounts_rules.POWERFUL.isdisjoint(opened)):
        raise errors.LinkSpent


def check_spoken_code(invitation: Invitation, code: str) -> None:
    """Raise Problem unless it is the code that belongs to this link, if one does."""
    if not invitation.code_hash:
        return
    count_try(
        "accounts.spoken_code",
        invitation.public_id,
        limit=accounts_rules.SPOKEN_CODE_TRIES,
        window=accounts_rules.INVITATION_LASTS,
    )
    if not hmac.compare_digest(invitation.code_hash, code_hash(code)):
        raise Problem(errors.WRONG_SPOKEN_CODE, field="spoken_code", status=422)


def accept_invitation(
    token: str, *, name: str, password: str, language: str = "", code: str = ""
) -> Actor:
    """Open the account that an invitation offers; `code` is what the second person told, if one
    agreed to it.

    Raises LinkUsed, LinkSpent, WeakPassword, Problem and TooManyTries.
    """
    offered = offered_by(token, password=False)
    email = invited_email(offered)
    check_new_password(password, name, email.partition("@")[0])
    check_spoken_code(offered, code)
    hashed = hash_password(password)
    new = Actor(public_id=new_public_id())
    with audited("accounts.invitation_accepted", new) as change:
        invitation = spend_invitation(change.session, token, change.now)
        roles = frozenset(Role(role) for role in invitation.roles)
        refuse_alone(invitation, roles)
        # What sees records waits for a second person, and so does whose account it is.
        alone = made_alone(invitation)
        settled = is_settled_now(change.session, change.now)
        later = accounts_rules.gained_records((), roles) if alone and settled else frozenset()
        ties = invitation.person_id is not None and alone
        taken = change.session.scalar(
            select(Account.id).where(Account.email_lookup == invitation.email_lookup)
        )
        if taken is not None:
            raise errors.email_taken()
        if invitation.person_id is not None and change.session.scalar(
            select(Account.id).where(Account.person_id == invitation.person_id)
        ):
            raise errors.person_taken()
        if invitation.person_id is not None and is_minor(change.session, invitation.person_id):
            # A person who made it may not know, and who opens it is told no more than of an old
            # link.
            raise errors.LinkSpent
        account = build_account(
            public_id=new.public_id,
            name=name,
            email=email,
            password_hash=hashed,
            roles=roles - later,
            language=language or invitation.language,
            person_id=None if ties else invitation.person_id,
        )
        if invitation.person_id is not None and not is_operator(invitation.brought_by):
            account.tied_by = "" if ties else invitation.brought_by
        change.session.add(account)
        flush_account(change.session)
        if not invitation.founding:
            stand_behind(change.session, account.id, invitation.brought_by, change.now)
        note_founding(change.session, roles, change.now)
        change.about(new.public_id, invitation.public_id)
        if later or ties:
            person = (person_public_id(invitation.person_id) or "") if ties else ""
            by = invitation.brought_by
            change.about(store_opening(change, by, account, roles, person))
    return actor_of(accounts.account(new.public_id))


def public_id_of(account_id: int | None) -> str:
    """Public id of an account by its key. Raises LinkSpent if there is none."""
    account = db.session.get(Account, account_id) if account_id is not None else None
    if account is None:
        raise errors.LinkSpent
    return account.public_id
