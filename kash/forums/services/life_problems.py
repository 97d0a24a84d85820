"""Problems that stand in the way of circulating, confirming and correcting minutes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from kash.forums.rules.life import ConfirmRefusal
from kash.platform.web.errors import Problem


class MinutesLocked(Problem):
    """The minutes are confirmed and locked, so nothing of the meeting changes any more."""

    sentence = _l(
        "The minutes of this meeting are confirmed and locked. What is wrong in them is put right"
        " by an erratum."
    )


class NotHeldYet(Problem):
    """Minutes are circulated once the meeting is recorded as held."""

    sentence = _l("Record the meeting as held first.")


class NothingWritten(Problem):
    """There is nothing to circulate."""

    sentence = _l("Nothing is written yet. Write the minutes first.")


class DifferencesLeft(Problem):
    """Two people wrote something differently, and nobody settled it yet."""

    sentence = _l("Two people wrote something differently. Settle that first, under its item.")


class AlreadyCirculated(Problem):
    """Somebody circulated the minutes meanwhile."""

    sentence = _l("The minutes are circulated already.")


class NotCirculated(Problem):
    """This is done with circulated minutes only."""

    sentence = _l("The minutes are not circulated now. The page shows how they stand.")


class NumbersFrozen(Problem):
    """Circulated minutes keep their numbers."""

    sentence = _l(
        "The minutes are circulated, and their numbers stand: no item, decision or action is added"
        " or taken off. Take the minutes back first."
    )


class RemarksOver(Problem):
    """The day until which remarks are taken is over."""

    sentence = _l("Remarks were taken until another day. Say it at the next meeting.")


class OnlyWhoWasThere(Problem):
    """Remarks are made by members who were present."""

    status = 403
    sentence = _l("Members who were at the meeting can remark on its minutes.")


class TooManyRemarks(Problem):
    """A member has a limit of remarks on an item that no reader reaches."""

    status = 422
    field = "text"
    sentence = _l("You have many remarks on this item already. Put them together in one.")


class AlreadySettled(Problem):
    """Somebody settled the remark meanwhile."""

    sentence = _l("This remark is settled already.")


class DayOver(Problem):
    """Remarks are taken until today or later."""

    status = 422
    field = "remarks_until"
    sentence = _l("Choose today or a later day.")


class NotLocked(Problem):
    """Errata and withdrawals concern locked minutes."""

    sentence = _l("The minutes are not locked yet: correct the text itself.")


class NotConfirmed(Problem):
    """Something stands against confirming; `reason` says what, the sentence says it to people."""

    status = 422
    sentence = _l("The minutes could not be confirmed.")

    _SENTENCES: Mapping[ConfirmRefusal, str] = {
        ConfirmRefusal.NOT_CIRCULATED: NotCirculated.sentence,
        ConfirmRefusal.REMARKS: _l("Settle the remarks first: each gets an answer."),
        ConfirmRefusal.EARLIER: _l("Minutes are confirmed at a later meeting of the same forum."),
        ConfirmRefusal.MOMENT: _l("Choose a time at which that meeting was under way."),
        ConfirmRefusal.SAME: _l("Whoever proposes does not second. Choose two members."),
        ConfirmRefusal.ABSENT: _l("Choose members who were present at that time."),
        ConfirmRefusal.NO_QUORUM: _l(
            "The meeting was not quorate at that time, so it could not confirm minutes. They wait"
            " for a quorate meeting."
        ),
    }
    _FIELDS: Mapping[ConfirmRefusal, str] = {
        ConfirmRefusal.MOMENT: "time",
        ConfirmRefusal.SAME: "seconder",
        ConfirmRefusal.ABSENT: "proposer",
    }

    def __init__(self, reason: ConfirmRefusal, field: str = "") -> None:
        super().__init__(self._SENTENCES[reason])
        self.reason = reason
        self.field = field or self._FIELDS.get(reason, "")
