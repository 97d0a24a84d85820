"""Printed tables as they are read: each line with what it means, its share and where it goes, all
of it from printed values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kash.releases.queries.printed import PrintedLine, PrintedTable
from kash.releases.rules.reading import PrintedShare, Trend, range_of, share, trend

# So many windows stand beside each other on a page; four of them make a trend.
MOST_SHOWN, FOR_TREND = 8, 4


@dataclass(frozen=True)
class ReadFigure:
    """A line of a table: from `low` to `high` is what it means, nine times in ten; `share` is None
    where the table is too thin for one, `trend` before there were enough windows. `past` are its
    values in the table's `windows`."""

    printed: PrintedLine
    low: int
    high: int
    share: PrintedShare | None
    trend: Trend | None
    past: tuple[int | None, ...]


@dataclass(frozen=True)
class ReadTable:
    """A printed table with the windows of the same length before it, oldest first, itself the
    last."""

    table: PrintedTable
    windows: tuple[PrintedTable, ...]
    lines: tuple[ReadFigure, ...]

    @property
    def top(self) -> int:
        """The highest value that a chart of it shows."""
        highest = [line.high for line in self.lines]
        return max(*highest, *(value or 0 for line in self.lines for value in line.past))


def read_table(tables: Sequence[PrintedTable]) -> ReadTable:
    """The last of the printed tables of one key, oldest first, with those before it that it can be
    compared with."""
    table = tables[-1]
    windows: list[PrintedTable] = []
    for one in reversed(tables[-MOST_SHOWN:]):
        if _shape(one) != _shape(table):
            break
        windows.insert(0, one)
    values = [{line.code: line.printed for line in one.lines} for one in windows]
    lines = []
    for line in table.lines:
        past = tuple(one[line.code] for one in values)
        low, high = range_of(line.printed, table.plan)
        said = trend(past[-FOR_TREND:], table.plan) if len(past) >= FOR_TREND else None
        part = share(values[-1], line.code, table.plan)
        lines.append(ReadFigure(line, low, high, part, said, past))
    return ReadTable(table, tuple(windows), tuple(lines))


def _shape(table: PrintedTable) -> tuple[int, set[str]]:
    return table.plan.every, set(table.plan.codes)


def by_key(tables: Sequence[PrintedTable]) -> dict[str, list[PrintedTable]]:
    """Printed tables by their keys, each oldest first."""
    found: dict[str, list[PrintedTable]] = {}
    for one in tables:
        found.setdefault(one.key, []).append(one)
    return found
