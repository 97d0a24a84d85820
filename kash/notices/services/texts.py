"""The programme's own texts of messages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.notices.errors import BadText
from kash.notices.kinds import MessageKind
from kash.notices.models import MessageText
from kash.notices.rules.texts import fault_of
from kash.people.models import Group
from kash.platform.messages.states import Channel
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor


@dataclass(frozen=True)
class TextPlace:
    """The place of a text: a kind, a channel and a language."""

    kind: MessageKind
    channel: Channel
    language: str


@dataclass(frozen=True)
class TextDetails:
    """A text with its fields, and the subject of a mail."""

    text: str
    subject: str = ""


def save_text(place: TextPlace, details: TextDetails, *, row_version: int, by: Actor) -> str:
    """Have a text of the programme stand in place of that of the house; its public id.

    `row_version` is that of the row which the page showed, 0 where there was none. Raises BadText
    and ChangedMeanwhile.
    """
    with audited("notices.text_saved", by) as change:
        session = change.session
        _refuse_faults(session, place, details)
        row = _locked(session, place)
        if (row.row_version if row is not None else 0) != row_version:
            raise ChangedMeanwhile
        if row is None:
            row = MessageText(
                kind=place.kind.name,
                channel=place.channel.value,
                language=place.language,
                row_version=0,
            )
            session.add(row)
        row.text, row.subject = details.text, details.subject
        row.row_version += 1
        row.changed_by, row.changed_at = by.public_id, change.now
        session.flush()
        change.about(row.public_id)
        return row.public_id


def use_house_text(place: TextPlace, *, by: Actor) -> bool:
    """Have the text of the house stand again; False if it does already."""
    with audited("notices.text_removed", by) as change:
        row = _locked(change.session, place)
        if row is None:
            change.nothing()
            return False
        change.about(row.public_id)
        change.session.delete(row)
        return True


def _locked(session: Session, place: TextPlace) -> MessageText | None:
    return session.scalar(
        select(MessageText)
        .where(
            MessageText.kind == place.kind.name,
            MessageText.channel == place.channel,
            MessageText.language == place.language,
        )
        .with_for_update()
    )


def _refuse_faults(session: Session, place: TextPlace, details: TextDetails) -> None:
    lengths = {field.name: field.longest for field in place.kind.fields}
    names = session.scalars(select(Group.name)).all()
    sms = place.channel is Channel.SMS
    fault = fault_of(details.text, lengths, sms=sms, names=names)
    if fault is not None:
        raise BadText("text", fault)
    fault = fault_of(details.subject, lengths, sms=False, names=names)
    if fault is not None:
        raise BadText("subject", fault)
