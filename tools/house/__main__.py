"""`python -m tools.house [--json] [ROOT]`: the figures of the working tree."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tools.house.figures import figures_of, table

_HERE = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="house", description="Count what the house is made of.")
    parser.add_argument("root", type=Path, nargs="?", default=_HERE)
    parser.add_argument("--json", action="store_true", help="everything, with where it stands")
    chosen = parser.parse_args(arguments)
    figures = figures_of(chosen.root)
    print(json.dumps(asdict(figures), indent=1) if chosen.json else table(figures))


if __name__ == "__main__":
    main()
