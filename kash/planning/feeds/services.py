"""Making an address of a calendar, and ending it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.services.marks import new_token, token_hash
from kash.people.models import Venue
from kash.planning.feeds.models import CalendarAddress
from kash.platform.vault import Change, audited
from kash.platform.web.errors import get_or_404
from kash.policy import Actor


def make_own_address(by: Actor) -> str:
    """Make the address of the actor's own calendar; one that she had ends. Returns its secret,
    which is told this once."""
    with audited("feeds.address_made", by) as change:
        return _made(change, CalendarAddress(account_id=by.account_id, made_by=by.public_id))


def make_venue_address(venue: str, *, by: Actor) -> str:
    """Make the address of a venue's taken times; one that it had ends. Returns its secret, which
    is told this once. Raises NotFound."""
    with audited("feeds.address_made", by) as change:
        place = _venue(change.session, venue)
        change.about(place.public_id)
        return _made(change, CalendarAddress(venue_id=place.id, made_by=by.public_id))


def end_own_address(by: Actor) -> None:
    """End the address of the actor's own calendar; nothing is done if she has none."""
    with audited("feeds.address_ended", by) as change:
        _end(change, CalendarAddress.account_id == by.account_id)


def end_venue_address(venue: str, *, by: Actor) -> None:
    """End the address of a venue; nothing is done if it has none. Raises NotFound."""
    with audited("feeds.address_ended", by) as change:
        place = _venue(change.session, venue)
        change.about(place.public_id)
        _end(change, CalendarAddress.venue_id == place.id)


def end_with_access(session: Session, account_id: int, _now: datetime) -> None:
    """Within another action: end the address of an account whose access ends, and those of venues
    that it made."""
    maker = select(Account.public_id).where(Account.id == account_id).scalar_subquery()
    ended = or_(
        CalendarAddress.account_id == account_id,
        and_(CalendarAddress.venue_id.is_not(None), CalendarAddress.made_by == maker),
    )
    session.execute(
        delete(CalendarAddress).where(ended).execution_options(synchronize_session=False)
    )


def _venue(session: Session, public_id: str) -> Venue:
    # Held, so that of two who make an address at once the second replaces the first's.
    return get_or_404(session, Venue, public_id, lock=True)


def _made(change: Change, address: CalendarAddress) -> str:
    token = new_token()
    address.token_hash, address.made_at = token_hash(token), change.now
    change.session.execute(
        delete(CalendarAddress).where(
            CalendarAddress.account_id == address.account_id
            if address.account_id is not None
            else CalendarAddress.venue_id == address.venue_id
        )
    )
    change.session.add(address)
    change.session.flush()
    change.about(address.public_id)
    return token


def _end(change: Change, whose: ColumnElement[bool]) -> None:
    address = change.session.scalar(select(CalendarAddress).where(whose))
    if address is None:
        change.nothing()
        return
    change.about(address.public_id)
    change.session.delete(address)
