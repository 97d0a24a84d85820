"""Saying something to people, within the transaction of the room that has something to say.

A notice and its message are committed with what they are about, or not at all. Nothing is sent
here; the worker does that by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from kash.notices.kinds import MessageKind, message_kind
from kash.notices.models import Notice
from kash.notices.queries.recipients import ReachedPerson, reached, set_up_channels
from kash.notices.queries.texts import Place, Wording, house_wording, own_wordings
from kash.notices.rules.hours import allowed_from
from kash.notices.rules.reaching import SayingResult, way_to
from kash.notices.rules.texts import filled, mail_value, sms_value
from kash.platform.database import insertion, new_public_id
from kash.platform.messages.gsm7 import is_one_sms
from kash.platform.messages.letters import CalendarFile, OutgoingMessage, RenderedMessage
from kash.platform.messages.outbox import leave, put_in
from kash.platform.messages.states import Channel
from kash.platform.web.formats import to_local
from kash.platform.web.programme import brand, programme_languages
from kash.platform.web.public_address import public_address

STOP_PATH = "/messages/stop"
# So many in one transaction: whoever has more to say says it in parts, so that nobody who writes
# waits for it.
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
    found = message_kind(kind)
    people = reached(session, {saying.person_id for saying in sayings})
    new = _new_notices(session, found, sayings, people, now)
    writer = _Writer(session, found)
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
    person and event. Whoever says the same at once waits here for the other."""
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
    new = {(row.person_id, row.event_key): row.id for row in added}
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
            (row.person_id, row.event_key): row.id
            for row in again
            if (row.person_id, row.event_key) in left
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
            return {each.name: mail_value(fields[each.name]) for each in self._kind.fields}
        return {
            each.name: sms_value(fields[each.name], each.longest, whole=each.whole)
            for each in self._kind.fields
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
