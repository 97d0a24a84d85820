"""The words that somebody agrees to or refuses, for each purpose of a case: every version that was
ever in use.

A version is a file of `consent_words`, in each language in which it is read out, and never changes:
its digest stands here, and a file that does not fit it stops the start. A person who changes a word
adds a version. An answer keeps the version and the language in which it was given, so that what was
read out can be read again. Phone, page and paper take their words from here.

Since 2026-6 a version is written sentence by sentence, each under a name by which a test says what
holds it, with figures as small print below."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel.speaklater import LazyString

from kash.platform.web.language import language_code
from kash.platform.web.programme import days_backups_are_kept
from kash.settings import Settings

_WORDS = Path(__file__).with_name("consent_words")
# Every version, oldest first, with the SHA-256 of its file.
DIGESTS: dict[str, str] = {
    "2026-1": "33d2e379adfc724635f0982ec887085c6b60001cdcc3dbca0b07c061a9feaeb8",
    "2026-2": "82a0ac563d2565817ecdc61a58500cfee5fefd5517832da5cbf54a8cb4cd63a4",
    "2026-3": "169a313a93f5e1e5a464414902b1a9a1a3474cf7cffc176afd6ea2d5b3df9d9e",
    "2026-4": "20d42e221de2dbd5e8ce91268cc8ce7f806e26499e8949f0ac955d704f9c59ce",
    "2026-5": "cf72416f79f1bb3cde463f9e1bcc560055af7ff9dd350af51206e77fbf6b834b",
    "2026-6": "bebe6fdbf0b0b871fce76273b545ae60ab440e10f2526b9cc845cedb63986f4a",
}
# The version that is read out now.
VERSION = "2026-6"
_FALLBACK = "en"
# Languages of that version whose words a speaker has read and accepted; English is the source.
READ_BY_A_SPEAKER = frozenset({_FALLBACK})
# Stands in the words for the days after which the programme deletes a backup.
_BACKUPS = "{backups}"


@dataclass(frozen=True)
class CaseConsentText:
    """One purpose's wording. `title`, `words` and `small_print` (empty if there is none) become
    text in the reader's language, or in `language` if that is set; English where the version has
    no other."""

    purpose: str
    version: str
    title: Any
    words: Any
    small_print: Any


def words_of(version: str, content: bytes) -> dict[str, Any]:
    """The words in the file of a version: language, purpose, `title`, `words` and `small_print`.

    Raises ValueError if they are not those that the version's digest was taken of.
    """
    if hashlib.sha256(content).hexdigest() != DIGESTS[version]:
        raise ValueError(f"the words of consent {version} were changed: add a version")
    return {
        language: {purpose: _as_read_out(words) for purpose, words in purposes.items()}
        for language, purposes in tomllib.loads(content.decode()).items()
    }


def _as_read_out(said: Mapping[str, Any]) -> dict[str, str]:
    sentences = " ".join(said.get("sentences", {}).values())
    small_print = " ".join(said.get("small_print", {}).values())
    return {
        "title": said["title"],
        "words": said.get("words", sentences),
        "small_print": small_print,
    }


VERSIONS: dict[str, dict[str, Any]] = {
    version: words_of(version, (_WORDS / f"{version}.toml").read_bytes()) for version in DIGESTS
}


def _said(version: str, purpose: str, part: str, language: str) -> str:
    languages = VERSIONS[version]
    spoken = languages.get(language or language_code(), languages[_FALLBACK])
    wording = str(spoken[purpose][part])
    return wording.replace(_BACKUPS, str(_days_of_backups())) if _BACKUPS in wording else wording


def _days_of_backups() -> int:
    settings: Settings = current_app.config["SETTINGS"]
    return days_backups_are_kept(settings)


def unread(language: str = "") -> bool:
    """True if no speaker has read the words that are read out now in a language, or in the
    reader's, so that the page says so."""
    spoken = language or language_code()
    return spoken in VERSIONS[VERSION] and spoken not in READ_BY_A_SPEAKER


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
        LazyString(_said, version, purpose, "small_print", language),
    )


def _texts(version: str) -> Mapping[str, CaseConsentText]:
    texts = (text_of(purpose, version) for purpose in VERSIONS[version][_FALLBACK])
    return {text.purpose: text for text in texts if text is not None}


# What is read out now, purpose by purpose in their order.
TEXTS: Mapping[str, CaseConsentText] = _texts(VERSION)
