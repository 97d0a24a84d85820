"""The order of a list that somebody arranges, and what a form of `macros/reorder.html` asks for."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict


def moved(present: Sequence[str], one: str, by: int) -> list[str]:
    """The order with one id moved up (-1) or down (1); the same if it cannot move."""
    order = list(present)
    if one in order:
        place = order.index(one)
        other = place + by
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
    return order


def arranged(present: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The present ids in the order that was asked for.

    Ids that are not there are left out, each counts once, and what was not named (added meanwhile
    by somebody else) follows in its present order.
    """
    there = set(present)
    first = [item for item in dict.fromkeys(asked) if item in there]
    named = set(first)
    return first + [item for item in present if item not in named]


def moved_order(present: Sequence[str], form: MultiDict[str, str]) -> list[str]:
    """The ids in the order asked for: all of them, or one a place up or down.

    Ids that are not there are left out, and those not named follow in the order they had.
    """
    order = arranged(present, form.getlist("order"))
    if order == list(present):
        order = moved(moved(order, form.get("up", ""), -1), form.get("down", ""), 1)
    return order
