"""Reminding the person who took on an action, before its day and after it.

The message says that something is due and nothing else: neither of which forum, nor what.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask_babel import lazy_gettext as _l

from kash.forums.queries.decisions import actions_to_remind_of
from kash.forums.rules.decisions import Reminder, reminder_of
from kash.people.notices.models import MessageKind, OfferedField
from kash.people.notices.queries import told_of
from kash.people.notices.services import MOST_AT_ONCE, Saying, say_to_each
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.formats import from_local, to_local
from kash.policy import SYSTEM

DUE, LATE = "forums.action_due", "forums.action_late"
_KINDS = {Reminder.SOON: DUE, Reminder.LATE: LATE}
_MORNING = time(9)
_WHEN = OfferedField("when", _l("Day"), 10, "12/03/2027")

KINDS = (
    MessageKind(
        DUE,
        _l("An action is due soon"),
        _l("To whoever took it on, three days before its day."),
        (_WHEN,),
        sms=_l(
            "What you took on is to be done by {when}. "
            "Say how it goes when you sign in, or at the meeting."
        ),
        subject=_l("To be done by {when}"),
        mail=_l(
            "What you took on is to be done by {when}.\n\n"
            "Say how it goes when you sign in, or at the meeting."
        ),
    ),
    MessageKind(
        LATE,
        _l("An action is late"),
        _l("To whoever took it on, the day after its day."),
        (_WHEN,),
        sms=_l(
            "What you took on was to be done by {when}. "
            "Say what became of it when you sign in, or at the meeting."
        ),
        subject=_l("It was to be done by {when}"),
        mail=_l(
            "What you took on was to be done by {when}.\n\n"
            "Say what became of it when you sign in, or at the meeting."
        ),
    ),
)


def remind_of_actions(now: datetime) -> int:
    """Remind of the actions around their day, each once before and once after it; how many were
    said. Who agreed to no messages is not told; Today tells it in any case."""
    today = to_local(now).date()
    if to_local(now).time() < _MORNING:
        return 0
    wanted: dict[str, list[Saying]] = {DUE: [], LATE: []}
    for action, due_on, person in actions_to_remind_of(db.session(), today):
        reminder = reminder_of(due_on, today)
        if reminder is not None:
            wanted[_KINDS[reminder]].append(
                Saying(
                    person,
                    f"{action}:{due_on.isoformat()}",
                    {"when": due_on.strftime("%d/%m/%Y")},
                    not_after=from_local(today + timedelta(days=1), time()),
                )
            )
    new = {kind: _untold(kind, sayings) for kind, sayings in wanted.items()}
    db.session.rollback()
    if not any(new.values()):
        return 0
    with audited("forums.action_reminded", SYSTEM) as change:
        for kind, sayings in new.items():
            change.about(*(saying.event_key.partition(":")[0] for saying in sayings))
            say_to_each(change.session, kind, sayings, change.now)
        return sum(map(len, new.values()))


def _untold(kind: str, sayings: list[Saying]) -> list[Saying]:
    told = {
        (saying.person_id, saying.event_key)
        for saying in told_of(kind, {s.event_key for s in sayings})
    }
    left = [saying for saying in sayings if (saying.person_id, saying.event_key) not in told]
    return left[: MOST_AT_ONCE // 2]
