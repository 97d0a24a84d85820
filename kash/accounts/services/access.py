"""Reviews of access are recorded: of one account, or of all."""

from __future__ import annotations

from sqlalchemy import select

from kash.accounts.models import AccessReview, Account
from kash.platform.database import new_public_id
from kash.platform.vault import ActorLike, audited
from kash.platform.web.errors import one_or_404


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
