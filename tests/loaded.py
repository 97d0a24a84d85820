"""Importing this loads all that an application loads, by making one and forgetting it."""

import gc
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import configure_mappers

from kash.application import create_app
from kash.settings import Settings

# Nothing of what is loaded is garbage. Whoever forks from here need not look through it either, nor
# copy it by looking.
gc.disable()
with TemporaryDirectory() as _folder:
    create_app(Settings(data_dir=Path(_folder), log_level="error"))
configure_mappers()
# Each command asks for it.
import_module("flask_migrate.cli")
gc.freeze()
gc.enable()
