"""Problems that stand in the way of an action in a forum, each with its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import ChangedMeanwhile, Problem


class ForumNameTaken(Problem):
    """Two forums of one name could not be told apart in lists."""

    field = "name"
    sentence = _l("There is a forum of this name already. Choose another name.")


class UnknownSecretary(Problem):
    """The account is not there, is closed, or may not run a forum."""

    status = 422
    field = "secretary"
    sentence = _l("Choose somebody from the list.")


class UnknownPerson(Problem):
    """The person is not there."""

    status = 404
    sentence = _l("This person is no longer in the list. Search for the person again.")


class AlreadyMember(Problem):
    """The person is a member now."""

    sentence = _l("This person is a member already.")


class TextNeeded(Problem):
    """An alias or an office has no text."""

    status = 422
    field = "shown_as"
    sentence = _l("Write how this member appears.")


class UnknownChoice(Problem):
    """Something other than the offered possibilities was sent."""

    status = 400
    sentence = _l("Choose one of the offered possibilities.")


class MomentTaken(Problem):
    """The forum meets at that moment already."""

    field = "time"
    sentence = _l("The forum has a meeting at this time already. Choose another time.")


class MonthFull(Problem):
    """No letter is left to number the minutes of another meeting in that month."""

    field = "day"
    sentence = _l("The forum has too many meetings in this month. Choose another month.")


class MeetingOver(Problem):
    """The meeting was held or cancelled, so this can no longer be done."""

    sentence = _l("The meeting was held or cancelled, so this can no longer be changed.")


class MeetingAhead(Problem):
    """A meeting is recorded as held on its day or later."""

    sentence = _l("The meeting has not begun. Record it as held when it has.")


class StaysOnAgenda(Problem):
    """The item lists open actions, or minutes were written under it."""

    sentence = _l("This item stays: it lists open actions, or something is written under it.")


class AgendaFull(Problem):
    """An agenda has a limit that no meeting reaches."""

    field = "title"
    sentence = _l("The agenda is full. Remove an item first.")


class TooManyRows(Problem):
    """An item has a limit of decisions and actions that no meeting reaches."""

    status = 422
    sentence = _l("This item holds too many decisions or actions. Write some under another item.")


class TextTooLong(Problem):
    """The texts of two are too long together."""

    status = 422
    sentence = _l("This is too long for one item. Move a part under another item.")


class UnknownOwner(Problem):
    """Whoever shall take on an action is no member."""

    status = 422
    sentence = _l("An action is taken on by a member. Choose somebody from the list.")


class AlreadyClosed(Problem):
    """The action was marked as done or dropped already, or is open already."""

    sentence = _l("Somebody marked this action already. The list shows how it stands.")


class NobodyExpected(Problem):
    """The register of a meeting has nobody with this id."""

    status = 422
    sentence = _l("Somebody on this page is no longer on the list. Open the page again.")


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


class EmptyAgenda(Problem):
    """There is nothing to keep."""

    field = ""
    sentence = _l("Write at least one item.")


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


class TwoPeopleNeeded(Problem):
    """Whoever asked for a release cannot give it."""

    sentence = _l("Somebody else who runs this forum has to release the line.")
