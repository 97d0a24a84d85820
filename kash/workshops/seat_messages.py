"""Messages about seats: that one is offered, with the link to answer, and that somebody has one.

They hold the public title and nothing of a group; the same words go to everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.people.notices.models import MessageKind, OfferedField
from kash.people.notices.services import MOST_AT_ONCE, Saying, say_to_each, take_back
from kash.platform.web.formats import to_local
from kash.platform.web.public_address import public_address
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.services.answer_links import new_answer_link

ANSWER_PATH = "/r"
OFFERED, GIVEN = "workshops.seat_offered", "workshops.seat_given"


def answer_address(token: str) -> str:
    """The address behind which whoever holds a token answers."""
    return f"{public_address()}{ANSWER_PATH}/{token}"


def _longest_address() -> int:
    return len(answer_address("x" * 16))


_TITLE = OfferedField("title", _l("Public title"), 30, _l("Working together"))
_DAY = OfferedField("day", _l("First day"), 10, "12/03/2027")
_LINK = OfferedField(
    "link", _l("Link to answer"), _longest_address, "https://kash.example.org/r/4fz0q", whole=True
)

SEAT_MESSAGES = (
    MessageKind(
        OFFERED,
        _l("A seat is offered"),
        _l("To whoever is next on a waiting list, shortly before the start."),
        (_TITLE, _DAY, OfferedField("until", _l("Answer by"), 11, "11/03 17:00"), _LINK),
        sms=_l("{title}, {day}: a place is free. Answer by {until}: {link}"),
        subject=_l("{title}: a place is free"),
        mail=_l(
            "A place is free for you: {title}, {day}.\n\nAnswer by {until}, or it goes to somebody"
            " else:\n{link}"
        ),
    ),
    MessageKind(
        GIVEN,
        _l("A seat is given"),
        _l("To whoever moves up from a waiting list by itself."),
        (_TITLE, _DAY, _LINK),
        sms=_l("{title}, {day}: you have a place. If you can't come: {link}"),
        subject=_l("{title}: you have a place"),
        mail=_l("You have a place: {title}, {day}.\n\nIf you can't come, say so here:\n{link}"),
    ),
)


def offer_event(enrolment: str, until: datetime) -> str:
    """The event of one offer to one enrolment (public id): a later one is another."""
    return f"{enrolment}:{int(until.timestamp())}"


def tell_offers(
    session: Session, workshop: Workshop, offered: Sequence[Enrolment], now: datetime
) -> None:
    """Within the transaction in which seats are offered: tell each, with a link of its own."""
    _say(
        session,
        OFFERED,
        [
            Saying(
                one.person_id,
                offer_event(one.public_id, one.offer_until),
                {
                    **_fields(session, workshop, one, now),
                    "until": to_local(one.offer_until).strftime("%d/%m %H:%M"),
                },
                not_after=one.offer_until,
            )
            for one in offered
            if one.offer_until is not None
        ],
        now,
    )


def take_offer_back(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """Within the transaction in which an offer ends: what waits to tell of it goes no more."""
    if enrolment.offer_until is not None:
        event = offer_event(enrolment.public_id, enrolment.offer_until)
        take_back(session, OFFERED, event, now, person_ids=[enrolment.person_id])


def tell_given(
    session: Session, workshop: Workshop, given: Sequence[Enrolment], now: datetime
) -> None:
    """Within the transaction in which a list moved by itself: tell each who moved up."""
    _say(
        session,
        GIVEN,
        [
            Saying(
                one.person_id,
                f"{one.public_id}:{int(now.timestamp())}",
                _fields(session, workshop, one, now),
            )
            for one in given
        ],
        now,
    )


def _say(session: Session, kind: str, sayings: Sequence[Saying], now: datetime) -> None:
    for start in range(0, len(sayings), MOST_AT_ONCE):
        say_to_each(session, kind, sayings[start : start + MOST_AT_ONCE], now)


def _fields(
    session: Session, workshop: Workshop, enrolment: Enrolment, now: datetime
) -> dict[str, str]:
    return {
        "title": workshop.version.public_title,
        "day": _day(workshop.starts_on),
        "link": answer_address(new_answer_link(session, workshop, enrolment, now)),
    }


def _day(day: date) -> str:
    """A day that reads alike in all languages."""
    return day.strftime("%d/%m/%Y")
