"""Reasons in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.exchange.kobo.rules.marks import Unfitting
from kash.exchange.kobo.services.marks import StaysShut

NOT_OPENED: dict[StaysShut, Any] = {
    StaysShut.UNREADABLE: _l("It is no encrypted submission."),
    StaysShut.OTHER_KEY: _l("It was encrypted to another key than this programme's."),
    StaysShut.PART_MISSING: _l("A file that belongs to it is not there."),
    StaysShut.ALTERED: _l("It is not as the phone put it together."),
    StaysShut.EMPTY: _l("No question was answered."),
}

UNFITTING: dict[Unfitting, Any] = {
    Unfitting.WORKSHOP: _l(
        "Submissions of another workshop's form: %(count)s. Bring them in at that workshop."
    ),
    Unfitting.SESSION: _l(
        "Submissions of a session that is not on this register (%(text)s): %(count)s."
    ),
    Unfitting.PERSON: _l(
        "Marks of somebody whom this register does not know (%(text)s): %(count)s."
    ),
    Unfitting.STATUS: _l("Marks of a kind that is not used here (%(text)s): %(count)s."),
}
