"""How a version goes from draft to published, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Step = Literal["propose", "take_back", "publish", "return"]


def total_minutes(minutes: Iterable[int]) -> int:
    """How long everything takes together."""
    return sum(minutes)


def group_size(least: int | None, most: int | None) -> str:
    """How many people a course is for: "12–24", "12+", "≤ 24", or nothing if it is not said."""
    if least is not None and most is not None:
        return f"{least}–{most}" if least != most else str(least)
    return f"{least}+" if least is not None else f"≤ {most}" if most is not None else ""


def next_state(state: str, step: Step, *, plans: int) -> str | None:
    """The state after a step, None if the step is not possible.

    Only a version with at least one session plan can be proposed or published. What is published
    stays so for ever.
    """
    if step == "propose" and state == "draft" and plans > 0:
        return "proposed"
    if step in ("take_back", "return") and state == "proposed":
        return "draft"
    if step == "publish" and state == "proposed" and plans > 0:
        return "published"
    return None
