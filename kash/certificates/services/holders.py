"""One-time links by which holders without an account see their own certificates for a short while.

A link is spent by its button, never by being looked at: messengers open every link to show a
picture of the page. Its secret and that of the visit are kept as hashes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.accounts.errors import LinkSpent
from kash.accounts.models import Account
from kash.accounts.secrets import new_token, token_hash
from kash.certificates.models import HolderLink
from kash.people.models import Person
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import NOBODY, Actor

LINK_LASTS = timedelta(days=7)
VISIT_LASTS = timedelta(minutes=30)


def make_link(person: Person, by: Actor) -> str:
    """Make a link for a person; returns its secret, which is kept nowhere.

    A link of hers that nobody used stops working.
    """
    token = new_token()
    with audited("certificates.holder_link_made", by) as change:
        session = change.session
        session.execute(
            update(HolderLink)
            .where(
                HolderLink.person_id == person.id,
                HolderLink.used_at.is_(None),
                HolderLink.ended_at.is_(None),
            )
            .values(ended_at=change.now)
        )
        public_id = new_public_id()
        session.add(
            HolderLink(
                public_id=public_id,
                person_id=person.id,
                token_hash=token_hash(token),
                made_by=by.public_id,
                made_at=change.now,
                expires_at=change.now + LINK_LASTS,
            )
        )
        change.about(public_id, person.public_id)
    return token


def end_link(person: Person, public_id: str, by: Actor) -> None:
    """End a link and the visit that it began. Raises NotFound."""
    with audited("certificates.holder_link_ended", by) as change:
        link = one_or_404(
            change.session.scalar(
                select(HolderLink)
                .where(HolderLink.person_id == person.id, HolderLink.public_id == public_id)
                .with_for_update()
            )
        )
        if link.ended_at is not None:
            change.nothing()
            return
        link.ended_at = change.now
        change.about(public_id)


def use_link(token: str) -> str:
    """Spend a link; returns the secret of the visit that begins. Raises LinkSpent."""
    visit = new_token()
    with audited("certificates.holder_link_used", NOBODY) as change:
        link = change.session.scalar(
            select(HolderLink).where(HolderLink.token_hash == token_hash(token)).with_for_update()
        )
        if link is None or link.used_at or link.ended_at or link.expires_at <= change.now:
            raise LinkSpent
        link.used_at = change.now
        link.visit_hash = token_hash(visit)
        link.visit_ends_at = change.now + VISIT_LASTS
        change.about(link.public_id)
    return visit


def end_visit(visit: str) -> None:
    """End a visit from the holder's side; nothing if there is none."""
    with audited("certificates.holder_visit_ended", NOBODY) as change:
        link = change.session.scalar(
            select(HolderLink)
            .where(HolderLink.visit_hash == token_hash(visit), HolderLink.ended_at.is_(None))
            .with_for_update()
        )
        if link is None:
            change.nothing()
            return
        link.ended_at = change.now
        change.about(link.public_id)


def end_links_made_by(session: Session, account_id: int, now: datetime) -> None:
    """The step that ends what an account made, when its access ends: whoever had it may have kept
    one of these links."""
    public_id = session.scalar(select(Account.public_id).where(Account.id == account_id))
    session.execute(
        update(HolderLink)
        .where(HolderLink.made_by == public_id, HolderLink.ended_at.is_(None))
        .values(ended_at=now)
    )
