"""Merging answers when two people turn out to be one."""

from __future__ import annotations

from kash.assessments.rules.times import Given
from kash.people.references import column_of, joined
from kash.people.undo_log import RowChanges

ANSWERS, SCORES = "answer.person_id", "listed_score.person_id"
PRACTICE = "practice_answer.person_id"

# Of two scores of one test that of the person who is kept stays.
move_scores = joined(SCORES, ("test_id",), lambda _kept, _gone: {})
# So of two tellings of one thing.
move_practice = joined(PRACTICE, ("workshop_id", "told_by", "objective"), lambda _kept, _gone: {})


def move_answers(row_changes: RowChanges, kept: int, gone: int) -> None:
    """All answers move. Where both answered one question, the answer given last stands."""
    column = column_of(ANSWERS)
    table = column.table
    mine = {
        row["asked_id"]: row for row in row_changes.rows(table, (column == kept) & table.c.stands)
    }
    for row in row_changes.rows(table, (column == gone) & table.c.stands):
        other = mine.get(row["asked_id"])
        if other is None:
            continue
        first, _last = sorted((row, other), key=lambda one: Given(one["given_at"], one["op_id"]))
        row_changes.update(table, table.c.id == first["id"], {"stands": False})
    row_changes.update(table, column == gone, {column.name: kept})
