"""The texts that hold: the programme's own, and else those of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.notices.kinds import MessageKind
from kash.notices.models import MessageText
from kash.platform.database import db
from kash.platform.messages.states import Channel

Place = tuple[Channel, str]


@dataclass(frozen=True)
class Wording:
    """A text with its fields; of a mail with its subject."""

    text: str
    subject: str = ""


@dataclass(frozen=True)
class KeptText:
    """A text of the programme's own, with the lock of its row."""

    wording: Wording
    row_version: int


def kept_text(kind: MessageKind, channel: Channel, language: str) -> KeptText | None:
    """The programme's own text of a place, if there is one."""
    row = db.session.scalar(
        select(MessageText).where(
            MessageText.kind == kind.name,
            MessageText.channel == channel,
            MessageText.language == language,
        )
    )
    return KeptText(Wording(row.text, row.subject), row.row_version) if row is not None else None


def changed_places() -> set[tuple[str, str, str]]:
    """The kinds, channels and languages of which the programme has texts of its own."""
    rows = db.session.execute(select(MessageText.kind, MessageText.channel, MessageText.language))
    return {(row.kind, row.channel, row.language) for row in rows}


def house_wording(kind: MessageKind, channel: Channel, language: str) -> Wording:
    """The wording of the house."""
    with force_locale(language):
        if channel is Channel.SMS:
            return Wording(str(kind.sms))
        return Wording(str(kind.mail), str(kind.subject))


def own_wordings(session: Session, kind: MessageKind) -> Mapping[Place, Wording]:
    """The programme's own wordings of a kind, by channel and language; one query."""
    rows = session.scalars(select(MessageText).where(MessageText.kind == kind.name))
    return {(Channel(row.channel), row.language): Wording(row.text, row.subject) for row in rows}
