"""Columns that are set apart by spaces alone, as a scan read by a machine gives them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_GAP = re.compile(r"\S {2,}\S")
_APART = re.compile(r" {2,}")
_LEAST_LINES, _LEAST_SHARE = 3, 0.6
# What spaces cannot tell: a line that is cut otherwise than the others stays in one piece.
_WIDEST = 1_000


def aligned_rows(lines: Sequence[str]) -> list[list[str]] | None:
    """The cells of each line, or None if the lines are not aligned so.

    Where all lines are blank at the same places, these are the borders of the columns, and an empty
    cell stays empty. Else a line is cut at its own gaps, and one that then has another number of
    cells than most is not cut: nobody's cells move to another column.
    """
    filled = [line for line in lines if line.strip()]
    body = [line for line in filled if _GAP.search(line.strip())]
    if len(body) < _LEAST_LINES or len(body) < _LEAST_SHARE * len(filled):
        return None
    if max(len(line) for line in body) > _WIDEST:
        return None
    borders = _borders(body)
    cut = [_APART.split(line.strip()) for line in body]
    usual, often = Counter(len(cells) for cells in cut).most_common(1)[0]
    if len(borders) < usual:
        if often < _LEAST_SHARE * len(body):
            return None
        borders = []
    rows = []
    for line in lines:
        if not _GAP.search(line.strip()):
            rows.append([line.strip()])
        elif borders:
            ends = [*borders[1:], None]
            cells = zip(borders, ends, strict=True)
            rows.append([line[start:end].strip() for start, end in cells])
        else:
            cells_of_line = _APART.split(line.strip())
            rows.append(cells_of_line if len(cells_of_line) == usual else [line.strip()])
    return rows


def _borders(body: Sequence[str]) -> list[int]:
    """Where each column begins: after two places at least at which every line is blank."""
    width = max(len(line) for line in body)
    used = [any(at < len(line) and line[at] != " " for line in body) for at in range(width)]
    return [at for at in range(width) if used[at] and not any(used[max(0, at - 2) : at])]
