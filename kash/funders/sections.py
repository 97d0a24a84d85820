"""The section on the page of a funder's account."""

from __future__ import annotations

from dataclasses import dataclass

from kash.funders.models import FunderAccount
from kash.funders.queries import account_of_funder, ties_of
from kash.platform.web.errors import NotFound
from kash.policy import Actor


@dataclass(frozen=True)
class AccountTie:
    """The tie of an account as its page shows it, None where there is none; `changes` says that the
    actor may see to it."""

    account: str
    tie: FunderAccount | None
    changes: bool


def of_account(public_id: str, actor: Actor) -> AccountTie | None:
    """The tie of a funder's account, for itself and for who sees to it; None of any other."""
    changes = actor.may("funders.tie")
    if not changes and actor.public_id != public_id:
        return None
    try:
        account = account_of_funder(public_id)
    except NotFound:
        return None
    found = [one for one in ties_of(account) if one.ended_at is None and one.state != "returned"]
    return AccountTie(public_id, found[0] if found else None, changes)
