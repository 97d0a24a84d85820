"""The words that tell a forum how the numbers are made: every version that was ever handed out.

As with the words of consent a version is a file in each language, and never changes: its digest
stands here, and a file that does not fit it stops the start. Page and leaflet take their words from
here.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_WORDS = Path(__file__).with_name("rule_words")
# Every version, oldest first, with the SHA-256 of its file.
DIGESTS: dict[str, str] = {
    "2026-1": "6c88ee7eb49a46f5a5fb69409facc4bef7c8b94c18816ad0fffcbee45f5c1f04",
    "2026-2": "b928e682921ceb29935256908f863a477f11a9c9fff40f0042dc160173a7f266",
}
# The version that is shown and printed now.
VERSION = "2026-2"
_FALLBACK = "en"


class RuleWordsWereChanged(ValueError):
    """A version of the words is not what was handed out under its name."""


def words_of(version: str, content: bytes) -> dict[str, Any]:
    """The words in the file of a version: language, then part.

    Raises RuleWordsWereChanged if they are not those that the version's digest was taken of.
    """
    if hashlib.sha256(content).hexdigest() != DIGESTS[version]:
        raise RuleWordsWereChanged(f"the words of the rule {version} were changed: add a version")
    return tomllib.loads(content.decode())


VERSIONS: dict[str, dict[str, Any]] = {
    version: words_of(version, (_WORDS / f"{version}.toml").read_bytes()) for version in DIGESTS
}


def rule_words(language: str, version: str = VERSION) -> Mapping[str, Any]:
    """The words of a version in a language, in English where it has no other: `title` and `lead`,
    and parts with words of their own."""
    languages = VERSIONS[version]
    words: Mapping[str, Any] = languages.get(language, languages[_FALLBACK])
    return words
