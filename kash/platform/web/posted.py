"""The form that is being posted, to be given back where it could not be taken yet."""

from __future__ import annotations

from flask import current_app, request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

# What is typed anew rather than kept.
_NEVER_KEPT = (
    "password", "passphrase", "typed", "recovery_code", "present", "new", "code", "credential",
    "sealed", "csrf_token",
)  # fmt: skip


def came_from_here() -> bool:
    """True if a form is being posted from a page of this site: only that is ever given back."""
    if not request.form:
        return False
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError:
            return False
    return True


# Where `code` says which report, badge or session is meant. Elsewhere it lets somebody in.
_CODES_OF_THINGS = ("incidents.", "workshops.")


def posted(*, onto_page: bool = False) -> tuple[str, list[tuple[str, str]]]:
    """Where the present form is going, and its fields but for what is typed anew.

    `onto_page`: they go back only into the page of whoever sent them. There the code of a report
    stays with what was typed for it, which would go into another report without; it is kept nowhere
    else.
    """
    code_stays = onto_page and (request.endpoint or "").startswith(_CODES_OF_THINGS)
    fields = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if (name == "code" and code_stays) or (name not in _NEVER_KEPT and "password" not in name)
    ]
    query = request.query_string.decode("ascii", "ignore")
    return request.path + ("?" + query if query else ""), fields
