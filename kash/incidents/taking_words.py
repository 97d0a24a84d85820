"""Words on how an account was taken: questions and answers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

INTERPRETER_NAMES: dict[str, Any] = {
    "none": _l("Nobody: she told it in a language that we share"),
    "peer": _l("A peer educator"),
    "relative": _l("A friend or relative"),
    "professional": _l("A trained interpreter"),
    "other": _l("Somebody else"),
}
READ_BACK_NAMES: dict[str, Any] = {"yes": _l("Yes, and she said that it is right"), "no": _l("No")}
PRESENT_NAMES: dict[str, Any] = {
    "nobody": _l("Nobody else"),
    "peer": _l("A peer educator"),
    "relative": _l("A friend or relative"),
    "guardian": _l("A parent or guardian"),
    "advocate": _l("A lawyer or advocate"),
    "held_too": _l("Somebody it was done to as well"),
    "police": _l("Somebody of the police"),
    "other": _l("Somebody else"),
}
TOLD_BEFORE_NAMES: dict[str, Any] = {
    "nobody": _l("Nobody"),
    "peer": _l("A peer educator"),
    "organisation": _l("Another organisation"),
    "lawyer": _l("A lawyer"),
    "health": _l("A clinic or hospital"),
    "police": _l("The police or an oversight body"),
    "court": _l("A court"),
    "media": _l("A journalist"),
}
