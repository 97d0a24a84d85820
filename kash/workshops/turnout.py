"""Rule on turnout: how many to invite so that the seats fill, from who came before.

It counts people by group, weekday and hour, and never looks at one: a share for a person would be
a score. Pure, as `rules.py` is.

A cell (group, weekday, hour) has Beta(1, 1) before anything is known, shrunk to the programme's
mean: so many imagined people of that mean stand beside those who were invited. Workshops differ
from each other by more than chance (rain, a raid, a match): how much is read from the workshops
themselves, and widens the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma

# Below this nothing is said: one wet day would decide.
FEWEST_INVITED, FEWEST_WORKSHOPS = 30, 3
# How many imagined people of the programme's mean stand beside those of a cell.
SHRUNK_BY = 10
INSIDE = 0.9
MOST_SEATS = 500


@dataclass(frozen=True)
class PastTurnout:
    """A workshop that was held, for one group: its weekday (Monday is 0) and hour, how many had
    been invited or enrolled, and how many of them came."""

    weekday: int
    hour: int
    invited: int
    came: int


@dataclass(frozen=True)
class Share:
    """How large a share comes, as a beta distribution."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """The share that comes on average."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True)
class Advice:
    """How many to invite, and how many then come nine times of ten."""

    invite: int
    fill: int
    least: int
    most: int


def _spread(past: Sequence[PastTurnout]) -> float:
    """By how much workshops differ beyond chance: the correlation within one, from 0 to 1, by the
    moments of their shares."""
    people = sum(one.invited for one in past)
    mean = sum(one.came for one in past) / people
    if len(past) < 2 or not 0 < mean < 1:
        return 0.0
    between = sum(one.invited * (one.came / one.invited - mean) ** 2 for one in past)
    between /= len(past) - 1
    within = sum(one.came * (1 - one.came / one.invited) for one in past)
    within /= max(1, people - len(past))
    usual = (people - sum(one.invited**2 for one in past) / people) / (len(past) - 1)
    total = between + (usual - 1) * within
    return min(1.0, max(0.0, (between - within) / total)) if total > 0 else 0.0


def share_coming(past: Sequence[PastTurnout], weekday: int, hour: int) -> Share | None:
    """The share of a group that comes on a weekday at an hour; None where too little is known."""
    past = [one for one in past if one.invited > 0]
    people = sum(one.invited for one in past)
    if people < FEWEST_INVITED or len(past) < FEWEST_WORKSHOPS:
        return None
    mean = (1 + sum(one.came for one in past)) / (2 + people)
    cell = [one for one in past if (one.weekday, one.hour) == (weekday, hour)]
    invited, came = sum(one.invited for one in cell), sum(one.came for one in cell)
    alpha = SHRUNK_BY * mean + came
    beta = SHRUNK_BY * (1 - mean) + invited - came
    spread = _spread(past)
    # However many came before, the next workshop is one of those that differ.
    known = min(alpha + beta, (1 - spread) / spread) if spread else alpha + beta
    known = max(known, 2.0)
    return Share(known * alpha / (alpha + beta), known * beta / (alpha + beta))


def chances(invited: int, share: Share) -> list[float]:
    """The chance that exactly 0, 1, … of the invited come (beta-binomial)."""

    def log_beta(one: float, other: float) -> float:
        return lgamma(one) + lgamma(other) - lgamma(one + other)

    return [
        exp(
            lgamma(invited + 1)
            - lgamma(come + 1)
            - lgamma(invited - come + 1)
            + log_beta(come + share.alpha, invited - come + share.beta)
            - log_beta(share.alpha, share.beta)
        )
        for come in range(invited + 1)
    ]


def coming(invited: int, share: Share, inside: float = INSIDE) -> tuple[int, int]:
    """Between how many and how many come, so often: as much chance is left below as above."""
    tail, total = (1 - inside) / 2, 0.0
    least, most = 0, invited
    for come, chance in enumerate(chances(invited, share)):
        if total <= tail:
            least = come
        total += chance
        if total >= 1 - tail:
            most = come
            break
    return least, most


def invitations_for(seats: int, share: Share) -> Advice:
    """How many to invite so that on average so many come as there are seats."""
    invite = max(seats, round(min(seats, MOST_SEATS) / share.mean))
    invite = min(invite, 4 * seats)
    return Advice(invite, seats, *coming(invite, share))


def advice_for(past: Sequence[PastTurnout], seats: int, weekday: int, hour: int) -> Advice | None:
    """How many of a group to invite; None where too little is known to say."""
    if not 0 < seats <= MOST_SEATS:
        return None
    share = share_coming(past, weekday, hour)
    return invitations_for(seats, share) if share is not None else None
