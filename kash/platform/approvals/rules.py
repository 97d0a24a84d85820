"""The rule of the second person: who may decide on what somebody else proposed."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """Standing of somebody towards what was proposed or asked for: she may decide, or why another
    must. `CONCERNED` and `NEW` count where power is given."""

    MAY = "may"
    ASKED = "asked"
    STANDS_IN = "stands_in"
    GAINS = "gains"
    CONCERNED = "concerned"
    TIED = "tied"
    NEW = "new"


def standing_of(
    second: str,
    proposed_by: str | None,
    *,
    decides_for: str | None = None,
    independent: bool = True,
    gains: bool = False,
) -> Standing:
    """How somebody stands to a proposal; all are accounts by public id.

    `decides_for` is the person that she would decide for (`Actor.decides_for`): empty if that is
    only the proposer herself. `independent` is whether her account is so of the proposer's, by the
    strict rule or by that of approvals. `gains` is whether it pays or certifies her, or a person
    that she would decide for.
    """
    if second == proposed_by:
        return Standing.ASKED
    if decides_for == "":
        return Standing.STANDS_IN
    if gains:
        return Standing.GAINS
    return Standing.MAY if independent else Standing.TIED
