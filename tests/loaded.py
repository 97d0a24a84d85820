"""Importing this loads all that an application loads, by making one and forgetting it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import configure_mappers

from kash.application import create_app
from kash.settings import Settings

with TemporaryDirectory() as _folder:
    create_app(Settings(data_dir=Path(_folder), log_level="error"))
configure_mappers()
