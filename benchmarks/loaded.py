"""Programmes that are loaded for a measurement, each in a place of its own."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.addresses import Page, pages_of
from benchmarks.load import Loaded, Size, load_programme
from benchmarks.postgresql import cluster


@dataclass(frozen=True)
class Programme:
    """A programme that can be served: its environment, what was loaded, the pages there are, and a
    file for the server's log."""

    environment: dict[str, str]
    loaded: Loaded
    pages: list[Page]
    log: Path


@contextmanager
def loaded_programme(
    *, on_postgresql: bool, size: Size, kept: Path | None = None
) -> Iterator[Programme]:
    """A programme in a place of its own. If it is `kept` in a folder it is loaded once, on SQLite
    alone."""
    with ExitStack() as stack:
        folder = kept or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-"))
        )
        address = stack.enter_context(cluster()) if on_postgresql else ""
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": address,
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
        }
        os.environ.update(environment)
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        known = folder / "loaded.pickle"
        if kept is not None and known.exists():
            migrate_if_behind(settings)
            loaded, pages = pickle.loads(known.read_bytes())
        else:
            folder.mkdir(parents=True, exist_ok=True)
            app = create_app(settings)
            migrate_if_behind(settings)
            loaded = load_programme(app, size)
            pages = pages_of(app, loaded)
            if kept is not None:
                known.write_bytes(pickle.dumps((loaded, pages)))
        yield Programme(environment, loaded, pages, folder / "server.log")
