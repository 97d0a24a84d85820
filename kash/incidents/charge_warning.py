"""The warning that is read to whoever may be charged by "court or release", in every version that
was ever in use: files of `charge_words`, whose digests stand here. An answer keeps the version."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from kash.platform.web.language import language_code

_WORDS = Path(__file__).with_name("charge_words")
DIGESTS: dict[str, str] = {
    "2026-1": "e9ecad3768cc77d5c409fcc809dda97a743a7cb3aa65b18d446a0081b693a887",
}
VERSION = "2026-1"


class WarningWasChanged(ValueError):
    """A version of the warning is not what was read out under its name."""


def words_of(version: str, content: bytes) -> dict[str, str]:
    """The warning in the file of a version, by language. Raises WarningWasChanged if it is not what
    the version's digest was taken of."""
    if hashlib.sha256(content).hexdigest() != DIGESTS[version]:
        raise WarningWasChanged(f"the warning {version} was changed: add a version")
    return {
        language: str(said["words"]) for language, said in tomllib.loads(content.decode()).items()
    }


WARNINGS: dict[str, dict[str, str]] = {
    version: words_of(version, (_WORDS / f"{version}.toml").read_bytes()) for version in DIGESTS
}


def warning(version: str = VERSION) -> str:
    """The warning in the reader's language; in English where a version has no other."""
    spoken = WARNINGS[version]
    return spoken.get(language_code(), spoken["en"])
