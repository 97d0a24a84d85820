"""Reasons in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.kobo.services.submissions import StaysShut

NOT_OPENED: dict[StaysShut, Any] = {
    StaysShut.UNREADABLE: _l("It is no encrypted submission."),
    StaysShut.OTHER_KEY: _l("It was encrypted to another key than this programme's."),
    StaysShut.PART_MISSING: _l("A file that belongs to it is not there."),
    StaysShut.ALTERED: _l("It is not as the phone put it together."),
    StaysShut.EMPTY: _l("No question was answered."),
}
