"""Printed lines that a story would stand beside."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from kash.incidents.queries.cases import Case
from kash.incidents.rules.totals import came_in, how_mediation_ended, what_was_done, who_did_it
from kash.platform.database import db
from kash.platform.vault import SealError, open_text
from kash.platform.web.formats import to_local
from kash.releases.queries.printed import PrintedTable, printed_tables
from kash.releases.rules.tables import (
    ACTS,
    EDITIONS,
    KNOWN,
    MEDIATION,
    WHO,
    families_of,
)
from kash.releases.words import line_name, table_name
from kash.stories.models import Story
from kash.stories.rules.windows import CaseLines, PrintedBeside, StoryLine, quarter_of, thin_lines

BESIDE = "story.beside"


def beside_of(case: Case) -> CaseLines:
    """The lines in which a case may stand, and since when."""
    record, filed = case.record, came_in(case.record)
    party = who_did_it(record)
    told = [StoryLine(WHO, party if party in KNOWN[WHO].codes else "other")] if party else []
    acts = what_was_done(record)
    families = [one for edition in EDITIONS for one in families_of(acts, edition)]
    told += [StoryLine(ACTS, one) for one in dict.fromkeys(families)]
    if ended := how_mediation_ended(record, case.state):
        told.append(StoryLine(MEDIATION, ended[0]))
    since = quarter_of(to_local(filed).date()) if filed is not None else None
    return CaseLines(lines=told, since=since)


def lines_too_thin(case: Case) -> list[str]:
    """Names of the printed lines that say "few" and in which this case may stand; one query."""
    return [
        f"{table_name(line.key)}: {line_name(line.key, line.code)}"
        for line in thin_lines(beside_of(case), _values(printed_tables()))
    ]


def beside_few(same_paper: Iterable[PrintedTable] = ()) -> list[str]:
    """Public ids of the told stories of which a printed line says "few", any of `same_paper` among
    them; two queries. A story whose lines do not open is among them."""
    kept = db.session.execute(
        select(Story.public_id, Story.beside_sealed).where(Story.beside_sealed.is_not(None))
    ).all()
    if not kept:
        return []
    printed, same = _values(printed_tables()), _values(same_paper)
    found = []
    for public_id, sealed in kept:
        try:
            beside = CaseLines.model_validate_json(
                open_text(sealed or b"", kind=BESIDE, public_id=public_id)
            )
        except (SealError, ValueError):
            found.append(public_id)
            continue
        if thin_lines(beside, printed, same):
            found.append(public_id)
    return found


def _values(tables: Iterable[PrintedTable]) -> list[PrintedBeside]:
    return [
        PrintedBeside(StoryLine(table.key, line.code), table.freeze_on, line.printed)
        for table in tables
        for line in table.lines
    ]
