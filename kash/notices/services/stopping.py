"""People who want no more messages: by a gateway's list, by a stop sent to it, by a link in mail.

Each withdraws what the person had agreed to. A number or an address that several share is written
to for none of them any more: nobody can tell which of them it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from kash.notices.models import Notice
from kash.notices.queries.recipients import PURPOSE
from kash.people.models import Person
from kash.people.services.consents import withdraw_within
from kash.platform.database import db
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import stop_hash
from kash.platform.vault import audited
from kash.policy import NOBODY

_ACTION = "notices.stopped"


def stop_messages(messages: Collection[int]) -> int:
    """Withdraw the consent of all to whom these messages were; how many had given it."""
    about = select(OutboxMessage.channel, OutboxMessage.address_lookup).where(
        OutboxMessage.id.in_(messages)
    )

    def people(session: Session) -> ColumnElement[bool]:
        rows = session.execute(about).all()
        phones = {row.address_lookup for row in rows if row.channel == "sms"}
        mails = {row.address_lookup for row in rows if row.channel == "email"}
        told = select(Notice.person_id).where(Notice.message_id.in_(messages))
        return or_(
            Person.id.in_(told),
            Person.phone_lookup.in_(phones - {None}),
            Person.email_lookup.in_(mails - {None}),
        )

    return _withdraw(people)


def stop_number(phone_lookup: str) -> int:
    """Withdraw the consent of all with this phone, by its key; how many had given it."""
    return _withdraw(lambda _session: Person.phone_lookup == phone_lookup)


def stop_by_token(token: str) -> bool:
    """Withdraw the consent of whoever got the mail with this secret; False if there is no such
    mail. Nothing is told of whether there was anything to withdraw."""
    message = message_of_token(token)
    if message is None:
        return False
    stop_messages([message])
    return True


def message_of_token(token: str) -> int | None:
    """The message whose reader ends such mails by this secret."""
    return db.session.scalar(
        select(OutboxMessage.id).where(OutboxMessage.stop_hash == stop_hash(token))
    )


def _withdraw(condition: Callable[[Session], ColumnElement[bool]]) -> int:
    with audited(_ACTION, NOBODY) as change:
        session = change.session
        people = session.scalars(select(Person.id).where(condition(session))).all()
        withdrawn = withdraw_within(session, people, PURPOSE, change.now, by=NOBODY.public_id)
        if not withdrawn:
            change.nothing()
            return 0
        change.about(*withdrawn)
        return len(withdrawn)
