"""Putting names down through a link. Whoever holds it has no account, and learns nothing of whether
somebody is known."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kash.invitations.errors import LinkClosed, LinkFull, TooManyNames
from kash.invitations.models import SignUp, SignUpLink
from kash.invitations.queries.links import stand
from kash.invitations.rules import LinkStand, rows_left
from kash.invitations.sealed import Typed, sealed_typed
from kash.platform.vault import audited
from kash.platform.web.formats import to_local
from kash.policy import NOBODY


def put_down(link: int, people: Sequence[tuple[str, Typed]]) -> None:
    """Put people down, each under the id that her row was given, so that the same rows sent twice
    are taken once. Raises LinkClosed, LinkFull and TooManyRows."""
    with audited("invitations.names_put_down", NOBODY) as change:
        session = change.session
        held = _held(session, link)
        if stand(held, change.now) is not LinkStand.OPEN:
            raise LinkClosed
        known = set(
            session.scalars(
                select(SignUp.public_id).where(SignUp.public_id.in_([one for one, _ in people]))
            )
        )
        fresh = [(public_id, typed) for public_id, typed in people if public_id not in known]
        if not fresh:
            change.nothing()
            return
        entered = session.scalar(select(func.count(SignUp.id)).where(SignUp.link_id == held.id))
        left = rows_left(held.most_rows, entered or 0)
        if not left:
            raise LinkFull
        if len(fresh) > left:
            raise TooManyNames
        session.add_all(
            SignUp(
                public_id=public_id,
                link_id=held.id,
                typed_sealed=sealed_typed(typed, public_id),
                state="waiting",
                entered_on=to_local(change.now).date(),
            )
            for public_id, typed in fresh
        )
        change.about(held.public_id)


def take_out(link: int, sign_up: str) -> None:
    """Let whoever holds a link take out somebody who was typed into it and waits. Nothing happens
    to any other row. Raises LinkClosed."""
    with audited("invitations.name_taken_out", NOBODY) as change:
        session = change.session
        held = _held(session, link)
        if stand(held, change.now) is not LinkStand.OPEN:
            raise LinkClosed
        gone = session.execute(
            delete(SignUp)
            .where(
                SignUp.link_id == held.id, SignUp.public_id == sign_up, SignUp.state == "waiting"
            )
            .returning(SignUp.id)
        ).all()
        if not gone:
            change.nothing()
        change.about(held.public_id)


def _held(session: Session, link: int) -> SignUpLink:
    found = session.scalars(
        select(SignUpLink).where(SignUpLink.id == link).with_for_update()
    ).first()
    if found is None:
        raise LinkClosed
    return found
