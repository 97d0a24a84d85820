"""When a trainer may see how to reach a person, and how many looks a day are usual.

Nobody opens a contact by what she does alone: enrolling somebody, marking her present, closing the
register and asking for her phone are all things that a trainer can do in a minute to forty people
whom she never met. One act at least must be another's: the person's own, or a second account's.
Nor does it help to hold two accounts: an answer, a mark by her own hand, a register and an
agreement count only if an account had a part that is independent of the trainer's, so that whoever
invites accounts opens nobody by two puppets. The accounts that are not are called tied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

# How many more looks a reason is good for on the day on which it was given.
LOOKS_FOR_A_REASON = 10


class Opened(StrEnum):
    """By what a contact is open."""

    ENTERED = "entered"
    ANSWERED = "answered"
    CAME = "came"
    AGREED = "agreed"


@dataclass(frozen=True)
class Attendance:
    """A person's mark in a session of a workshop that the trainer ran when it was held.

    `counts` and `counted` say whether the mark counts for something as it stands now and as it
    stood when the register was confirmed: later corrections take one person only. `own_hand` is her
    own account if she made it herself.
    """

    counts: bool
    counted: bool = False
    closed_by: str | None = None
    confirmed_by: str | None = None
    own_hand: str = ""

    @property
    def came(self) -> bool:
        """True if two people stand for it that she came."""
        return (
            self.counts
            and self.counted
            and self.closed_by is not None
            and self.confirmed_by not in (None, self.closed_by)
        )


@dataclass(frozen=True)
class Agreement:
    """A request that somebody agreed to; both are accounts."""

    asked_by: str
    agreed_by: str


def opened_by(
    actor: str,
    *,
    entered_by: str,
    answered_by: str = "",
    attended: Iterable[Attendance] = (),
    agreements: Iterable[Agreement] = (),
    tied: Collection[str] = (),
) -> Opened | None:
    """By what a phone or an e-mail is open to an account; None if it is closed.

    `entered_by` is who typed in just this phone or e-mail; `answered_by` is the person's own
    account if with it she answered the invitation to a workshop that the actor runs. `tied` are the
    accounts that are not independent of the actor's.
    """
    if entered_by == actor:
        return Opened.ENTERED
    there = list(attended)
    herself = {answered_by, *(one.own_hand for one in there if one.counts)} - {""}
    if herself - {actor, *tied}:
        return Opened.ANSWERED
    if any(one.came and {one.closed_by, one.confirmed_by} - {actor, *tied} for one in there):
        return Opened.CAME
    if any(one.asked_by == actor and one.agreed_by != actor for one in agreements):
        return Opened.AGREED
    return None


def may_decide(
    actor: str,
    *,
    asked_by: str,
    everyone: bool,
    keepers: Iterable[Iterable[str]],
    tied: Collection[str] = (),
) -> bool:
    """True if an account may agree to a request or refuse it: never the one who asked, nor one that
    is tied to it.

    `everyone` says that it decides for all people; else each person of the request must be its
    own. `keepers` are, for each person, the accounts that added her, or to whom each contact that
    is kept of her is open: who adds an e-mail where a phone stood does not decide on the phone.
    """
    if asked_by in {actor, *tied}:
        return False
    return everyone or all(actor in set(kept) for kept in keepers)


def needs_reason(looks: int, budget: int, reasons: int) -> bool:
    """True if one more look of this day needs a reason, after so many looks and reasons."""
    return looks >= budget + reasons * LOOKS_FOR_A_REASON
