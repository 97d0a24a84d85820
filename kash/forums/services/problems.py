"""Problems that stand in the way of an action in a forum, each with its sentence."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.forums.rules.merging import WrittenItem
from kash.platform.web.errors import ChangedMeanwhile, Problem

FORUM_NAME_TAKEN = _l("There is a forum of this name already. Choose another name.")


UNKNOWN_PERSON = _l("This person is no longer in the list. Search for the person again.")


UNKNOWN_CHOICE = _l("Choose one of the offered possibilities.")


class MeetingOver(Problem):
    """The meeting was held or cancelled, so this can no longer be done."""

    sentence = _l("The meeting was held or cancelled, so this can no longer be changed.")


AGENDA_FULL = _l("The agenda is full. Remove an item first.")


class TooManyRows(Problem):
    """An item has a limit of decisions and actions that no meeting reaches."""

    status = 422
    sentence = _l("This item holds too many decisions or actions. Write some under another item.")


class UnknownOwner(Problem):
    """A person who shall take on an action is no member."""

    status = 422
    sentence = _l("An action is taken on by a member. Choose somebody from the list.")


ALREADY_CLOSED = _l("Somebody marked this action already. The list shows how it stands.")


class MinuteChanged(ChangedMeanwhile):
    """Somebody saved the same item since the page was opened; carries what they wrote."""

    def __init__(self, *, row_version: int, changed_by: str | None, item: WrittenItem) -> None:
        super().__init__()
        self.row_version, self.changed_by, self.item = row_version, changed_by, item


class FiguresBesideCases(Problem):
    """Lines hold a figure beside a station or a case, and nobody said yet that they stay internal.

    `lines` are those lines; `mark` is what answers to just these.
    """

    status = 422
    sentence = _l("Some lines hold a figure beside a station, a report or a case.")

    def __init__(self, lines: list[str], mark: str) -> None:
        super().__init__()
        self.lines = lines
        self.mark = mark
