"""Members on paper: as they chose, and the less the safer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Appears = Literal["name", "alias", "office", "counted"]

APPEARS: tuple[Appears, ...] = ("name", "alias", "office", "counted")

# Nobody appears on paper before she said how.
USUAL: Appears = "counted"

# These two stand for a text that the member gave; the others need none.
WITH_TEXT: frozenset[str] = frozenset({"alias", "office"})


def shown_name(appears: str, shown_as: str, chosen_name: str) -> str:
    """Name under which other members and the paper may show a member; empty when only counted.

    An alias or an office without its text falls back to being counted, never to the name.
    """
    if appears == "name":
        return chosen_name.strip()
    if appears in WITH_TEXT:
        return shown_as.strip()
    return ""


# The less it says, the safer.
_DISCREET = ("counted", "alias", "office", "name")


def merged_seat(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """Changes in a seat when that of somebody who is the same person joins it.

    Of two seats that are held, the one that shows less of her says how she appears.
    """
    held = [each for each in (kept, gone) if each["left_on"] is None] or [kept]
    best = min(held, key=lambda each: _DISCREET.index(each["appears"]))
    left = (
        None
        if None in (kept["left_on"], gone["left_on"])
        else max(kept["left_on"], gone["left_on"])
    )
    return {"appears": best["appears"], "shown_as": best["shown_as"], "left_on": left}
