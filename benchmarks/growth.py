"""`./kash.sh bench growth`: how much slower each page is among a hundred times as many people.

Two programmes that differ in their number of people only are served side by side, and every page
is asked for by turns in one and in the other, as everybody who may see it. A page's growth is the
ratio of the least time of its rounds, which is what it costs when nothing comes between, as the
account for which it grows most; pages of under a few milliseconds are counted as of so many, below
which a clock tells nothing. `growth_max` is the worst.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.browser import Browser
from benchmarks.load import Size
from benchmarks.loaded import loaded_programme
from benchmarks.pages import (
    HALFWAY,
    WARM_UP,
    Measured,
    ask_all,
    everybody_signed_in,
    find_pages,
)
from benchmarks.postgresql import NoPostgresql
from benchmarks.server import NotServing, served
from benchmarks.telling import as_json, verdict

FEW, MANY = 2_000, 200_000
ROUNDS = 7
TARGETS = {"growth_max": 2.0}
_LEAST_MS = 4.0
# Asks for the password again once some minutes have passed, as they do here.
ASKS_AGAIN = frozenset({"accounts.export_access"})

Times = list[Measured]


class Grown(NamedTuple):
    """A page as one account sees it: milliseconds among few people and among many."""

    endpoint: str
    account: str
    few_ms: float
    many_ms: float

    @property
    def ratio(self) -> float:
        """How much longer it takes among many."""
        return max(self.many_ms, _LEAST_MS) / max(self.few_ms, _LEAST_MS)


@contextmanager
def _asked(
    people: int, only: Sequence[str], *, on_postgresql: bool
) -> Iterator[tuple[dict[str, Browser], Times]]:
    """A programme of so many people, served; its browsers, and its pages as they answer them, or
    `only` those of these endpoints."""
    with (
        loaded_programme(on_postgresql=on_postgresql, size=Size(people=people)) as programme,
        served(programme.environment, programme.log) as server,
    ):
        # Who gave the password and no code is asked to begin anew after some minutes.
        browsers = everybody_signed_in(server, programme.loaded)
        del browsers[HALFWAY]
        wanted = [page for page in programme.pages if not only or page.endpoint in only]
        found, _unasked = find_pages(browsers, wanted)
        yield (
            browsers,
            [
                one
                for one in found
                if one.kind == "text/html" and one.page.endpoint not in ASKS_AGAIN
            ],
        )


def grown(*, on_postgresql: bool, many: int = MANY, only: Sequence[str] = ()) -> list[Grown]:
    """Every page that answers in both programmes, by its account; what grew most comes first.
    Raises LookupError if none does."""
    with (
        _asked(many, only, on_postgresql=on_postgresql) as (many_browsers, many_pages),
        _asked(FEW, only, on_postgresql=on_postgresql) as (few_browsers, few_pages),
    ):
        for number in range(WARM_UP + ROUNDS):
            for browsers, pages in ((few_browsers, few_pages), (many_browsers, many_pages)):
                ask_all(browsers, pages, warm=number >= WARM_UP)
    few_ms, many_ms = _least(few_pages), _least(many_pages)
    found = [Grown(*key, few_ms[key], many_ms[key]) for key in few_ms.keys() & many_ms.keys()]
    if not found:
        raise LookupError("No such page answered.")
    return sorted(found, key=lambda one: -one.ratio)


def _least(pages: Times) -> dict[tuple[str, str], float]:
    return {one.key: min(one.times) for one in pages}


def _figures(pages: list[Grown]) -> dict[str, float]:
    worst: dict[str, float] = {"growth_max": pages[0].ratio}
    for one in pages:
        worst.setdefault(f"growth {one.endpoint}", one.ratio)
    return {name: round(value, 2) for name, value in worst.items()}


def _table(pages: list[Grown]) -> str:
    lines = [f"{'page':44} {'as':14} {'few ms':>8} {'many ms':>8} {'ratio':>6}"]
    seen: set[str] = set()
    for one in pages:
        if one.endpoint in seen:
            continue
        seen.add(one.endpoint)
        lines.append(
            f"{one.endpoint:44} {one.account:14} {one.few_ms:8.1f} {one.many_ms:8.1f}"
            f" {one.ratio:6.2f}"
        )
    worst = pages[0].ratio
    lines += ["", f"{'growth_max':44} {worst:7.2f}  {verdict('growth_max', worst, TARGETS, {})}"]
    return "\n".join(lines)


def main() -> int:
    """Run it; 0 if every page answered, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(prog="bench growth", description=__doc__)
    as_json(parser)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--people", type=int, default=MANY, help="how many in the larger programme")
    parser.add_argument("--only", nargs="+", default=(), metavar="ENDPOINT", help="of these pages")
    chosen = parser.parse_args()
    try:
        pages = grown(on_postgresql=chosen.postgresql, many=chosen.people, only=chosen.only)
    except (NoPostgresql, NotServing, LookupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(json.dumps({"figures": _figures(pages)}) if chosen.json else _table(pages))
    return 0


if __name__ == "__main__":
    sys.exit(main())
