"""The table of trainers and courses, as rows."""

from __future__ import annotations

from flask_babel import gettext as _

from kash.skills.queries.skills import Matrix
from kash.skills.words import LEVEL_ALONE


def matrix_table(found: Matrix) -> list[list[str]]:
    """A row for each trainer and a column for each course, with a head."""
    return [
        [_("Trainer"), *(name for _public_id, name in found.courses)],
        *(
            [
                row.name,
                *(
                    str(LEVEL_ALONE[row.levels[course]]) if course in row.levels else ""
                    for course, _name in found.courses
                ),
            ]
            for row in found.rows
        ),
    ]
