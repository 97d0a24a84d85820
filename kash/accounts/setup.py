"""The one-time code that guards the set-up page of an empty programme.

Only its hash is kept, in a file beside the database; making a new one voids the old one.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy.orm import Session

from kash.accounts.queries.accounts import programme
from kash.accounts.services.marks import code_hash, new_code
from kash.feature import Part


@dataclass(frozen=True)
class Founding(Part):
    """A step that makes what its feature needs from the start, in the transaction that sets the
    programme up."""

    step: Callable[[Session, datetime], object]


def _file() -> Path:
    folder: Path = current_app.config["SETTINGS"].data_dir
    return folder / "setup-code.sha256"


def new_setup_code() -> str | None:
    """A fresh code to print in the terminal; None once the programme is set up."""
    if programme() is not None:
        spend_set_up_code()
        return None
    code = new_code()
    path = _file()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(code_hash(code))
    draft.replace(path)
    return code


def set_up_code_is_right(code: str) -> bool:
    """True if this is the code that was printed last. It has 80 random bits: no throttle."""
    try:
        stored = _file().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return bool(stored) and hmac.compare_digest(stored, code_hash(code))


def spend_set_up_code() -> None:
    """The code has done its work."""
    _file().unlink(missing_ok=True)
