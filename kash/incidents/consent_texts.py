"""The words that somebody agrees to or refuses, for each purpose of a case: every version that was
ever in use.

A version is a file of `consent_words`, in each language in which it is read out, and never changes:
its digest stands here, and a file that does not fit it stops the start. Whoever changes a word adds
a version. An answer keeps the version and the language in which it was given, so that what was read
out can be read again. Phone, page and paper take their words from here.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel.speaklater import LazyString

from kash.platform.web.language import language_code

_WORDS = Path(__file__).with_name("consent_words")
# Every version, oldest first, with the SHA-256 of its file.
DIGESTS: dict[str, str] = {
    "2026-1": "33d2e379adfc724635f0982ec887085c6b60001cdcc3dbca0b07c061a9feaeb8",
    "2026-2": "82a0ac563d2565817ecdc61a58500cfee5fefd5517832da5cbf54a8cb4cd63a4",
    "2026-3": "169a313a93f5e1e5a464414902b1a9a1a3474cf7cffc176afd6ea2d5b3df9d9e",
    "2026-4": "20d42e221de2dbd5e8ce91268cc8ce7f806e26499e8949f0ac955d704f9c59ce",
    "2026-5": "cf72416f79f1bb3cde463f9e1bcc560055af7ff9dd350af51206e77fbf6b834b",
}
# The version that is read out now.
VERSION = "2026-5"
_FALLBACK = "en"


class WordsWereChanged(ValueError):
    """A version of the words is not what was read out under its name."""


@dataclass(frozen=True)
class CaseConsentText:
    """One purpose's wording. `title` and `words` become text in the reader's language, or in
    `language` if that is set; English where the version has no other."""

    purpose: str
    version: str
    title: Any
    words: Any


def words_of(version: str, content: bytes) -> dict[str, Any]:
    """The words in the file of a version: language, purpose, `title` and `words`.

    Raises WordsWereChanged if they are not those that the version's digest was taken of.
    """
    if hashlib.sha256(content).hexdigest() != DIGESTS[version]:
        raise WordsWereChanged(f"the words of consent {version} were changed: add a version")
    return tomllib.loads(content.decode())


VERSIONS: dict[str, dict[str, Any]] = {
    version: words_of(version, (_WORDS / f"{version}.toml").read_bytes()) for version in DIGESTS
}


def _said(version: str, purpose: str, part: str, language: str) -> str:
    languages = VERSIONS[version]
    spoken = languages.get(language or language_code(), languages[_FALLBACK])
    return str(spoken[purpose][part])


def text_of(purpose: str, version: str, language: str = "") -> CaseConsentText | None:
    """The words for a purpose in a version that was ever in use; None if there are none.

    In the language in which they were read out, or, if that is empty, in the reader's.
    """
    if purpose not in VERSIONS.get(version, {}).get(_FALLBACK, {}):
        return None
    return CaseConsentText(
        purpose,
        version,
        LazyString(_said, version, purpose, "title", language),
        LazyString(_said, version, purpose, "words", language),
    )


def _texts(version: str) -> Mapping[str, CaseConsentText]:
    found = (text_of(purpose, version) for purpose in VERSIONS[version][_FALLBACK])
    return {text.purpose: text for text in found if text is not None}


# What is read out now, purpose by purpose in their order.
TEXTS: Mapping[str, CaseConsentText] = _texts(VERSION)
