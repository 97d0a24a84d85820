"""Several people invited at once: a link where one person may, a request where it takes two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kash.accounts.errors import InvitedTwice, NeedsSecond
from kash.accounts.services.asking import keep_invitation_asked
from kash.accounts.services.invitations import Offered, offer_alone
from kash.policy import Actor
from kash.vault import Change, audited
from kash.web.errors import Problem


@dataclass(frozen=True)
class Invited:
    """What came of one row: the secret of a link with what the account signs in with, or the public
    id of a request that waits for a second person."""

    offer: Offered
    email: str
    token: str = field(default="", repr=False)
    request_id: str = ""


class RowsRefused(Problem):
    """Some rows cannot be invited; nobody was. `faults` says why, by the row's place."""

    status = 422

    def __init__(self, faults: Mapping[int, Problem]) -> None:
        super().__init__()
        self.faults = faults


def invite_several(by: Actor, rows: Sequence[tuple[Offered, str]]) -> list[Invited]:
    """Invite everybody of a list or, if a row is wrong, nobody; what came of each, in their order.

    Each row is an offer and the reason that a second person reads, empty where there is none. What
    a row gives is decided as if it were asked for alone, after those above it. Raises RowsRefused.
    """
    found: list[Invited] = []
    faults: dict[int, Problem] = {}
    with audited("accounts.several_invited", by) as change:
        for place, (offer, reason) in enumerate(rows):
            try:
                found.append(_invite(change, by, offer, reason, found))
            except Problem as problem:
                faults[place] = problem
        if faults:
            raise RowsRefused(faults)
        if not found:
            change.nothing()
    return found


def _invite(
    change: Change, by: Actor, offer: Offered, reason: str, above: Sequence[Invited]
) -> Invited:
    """One row inside the caller's transaction."""
    if offer.email and any(one.email == offer.email for one in above):
        raise InvitedTwice
    roles = [f"role:{role}" for role in sorted(offer.roles)]
    try:
        made, public_id = offer_alone(change, by, offer)
    except NeedsSecond:
        request_id = keep_invitation_asked(change, by, offer, reason)
        change.about(request_id, *roles)
        return Invited(offer, offer.email, request_id=request_id)
    change.about(public_id, *roles)
    return Invited(offer, made.email, made.token)
