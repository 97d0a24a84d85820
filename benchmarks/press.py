"""`./kash.sh bench press`: the press beside WeasyPrint alone, in one run.

Both draw the ornate certificate with two signatures and a code of 61 modules, and all files are
made anew. Neither time counts the loading of programs; the press's counts the making of its plate,
but for single certificates, which a cached plate serves. Each run has a process of its own; what is
told is the median.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.telling import as_json, tell

AT_LEAST = {
    "zip_vs_weasyprint": 250.0,
    "print_vs_weasyprint_one_document": 120.0,
    "single_vs_weasyprint": 100.0,
    "register_vs_weasyprint": 5.0,
}
AT_MOST = {"peak_mb_10000": 250.0, "per_item_10000_vs_1000": 1.15, "badge_ms": 1.5, "card_ms": 1.5}
PEOPLE = 1000
SINGLES = 30
# WeasyPrint's time for a page doesn't fall with their number; a thousand would take minutes.
WHOLE_PAGES = 100


def measured(peer: str, *arguments: object) -> dict[str, Any]:
    """Measurements of one run in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.press_peers.{peer}", *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    return found


def median_seconds(peer: str, *arguments: object, rounds: int) -> float:
    """The middle one of so many runs."""
    return statistics.median(measured(peer, *arguments)["seconds"] for _ in range(rounds))


def figures(rounds: int) -> dict[str, float]:
    """Every ratio, and the times in milliseconds that they come from."""
    zipped = median_seconds("by_kash", "zip", PEOPLE, rounds=rounds) / PEOPLE
    printed = median_seconds("by_kash", "print", PEOPLE, rounds=rounds) / PEOPLE
    badge = median_seconds("by_kash", "badges", PEOPLE, rounds=rounds) / PEOPLE
    card = median_seconds("by_kash", "cards", PEOPLE, rounds=rounds) / PEOPLE
    single = statistics.median(measured("by_kash", "singles", SINGLES)["seconds"])
    alone = statistics.median(measured("by_weasyprint", "singles", SINGLES)["seconds"])
    whole = statistics.median(
        measured("by_weasyprint", "whole", WHOLE_PAGES)["seconds"][0] for _ in range(3)
    )
    whole /= WHOLE_PAGES
    register = measured("registers", 500)
    many = [measured("by_kash", what, 10 * PEOPLE) for what in ("zip", "print")]
    per_item = [run["seconds"] / (10 * PEOPLE) for run in many]
    return {
        "zip_vs_weasyprint": alone / zipped,
        "print_vs_weasyprint_one_document": whole / printed,
        "single_vs_weasyprint": alone / single,
        "register_vs_weasyprint": register["weasyprint"] / register["kash"],
        "peak_mb_10000": max(run["peak_mb"] for run in many),
        "per_item_10000_vs_1000": max(per_item[0] / zipped, per_item[1] / printed),
        "zip_ms": zipped * 1000,
        "print_ms": printed * 1000,
        "badge_ms": badge * 1000,
        "card_ms": card * 1000,
        "single_ms": single * 1000,
        "weasyprint_single_ms": alone * 1000,
        "weasyprint_one_document_ms": whole * 1000,
        "register_ms": register["kash"] * 1000,
        "register_weasyprint_ms": register["weasyprint"] * 1000,
    }


def main() -> int:
    """Run it; 0 if all was made, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    as_json(parser)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each whole document")
    given = parser.parse_args()
    return tell(
        lambda: {name: round(value, 4) for name, value in figures(given.rounds).items()},
        json_wanted=given.json,
        at_most=AT_MOST,
        at_least=AT_LEAST,
    )


if __name__ == "__main__":
    sys.exit(main())
