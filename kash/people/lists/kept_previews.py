"""Previews as they are kept: one line of JSON that tells of the whole, then one for each row.

A page decodes only the rows that it shows. Whoever keeps it seals it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache
from typing import Any, overload

from kash.people.facts import LISTED
from kash.people.lists.choices import choices_from
from kash.people.lists.placing import ListedPlace, Parts
from kash.people.lists.previews import FileFacts, ListRow, Preview, TableHead, Weights
from kash.people.lists.rows_read import Capitals
from kash.people.rules.lists.births import Born
from kash.people.rules.lists.cells import Cell, Remark
from kash.people.rules.lists.classing import Comparison, Outcome, PlacedRow, State
from kash.people.rules.lists.headings import Guess
from kash.people.rules.lists.rows import ReadRow
from kash.people.rules.lists.sections import Skipped
from kash.people.rules.matching import Match, Reason

_NAMES = tuple(fact.name for fact in LISTED)
# Also what facts there are: rows hold them in their order.
_FORM = " ".join(("4", *_NAMES))


class KeptRows(Sequence[ListRow]):
    """Rows that are decoded once they are asked for."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._rows: dict[int, ListRow] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> ListRow: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[ListRow]: ...

    def __getitem__(self, at: int | slice) -> ListRow | Sequence[ListRow]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        found = self._rows.get(at)
        if found is None:
            found = self._rows[at] = _row(json.loads(self._lines[at]))
        return found

    def __iter__(self) -> Iterator[ListRow]:
        return (self[at] for at in range(len(self)))

    def line(self, at: int, row: ListRow) -> bytes | None:
        """The line that a row came from, if it is as it was."""
        return self._lines[at] if self._rows.get(at) is row else None


def written(preview: Preview, former: Sequence[ListRow] | None = None) -> bytes:
    """A preview as it is kept. `former` are rows that it was made from, whose lines may be used
    again."""
    kept = former if isinstance(former, KeptRows) else None
    lines = [_text(_head(preview))]
    for at, row in enumerate(preview.rows):
        line = kept.line(at, row) if kept is not None else None
        lines.append(_text(_written_row(row)) if line is None else line)
    return b"\n".join(lines)


def read(content: bytes) -> Preview | None:
    """A preview that was kept; None if it was written by another version of Kash."""
    first, *lines = content.split(b"\n")
    head = json.loads(first)
    if head.get("form") != _FORM:
        return None
    return Preview(
        choices=choices_from(head["choices"]),
        file=FileFacts(
            tuple(head["sheets"]),
            head["encoding"],
            tuple(head["mixed_rows"]),
            tuple(head["joined_rows"]),
        ),
        sheet_at=head["sheet_at"],
        table=TableHead(
            head["header"],
            tuple(head["headings"]),
            tuple(tuple(values) for values in head["first_values"]),
            head["last"],
        ),
        guesses=[Guess(*each) for each in head["guesses"]],
        group=head["group"],
        group_guessed=head["group_guessed"],
        seen_before=head["seen_before"],
        places=[ListedPlace(*each) for each in head["places"]],
        rows=KeptRows(lines),
        skipped=[Skipped(*each) for each in head["skipped"]],
        weights=Weights(head["everyone"], head["sounds"]),
        told=head["told"],
        as_of=datetime.fromisoformat(head["as_of"]),
        mark=tuple(head["mark"]),
        changed={int(number): State(state) for number, state in head["changed"].items()},
        parts=Parts(tuple(head["parts"][0]), tuple(head["parts"][1])),
        capitals=Capitals(head["capitals"][0], tuple(map(tuple, head["capitals"][1]))),
        digest=head["digest"],
        new_places=head["new_places"],
        states=[(number, State(state)) for number, state in head["states"]],
        counts=Counter(head["counts"]),
        changes=head["changes"],
    )


def _text(given: Any) -> bytes:
    return json.dumps(given, separators=(",", ":"), default=_as_text).encode()


def _as_text(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def _head(preview: Preview) -> dict[str, Any]:
    return {
        "form": _FORM,
        "choices": asdict(preview.choices),
        "sheets": preview.file.sheets,
        "encoding": preview.file.encoding,
        "mixed_rows": preview.file.mixed_rows,
        "joined_rows": preview.file.joined_rows,
        "sheet_at": preview.sheet_at,
        "header": preview.table.header,
        "headings": preview.table.headings,
        "first_values": preview.table.first_values,
        "last": preview.table.last,
        "guesses": [(each.field, each.sure, each.score) for each in preview.guesses],
        "group": preview.group,
        "group_guessed": preview.group_guessed,
        "seen_before": preview.seen_before,
        "places": [
            (each.written, each.rows, each.chosen, each.called, each.sure)
            for each in preview.places
        ],
        "skipped": [(each.number, each.why, each.text) for each in preview.skipped],
        "everyone": preview.weights.everyone,
        "sounds": preview.weights.sounds,
        "told": preview.told,
        "as_of": preview.as_of,
        "mark": preview.mark,
        "changed": preview.changed,
        "parts": (preview.parts.starts, preview.parts.groups),
        "capitals": (preview.capitals.names, preview.capitals.some),
        "digest": preview.digest,
        "new_places": preview.new_places,
        "states": preview.states,
        "counts": preview.counts,
        "changes": preview.changes,
    }


def _written_row(row: ListRow) -> list[Any]:
    outcome, placed, read = row.outcome, row.outcome.placed, row.outcome.placed.row
    at = {match.key: place for place, match in enumerate(row.found)}
    return [
        [[cell.isoformat()] if isinstance(cell, date) else cell for cell in row.cells],
        [[each.key, each.score, each.reasons, each.certain] for each in row.found],
        [
            read.number,
            read.name,
            [read.fact(fact) for fact in _NAMES],
            read.phone,
            read.email,
            [read.birth.year, read.birth.band],
            read.organisation,
            read.since.isoformat() if read.since else None,
            read.group,
            _written_remarks(read.remarks),
            read.typed,
        ],
        [
            placed.group,
            placed.organisation,
            placed.new_station,
            placed.phone_lookup,
            _written_remarks(placed.wrong),
        ],
        [
            outcome.state,
            outcome.same_as,
            [at[match.key] for match in outcome.matches],
            outcome.decided,
            outcome.may_be_new,
            outcome.shared_phone,
        ],
        [row.comparison.fills, row.comparison.differs] if row.comparison is not None else None,
    ]


def _written_remarks(remarks: Sequence[Remark]) -> list[list[Any]]:
    return [[each.code, each.field, each.given, each.taken, each.wrong] for each in remarks]


def _remarks(given: list[list[Any]]) -> tuple[Remark, ...]:
    return tuple([Remark(*each) for each in given]) if given else ()


@lru_cache(maxsize=1_024)
def _reasons(given: tuple[str, ...]) -> tuple[Reason, ...]:
    return tuple(map(Reason, given))


def _cell(given: Any) -> Cell:
    return date.fromisoformat(given[0]) if isinstance(given, list) else given


def _row(given: list[Any]) -> ListRow:
    cells, matches, read, placed, outcome, comparison = given
    found = tuple(
        [Match(key, score, _reasons(tuple(why)), sure) for key, score, why, sure in matches]
    )
    number, name, facts, phone_read, email, born, station, since, of_group, remarks, typed = read
    row = ReadRow(
        number,
        name,
        dict(zip(_NAMES, facts, strict=True)),
        phone_read,
        email,
        Born(*born),
        station,
        date.fromisoformat(since) if since else None,
        of_group,
        _remarks(remarks),
        typed,
    )
    group, organisation, new, phone, wrong = placed
    place = PlacedRow(row, group, organisation, new, phone, _remarks(wrong))
    state, same_as, among, *more = outcome
    return ListRow(
        tuple(map(_cell, cells)),
        found,
        Outcome(place, State(state), same_as, tuple([found[at] for at in among]), *more),
        Comparison(*map(tuple, comparison)) if comparison is not None else None,
    )
