"""Deciding what takes two people: an independent second agrees or declines. One mechanism for every
way in which an account comes to hold a powerful role or is entered by somebody else. What is agreed
to is exactly what was asked for: if the account has changed since, the request goes back. A link is
fetched by who asked; the code without which it opens nothing is shown to who agreed. So neither of
the two can use it alone. Asking for what takes two people: with a reason that the second one
reads."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from kash.accounts import errors
from kash.accounts.errors import (
    SECOND_STEP_MISSING,
    CannotAgree,
    no_such_person,
    request_changed,
    request_closed,
)
from kash.accounts.models import STANDING_SENTENCES, Account, AccountRequest
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import (
    actor_of,
    email_of,
    is_settled_now,
    person_id_of,
    roles_of,
    standing_in_requests,
    usable_invitation,
)
from kash.accounts.requests import (
    Content,
    content_of,
    digest_of,
    lookup_in,
    part_of,
    roles_in,
    seal_answer,
    seal_code,
    store_request,
)
from kash.accounts.rules import (
    OPEN_STATES,
    REQUEST_WAITS,
    RequestKind,
    RequestState,
    gained_power,
    is_address,
    takes_two,
)
from kash.accounts.services import notices
from kash.accounts.services.accounts import (
    apply_roles,
    check_roles,
    end_sessions,
    lock_administrators,
    locked_account,
    refuse_taken,
    refuse_tie,
    reopen,
    tie,
)
from kash.accounts.services.invitations import Marked, Offered, offer_account
from kash.accounts.services.marks import new_token, token_from
from kash.accounts.services.passkeys import forget_passkeys
from kash.accounts.services.sign_in import offer_password, replace_codes
from kash.platform.approvals.rules import Standing
from kash.platform.database import new_public_id
from kash.platform.vault import ActorLike, Change, audited, lookup
from kash.platform.web.errors import Forbidden, NotFound, Problem, one_or_404
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

    Raises Problem and NotFound.
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


def agree(by: Actor, request_id: str) -> None:
    """Agree to exactly what was asked for: it is done at once, or its link may be fetched.

    Raises NotFound, Forbidden, CannotAgree, Problem, and Problem if the account is no
    longer as it was: then the request went back to who asked. Whatever would have stopped who asked
    stops this too, as Problem.
    """
    changed = False
    with audited("accounts.request_agreed", by) as change:
        lock_administrators(change.session)
        request, account = _decidable(change, by, request_id)
        content = content_of(request)
        if request.digest != digest_of(request.kind, content, account):
            change.nothing()
            changed = True
        else:
            request.decided_by, request.decided_at = by.public_id, change.now
            request.state = str(_carry_out(change, by, request, account, content))
            change.about(request_id)
    if changed:
        _send_back(by, request_id)
        raise request_changed()


def _carry_out(
    change: Change, by: Actor, request: AccountRequest, account: Account | None, content: Content
) -> RequestState:
    kind = RequestKind(request.kind)
    if account is None:
        check_roles(roles_in(content))
        refuse_taken(by, change.session, content["email"], content["person_id"])
        change.about(*(f"role:{role}" for role in content["roles"]))
    else:
        change.about(account.public_id)
    if account is None or kind is RequestKind.LINK:
        request.code_sealed = seal_code(_new_spoken_code(), request.public_id)
        request.expires_at = change.now + REQUEST_WAITS
        return RequestState.AGREED
    if kind is RequestKind.ROLES:
        check_roles(roles_in(content))
        apply_roles(change, account, roles_in(content), request.asked_by)
    elif kind is RequestKind.OPENING:
        _open_records(change, by, account, content, request.asked_by)
    elif kind is RequestKind.SECOND_STEP:
        _take_off(change, account, request.asked_by)
    else:
        reopen(change, account, request.asked_by)
    return RequestState.DONE


def _open_records(
    change: Change, by: Actor, account: Account, content: Content, asked_by: str
) -> None:
    """Give an account the roles that waited, and tie it to its participant. Raises Problem if
    she is gone, and as `tie`."""
    wanted = roles_in(content)
    if wanted != roles_of(account):
        check_roles(wanted)
        apply_roles(change, account, wanted, asked_by)
    if content["person"]:
        person_id = person_id_of(content["person"])
        if person_id is None:
            raise no_such_person()
        tie(change, account, person_id, asked_by, by)


def _new_spoken_code() -> str:
    """Eight digits, easily said: each link takes a few guesses only."""
    digits = f"{secrets.randbelow(10**8):08}"
    return f"{digits[:4]}-{digits[4:]}"


def _send_back(by: Actor, request_id: str) -> None:
    with audited("accounts.request_sent_back", by) as change:
        request, account = _locked(change.session, request_id)
        if request.state not in OPEN_STATES:
            change.nothing()
            return
        request.state, request.decided_at = str(RequestState.CHANGED), change.now
        request.code_sealed = None
        _tell_asker(change, request, notices.REQUEST_CHANGED)
        change.about(*([account.public_id] if account is not None else []), request_id)


def decline(by: Actor, request_id: str, answer: str) -> None:
    """Decline, with a reason that who asked reads: nothing changes. Raises as `agree`."""
    with audited("accounts.request_declined", by) as change:
        request, account = _decidable(change, by, request_id)
        request.decided_by, request.decided_at = by.public_id, change.now
        request.state = str(RequestState.DECLINED)
        request.answer_sealed = seal_answer(answer, request_id)
        _tell_asker(change, request, notices.REQUEST_DECLINED)
        if account is not None:
            notices.notify(change.session, account, notices.NOT_DONE, change.now)
        change.about(*([account.public_id] if account is not None else []), request_id)


def withdraw(by: Actor, request_id: str) -> None:
    """Take back what one asked for oneself, also after it was agreed to. Raises NotFound, also for
    what another asked for, and Problem."""
    with audited("accounts.request_withdrawn", by) as change:
        request, account = _locked(change.session, request_id)
        if request.asked_by != by.public_id:
            raise NotFound
        if request.state not in OPEN_STATES or request.expires_at <= change.now:
            raise request_closed()
        request.state, request.code_sealed = str(RequestState.WITHDRAWN), None
        request.decided_at = request.decided_at or change.now
        change.about(*([account.public_id] if account is not None else []), request_id)


def fetched_before(by: Actor, request_id: str, key: str) -> str:
    """The secret of the link that this form fetched when it was sent before, while it can be used;
    else nothing. A person who tapped twice never saw the first answer."""
    token = _token(by, request_id, key)
    invitation = usable_invitation(token) if key else None
    return token if invitation is not None and invitation.request_id == request_id else ""


def _token(by: Actor, request_id: str, key: str) -> str:
    """It follows from the form's key, which is kept nowhere, and the vault's."""
    return token_from(lookup(json.dumps([key, by.public_id, request_id]), kind="request.token"))


def fetch_link(by: Actor, request_id: str, key: str = "") -> str:
    """The secret of a link that was agreed to, for who asked, once. `key` is a secret of the form,
    by which `fetched_before` finds it again.

    A person who uses it also needs the code that the second person tells. Raises NotFound, also for
    what another asked for, Problem, and Problem as `agree`.
    """
    changed, token = False, ""
    with audited("accounts.request_link_made", by) as change:
        request, account = _locked(change.session, request_id)
        if request.asked_by != by.public_id or not by.may("accounts.propose"):
            raise NotFound
        if request.state != RequestState.AGREED or request.expires_at <= change.now:
            raise request_closed()
        content = content_of(request)
        if request.digest != digest_of(request.kind, content, account):
            change.nothing()
            changed = True
        else:
            token = _token(by, request_id, key) if key else new_token()
            _make_link(change, by, request, account, content, token)
            request.state = str(RequestState.DONE)
            change.about(request_id)
    if changed:
        _send_back(by, request_id)
        raise request_changed()
    return token


def _make_link(
    change: Change,
    by: Actor,
    request: AccountRequest,
    account: Account | None,
    content: Content,
    token: str,
) -> None:
    code, request_id = part_of(request, "code"), request.public_id
    if account is not None:
        change.about(account.public_id)
        offer_password(
            change, account, request.asked_by, request_id=request_id, code=code, token=token
        )
        return
    refuse_taken(by, change.session, content["email"], content["person_id"])
    offer = Offered(
        content["name"],
        content["email"],
        roles_in(content),
        content["language"],
        content["person_id"],
    )
    mark = Marked(new_public_id(), token)
    offer_account(change, offer, request.asked_by, request_id=request_id, code=code, mark=mark)
    change.about(mark.public_id)


def _locked(session: Session, request_id: str) -> tuple[AccountRequest, Account | None]:
    """A request and the account it is about, locked in the order in which others lock them."""
    owner = one_or_404(
        session.execute(
            select(AccountRequest.id, Account.public_id)
            .outerjoin(Account, Account.id == AccountRequest.account_id)
            .where(AccountRequest.public_id == request_id)
        ).one_or_none()
    )
    account = locked_account(session, owner[1]) if owner[1] is not None else None
    request = session.scalars(
        select(AccountRequest).where(AccountRequest.id == owner[0]).with_for_update()
    ).one()
    return request, account


def _decidable(change: Change, by: Actor, request_id: str) -> tuple[AccountRequest, Account | None]:
    """A request that waits and that this person may decide. Raises as `agree`."""
    request, account = _locked(change.session, request_id)
    if not by.may("accounts.agree"):
        raise Forbidden
    asked_by, concerned = request.asked_by, account.public_id if account is not None else ""
    stands = standing_in_requests(change.session, by.public_id, [asked_by], change.now)(
        asked_by=asked_by, concerned=concerned
    )
    if stands is not Standing.MAY:
        raise CannotAgree(STANDING_SENTENCES[stands])
    if request.state != RequestState.WAITING or request.expires_at <= change.now:
        raise request_closed()
    asker = accounts.account(request.asked_by)
    if not asker.active or not actor_of(asker).may("accounts.propose"):
        # Who may no longer ask has asked for nothing.
        raise request_closed()
    return request, account


def _tell_asker(change: Change, request: AccountRequest, kind: str) -> None:
    asker = change.session.scalar(select(Account).where(Account.public_id == request.asked_by))
    if asker is not None:
        notices.notify(change.session, asker, kind, change.now, request_id=request.public_id)


# --- Without a second person ----------------------------------------------------------------


def _take_off(change: Change, account: Account, by: ActorLike | str) -> None:
    """Take every second step off inside the caller's transaction; the owner is told."""
    account.totp_sealed = None
    account.totp_period = 0
    replace_codes(change.session, account.id, [])
    forget_passkeys(change.session, account)
    end_sessions(change.session, account.id)
    notices.unsettle(account, by, change.now)
    notices.notify(change.session, account, notices.RESET_DONE, change.now)


def reset_by_operator(by: ActorLike, public_id: str) -> None:
    """Take the second step off from the command line. Raises Problem."""
    with audited("accounts.second_step_removed", by) as change:
        account = locked_account(change.session, public_id)
        if not account.has_second_step:
            raise Problem(SECOND_STEP_MISSING, field="")
        _take_off(change, account, by)
        change.about(public_id)


def end_requests(session: Session, account_id: int) -> None:
    """Withdraw what is open about an account, and what it asked for; its access ends."""
    public_id = session.scalar(select(Account.public_id).where(Account.id == account_id))
    session.execute(
        update(AccountRequest)
        .where(
            or_(AccountRequest.account_id == account_id, AccountRequest.asked_by == public_id),
            AccountRequest.state.in_([*map(str, OPEN_STATES)]),
        )
        .values(state=str(RequestState.WITHDRAWN), code_sealed=None)
    )
