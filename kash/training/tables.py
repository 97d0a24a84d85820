"""Columns of the catalogue of courses, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn
from kash.training.catalogue import OfferedVersion

# A row of the catalogue, and the versions of the course that it offers, the newest first.
CourseLine = tuple[Any, Sequence[OfferedVersion]]


def _shown(line: CourseLine) -> OfferedVersion | None:
    """The version that the catalogue tells of: the newest published one, else the newest."""
    published = [one for one in line[1] if one.state == "published"]
    return next(iter([*published, *line[1]]), None)


def _fact(name: str) -> Any:
    return lambda line: getattr(_shown(line), name, None)


COURSE_COLUMNS: Sequence[TableColumn[CourseLine]] = (
    TableColumn(_l("Course"), lambda line: line[0].name, "#activity+name"),
    TableColumn(_l("For whom"), lambda line: line[0].audience, "#targeted+type"),
    TableColumn(_l("Level"), lambda line: line[0].level, "#activity+level"),
    TableColumn(
        _l("Languages"),
        lambda line: ", ".join(sorted({one.language for one in line[1]})),
        "#meta+lang",
    ),
    TableColumn(_l("Length in minutes"), _fact("minutes"), "#activity+minutes"),
    TableColumn(_l("Group, from"), _fact("group_least"), "#targeted+min"),
    TableColumn(_l("Group, to"), _fact("group_most"), "#targeted+max"),
    TableColumn(_l("What must come before"), _fact("prerequisites"), "#activity+before"),
    TableColumn(_l("Versions"), lambda line: len(line[1]), "#meta+num+version"),
    TableColumn(
        _l("Published"),
        lambda line: any(one.state == "published" for one in line[1]),
        "#status",
    ),
)
