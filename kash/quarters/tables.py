"""Columns of the list of proposals, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn

# A row of the list, and the name of whoever made it.
ProposalLine = tuple[Any, str]
PROPOSAL_COLUMNS: Sequence[TableColumn[ProposalLine]] = (
    TableColumn(_l("First day"), lambda line: line[0].first, "#date+start"),
    TableColumn(_l("Last day"), lambda line: line[0].last, "#date+end"),
    TableColumn(_l("Workshops"), lambda line: int(line[0].lines), "#activity+num"),
    TableColumn(_l("With a place"), lambda line: int(line[0].placed), "#activity+num+placed"),
    TableColumn(_l("Planned"), lambda line: int(line[0].accepted), "#activity+num+planned"),
    TableColumn(_l("Made"), lambda line: line[0].made_at, "#date+made"),
    TableColumn(_l("By whom"), lambda line: line[1], "#contact+name"),
)
