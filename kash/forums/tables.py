"""Columns of the lists of forums, meetings, decisions and actions, where they are taken away as
tables. Who has an action stands there as on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.forums.agenda_pack import owner_on_paper
from kash.forums.queries.actions import ActionLine
from kash.forums.queries.decisions import DecisionLine
from kash.forums.wording import CONCLUSION_WORDS, STATE_WORDS
from kash.platform.web.taking import TableColumn

# Rows of `forums_listed`.
FORUM_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Forum"), lambda row: row[0].name, "#event+name"),
    TableColumn(_l("Members"), lambda row: row.members, "#population+members"),
    TableColumn(_l("Next meeting"), lambda row: row.following, "#date+next"),
    TableColumn(_l("Last meeting"), lambda row: row.last, "#date+last"),
    TableColumn(_l("Open actions"), lambda row: row.still_open, "#activity+num+open"),
)
_MEETING_STATES = {"held": _l("Held"), "cancelled": _l("Cancelled")}
# Rows of `meetings_of`.
MEETING_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Meeting"), lambda row: row[0].starts_at, "#date"),
    TableColumn(_l("Place"), lambda row: row[0].place, "#loc+name"),
    TableColumn(
        _l("State"), lambda row: _MEETING_STATES.get(row[0].state, _l("Planned")), "#status"
    ),
    TableColumn(_l("Items"), lambda row: row.items, "#activity+num"),
    TableColumn(_l("Decisions"), lambda row: row.decisions, "#output+num"),
    TableColumn(_l("Actions"), lambda row: row.actions, "#activity+num+actions"),
)
DECISION_COLUMNS: Sequence[TableColumn[DecisionLine]] = (
    TableColumn(_l("Minute"), lambda line: line.number, "#meta+id"),
    TableColumn(_l("Decision"), lambda line: line.text, "#output"),
    TableColumn(_l("Taken"), lambda line: line.taken_at, "#date"),
    TableColumn(_l("Hoped for"), lambda line: line.expected, "#outcome+expected"),
    TableColumn(_l("Look again on"), lambda line: line.look_on, "#date+review"),
    TableColumn(_l("Conclusion"), lambda line: CONCLUSION_WORDS.get(line.conclusion), "#status"),
    TableColumn(_l("Found"), lambda line: line.found, "#outcome+found"),
)
# An action, and its age.
AgedAction = tuple[ActionLine, Any]
ACTION_COLUMNS: Sequence[TableColumn[AgedAction]] = (
    TableColumn(_l("Minute"), lambda line: line[0].number, "#meta+id"),
    TableColumn(_l("Action"), lambda line: line[0].text, "#activity"),
    TableColumn(_l("Raised"), lambda line: line[0].raised_at, "#date+start"),
    TableColumn(_l("Who"), lambda line: owner_on_paper(line[0]), "#contact"),
    TableColumn(_l("By"), lambda line: line[0].due_on, "#date+due"),
    TableColumn(_l("State"), lambda line: STATE_WORDS[line[0].state], "#status"),
    TableColumn(_l("Closed on"), lambda line: line[0].closed_at, "#date+end"),
    TableColumn(_l("In a sentence"), lambda line: line[0].outcome, "#outcome"),
    TableColumn(_l("Age (days)"), lambda line: line[1].days, "#activity+age+days"),
    TableColumn(_l("Age (meetings)"), lambda line: line[1].meetings, "#activity+age+meetings"),
)
