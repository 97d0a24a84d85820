"""Minutes between zones, where not each pair was typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

Minutes = Mapping[frozenset[int], int]


def minutes_between(
    one: int, other: int, typed: Minutes, within: Mapping[int, int | None]
) -> int | None:
    """Minutes from zone to zone; None if nobody typed any.

    What was typed for the two goes first, then what was typed for areas in which they lie, the
    narrowest first. `within` maps a zone to the one in which it lies. A zone is no distance from
    itself, and nothing is known of two that lie in one area between which nothing was typed.
    """
    if one == other:
        return 0
    above_one, above_other = _upwards(one, within), _upwards(other, within)
    # The same whichever of the two is asked first.
    pairs = sorted(
        (step + other_step, max(step, other_step), *sorted((first, second)))
        for step, first in enumerate(above_one)
        for other_step, second in enumerate(above_other)
        if first != second
    )
    for _steps, _step, first, second in pairs:
        minutes = typed.get(frozenset((first, second)))
        if minutes is not None:
            return minutes
    return None


def minutes_of_all(
    zones: Collection[int], typed: Minutes, within: Mapping[int, int | None]
) -> dict[frozenset[int], int]:
    """Minutes of each pair of these zones for which they are known, and of every typed pair."""
    found = dict(typed)
    ordered = sorted(set(zones))
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            minutes = minutes_between(one, other, typed, within)
            if minutes is not None:
                found[frozenset((one, other))] = minutes
    return found


def _upwards(zone: int, within: Mapping[int, int | None]) -> list[int]:
    """A zone and those in which it lies, the narrowest first."""
    found: list[int] = []
    above: int | None = zone
    while above is not None and above not in found:
        found.append(above)
        above = within.get(above)
    return found
