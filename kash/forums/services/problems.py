"""Problems that stand in the way of an action in a forum, each with its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

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


@dataclass(frozen=True)
class WrittenDecision:
    """A decision as it is stored now."""

    key: str
    text: str


@dataclass(frozen=True)
class WrittenAction:
    """An open action as it is stored now; `owner` is a member's public id or empty."""

    key: str
    text: str
    owner: str
    due_on: date | None


class MinuteChanged(ChangedMeanwhile):
    """Somebody saved the same item since the page was opened; carries what they wrote."""

    def __init__(
        self,
        *,
        row_version: int,
        changed_by: str | None,
        minute: str,
        decisions: tuple[WrittenDecision, ...],
        actions: tuple[WrittenAction, ...],
    ) -> None:
        super().__init__()
        self.row_version = row_version
        self.changed_by = changed_by
        self.minute = minute
        self.decisions = decisions
        self.actions = actions


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
