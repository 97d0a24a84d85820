"""`./kash.sh bench people`: what lists of people cost once there are many.

`search_ms` is the server's time of the page that finds people by name, over 100,000 people: of each
query the median, of those the worst. The other figures are measured beside what they measure:
reading a list of 5,000 whose names are all different, the sweep for people entered twice among
20,000, and what a trainer waits for with a list of 5,000 of common names while others work
(`list …`).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import long_lists
from benchmarks.duplicates_sweep import duplicates_20000_s
from benchmarks.list_import import import_5000_s
from benchmarks.load import Size, load_programme
from benchmarks.pages import sign_in
from benchmarks.postgresql import cluster
from benchmarks.searching import search_times as measured
from benchmarks.server import served
from benchmarks.telling import as_json, tell

PEOPLE = 100_000
ACCOUNTS = ("director", "trainer", "documentation")
TARGETS = {"search_ms": 60.0} | {
    f"list {name}": limit for name, limit in long_lists.TARGETS.items()
}


def search_times(*, on_postgresql: bool, people: int = PEOPLE) -> dict[str, float]:
    """Milliseconds of each query, of the slowest account. Raises LookupError if none answers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-")))
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": stack.enter_context(cluster()) if on_postgresql else "",
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
        }
        os.environ.update(environment)
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        loaded = load_programme(app, Size(people=people, workshops=50, audit_entries=100))
        emails = {name: loaded.everybody.accounts[name].email for name in ACCOUNTS}
        with served(environment, folder / "server.log") as server:
            return measured({name: sign_in(server, email) for name, email in emails.items()})


def figures(*, on_postgresql: bool) -> dict[str, float]:
    """Every figure there is."""
    times = search_times(on_postgresql=on_postgresql)
    told = {
        "search_ms": max(times.values()),
        "import_5000_s": import_5000_s(),
        "duplicates_20000_s": duplicates_20000_s(),
    }
    waited = long_lists.figures(on_postgresql=on_postgresql)
    told |= {f"list {name}": value for name, value in waited.items()}
    told |= {f"search {name}": value for name, value in times.items()}
    return {name: round(value, 2) for name, value in told.items()}


def main() -> int:
    """Run it; 0 if everything answered, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(prog="bench people", description=__doc__)
    as_json(parser)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    chosen = parser.parse_args()
    return tell(
        lambda: figures(on_postgresql=chosen.postgresql), json_wanted=chosen.json, at_most=TARGETS
    )


if __name__ == "__main__":
    sys.exit(main())
