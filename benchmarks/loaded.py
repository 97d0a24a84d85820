"""Programmes that are loaded for a measurement, each in a place of its own."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.addresses import Page, pages_of
from benchmarks.load import Loaded, Size, load_programme
from benchmarks.postgresql import cluster
from kash.platform.database import db


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
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-"))
        folder = Path(made)
        address = stack.enter_context(cluster()) if on_postgresql else ""
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": address,
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
        }
        os.environ.update(environment)
        if kept is not None and (kept / "loaded.pickle").exists():
            loaded, pages = _from(kept, folder)
        else:
            loaded, pages = _load(size)
            if kept is not None:
                shutil.copytree(folder / "data", kept / "data")
                (kept / "loaded.pickle").write_bytes(pickle.dumps((loaded, pages)))
        yield Programme(environment, loaded, pages, folder / "server.log")


def _load(size: Size) -> tuple[Loaded, list[Page]]:
    from kash.application import create_app
    from kash.platform.operations.migrations import migrate_if_behind
    from kash.settings import load_settings

    settings = load_settings()
    app = create_app(settings)
    migrate_if_behind(settings)
    loaded = load_programme(app, size)
    pages = pages_of(app, loaded)
    with app.app_context():
        # Whoever copies the file has all of it.
        db.session.remove()
        db.engine.dispose()
    return loaded, pages


def _from(kept: Path, folder: Path) -> tuple[Loaded, list[Page]]:
    """A copy of what is kept: a measurement writes too, and the next one must find it as it was."""
    from kash.platform.operations.migrations import migrate_if_behind
    from kash.settings import load_settings

    shutil.copytree(kept / "data", folder / "data")
    migrate_if_behind(load_settings())
    loaded, pages = pickle.loads((kept / "loaded.pickle").read_bytes())
    return loaded, pages
