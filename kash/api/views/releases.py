"""Releases for programs, exactly as they were printed."""

from __future__ import annotations

from typing import Any

from kash.api.endpoints import endpoints, needs
from kash.api.rules.paging import cut
from kash.api.schemas.releases import ReleasesAsked, ReleasesTold
from kash.api.scopes import RELEASES
from kash.api.views.paged import next_page
from kash.releases.queries.printed import PrintedTable, printed_tables


@endpoints.get("/releases")
@needs(RELEASES)
@endpoints.input(ReleasesAsked, location="query", arg_name="asked")
@endpoints.output(ReleasesTold)
@endpoints.doc(operation_id="listReleases", tags=["Releases"])
def list_releases(asked: ReleasesAsked) -> dict[str, Any]:
    """Printed tables about incidents, by id."""
    after = sorted(
        (one for one in printed_tables() if one.release_id > asked.after),
        key=lambda one: one.release_id,
    )
    found = cut(after, asked.limit)
    return {
        "items": [_told(one) for one in found.rows],
        "next": next_page(asked, found.rows[-1].release_id if found.rows else "", more=found.more),
    }


def _told(table: PrintedTable) -> dict[str, Any]:
    return {
        "id": table.release_id,
        "year": table.year,
        "table": table.key,
        "window": table.window,
        "freeze_on": table.freeze_on,
        "lines": [{"code": line.code, "printed": line.printed} for line in table.lines],
    }
