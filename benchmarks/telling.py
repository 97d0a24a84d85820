"""How figures are told: as JSON for programs, as a table with verdicts for people."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping

from benchmarks.postgresql import NoPostgresql
from benchmarks.server import NotServing

Limits = Mapping[str, float]
NO_LIMITS: Limits = {}


def as_json(parser: ArgumentParser) -> None:
    """Give a command the option that every one of these has."""
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def verdict(name: str, value: float, at_most: Limits, at_least: Limits) -> str:
    """Verdict on a figure that should keep to its limit; empty where it has none."""
    if name in at_most:
        return f"at most {at_most[name]:g}: {'met' if value <= at_most[name] else 'MISSED'}"
    if name in at_least:
        return f"at least {at_least[name]:g}: {'met' if value >= at_least[name] else 'MISSED'}"
    return ""


def told(
    figures: Mapping[str, float],
    *,
    json_wanted: bool,
    at_most: Limits = NO_LIMITS,
    at_least: Limits = NO_LIMITS,
) -> str:
    """The figures as they are printed."""
    if json_wanted:
        return json.dumps({"figures": figures})
    wide = max(map(len, figures), default=0) + 2
    return "\n".join(
        f"{name:{wide}} {value:12.3f}  {verdict(name, value, at_most, at_least)}".rstrip()
        for name, value in figures.items()
    )


def tell(
    measure: Callable[[], Mapping[str, float]],
    *,
    json_wanted: bool,
    at_most: Limits = NO_LIMITS,
    at_least: Limits = NO_LIMITS,
) -> int:
    """Measure and print; 0 if everything answered, whether or not it was fast enough."""
    try:
        figures = measure()
    except (NoPostgresql, NotServing, LookupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(told(figures, json_wanted=json_wanted, at_most=at_most, at_least=at_least))
    return 0
