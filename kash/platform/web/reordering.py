"""The order that a list of `macros/reorder.html` asks for."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from kash.platform.ordering import arranged, moved


def moved_order(present: Sequence[str], form: MultiDict[str, str]) -> list[str]:
    """The ids in the order asked for: all of them, or one a place up or down.

    Ids that are not there are left out, and those not named follow in the order they had.
    """
    order = arranged(present, form.getlist("order"))
    if order == list(present):
        order = moved(moved(order, form.get("up", ""), -1), form.get("down", ""), 1)
    return order
