"""People who were ticked in a list."""

from __future__ import annotations

from flask import request

MOST_TICKED = 500


def ticked() -> list[str]:
    """Public ids of those who were ticked, each once, in the order sent: of all who were listed,
    if the box that stands for everybody was (`macros/people.html`). More than can be done at once
    are one more than that."""
    field = "listed" if request.form.get("everybody") else "chosen"
    return [text[:16] for text in dict.fromkeys(request.form.getlist(field))][: MOST_TICKED + 1]
