"""Acts that take two people, how a request stands, and who is independent of whom.

Four roles open much: who holds one, and by which ways one may come to hold one, is never decided
by one person alone. One asks, another agrees; and the other must not be her puppet.

*Behind* an account stand itself, whoever brought it in or gave it power, whoever stands behind
those, and so on. Two accounts are independent if nobody stands behind both. So a puppet, a puppet's
puppet and two puppets of one hand never agree with each other. Whoever agrees gives no power: she
does not stand behind. Nobody stands behind a founder (the first of each role, before the first
director has joined), nor behind whom the operator of the server let in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from kash.platform.approvals.rules import Standing, standing_of
from kash.policy import Role

POWERFUL = frozenset({Role.ADMINISTRATOR, Role.DIRECTOR, Role.DOCUMENTATION, Role.CUSTODIAN})
# Roles that see records or contacts of people by themselves. One person gives them until the first
# director has been there for some days; afterwards they open once a second person agreed.
OF_RECORDS = frozenset({Role.TRAINER, Role.MONITORING})
# Invitations to these stand on Today of those who agree.
TOLD_OF = OF_RECORDS | {Role.PEER, Role.POLICE_PEER}
# How long a request waits, and how long a link may be fetched after it was agreed to.
REQUEST_WAITS = timedelta(days=7)
# How long the opening of records waits: whoever joined has nobody who would ask again for her.
OPENING_WAITS = timedelta(days=90)
# For how long nobody else must have touched the ways into an account whose owner agrees.
SETTLED_AFTER = timedelta(days=7)
# Wrong guesses at the code that the second person tells, for each link.
SPOKEN_CODE_TRIES = 10

Backing = Mapping[str, Collection[str]]


class RequestKind(StrEnum):
    """Kind of action that is asked for."""

    INVITATION = "invitation"
    ROLES = "roles"
    LINK = "link"
    SECOND_STEP = "second_step"
    REOPENING = "reopening"
    # Roles that see records, and the participant to whom an account belongs.
    OPENING = "opening"


class RequestState(StrEnum):
    """How a request stands. Only `waiting` can be decided; `agreed` is a link not fetched yet."""

    WAITING = "waiting"
    AGREED = "agreed"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    # What it was about is not what it was when it was asked for: it went back.
    CHANGED = "changed"


OPEN_STATES = frozenset({RequestState.WAITING, RequestState.AGREED})


def gained_power(held: Collection[Role], wanted: Collection[Role]) -> frozenset[Role]:
    """The powerful roles that an account would have and has not now."""
    return (frozenset(wanted) - frozenset(held)) & POWERFUL


def gained_records(held: Collection[Role], wanted: Collection[Role]) -> frozenset[Role]:
    """The roles of records that an account would have and has not now."""
    return (frozenset(wanted) - frozenset(held)) & OF_RECORDS


def is_settled(founded_at: datetime | None, now: datetime) -> bool:
    """True once the first director has been there long enough to be the second person."""
    return founded_at is not None and now - founded_at >= SETTLED_AFTER


def takes_two(
    asked: RequestKind,
    held: Collection[Role],
    wanted: Collection[Role] = (),
    *,
    settled: bool = False,
    second_step: bool = True,
) -> bool:
    """True if something takes two people; `held` are the roles of the account, if there is one.

    Taking a second step off and opening records do for everybody. A link for a new password does
    where no `second_step` of its own stands before the account; a change of roles where it gives
    records in a programme that `is_settled`. The rest only where power is given, or where the
    account has it. An invitation to records is made by one person: what it opens waits.
    """
    if asked in (RequestKind.SECOND_STEP, RequestKind.OPENING):
        return True
    if asked is RequestKind.ROLES and settled and gained_records(held, wanted):
        return True
    if asked in (RequestKind.INVITATION, RequestKind.ROLES):
        return bool(gained_power(held, wanted))
    if asked is RequestKind.LINK and not second_step:
        return True
    return not POWERFUL.isdisjoint(held)


def is_free(gained: Collection[Role], ever_given: Collection[Role], *, founded: bool) -> bool:
    """True if these roles may be given by one person: the first of each, while the programme has
    had no director. `ever_given` are held by somebody or offered to somebody."""
    return not founded and frozenset(gained).isdisjoint(ever_given)


def behind(account: str, backing: Backing) -> frozenset[str]:
    """Everybody who stands behind an account, itself included."""
    found, ahead = {account}, [account]
    while ahead:
        for one in backing.get(ahead.pop(), ()):
            if one not in found:
                found.add(one)
                ahead.append(one)
    return frozenset(found)


def are_independent(first: str, second: str, backing: Backing) -> bool:
    """True if nobody stands behind both accounts."""
    return behind(first, backing).isdisjoint(behind(second, backing))


def are_in_line(first: str, second: str, backing: Backing) -> bool:
    """True if one of two accounts stands behind the other. A third behind both doesn't count."""
    return first in behind(second, backing) or second in behind(first, backing)


def standing(
    second: str,
    settled_at: datetime,
    *,
    asked_by: str,
    concerned: str,
    backing: Backing,
    now: datetime,
) -> Standing:
    """How somebody stands to a request of `asked_by` about the account `concerned` (empty: none).

    `settled_at` is since when nobody else touched the ways into her account.
    """
    if second == concerned != asked_by:
        return Standing.CONCERNED
    stands = standing_of(second, asked_by, independent=are_independent(second, asked_by, backing))
    new = stands is Standing.MAY and now - settled_at < SETTLED_AFTER
    return Standing.NEW if new else stands
