"""Columns of the list of clashes, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.clashes.rules.kinds import Clash
from kash.clashes.words import KIND, REASON
from kash.platform.web.taking import TableColumn

# A clash, its sentence, and the titles of the events with their addresses.
ClashLine = tuple[Clash, str, Sequence[tuple[str, str]]]
CLASH_COLUMNS: Sequence[TableColumn[ClashLine]] = (
    TableColumn(_l("Day"), lambda line: line[0].day, "#date"),
    TableColumn(_l("Kind"), lambda line: KIND[line[0].kind], "#event+type"),
    TableColumn(_l("What stands in the way"), lambda line: line[1], "#description"),
    TableColumn(_l("Why that matters"), lambda line: REASON[line[0].kind], "#cause"),
    TableColumn(
        _l("Events"), lambda line: " · ".join(title for title, _to in line[2]), "#event+name"
    ),
)
