"""Designs of certificates: their content, and what must be right before one is put into use."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

BASES = ("classic", "modern", "plain", "own")
PAGES = ("A4", "A5", "letter")
MOST_SIGNERS = 4
# What a sentence of the design may name, in square brackets.
SENTENCE_FIELDS = ("title", "days", "organisation")
_FIELD = re.compile(r"\[([^\[\]]*)\]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# Contrast with white paper that WCAG asks for text of any size.
LEAST_CONTRAST = 4.5


class SignerKind(StrEnum):
    """Kind of signatory at a place: whoever has a part in the batch, one account, or a fixed
    name."""

    LEAD = "lead"
    APPROVER = "approver"
    ACCOUNT = "account"
    NAMED = "named"


@dataclass(frozen=True)
class Signer:
    """A place to sign. `account` is a public id; an empty `role` goes by its usual word."""

    kind: SignerKind
    account: str = ""
    name: str = ""
    role: str = ""


@dataclass(frozen=True)
class Words:
    """Words of a design in one language; for what is empty its usual words stand."""

    heading: str = ""
    certify_line: str = ""
    sentence: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Each of them."""
        return self.heading, self.certify_line, self.sentence


@dataclass(frozen=True)
class DesignContent:
    """All that a design says.

    `words` by language; `signers` empty for those of the programme's settings; `logo` is empty,
    "programme" for that of the settings, or the public id of a picture; `seal` such an id;
    `pictures` of a design of one's own by the name that it calls them.
    """

    base: str = "classic"
    page: str = "A4"
    accent: str = ""
    bilingual: bool = True
    hours: bool = True
    words: Mapping[str, Words] = field(default_factory=dict)
    signers: tuple[Signer, ...] = ()
    logo: str = "programme"
    seal: str = ""
    # Who paid is told only where somebody decided so.
    marks: bool = False
    html: str = ""
    css: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """SHA-256 of what it says."""
        written = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def image_ids(self) -> frozenset[str]:
        """The pictures it cannot be printed without."""
        return frozenset({self.logo, self.seal, *self.pictures.values()} - {"", "programme"})


def content_from(kept: Mapping[str, Any]) -> DesignContent:
    """A stored content; what was not stored is as it was from the beginning."""
    known = {name: kept[name] for name in DesignContent.__dataclass_fields__ if name in kept}
    if "words" in known:
        known["words"] = {code: Words(**words) for code, words in known["words"].items()}
    if "signers" in known:
        known["signers"] = tuple(
            Signer(**{**signer, "kind": SignerKind(signer["kind"])}) for signer in known["signers"]
        )
    return DesignContent(**known)


def unknown_fields(sentence: str) -> list[str]:
    """Words in square brackets in a sentence that are no field of it, in order."""
    return [name for name in _FIELD.findall(sentence) if name not in SENTENCE_FIELDS]


def filled_sentence(sentence: str, values: Mapping[str, str]) -> str:
    """The sentence with its fields filled in once: a value that looks like a field stays itself."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), sentence)


def is_colour(text: str) -> bool:
    """True if a text is a colour written `#rrggbb`, in small letters."""
    return _COLOUR.fullmatch(text) is not None


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""

    def linear(share: float) -> float:
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str = "#ffffff") -> float:
    """The contrast of two colours `#rrggbb` by WCAG 2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True)
class Spell:
    """For how long something was allowed or in place; `until` is None while it still is."""

    since: datetime
    until: datetime | None


def held_at(spell: Spell, moment: datetime | None) -> bool:
    """True if it held at the moment that something was issued; None for what is not issued yet.

    What was withdrawn stays on what had been issued before, and is put onto nothing afterwards.
    """
    if moment is None:
        return spell.until is None
    return spell.since <= moment and (spell.until is None or moment < spell.until)


def longest(names: Iterable[str]) -> str:
    """The name that takes most room, roughly: by its letters, wide ones twice."""
    return max(names, key=_room, default="")


def _room(name: str) -> int:
    return sum(2 if letter in "mwMWOQG" else 1 for letter in name)
