"""Asking for what takes two people: with a reason that the second one reads."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts import errors
from kash.accounts.models import Account, AccountRequest
from kash.accounts.queries.accounts import email_of, is_settled_now, person_id_of, roles_of
from kash.accounts.requests import Content, lookup_in, store_request
from kash.accounts.rules import RequestKind, RequestState, gained_power, is_address, takes_two
from kash.accounts.services import notices
from kash.accounts.services.accounts import check_roles, locked_account, refuse_taken, refuse_tie
from kash.accounts.services.invitations import Offered
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web.errors import Forbidden, NotFound, Problem
from kash.policy import Actor, Role

_TOLD = {
    RequestKind.ROLES: notices.ROLES_ASKED,
    RequestKind.LINK: notices.LINK_ASKED,
    RequestKind.SECOND_STEP: notices.RESET_ASKED,
    RequestKind.REOPENING: notices.REOPENING_ASKED,
    RequestKind.OPENING: notices.OPENING_ASKED,
}


def ask_to_invite(
    by: Actor,
    *,
    name: str,
    email: str,
    roles: Collection[Role],
    reason: str,
    language: str = "",
    person_id: int | None = None,
) -> str:
    """Ask to invite somebody to roles that open much; the request's public id.

    Raises as `ask_for_invitation`.
    """
    offer = Offered(name, email, frozenset(roles), language, person_id)
    return ask_for_invitation(by, offer, reason)


def ask_for_invitation(by: Actor, offer: Offered, reason: str) -> str:
    """Ask for an invitation that takes two people; the request's public id.

    Raises Problem,
    Problem.
    """
    with audited("accounts.request_made", by) as change:
        request_id = keep_invitation_asked(change, by, offer, reason)
        change.about(request_id, *(f"role:{role}" for role in sorted(offer.roles)))
    return request_id


def keep_invitation_asked(
    change: Change, by: Actor, offer: Offered, reason: str, request_id: str = ""
) -> str:
    """Keep that an invitation was asked for, inside the caller's transaction; the request's public
    id, a new one if none is given. Raises as `ask_for_invitation`."""
    check_roles(offer.roles)
    if not offer.email:
        raise errors.email_needed()
    content: Content = {
        "name": offer.name,
        "email": offer.email,
        "roles": sorted(map(str, offer.roles)),
        "language": offer.language,
        "person_id": offer.person_id,
    }
    refuse_taken(by, change.session, offer.email, offer.person_id)
    _refuse_needless(takes_two(RequestKind.INVITATION, (), offer.roles))
    return _keep(change, by, RequestKind.INVITATION, None, content, reason, request_id)


def ask_for_roles(by: Actor, public_id: str, roles: Collection[Role], reason: str) -> str:
    """Ask that an account have exactly these roles; its owner is told.

    Raises Problem, NotFound.
    """
    check_roles(roles)
    content: Content = {"roles": sorted(map(str, roles))}
    with audited("accounts.request_made", by) as change:
        account = _concerned(change.session, by, public_id)
        roles_now = roles_of(account)
        settled = is_settled_now(change.session, change.now)
        _refuse_needless(takes_two(RequestKind.ROLES, roles_now, roles, settled=settled))
        if gained_power(roles_now, roles) and not is_address(email_of(account)):
            raise errors.email_needed()
        request_id = _keep(change, by, RequestKind.ROLES, account, content, reason)
        change.about(
            public_id, request_id, *(f"role:{role}" for role in sorted(roles_now ^ set(roles)))
        )
    return request_id


def ask_for_link(by: Actor, public_id: str, reason: str) -> str:
    """Ask for a link with which an account sets a new password; its owner is told.

    Raises Problem, NotFound.
    """
    with audited("accounts.request_made", by) as change:
        account = _concerned(change.session, by, public_id)
        if not account.active:
            raise NotFound
        second_step = account.has_second_step
        _refuse_needless(takes_two(RequestKind.LINK, roles_of(account), second_step=second_step))
        request_id = _keep(change, by, RequestKind.LINK, account, {}, reason)
        change.about(public_id, request_id)
    return request_id


def ask_to_reopen(by: Actor, public_id: str, reason: str) -> str:
    """Ask that a closed account be opened again. Raises as `ask_for_link`, and Problem."""
    with audited("accounts.request_made", by) as change:
        account = _concerned(change.session, by, public_id)
        if account.active:
            raise errors.request_closed()
        _refuse_needless(takes_two(RequestKind.REOPENING, roles_of(account)))
        request_id = _keep(change, by, RequestKind.REOPENING, account, {}, reason)
        change.about(public_id, request_id)
    return request_id


def ask_to_tie(by: Actor, public_id: str, person: str, reason: str) -> str:
    """Ask that an account belong to a participant, by public ids; its owner is told.

    Raises Problem, NotFound.
    """
    with audited("accounts.request_made", by) as change:
        account = _concerned(change.session, by, public_id)
        key = person_id_of(person)
        if key is None:
            raise errors.no_such_person()
        refuse_tie(by, change.session, account.id, key)
        content: Content = {"roles": sorted(map(str, roles_of(account))), "person": person}
        request_id = _keep(change, by, RequestKind.OPENING, account, content, reason)
        change.about(public_id, request_id)
    return request_id


def ask_reset(by: Actor, public_id: str, reason: str) -> str:
    """Ask that the second step be taken off an account whose owner has lost it; she is told.

    Raises Problem, SecondStepMissing, Problem, NotFound.
    """
    with audited("accounts.request_made", by) as change:
        account = _concerned(change.session, by, public_id)
        if not account.has_second_step:
            raise Problem(errors.SECOND_STEP_MISSING, field="")
        request_id = _keep(change, by, RequestKind.SECOND_STEP, account, {}, reason)
        change.about(public_id, request_id)
    return request_id


def _concerned(session: Session, by: Actor, public_id: str) -> Account:
    if by.public_id == public_id:
        raise errors.own_roles()
    return locked_account(session, public_id)


def _refuse_needless(takes: bool) -> None:
    """Raise Problem where nobody need agree."""
    if not takes:
        raise errors.only_administrators()


def _keep(
    change: Change,
    by: Actor,
    kind: RequestKind,
    account: Account | None,
    content: Content,
    reason: str,
    request_id: str = "",
) -> str:
    """Keep a request inside the caller's transaction, tell the owner; its public id."""
    if not by.may("accounts.propose"):
        raise Forbidden
    if not reason.strip():
        raise errors.NeedsSecond
    request_id = request_id or new_public_id()
    email_lookup = lookup_in(content)
    about = (
        AccountRequest.account_id == account.id
        if account is not None
        else AccountRequest.email_lookup == email_lookup
    )
    if change.session.scalar(
        select(AccountRequest.id).where(
            about,
            AccountRequest.kind == str(kind),
            AccountRequest.state == str(RequestState.WAITING),
            AccountRequest.expires_at > change.now,
        )
    ):
        raise errors.asked_already()
    store_request(change, by.public_id, kind, account, content, reason, request_id)
    if account is not None:
        notices.notify(change.session, account, _TOLD[kind], change.now)
    return request_id
