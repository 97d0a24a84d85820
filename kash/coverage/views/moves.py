"""Where trained people went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.coverage import blueprint
from kash.coverage.queries.moves import moved
from kash.coverage.rules.stays import Move
from kash.coverage.views.asked import sorted_page, what_is_asked
from kash.policy import allow

MONTHS = (3, 12, 36)
SORTS: Mapping[str, Callable[[Move], Any]] = {
    "day": lambda move: move.day,
    "people": lambda move: move.people,
}


@blueprint.get("/moves")
@allow("coverage.see")
def moves() -> ResponseReturnValue:
    """From which station to which trained people were moved, and who was lost."""
    asked = what_is_asked()
    if asked is None:
        return render_template("coverage/nothing.html", current="moves")
    months = months_asked()
    found = moved(asked.coverage(), months, asked.area)
    return render_template(
        "coverage/moves.html",
        asked=asked,
        moved=found,
        listing=sorted_page(found.moves, SORTS, "day", "desc"),
        months=months,
        month_choices=[(number, _("Months: %(number)s", number=number)) for number in MONTHS],
    )


def months_asked() -> int:
    """How many months back the address asks for; a year unless it says another period."""
    given = request.args.get("months", "")
    return int(given) if given in {str(number) for number in MONTHS} else 12
