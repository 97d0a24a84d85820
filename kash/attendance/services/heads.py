"""Heads counted at a desk: the same operation as a phone's."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.attendance.register import lock_register
from kash.attendance.rules.marking import Reply
from kash.attendance.rules.pads import HeadcountSent
from kash.attendance.services.door_operations import DoorAnswer, Origin, count_heads
from kash.attendance.wording import reason_sentence
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor


class CountedMeanwhile(Problem):
    """Somebody else counted since the page was shown."""

    status = 409
    sentence = _l("Somebody else counted meanwhile. Their count is shown; nothing was overwritten.")


class NotCounted(Problem):
    """The count was refused."""

    status = 409


def record_heads(register: str, sent: HeadcountSent, by: Actor) -> DoorAnswer:
    """Keep a headcount; the one before stays in its history. Sent twice it is kept once.

    Raises NotFound, CountedMeanwhile (then the count stands in the history beside the other) and
    NotCounted.
    """
    with audited("attendance.heads_counted", by) as change:
        held = lock_register(change.session, register)
        came = Origin(held.id, held.purpose, by.public_id)
        outcome = count_heads(change.session, came, sent, change.now)
        if outcome.reply is Reply.REJECTED:
            raise NotCounted(reason_sentence(outcome.reason))
        if outcome.reply is Reply.DUPLICATE:
            change.nothing()
        change.about(held.public_id, sent.slot)
    if outcome.reply is Reply.CONFLICT:
        raise CountedMeanwhile
    return outcome
