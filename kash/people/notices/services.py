"""Choosing how somebody is told things: by which way, at which hours, with a calendar or not.
Saying something to people, within the transaction of the room that has something to say. A notice
and its message are committed with what they are about, or not at all. Nothing is sent here; the
worker does that by itself. Asking somebody for a call. Deciding on messages of which nobody knows
whether they arrived, or that failed. Looking, once a day and when somebody asks, whether the
sender's domain is in order. People who want no more messages: by a gateway's list, by a stop sent
to it, by a link in mail. Each withdraws what the person had agreed to. A number or an address that
several share is written to for none of them any more: nobody can tell which of them it was.
Sending what people are to be told: the worker's, each minute. The programme's own texts of
messages."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from kash.people.models import Group, Person
from kash.people.notices.models import (
    CALL,
    MessageChoice,
    MessageKind,
    MessageText,
    Notice,
    SenderCheck,
    message_kind,
)
from kash.people.notices.queries import (
    PURPOSE,
    Place,
    ReachedPerson,
    Wording,
    house_wording,
    own_wordings,
    reached,
    set_up_channels,
)
from kash.people.notices.rules import (
    MessageHours,
    SayingResult,
    TextFault,
    TextWrong,
    allowed_from,
    fault_of,
    filled,
    mail_value,
    sms_value,
    way_to,
)
from kash.people.scope import within_reach
from kash.people.services.persons import withdraw_within
from kash.platform.database import db, insertion, new_public_id, utc_now, writing
from kash.platform.messages import sms_gateway
from kash.platform.messages.mail import Ask, SenderDomain, ask_dns, domain_of, look_up
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import (
    GO,
    Sender,
    Verdict,
    leave,
    put_in,
    request_of,
    send_due,
    shred_old,
    stop_hash,
    try_again,
)
from kash.platform.messages.rules import (
    ADDRESS_CHANGED,
    NO_CONSENT,
    CalendarFile,
    Channel,
    MessageState,
    OutgoingMessage,
    RenderedMessage,
    is_one_sms,
)
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.programme import brand, programme_languages
from kash.platform.web.public_address import public_address
from kash.policy import NOBODY, Actor


@dataclass(frozen=True)
class ChoiceDetails:
    """A way ("sms", "email" or "usual"), hours of the day, and whether calendar files go with her
    mails: "yes", "no" or "usual", which is as in her group."""

    channel: str = "usual"
    from_hour: int = 8
    until_hour: int = 19
    calendar: str = "usual"


def choose(person_id: str, details: ChoiceDetails, *, row_version: int, by: Actor) -> None:
    """Keep how a person wants to be told things, by her public id. Raises NotFound, Problem and
    ChangedMeanwhile."""
    try:
        hours = MessageHours(details.from_hour, details.until_hour)
    except ValueError:
        raise Problem(
            _l("Choose hours between 8 and 19 o’clock, the later one last."), field="until_hour"
        ) from None
    with audited("notices.chosen", by) as change:
        session = change.session
        person = one_or_404(
            session.scalar(
                select(Person)
                .where(Person.public_id == person_id, within_reach(by, "messages.choose", few=True))
                .with_for_update(of=Person)
            )
        )
        message_choice = session.scalar(
            select(MessageChoice).where(MessageChoice.person_id == person.id)
        )
        if (message_choice.row_version if message_choice is not None else 0) != row_version:
            raise ChangedMeanwhile
        if message_choice is None:
            message_choice = MessageChoice(person_id=person.id, row_version=0)
            session.add(message_choice)
        message_choice.channel = "" if details.channel == "usual" else details.channel
        message_choice.from_hour, message_choice.until_hour = hours.first, hours.last
        message_choice.calendar = {"yes": True, "no": False}.get(details.calendar)
        message_choice.row_version += 1
        message_choice.set_by, message_choice.set_at = by.public_id, change.now
        change.about(person.public_id)


STOP_PATH = "/messages/stop"
# So many in one transaction: the person who has more to say says it in parts, so that nobody who
# writes waits for it.
MOST_AT_ONCE = 1000
# Told the recipient's address, makes the files that go with her mail.
Calendar = Callable[[str], Sequence[CalendarFile]]


class TooMuchSaid(ValueError):
    """More was to be said in one transaction than others should wait for."""


@dataclass(frozen=True)
class Saying:
    """One thing to say to one person: `event_key` in ids and fixed words, `fields` by their names.

    It goes not before `not_before`, and is left where it could not go by `not_after`. A `calendar`
    goes with a mail to who wants such.
    """

    person_id: int
    event_key: str
    fields: Mapping[str, str] = field(repr=False)
    not_before: datetime | None = None
    not_after: datetime | None = None
    calendar: Calendar | None = field(default=None, repr=False)


def say(
    session: Session,
    kind: str,
    person_id: int,
    event_key: str,
    fields: Mapping[str, str],
    now: datetime,
    *,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    calendar: Calendar | None = None,
) -> SayingResult:
    """Say one thing to one person, once for each kind and event; what came of it.

    What was not sent for want of a consent or a way may be said again. Raises UnknownMessageKind,
    and KeyError where a field of the kind has no value.
    """
    saying = Saying(person_id, event_key, fields, not_before, not_after, calendar)
    return say_to_each(session, kind, [saying], now)[0]


def say_to_each(
    session: Session, kind: str, sayings: Sequence[Saying], now: datetime
) -> list[SayingResult]:
    """Say things of one kind to many people; what came of each, in order. Raises TooMuchSaid
    beyond a thousand, UnknownMessageKind and KeyError."""
    if len(sayings) > MOST_AT_ONCE:
        raise TooMuchSaid
    kind_of_message = message_kind(kind)
    people = reached(session, {saying.person_id for saying in sayings})
    new = _new_notices(session, kind_of_message, sayings, people, now)
    writer = _Writer(session, kind_of_message)
    answers: list[SayingResult] = []
    letters: dict[int, OutgoingMessage] = {}
    unsent: dict[int, SayingResult] = {}
    for saying in sayings:
        notice_id = new.pop((saying.person_id, saying.event_key), None)
        if notice_id is None:
            answers.append(SayingResult.ALREADY)
            continue
        letter = writer.letter(people[saying.person_id], saying, now)
        if isinstance(letter, SayingResult):
            unsent[notice_id] = letter
            answers.append(letter)
        else:
            letters[notice_id] = letter
            answers.append(SayingResult.QUEUED)
    messages = dict(zip(letters, put_in(session, list(letters.values()), now), strict=True))
    _write_down(session, messages, unsent)
    return answers


def _new_notices(
    session: Session,
    kind: MessageKind,
    sayings: Sequence[Saying],
    people: Mapping[int, ReachedPerson],
    now: datetime,
) -> dict[tuple[int, str], int]:
    """The notices that are to be given a message: new ones, and those that went to nobody yet, by
    person and event. A person who says the same at once waits here for the other."""
    rows = {
        (saying.person_id, saying.event_key): {
            "public_id": new_public_id(),
            "person_id": saying.person_id,
            "kind": kind.name,
            "event_key": saying.event_key,
            "language": _language(people[saying.person_id].language),
            "unsent": "",
            "created_at": now,
        }
        for saying in sayings
        if saying.person_id in people
    }
    if not rows:
        return {}
    added = session.execute(
        insertion(session, Notice)
        .on_conflict_do_nothing(index_elements=["person_id", "kind", "event_key"])
        .returning(Notice.id, Notice.person_id, Notice.event_key),
        list(rows.values()),
    ).all()
    new = {(notice.person_id, notice.event_key): notice.id for notice in added}
    left = rows.keys() - new.keys()
    if left:
        again = session.execute(
            select(Notice.id, Notice.person_id, Notice.event_key)
            .where(
                Notice.kind == kind.name,
                Notice.person_id.in_({person for person, _ in left}),
                Notice.event_key.in_({event for _, event in left}),
                Notice.message_id.is_(None),
            )
            .with_for_update()
        )
        new |= {
            (notice.person_id, notice.event_key): notice.id
            for notice in again
            if (notice.person_id, notice.event_key) in left
        }
    return new


def _write_down(
    session: Session, messages: Mapping[int, int], unsent: Mapping[int, SayingResult]
) -> None:
    changes = [
        {"notice": notice, "message": message, "why": ""} for notice, message in messages.items()
    ] + [{"notice": notice, "message": None, "why": why.value} for notice, why in unsent.items()]
    if changes:
        session.connection().execute(
            update(Notice.__table__)  # type: ignore[arg-type]
            .where(Notice.__table__.c.id == bindparam("notice"))
            .values(message_id=bindparam("message"), unsent=bindparam("why")),
            changes,
        )


def stop_url(token: str) -> str:
    """The address by which a mail's reader ends such mails."""
    return f"{public_address()}{STOP_PATH}/{token}"


def _language(chosen: str) -> str:
    languages = programme_languages()
    return chosen if chosen in languages else languages[0]


class _Writer:
    """Writes letters of one kind; what many of them share is made once."""

    def __init__(self, session: Session, kind: MessageKind) -> None:
        self._kind = kind
        self._own = own_wordings(session, kind)
        self._house: dict[Place, Wording] = {}
        self._written: dict[tuple[object, ...], Wording | None] = {}
        self._footers: dict[str, str] = {}
        self._set_up = set_up_channels()

    def letter(
        self, person: ReachedPerson, saying: Saying, now: datetime
    ) -> OutgoingMessage | SayingResult:
        """The letter that says it to her, or why there is none."""
        way = way_to(person.recipient, self._kind.channels, self._set_up)
        if isinstance(way, SayingResult):
            return way
        language = _language(person.language)
        wording = self._wording(way, language, saying.fields)
        if wording is None:
            return SayingResult.TOO_LONG
        address = person.address(way)
        text, likeness, token = wording.text, f"{wording.subject}\n{wording.text}", ""
        calendars: tuple[CalendarFile, ...] = ()
        if way is Channel.EMAIL:
            token = secrets.token_urlsafe(24)
            text = f"{text}\n\n{self._footer(language)}\n{stop_url(token)}\n"
            if saying.calendar is not None and person.calendar:
                calendars = tuple(saying.calendar(address))
        request = RenderedMessage(
            address, text, wording.subject, stop_url(token) if token else "", calendars
        )
        due = to_local(max(now, saying.not_before or now))
        return OutgoingMessage(
            way,
            f"{self._kind.name} {saying.event_key}",
            request,
            person.lookups[way],
            likeness,
            allowed_from(due, person.hours),
            saying.not_after,
            token,
        )

    def _footer(self, language: str) -> str:
        if language not in self._footers:
            with force_locale(language):
                self._footers[language] = _("To get no more such messages:")
        return self._footers[language]

    def _wording(self, way: Channel, language: str, fields: Mapping[str, str]) -> Wording | None:
        """The text of these values; None if no text is one SMS with them."""
        key = (way, language, *sorted(fields.items()))
        if key not in self._written:
            self._written[key] = self._filled(way, language, fields)
        return self._written[key]

    def _filled(self, way: Channel, language: str, fields: Mapping[str, str]) -> Wording | None:
        place = (way, language)
        if place not in self._house:
            self._house[place] = house_wording(self._kind, way, language)
        values = self._values(way, fields)
        if way is Channel.EMAIL:
            wording = self._own.get(place, self._house[place])
            subject = filled(wording.subject, values) or brand()
            return Wording(filled(wording.text, values), subject)
        own = self._own.get(place)
        for chosen in (*([own] if own is not None else ()), self._house[place]):
            text = filled(chosen.text, values)
            if is_one_sms(text):
                return Wording(text)
        return None

    def _values(self, way: Channel, fields: Mapping[str, str]) -> dict[str, str]:
        if way is Channel.EMAIL:
            return {value.name: mail_value(fields[value.name]) for value in self._kind.fields}
        return {
            value.name: sms_value(fields[value.name], value.longest, whole=value.whole)
            for value in self._kind.fields
        }


def take_back(
    session: Session,
    kind: str,
    event_key: str,
    now: datetime,
    *,
    person_ids: Collection[int] | None = None,
) -> int:
    """Have what waits about an event go no more, to all or to these people, within the caller's
    transaction; how many messages. What was tried already stays as it is."""
    wanted = select(Notice.message_id).where(
        Notice.kind == kind, Notice.event_key == event_key, Notice.message_id.is_not(None)
    )
    messages = set(session.scalars(wanted))
    if person_ids is not None:
        # A message that somebody else on the same phone is still to get goes on.
        others = set(session.scalars(wanted.where(Notice.person_id.not_in(person_ids))))
        messages -= others
    return len(
        leave(session, [key for key in messages if key], now, code="taken_back", waiting=True)
    )


def ask_for_call(person_id: str, *, by: Actor) -> SayingResult:
    """Ask a person, by her public id, for a call; once a day. Raises NotFound."""
    with audited("notices.call_asked", by) as change:
        person = one_or_404(
            change.session.scalar(
                select(Person.id).where(
                    Person.public_id == person_id, within_reach(by, "messages.ask", few=True)
                )
            )
        )
        day = to_local(change.now).date().isoformat()
        said_now = say(change.session, CALL.name, person, f"call:{day}", {}, change.now)
        if said_now is SayingResult.ALREADY:
            change.nothing()
        else:
            change.about(person_id)
        return said_now


MOST_DECIDED = 200


def send_again(notices: Sequence[str], *, by: Actor) -> int:
    """Have messages go once more, by the public ids of notices; how many will.

    What is out of reach, settled meanwhile or shredded is left out.
    """
    with audited("notices.sent_again", by) as change:
        session = change.session
        chosen = _chosen(session, notices, by)
        moved = _readdressed(session, chosen, change.now)
        again = set(try_again(session, [message.id for _, message in chosen], change.now))
        done = [notice for notice, message in chosen if message.id in again or notice.id in moved]
        if not done:
            change.nothing()
        change.about(*(notice.public_id for notice in done))
        return len(done)


def leave_them(notices: Sequence[str], *, by: Actor) -> int:
    """Let messages be as they are, by the public ids of notices; how many that settles."""
    with audited("notices.left", by) as change:
        session = change.session
        chosen = _chosen(session, notices, by)
        left = set(leave(session, [message.id for _, message in chosen], change.now))
        done = [notice for notice, message in chosen if message.id in left]
        if not done:
            change.nothing()
        change.about(*(notice.public_id for notice in done))
        return len(done)


def _chosen(
    session: Session, notices: Sequence[str], by: Actor
) -> list[tuple[Notice, OutboxMessage]]:
    rows = session.execute(
        select(Notice, OutboxMessage)
        .join(Person, Person.id == Notice.person_id)
        .join(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(Notice.public_id.in_(notices[:MOST_DECIDED]), within_reach(by, "messages.decide"))
        .order_by(OutboxMessage.id, Notice.id)
        .with_for_update(of=OutboxMessage)
    )
    return [(notice[0], notice[1]) for notice in rows]


def _readdressed(
    session: Session, chosen: Sequence[tuple[Notice, OutboxMessage]], now: datetime
) -> set[int]:
    """The keys of notices whose message was written anew, to the number or e-mail of today."""
    wanted = [
        (notice, message)
        for notice, message in chosen
        if message.state == MessageState.REFUSED
        and message.code == ADDRESS_CHANGED
        and message.request_sealed
    ]
    people = reached(session, {notice.person_id for notice, _ in wanted})
    moved: set[int] = set()
    for notice, message in wanted:
        channel, person = Channel(message.channel), people[notice.person_id]
        if channel not in person.lookups or person.lookups[channel] == message.address_lookup:
            continue
        request, token = request_of(message), ""
        likeness = request.text
        request = replace(request, address=person.address(channel), calendars=())
        if request.stop_url:
            token = secrets.token_urlsafe(24)
            url = stop_url(token)
            text = request.text.replace(request.stop_url, url)
            request = replace(request, text=text, stop_url=url)
        letter = OutgoingMessage(
            channel,
            f"{notice.kind} {notice.event_key}",
            request,
            person.lookups[channel],
            likeness,
            now,
            message.last_at,
            token,
        )
        notice.message_id = put_in(session, [letter], now)[0]
        moved.add(notice.id)
    return moved


_EVERY = timedelta(days=1)
# Of a check that somebody asked for.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def sender_domain() -> str:
    """The domain that mail is sent from, empty where nobody outside knows it."""
    return domain_of(current_app.config["SETTINGS"].mail_from)


def check_sender(ask: Ask = ask_dns) -> SenderDomain | None:
    """Ask for the records if that is due; what they are, or None. Nothing is asked while anybody
    waits for the database."""
    domain, now = sender_domain(), utc_now()
    sender_check = db.session.scalar(select(SenderCheck).where(SenderCheck.domain == domain))
    due = domain and (sender_check is None or sender_check.checked_at < now - _EVERY)
    db.session.rollback()
    if not due:
        return None
    check = look_up(domain, current_app.config["SETTINGS"].dkim_selector, ask)
    with writing() as session:
        session.execute(delete(SenderCheck))
        session.add(
            SenderCheck(
                id=1,
                domain=domain,
                spf=check.spf.value,
                dkim=check.dkim.value,
                dmarc=check.dmarc.value,
                checked_at=now,
            )
        )
    return check


def ask_for_check(*, by: Actor) -> None:
    """Have the worker look again within a minute."""
    with audited("notices.sender_asked", by) as change:
        sender_check = change.session.scalar(select(SenderCheck).with_for_update())
        if sender_check is not None:
            sender_check.checked_at = LONG_AGO
        change.about("settings")


_ACTION = "notices.stopped"


def stop_messages(messages: Collection[int]) -> int:
    """Withdraw the consent of all who were to get these messages; how many had given it."""
    about = select(OutboxMessage.channel, OutboxMessage.address_lookup).where(
        OutboxMessage.id.in_(messages)
    )

    def people(session: Session) -> ColumnElement[bool]:
        rows = session.execute(about).all()
        phones = {notice.address_lookup for notice in rows if notice.channel == "sms"}
        mails = {notice.address_lookup for notice in rows if notice.channel == "email"}
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
    """Withdraw the consent of the person who got the mail with this secret; False if there is no
    such mail. Nothing is told of whether there was anything to withdraw."""
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


def send_notices() -> int:
    """Send what is due; how many messages were tried."""
    return send_due(sender())


def sender() -> Sender:
    """The means by which notices are sent."""
    return Sender(sms_gateway(), may_go, utc_now, stop_messages)


def shred_old_messages() -> int:
    """Take address and text out of old messages; out of how many."""
    return shred_old(utc_now())


def may_go(session: Session, messages: Sequence[int], now: datetime) -> Mapping[int, Verdict]:
    """The last word on whether messages may go now: the person that each is for still agrees, has
    the address that was written to, and it is an hour of hers.

    A message about nobody any more, as of people who were taken out, goes to nobody.
    """
    rows = session.execute(
        select(
            Notice.person_id, OutboxMessage.id, OutboxMessage.channel, OutboxMessage.address_lookup
        )
        .join(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(Notice.message_id.in_(messages))
        .order_by(Notice.id)
    ).all()
    people = reached(session, {notice.person_id for notice in rows})
    given: defaultdict[int, list[Verdict]] = defaultdict(list)
    for notice in rows:
        person = people[notice.person_id]
        given[notice.id].append(
            _verdict(person, Channel(notice.channel), notice.address_lookup, now)
        )
    return {key: _best(given[key]) for key in messages}


def _verdict(
    person: ReachedPerson, channel: Channel, address_lookup: str, now: datetime
) -> Verdict:
    if person.recipient.minor or not person.recipient.agreed:
        return Verdict(refusal=NO_CONSENT)
    if person.lookups.get(channel) != address_lookup:
        return Verdict(refusal=ADDRESS_CHANGED)
    local = to_local(now)
    allowed = allowed_from(local, person.hours)
    return GO if allowed == local else Verdict(later=allowed)


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a message that several people share: it goes if it may go to one of them."""
    if not verdicts:
        return Verdict(refusal=NO_CONSENT)
    if GO in verdicts:
        return GO
    waiting = [verdict for verdict in verdicts if verdict.later is not None]
    return min(waiting, key=lambda each: each.later or datetime.max) if waiting else verdicts[0]


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

    `row_version` is that of the row which the page showed, 0 where there was none. Raises
    ChangedMeanwhile, and Problem for a text that may not go out.
    """
    with audited("notices.text_saved", by) as change:
        session = change.session
        _refuse_faults(session, place, details)
        stored = _locked(session, place)
        if (stored.row_version if stored is not None else 0) != row_version:
            raise ChangedMeanwhile
        if stored is None:
            stored = MessageText(
                kind=place.kind.name,
                channel=place.channel.value,
                language=place.language,
                row_version=0,
            )
            session.add(stored)
        stored.text, stored.subject = details.text, details.subject
        stored.row_version += 1
        stored.changed_by, stored.changed_at = by.public_id, change.now
        session.flush()
        change.about(stored.public_id)
        return stored.public_id


def use_house_text(place: TextPlace, *, by: Actor) -> bool:
    """Have the text of the house stand again; False if it does already."""
    with audited("notices.text_removed", by) as change:
        stored = _locked(change.session, place)
        if stored is None:
            change.nothing()
            return False
        change.about(stored.public_id)
        change.session.delete(stored)
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
        raise Problem(fault_words(fault), field="text")
    fault = fault_of(details.subject, lengths, sms=False, names=names)
    if fault is not None:
        raise Problem(fault_words(fault), field="subject")


def fault_words(fault: TextFault) -> str:
    """The sentence beside a text that may not go out."""
    match fault.wrong:
        case TextWrong.UNKNOWN_FIELDS:
            return _("There is no such field: %(fields)s.", fields=fault.which)
        case TextWrong.BRACE:
            return _("Braces stand around names of fields only.")
        case TextWrong.STRANGE_SIGNS:
            return _("No SMS of 160 signs has these: %(signs)s", signs=fault.which)
        case TextWrong.TELLS:
            return _("It tells others why somebody takes part: %(words)s.", words=fault.which)
        case _:
            return _(
                "With long values this is more than one SMS: shorten it by %(count)s.",
                count=fault.over,
            )
