"""Sources are made ready once for all workers of a run: each takes its share before it collects.

These are the modules of tests, compiled, with assertions rewritten as pytest does, and the
constants of the product's modules, from which Hypothesis draws. Both keep them, so that only a
first run has something to do for these. Templates are compiled in each run.
"""

import os
import sys
from compileall import compile_file
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from _pytest.assertion import rewrite
from hypothesis.internal.constants_ast import constants_from_module

from kash.application import create_app
from kash.platform.operations.server import keep_compiled
from kash.settings import Settings

HERE = Path(__file__).parent


def read_share(config: pytest.Config, compiled: Path) -> None:
    """Make this worker's share, if there are others; templates are kept in `compiled`."""
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    if not worker:
        return
    number, count = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
    _compile_templates(compiled, number, count)
    if sys.dont_write_bytecode:
        return
    for path in sorted(HERE.rglob("*.py"))[number::count]:
        if path.name.startswith("test_") or path.name == "conftest.py":
            _rewrite(path, config)
        else:
            compile_file(path, quiet=1)
    for name in sorted(name for name in sys.modules if name.startswith("kash."))[number::count]:
        constants_from_module(sys.modules[name])


def _compile_templates(compiled: Path, number: int, count: int) -> None:
    with TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), log_level="error"))
    keep_compiled(app, compiled)
    for name in sorted(app.jinja_env.list_templates())[number::count]:
        app.jinja_env.get_template(name)


def _rewrite(path: Path, config: pytest.Config) -> None:
    kept = rewrite.get_cache_dir(path) / (path.stem + rewrite.PYC_TAIL)
    if rewrite._read_pyc(path, kept) is None and rewrite.try_makedirs(kept.parent):
        source_hash, code = rewrite._rewrite_test(path, config)
        made = kept.with_name(f"{kept.name}.{os.getpid()}")
        with made.open("wb") as file:
            rewrite._write_pyc_fp(file, source_hash, code)
        made.replace(kept)
