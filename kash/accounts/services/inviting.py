"""Reviews of access are recorded: of one account, or of all. People invited by a form that may be
sent twice, one or several at once: a link where one person may, a request where it takes two."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.errors import NeedsSecond
from kash.accounts.models import AccessReview, Account, AccountRequest, Invitation
from kash.accounts.rules import OPEN_STATES
from kash.accounts.services.deciding import keep_invitation_asked
from kash.accounts.services.invitations import Marked, Offered, invited_email, offer_alone
from kash.accounts.services.marks import new_token, token_from
from kash.platform.database import new_public_id, public_id_from
from kash.platform.vault import ActorLike, Change, audited, lookup
from kash.platform.vault.queries import named_before
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor


def record_review(by: ActorLike, public_id: str = "") -> None:
    """Keep that the actor looked at what an account may do, or at all accounts. NotFound."""
    review_id = new_public_id()
    with audited("accounts.access_reviewed", by) as change:
        account_id = None
        if public_id:
            account_id = one_or_404(
                change.session.scalar(
                    select(Account.id).where(
                        Account.public_id == public_id, Account.active.is_(True)
                    )
                )
            )
            change.about(public_id)
        change.session.add(
            AccessReview(public_id=review_id, account_id=account_id, at=change.now, by=by.public_id)
        )
        change.about(review_id)


def note_export(by: ActorLike) -> None:
    """Keep that the actor took the table of all access with her."""
    with audited("accounts.access_exported", by) as change:
        change.about("settings")


@dataclass(frozen=True)
class Invited:
    """Outcome of one row: the secret of a link with what the account signs in with, or the public
    id of a request that waits for a second person. `again` if an earlier sending made it."""

    offer: Offered
    email: str
    token: str = field(default="", repr=False)
    request_id: str = ""
    again: bool = False


class RowsRefused(Problem):
    """Some rows cannot be invited; nobody was. `faults` says why, by the row's place."""

    status = 422

    def __init__(self, faults: Mapping[int, Problem]) -> None:
        super().__init__()
        self.faults = faults


def invite_several(by: Actor, rows: Sequence[tuple[Offered, str]], key: str = "") -> list[Invited]:
    """Invite everybody of a list or, if a row is wrong, nobody; what came of each, in their order.

    Each row is an offer and the reason that a second person reads, empty where there is none. What
    a row gives is decided as if it were asked for alone, after those above it. Raises RowsRefused.

    `key` is a secret of the form. A row that comes with it once more, as by a second tap, makes
    nothing: it gives the link or the request that it made before.
    """
    marks = _marks(by, rows, key or new_token())
    try:
        return _invite_all(by, rows, marks)
    except IntegrityError:
        # Both were sent at once: what the other one made is there by now, and is found.
        return _invite_all(by, rows, marks)


def invite_one(by: Actor, offer: Offered, reason: str, key: str = "") -> Invited:
    """Invite one person; where that takes two people, ask for it with a reason. `key` is as that of
    `invite_several`: the same form sent twice makes one link or one request.

    Raises as `make_invitation` and `ask_for_invitation`.
    """
    (mark,) = _marks(by, [(offer, reason)], key or new_token())
    try:
        return _invite_one(by, offer, reason, mark)
    except IntegrityError:
        # As above.
        return _invite_one(by, offer, reason, mark)


def _invite_one(by: Actor, offer: Offered, reason: str, mark: Marked) -> Invited:
    try:
        return _unless_made(by, "accounts.invited", offer, mark, partial(_linked, by, offer))
    except NeedsSecond:
        ask = partial(_asked, by, offer, reason)
        return _unless_made(by, "accounts.request_made", offer, mark, ask)


def _unless_made(
    by: Actor,
    action: str,
    offer: Offered,
    mark: Marked,
    make: Callable[[Change, Marked | None], Invited],
) -> Invited:
    """The outcome of an offer that stands alone: what its form made before, or what is made now."""
    with audited(action, by) as change:
        if invitation := _made_before(change.session, [(offer, "")], [mark]).get(mark.public_id):
            change.nothing()
            return invitation
        spent = named_before(change.session, [mark.public_id])
        return make(change, None if spent else mark)


def _marks(by: Actor, rows: Sequence[tuple[Offered, str]], key: str) -> list[Marked]:
    """The ids and secrets of rows. They follow from the form's key, which is kept nowhere, and the
    vault's: neither the database nor the form alone tells a link."""
    marks: list[Marked] = []
    alike: Counter[str] = Counter()
    for offer, _reason in rows:
        roles = sorted(map(str, offer.roles))
        fingerprint = json.dumps([offer.name, offer.email, roles, offer.language, offer.person_id])
        alike[fingerprint] += 1
        seed = json.dumps([key, by.public_id, fingerprint, alike[fingerprint]])
        public_id = public_id_from(bytes.fromhex(lookup(seed, kind="invitation.id")))
        marks.append(Marked(public_id, token_from(lookup(seed, kind="invitation.token"))))
    return marks


def _invite_all(
    by: Actor, rows: Sequence[tuple[Offered, str]], marks: Sequence[Marked]
) -> list[Invited]:
    links: list[Invited] = []
    faults: dict[int, Problem] = {}
    with audited("accounts.several_invited", by) as change:
        before = _made_before(change.session, rows, marks)
        # What was withdrawn or replaced meanwhile never opens again: its row gets another link.
        spent = named_before(change.session, [mark.public_id for mark in marks])
        for place, ((offer, reason), mark) in enumerate(zip(rows, marks, strict=True)):
            if before_link := before.get(mark.public_id):
                links.append(before_link)
                continue
            fresh = None if mark.public_id in spent else mark
            try:
                links.append(_invite(change, by, offer, reason, fresh, links))
            except Problem as problem:
                faults[place] = problem
        if faults:
            raise RowsRefused(faults)
        if all(offer_.again for offer_ in links):
            change.nothing()
    return links


def _made_before(
    session: Session, rows: Sequence[tuple[Offered, str]], marks: Sequence[Marked]
) -> dict[str, Invited]:
    """Invitations that the same form made when it was sent before, by public id."""
    ids = [mark.public_id for mark in marks]
    invitations = {
        invitation.public_id: invitation
        for invitation in session.scalars(select(Invitation).where(Invitation.public_id.in_(ids)))
    }
    requests = set(
        session.scalars(
            select(AccountRequest.public_id).where(
                AccountRequest.public_id.in_(ids),
                AccountRequest.state.in_([*map(str, OPEN_STATES)]),
            )
        )
    )
    links = {}
    for (offer, _reason), mark in zip(rows, marks, strict=True):
        public_id = mark.public_id
        if public_id in invitations:
            email = invited_email(invitations[public_id])
            links[public_id] = Invited(offer, email, mark.token, again=True)
        elif public_id in requests:
            links[public_id] = Invited(offer, offer.email, request_id=public_id, again=True)
    return links


def _invite(
    change: Change,
    by: Actor,
    offer: Offered,
    reason: str,
    mark: Marked | None,
    above: Sequence[Invited],
) -> Invited:
    """One row inside the caller's transaction."""
    if offer.email and any(other.email == offer.email for other in above):
        raise Problem(_l("This address stands in an earlier row."), field="email", status=422)
    try:
        return _linked(by, offer, change, mark)
    except NeedsSecond:
        return _asked(by, offer, reason, change, mark)


def _linked(by: Actor, offer: Offered, change: Change, mark: Marked | None) -> Invited:
    invitation, public_id = offer_alone(change, by, offer, mark)
    change.about(public_id, *_given(offer))
    return Invited(offer, invitation.email, invitation.token)


def _asked(by: Actor, offer: Offered, reason: str, change: Change, mark: Marked | None) -> Invited:
    asked_as = mark.public_id if mark is not None else ""
    request_id = keep_invitation_asked(change, by, offer, reason, asked_as)
    change.about(request_id, *_given(offer))
    return Invited(offer, offer.email, request_id=request_id)


def _given(offer: Offered) -> list[str]:
    return [f"role:{role}" for role in sorted(offer.roles)]
