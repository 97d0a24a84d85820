"""Obstacles in the way of an export, in sentences for whoever chose it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.history.words import FILE_FAULTS
from kash.platform.web.errors import Problem


class NoExport(Problem):
    """The file cannot be read as an export of trainings."""

    field = "file"
    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(str(FILE_FAULTS[why]))


class GroupOfNobody(Problem):
    """There is no such group."""

    field = "group"
    status = 422
    sentence = _l("Choose a group.")


class RowsWrong(Problem):
    """Rows of the file cannot be read."""

    field = "file"
    status = 422
    sentence = _l("Some rows cannot be read. Mend them in the file and choose it again.")


class ShownOtherwise(Problem):
    """People whom the names fit are others than were shown, or somebody else was chosen."""

    field = "file"
    status = 422
    sentence = _l("This changed since it was shown. Nothing was saved: look at it again.")


class NothingEarlier(Problem):
    """Nothing of the file would be saved."""

    field = "file"
    status = 422
    sentence = _l("Nothing of this is new. Nothing was saved.")
