"""Messages that people were sent, or were not, as far as an actor reaches. Neither numbers nor
texts are read here. People who are to be told something: their ways, consent, hours and language.
One person's wish how to be told things, for her page and for the form. The sender's domain as it
was last seen, and how many messages stand how. The texts that hold: the programme's own, and else
those of the house. The people told of an event, for the rooms that had something to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.people.models import Group, Person
from kash.people.notices.models import MessageChoice, MessageKind, MessageText, Notice, SenderCheck
from kash.people.notices.rules import MessageHours, Recipient, SayingResult, way_to
from kash.people.queries.persons import consent_given
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.messages import mail_is_set_up, sms_is_set_up
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.rules import Channel, MessageState
from kash.platform.vault import open_text
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


class MessageStanding(StrEnum):
    """The standing of a message, as people are told it."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    FAILED = "failed"
    UNSENT = "unsent"
    LEFT = "left"


_STATES: Mapping[MessageStanding, tuple[MessageState, ...]] = {
    MessageStanding.WAITING: (MessageState.DUE, MessageState.CLAIMED),
    MessageStanding.SENT: (MessageState.ACCEPTED,),
    MessageStanding.DELIVERED: (MessageState.DELIVERED,),
    MessageStanding.UNKNOWN: (MessageState.UNKNOWN,),
    MessageStanding.FAILED: (MessageState.FAILED, MessageState.REFUSED),
    MessageStanding.LEFT: (MessageState.LEFT,),
}
STATE: dict[str, Any] = {
    "due": _l("Waits"),
    "claimed": _l("Being sent"),
    "accepted": _l("Sent"),
    "refused": _l("Refused"),
    "unknown": _l("Not known"),
    "delivered": _l("Arrived"),
    "failed": _l("Failed"),
    "left": _l("Left as it is"),
}
UNSENT: dict[str, Any] = {
    "not_agreed": _l("There is no consent to messages."),
    "no_contact": _l("No phone or e-mail is kept."),
    "minor": _l("Under 18."),
    "too_long": _l("The text is too long for an SMS."),
}
# On which a person decides.
DECIDABLE = (MessageStanding.UNKNOWN, MessageStanding.FAILED)


def _standing() -> ColumnElement[str]:
    whens = [
        (OutboxMessage.state.in_(states), standing.value) for standing, states in _STATES.items()
    ]
    return case(*whens, else_=MessageStanding.UNSENT.value)


def _of_standing(standing: MessageStanding) -> ColumnElement[bool]:
    if standing is MessageStanding.UNSENT:
        return Notice.message_id.is_(None)
    return OutboxMessage.state.in_(_STATES[standing])


def _reached(actor: Actor, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Notice)
        .outerjoin(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(_to_someone_in_reach(actor, "messages.see"))
    )


def _to_someone_in_reach(actor: Actor, permission: str) -> ColumnElement[bool]:
    # Asked of each message: joined, SQLite begins with everybody where it knows of no messages.
    return (
        exists()
        .where(Person.id == Notice.person_id, within_reach(actor, permission, few=True))
        .correlate(Notice)
    )


def standings(actor: Actor) -> dict[MessageStanding, int]:
    """The number of messages of each standing, all of them; one query."""
    standing = _standing()
    rows = db.session.execute(
        _reached(actor, standing.label("standing"), func.count()).group_by(standing)
    )
    counts = {MessageStanding(pair[0]): pair[1] for pair in rows}
    return {standing_of: counts.get(standing_of, 0) for standing_of in MessageStanding}


def waiting_for_a_person(actor: Actor) -> dict[MessageStanding, int]:
    """The number of messages that wait for a decision of hers; one query."""
    if not actor.may("messages.decide"):
        return {}
    standing = _standing()
    rows = db.session.execute(
        _reached(actor, standing.label("standing"), func.count())
        .where(
            or_(*(_of_standing(waiting) for waiting in DECIDABLE)),
            _to_someone_in_reach(actor, "messages.decide"),
        )
        .group_by(standing)
    )
    return {MessageStanding(notice[0]): notice[1] for notice in rows}


def _narrowed(statement: Select[Any], standing: MessageStanding | None, kind: str) -> Select[Any]:
    if standing is not None:
        statement = statement.where(_of_standing(standing))
    return statement.where(Notice.kind == kind) if kind else statement


def letters(actor: Actor, standing: MessageStanding | None, kind: str) -> dict[str, int]:
    """The number of messages of a standing and kind to each group, by its letter; one query."""
    letter = (
        select(Group.letter)
        .join(Person, Person.group_id == Group.id)
        .where(Person.id == Notice.person_id)
        .correlate(Notice)
        .scalar_subquery()
        .label("letter")
    )
    rows = db.session.execute(
        _narrowed(_reached(actor, letter, func.count()), standing, kind)
        .group_by(letter)
        .order_by(letter)
    )
    return {pair[0]: pair[1] for pair in rows}


def messages_select(
    actor: Actor, standing: MessageStanding | None, kind: str, letter: str
) -> Select[Any]:
    """Messages of a standing, a kind and one group, with the person that each is for."""
    columns = (
        Notice.public_id,
        Notice.kind,
        Notice.event_key,
        Notice.created_at,
        Notice.unsent,
        Person.public_id.label("person"),
        Person.chosen_name.label("name"),
        _standing().label("standing"),
        OutboxMessage.channel,
        OutboxMessage.code,
        OutboxMessage.due_at,
        OutboxMessage.settled_at,
    )
    return (
        _narrowed(_reached(actor, *columns), standing, kind)
        .join(Person, Person.id == Notice.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(Group.letter == letter)
    )


def of_person(actor: Actor, person: str, limit: int = 5) -> Collection[Any]:
    """The last messages to one person, by her public id."""
    return db.session.execute(
        _reached(
            actor,
            Notice.kind,
            Notice.created_at,
            Notice.unsent,
            _standing().label("standing"),
            OutboxMessage.channel,
        )
        .join(Person, Person.id == Notice.person_id)
        .where(Person.public_id == person)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(limit)
    ).all()


PURPOSE = "contact"
_AT_ONCE = 500


@dataclass(frozen=True)
class ReachedPerson:
    """A person as she is told things. Her phone and e-mail stay sealed until one is written to."""

    id: int
    public_id: str
    language: str
    recipient: Recipient
    hours: MessageHours
    calendar: bool
    sealed: dict[Channel, bytes] = field(repr=False)
    lookups: dict[Channel, str] = field(repr=False)

    def address(self, channel: Channel) -> str:
        """The number or e-mail, opened. Raises KeyError where there is none."""
        kind = "person.phone" if channel is Channel.SMS else "person.email"
        return open_text(self.sealed[channel], kind=kind, public_id=self.public_id)


def ways_to(session: Session, person_ids: Collection[int]) -> dict[int, Channel | SayingResult]:
    """How each of these people (keys) is told things now, or why she can't be."""
    set_up = set_up_channels()
    return {
        key: way_to(person.recipient, frozenset(Channel), set_up)
        for key, person in reached(session, person_ids).items()
    }


def counted_ways(ways: Collection[Channel | SayingResult]) -> dict[str, Counter[Any]]:
    """Numbers of people by each way (`by_way`), and why others can't be told (`without`)."""
    return {
        "by_way": Counter(way for way in ways if isinstance(way, Channel)),
        "without": Counter(way for way in ways if isinstance(way, SayingResult)),
    }


def set_up_channels() -> frozenset[Channel]:
    """The channels that reach anybody."""
    channels = {Channel.SMS} if sms_is_set_up() else set()
    return frozenset(channels | {Channel.EMAIL} if mail_is_set_up() else channels)


def reached(session: Session, person_ids: Collection[int]) -> dict[int, ReachedPerson]:
    """These people by their keys; two queries for each few hundred."""
    reached_by: dict[int, ReachedPerson] = {}
    for some in _in_parts(sorted(set(person_ids))):
        agreed = consent_given(some, PURPOSE, session)
        rows = session.execute(
            select(
                Person.id,
                Person.public_id,
                Person.language,
                Person.minor,
                Person.phone_sealed,
                Person.phone_lookup,
                Person.email_sealed,
                Person.email_lookup,
                Group.is_police,
                MessageChoice.channel,
                MessageChoice.from_hour,
                MessageChoice.until_hour,
                MessageChoice.calendar,
            )
            .join(Group, Group.id == Person.group_id)
            .outerjoin(MessageChoice, MessageChoice.person_id == Person.id)
            .where(Person.id.in_(some))
        )
        for reached_row in rows:
            ways = {
                channel: (sealed, looked_up)
                for channel, sealed, looked_up in (
                    (Channel.SMS, reached_row.phone_sealed, reached_row.phone_lookup),
                    (Channel.EMAIL, reached_row.email_sealed, reached_row.email_lookup),
                )
                if sealed is not None and looked_up
            }
            # A calendar on a shared phone speaks on its lock screen.
            calendar = (
                reached_row.is_police if reached_row.calendar is None else reached_row.calendar
            )
            reached_by[reached_row.id] = ReachedPerson(
                reached_row.id,
                reached_row.public_id,
                reached_row.language,
                Recipient(
                    reached_row.id in agreed,
                    reached_row.minor,
                    tuple(ways),
                    Channel(reached_row.channel) if reached_row.channel else None,
                ),
                MessageHours(reached_row.from_hour, reached_row.until_hour)
                if reached_row.from_hour is not None
                else MessageHours(),
                calendar,
                {channel: sealed for channel, (sealed, _) in ways.items()},
                {channel: looked_up for channel, (_, looked_up) in ways.items()},
            )
    return reached_by


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


USUAL = "usual"


@dataclass(frozen=True)
class MessageWish:
    """A person's choice as it holds, with 0 for a row version where none was made."""

    person: str
    name: str
    agreed: bool
    channel: str
    from_hour: int
    until_hour: int
    calendar: str
    row_version: int


def choice_of(actor: Actor, person_id: str, permission: str = "messages.choose") -> MessageWish:
    """The choice of a person within reach. Raises NotFound."""
    person = one_or_404(
        db.session.execute(
            select(Person.id, Person.public_id, Person.chosen_name, MessageChoice)
            .outerjoin(MessageChoice, MessageChoice.person_id == Person.id)
            .where(Person.public_id == person_id, within_reach(actor, permission, few=True))
        ).one_or_none()
    )
    stored = person.MessageChoice
    calendar = (
        {True: "yes", False: "no"}.get(stored.calendar, USUAL) if stored is not None else USUAL
    )
    return MessageWish(
        person.public_id,
        person.chosen_name,
        bool(consent_given([person.id], PURPOSE)),
        (stored.channel if stored is not None else "") or USUAL,
        stored.from_hour if stored is not None else 8,
        stored.until_hour if stored is not None else 19,
        calendar,
        stored.row_version if stored is not None else 0,
    )


def choice_within_reach(actor: Actor, person_id: str) -> bool:
    """True if this actor may choose for a person."""
    return bool(
        db.session.scalar(
            select(Person.id).where(
                Person.public_id == person_id, within_reach(actor, "messages.choose", few=True)
            )
        )
    )


def sender_check() -> SenderCheck | None:
    """The last look at the sender's domain."""
    return db.session.scalar(select(SenderCheck))


def message_counts() -> list[tuple[str, str, int]]:
    """(channel, state, number) of all messages that ever were, shredded ones too; one query."""
    rows = db.session.execute(
        select(OutboxMessage.channel, OutboxMessage.state, func.count(OutboxMessage.id))
        .group_by(OutboxMessage.channel, OutboxMessage.state)
        .order_by(OutboxMessage.channel, OutboxMessage.state)
    )
    return [(counted[0], counted[1], counted[2]) for counted in rows]


Place = tuple[Channel, str]


@dataclass(frozen=True)
class Wording:
    """A text with its fields; of a mail with its subject."""

    text: str
    subject: str = ""


class KeptText(NamedTuple):
    """A text of the programme's own, with the lock of its row."""

    wording: Wording
    row_version: int


def kept_text(kind: MessageKind, channel: Channel, language: str) -> KeptText | None:
    """The programme's own text of a place, if there is one."""
    message_text = db.session.scalar(
        select(MessageText).where(
            MessageText.kind == kind.name,
            MessageText.channel == channel,
            MessageText.language == language,
        )
    )
    return (
        KeptText(Wording(message_text.text, message_text.subject), message_text.row_version)
        if message_text is not None
        else None
    )


def changed_places() -> set[tuple[str, str, str]]:
    """The kinds, channels and languages of which the programme has texts of its own."""
    rows = db.session.execute(select(MessageText.kind, MessageText.channel, MessageText.language))
    return {(wording.kind, wording.channel, wording.language) for wording in rows}


def house_wording(kind: MessageKind, channel: Channel, language: str) -> Wording:
    """The wording of the house."""
    with force_locale(language):
        if channel is Channel.SMS:
            return Wording(str(kind.sms))
        return Wording(str(kind.mail), str(kind.subject))


def own_wordings(session: Session, kind: MessageKind) -> Mapping[Place, Wording]:
    """The programme's own wordings of a kind, by channel and language; one query."""
    rows = session.scalars(select(MessageText).where(MessageText.kind == kind.name))
    return {
        (Channel(wording.channel), wording.language): Wording(wording.text, wording.subject)
        for wording in rows
    }


@dataclass(frozen=True)
class Told:
    """The telling of one person: the state and channel of her message, or why there is none."""

    person_id: int
    event_key: str
    state: str
    channel: str
    unsent: str
    due_at: datetime | None
    settled_at: datetime | None


def told_of(kind: str, event_keys: Collection[str]) -> list[Told]:
    """The telling of people about events of one kind; one query."""
    rows = db.session.execute(
        select(
            Notice.person_id,
            Notice.event_key,
            OutboxMessage.state,
            OutboxMessage.channel,
            Notice.unsent,
            OutboxMessage.due_at,
            OutboxMessage.settled_at,
        )
        .outerjoin(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(Notice.kind == kind, Notice.event_key.in_(event_keys))
        .order_by(Notice.id)
    )
    return [
        Told(
            notice.person_id,
            notice.event_key,
            notice.state or "",
            notice.channel or "",
            notice.unsent,
            notice.due_at,
            notice.settled_at,
        )
        for notice in rows
    ]
