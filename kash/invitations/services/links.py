"""Making links into a workshop, and ending them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.secrets import new_token, token_hash
from kash.invitations.errors import NotAStation, TooManyStations
from kash.invitations.models import SignUpLink
from kash.invitations.rules import MOST_STATIONS, LinkKind
from kash.people.models import Group, Organisation
from kash.people.services.persons import UnknownGroup
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_for_change


@dataclass(frozen=True)
class QuotaDetails:
    """So many places for each of these stations (public ids), to be filled within so many days;
    `call` is whom the letter says to call."""

    stations: Sequence[str]
    quota: int
    days: int
    call: str = ""


@dataclass(frozen=True)
class OpenDetails:
    """An open link that takes so many names of one group (public id) within so many days."""

    group: str
    most_rows: int
    days: int


@dataclass(frozen=True)
class SignUpLinkMade:
    """A link that was made: its token, kept nowhere, and the station it is for."""

    public_id: str
    station: str
    token: str = field(repr=False)


def make_quota_links(workshop: str, details: QuotaDetails, by: Actor) -> list[SignUpLinkMade]:
    """Make a link for the liaison of each station. Raises NotFound, WorkshopCancelled,
    TooManyStations and NotAStation."""
    with audited("invitations.quota_links_made", by) as change:
        held = held_for_change(change.session, workshop)
        chosen = list(dict.fromkeys(details.stations))
        if len(chosen) > MOST_STATIONS:
            raise TooManyStations
        stations = change.session.scalars(
            select(Organisation)
            .where(Organisation.public_id.in_(chosen), Organisation.kind == "station")
            .order_by(Organisation.name)
        ).all()
        # Names of a collective would lie open to whoever holds its link.
        police = change.session.scalars(select(Group).where(Group.is_police)).first()
        if not stations or len(stations) < len(chosen) or police is None:
            raise NotAStation
        made = [
            _made(
                change,
                held,
                police,
                by,
                LinkKind.QUOTA,
                details.quota,
                details.days,
                station=station,
                call=details.call,
            )
            for station in stations
        ]
        change.about(held.public_id, *(one.public_id for one in made))
        return made


def make_open_link(workshop: str, details: OpenDetails, by: Actor) -> SignUpLinkMade:
    """Make an open link. Raises NotFound, WorkshopCancelled and UnknownGroup."""
    with audited("invitations.open_link_made", by) as change:
        held = held_for_change(change.session, workshop)
        group = change.session.scalars(
            select(Group).where(Group.public_id == details.group)
        ).first()
        if group is None:
            raise UnknownGroup
        made = _made(change, held, group, by, LinkKind.OPEN, details.most_rows, details.days)
        change.about(held.public_id, made.public_id)
        return made


def _made(
    change: Change,
    workshop: Workshop,
    group: Group,
    by: Actor,
    kind: LinkKind,
    most_rows: int,
    days: int,
    *,
    station: Organisation | None = None,
    call: str = "",
) -> SignUpLinkMade:
    token, public_id = new_token(), new_public_id()
    change.session.add(
        SignUpLink(
            public_id=public_id,
            workshop_id=workshop.id,
            group_id=group.id,
            organisation_id=station.id if station else None,
            kind=str(kind),
            most_rows=most_rows,
            call=call,
            token_hash=token_hash(token),
            expires_at=change.now + timedelta(days=days),
            made_by=by.public_id,
            made_at=change.now,
        )
    )
    return SignUpLinkMade(public_id, station.name if station else "", token)


def withdraw_link(workshop: str, link: str, by: Actor) -> None:
    """Have a link take no more names; what was typed into it still waits. Raises NotFound."""
    with audited("invitations.link_withdrawn", by) as change:
        found = one_or_404(
            change.session.scalars(
                select(SignUpLink)
                .join(Workshop, Workshop.id == SignUpLink.workshop_id)
                .where(Workshop.public_id == workshop, SignUpLink.public_id == link)
                .with_for_update(of=SignUpLink)
            ).first()
        )
        if found.withdrawn_at is not None:
            change.nothing()
            return
        found.withdrawn_at = change.now
        change.about(workshop, found.public_id)


def end_links_made_by(session: Session, account_id: int, now: datetime) -> None:
    """The step that ends links that an account made, when its access ends: whoever had it may have
    kept one."""
    public_id = session.scalar(select(Account.public_id).where(Account.id == account_id))
    session.execute(
        update(SignUpLink)
        .where(SignUpLink.made_by == public_id, SignUpLink.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
