"""Texts of what is told of a workshop. They hold its public title and nothing of a group, and are
the same for everybody."""

from __future__ import annotations

from datetime import date, time

from flask_babel import lazy_gettext as _l

from kash.announcements.rules import WorkshopFacts
from kash.notices.kinds import MessageKind, OfferedField
from kash.workshops.seat_messages import answer_address

INVITED, PLACE_GIVEN = "workshops.invited", "workshops.expected"
CHANGED, CANCELLED, RESTORED = "workshops.changed", "workshops.cancelled", "workshops.restored"
REMOVED, REMINDED, THANKED = "workshops.removed", "workshops.reminded", "workshops.thanked"


def _longest_address() -> int:
    return len(answer_address("x" * 16))


_TITLE = OfferedField("title", _l("Public title"), 30, _l("Working together"))
_WHEN = OfferedField("when", _l("Day and hour"), 16, "12/03/2027 08:30")
_WHERE = OfferedField("where", _l("Venue"), 24, _l("Sample Centre"))
_WAS = OfferedField("was", _l("As it was"), 42, "12/03/2027 08:30, Sample Centre")
_NOW = OfferedField("now", _l("As it is now"), 42, "19/03/2027 09:00, Sample Centre")
_LINK = OfferedField(
    "link", _l("Link to answer"), _longest_address, "https://kash.example.org/r/4fz0q", whole=True
)

KINDS = (
    MessageKind(
        INVITED,
        _l("Invitation"),
        _l("To whoever is invited and has not answered."),
        (_TITLE, _WHEN, _WHERE, _LINK),
        sms=_l("{title}, {when}, {where}. Do you come? {link}"),
        subject=_l("{title}, {when}"),
        mail=_l("You are invited: {title}, {when}, {where}.\n\nSay here whether you come:\n{link}"),
    ),
    MessageKind(
        PLACE_GIVEN,
        _l("A place"),
        _l("To whoever is enrolled."),
        (_TITLE, _WHEN, _WHERE, _LINK),
        sms=_l("{title}, {when}, {where}: you have a place. Can't come? {link}"),
        subject=_l("{title}, {when}"),
        mail=_l(
            "You have a place: {title}, {when}, {where}.\n\nIf you can't come, say so here:\n{link}"
        ),
    ),
    MessageKind(
        CHANGED,
        _l("A change of days, hour or place"),
        _l("To whoever is invited or enrolled, ten minutes after the last change."),
        (_TITLE, _WAS, _NOW),
        sms=_l("{title}: was {was}, now {now}"),
        subject=_l("{title}: changed"),
        mail=_l("{title} was: {was}.\nIt is now: {now}."),
    ),
    MessageKind(
        CANCELLED,
        _l("A workshop is cancelled"),
        _l("To whoever is invited or enrolled."),
        (_TITLE, _WHEN),
        sms=_l("{title}, {when}, is cancelled."),
        subject=_l("{title}: cancelled"),
        mail=_l("{title}, {when}, is cancelled."),
    ),
    MessageKind(
        RESTORED,
        _l("A cancelled workshop is held after all"),
        _l("To whoever is invited or enrolled."),
        (_TITLE, _WHEN, _WHERE),
        sms=_l("{title} is held after all: {when}, {where}."),
        subject=_l("{title}: held after all"),
        mail=_l("{title} is held after all: {when}, {where}."),
    ),
    MessageKind(
        REMOVED,
        _l("Somebody is no longer expected"),
        _l("To whoever was invited or enrolled and is taken out."),
        (_TITLE, _WHEN),
        sms=_l("{title}, {when}: you are no longer expected."),
        subject=_l("{title}: no longer expected"),
        mail=_l("You are no longer expected: {title}, {when}."),
    ),
    MessageKind(
        REMINDED,
        _l("Reminder"),
        _l("So many days before the first day, to whoever is invited or enrolled."),
        (_TITLE, _WHEN, _WHERE),
        sms=_l("Reminder: {title}, {when}, {where}."),
        subject=_l("Reminder: {title}, {when}"),
        mail=_l("A reminder: {title}, {when}, {where}."),
    ),
    MessageKind(
        THANKED,
        _l("Thanks afterwards"),
        _l("So many days after the last day, to whoever came."),
        (_TITLE,),
        sms=_l("Thank you for coming: {title}."),
        subject=_l("{title}: thank you"),
        mail=_l("Thank you for coming: {title}."),
    ),
)


def when_text(day: date, begins: time) -> str:
    """A day and an hour that read alike in all languages."""
    return f"{day:%d/%m/%Y} {begins:%H:%M}"


def facts_text(facts: WorkshopFacts, *, all_days: bool = False) -> str:
    """Day, hour and venue; from the first day to the last if `all_days` are asked for."""
    when = when_text(facts.first, facts.begins)
    if all_days and facts.last != facts.first:
        alike = facts.first.year == facts.last.year
        first = f"{facts.first:%d/%m}" if alike else f"{facts.first:%d/%m/%Y}"
        when = f"{first}-{when_text(facts.last, facts.begins)}"
    return ", ".join(filter(None, (when, facts.venue)))
