"""`./kash.sh bench answer_sheets`: answer sheets read off photos whose every mark is known.

Ten thousand rows, on photos that are turned, tilted, bent, shadowed, blurred, noisy and squeezed.
What is told: rows that were read wrong without anybody being asked, the share of rows that somebody
is asked about, photos that were refused, and the time that the child needs for a photo.
"""

from __future__ import annotations

import argparse
import collections
import io
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.answer_photos import Meant, Paper, copied, marked, papers, photo, scene
from benchmarks.telling import as_json, tell
from kash.assessments.sheets.child import greys, reading
from kash.assessments.sheets.verdicts import RowVerdict

AT_MOST = {"silently_wrong": 0.0, "asked_percent": 8.0, "answer_sheet_ms": 100.0}
# Forty rows, twenty, ten and thirty; five bubbles, four, three and two.
_ROWS: tuple[tuple[int, ...], ...] = (
    tuple(5 if at % 3 else 3 for at in range(40)),
    (5,) * 20,
    (4, 3, 2, 5) * 2 + (5, 5),
    (3,) * 30,
)


@dataclass(frozen=True)
class ReadPhoto:
    """One photo: what was meant on each row and what was read, or why nothing was."""

    seed: int
    meant: Sequence[Meant]
    rows: Sequence[tuple[str, tuple[int, ...], tuple[float, ...]]]
    refused: str
    seconds: float

    @property
    def silently_wrong(self) -> list[int]:
        """Rows that nobody would be asked about, and that say something else than was meant."""
        return [
            at
            for at, (meant, row) in enumerate(zip(self.meant, self.rows, strict=False))
            if row[0] == RowVerdict.MARKED and row[1] != meant.marks
        ]


def empty_papers() -> list[Paper]:
    """Two empty sheets of each kind."""
    return [
        paper
        for kind, options in enumerate(_ROWS)
        for paper in papers([f"0123456789abcd{kind}{copy}" for copy in range(2)], options)
    ]


def read_photo(paper: Paper, seed: int) -> ReadPhoto:
    """A photo of this paper, marked and taken as the seed says, read as the child reads it."""
    random = Random(seed)
    how = scene(random)
    if how.copied:
        paper = copied(paper, random)
    picture, meant = marked(paper, random)
    content = photo(picture, how, random)
    began = time.process_time()
    (grey,) = greys(io.BytesIO(content), "jpeg")
    told, _pictures = reading(grey, [paper.layout])
    seconds = time.process_time() - began
    if "reason" in told:
        return ReadPhoto(seed, meant, (), told["reason"], seconds)
    if told["sheet"] != paper.sheet:
        raise AssertionError("a code was read as another")
    rows = [(verdict, tuple(marks), darkness) for verdict, marks, darkness in told["rows"]]
    return ReadPhoto(seed, meant, rows, "", seconds)


def photos(rows: int, seed: int) -> Iterator[ReadPhoto]:
    """Photos from this seed on, until so many rows were read."""
    empty = empty_papers()
    while rows > 0:
        read = read_photo(empty[seed % len(empty)], seed)
        rows -= len(read.rows)
        seed += 1
        yield read


def figures(rows: int, seed: int) -> dict[str, float]:
    """All figures over so many rows."""
    taken = list(photos(rows, seed))
    read = [(meant, row) for one in taken for meant, row in zip(one.meant, one.rows, strict=False)]
    asked = [meant for meant, row in read if row[0] != RowVerdict.MARKED]
    kinds = collections.Counter(one.kind for one in asked)
    for one in taken:
        for at in one.silently_wrong:
            print(
                f"photo {one.seed}, row {at + 1}: {one.meant[at]} {one.rows[at]}", file=sys.stderr
            )
        if one.refused:
            print(f"photo {one.seed}: {one.refused}", file=sys.stderr)
    print("asked about", dict(kinds.most_common()), file=sys.stderr)
    return {
        "rows": len(read),
        "photos": len(taken),
        "photos_refused": sum(bool(one.refused) for one in taken),
        "silently_wrong": sum(len(one.silently_wrong) for one in taken),
        "asked_percent": round(100 * len(asked) / len(read), 2),
        "asked_though_plain_percent": round(100 * sum(one.plain for one in asked) / len(read), 2),
        "answer_sheet_ms": round(1000 * statistics.mean(one.seconds for one in taken), 1),
        "slowest_sheet_ms": round(1000 * max(one.seconds for one in taken), 1),
    }


def answer_sheet_ms(rows: int = 1_500, seed: int = 1_000_000) -> float:
    """Processor's time of the child for a photo, in the mean of those that have so many rows."""
    return 1000 * statistics.mean(one.seconds for one in photos(rows, seed))


def main() -> int:
    """Run it; 0 if all was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    as_json(parser)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1_000_000, help="of the first photo")
    given = parser.parse_args()
    return tell(lambda: figures(given.rows, given.seed), json_wanted=given.json, at_most=AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
