"""Working on a case together: who has it, who must not, what they write to each other."""

from __future__ import annotations

from kash.incidents.errors import NotNow
from kash.incidents.queries.officers import may_work, officers
from kash.incidents.rules.record import Comment, next_id
from kash.incidents.rules.workflow import OVER
from kash.incidents.services.cases import changing
from kash.platform.vault import OpenVault
from kash.platform.web.errors import NotFound
from kash.policy import Actor

MOST_COMMENTS = 500


def assign(
    reference: str, account: str, *, by: Actor, vault: OpenVault, version: int | None = None
) -> None:
    """Give a case to somebody who may work on it (an account's public id), or to nobody.

    Raises NotFound if she must be kept away or holds no keys, NotNow if the case is closed.
    """
    with changing("incidents.changed", by, vault, reference, version=version) as change:
        if change.row.state in OVER:
            raise NotNow
        if account and account not in {
            one.public_id for one in may_work(officers(), change.case.seen)
        }:
            raise NotFound
        if change.record.assigned_to == account:
            change.change.nothing()
            return
        change.record.assigned_to = account
        change.happened("assigned" if account else "unassigned", about=account)


def declare_conflict(reference: str, *, by: Actor, vault: OpenVault) -> None:
    """Say "I must not work on this": from then on she does not see the case, and it is nobody's if
    it was hers."""
    with changing("incidents.changed", by, vault, reference) as change:
        record = change.record
        if by.public_id not in record.declared:
            record.declared.append(by.public_id)
        if record.assigned_to == by.public_id:
            record.assigned_to = ""
        change.happened("declared", about=by.public_id)


def comment(reference: str, text: str, *, by: Actor, vault: OpenVault) -> None:
    """Write to the others. Comments never get into each other's way, so no version is asked."""
    with changing("incidents.changed", by, vault, reference) as change:
        comments = change.record.comments
        if len(comments) >= MOST_COMMENTS:
            raise NotNow
        newest = comments[-1] if comments else None
        if newest and (newest.by, newest.text) == (by.public_id, text):
            # The same was sent twice.
            change.change.nothing()
            return
        comments.append(
            Comment(id=next_id(comments, "c"), by=by.public_id, at=change.change.now, text=text)
        )
