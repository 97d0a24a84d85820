"""The order that a list of `macros/reorder.html` asks for."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict


def moved_order(present: Sequence[str], form: MultiDict[str, str]) -> list[str]:
    """The ids in the order asked for: all of them, or one a place up or down.

    Ids that are not there are left out, and those not named follow in the order they had.
    """
    asked = [one for one in dict.fromkeys(form.getlist("order")) if one in present]
    if asked:
        return [*asked, *(one for one in present if one not in asked)]
    order = list(present)
    for name, step in (("up", -1), ("down", 1)):
        one = form.get(name, "")
        if one in order:
            place = order.index(one)
            other = place + step
            if 0 <= other < len(order):
                order[place], order[other] = order[other], order[place]
    return order
