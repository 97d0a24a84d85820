"""Titles that tell a stranger what a course is about."""

from __future__ import annotations

import re
import unicodedata

# Beginnings of words that say on paper what a workshop was about, English and Kiswahili.
_TELLING = (
    "abuse",
    "arrest",
    "bribe",
    "brothel",
    "cop",
    "crime",
    "gbv",
    "hiv",
    "human rights",
    "kahaba",
    "key population",
    "makahaba",
    "mapolisi",
    "police",
    "policing",
    "polisi",
    "prostitut",
    "rape",
    "sex",
    "trafficking",
    "ubakaji",
    "ukahaba",
    "ukatili",
    "ukimwi",
    "violat",
    "violen",
)
_WHOLE = frozenset({"cop", "rape", "sex", "gbv", "hiv"})


def telling_words(title: str) -> tuple[str, ...]:
    """Words in a title that would tell a stranger what the course is about, each as it stands."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", title.casefold())
        if not unicodedata.combining(character)
    )
    # Letters of mathematics and the like are capitals again once they are taken apart.
    spaced = " ".join(re.findall(r"\w+", plain.casefold()))
    found: dict[str, None] = {}
    for telling in _TELLING:
        end = r"(?:s|es|ual\w*)?\b" if telling in _WHOLE else r"\w*"
        for match in re.finditer(rf"\b{telling}{end}", spaced):
            found[match.group()] = None
    return tuple(found)
