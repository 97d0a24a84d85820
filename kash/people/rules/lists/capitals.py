"""Names in capitals, written as names are: `MWANGI NG'ANG'A` becomes `Mwangi Ng'ang'a`."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\s]+")
_PIECES = re.compile(r"([-‐‑–/.'’ʼ‘`´′])")
_APOSTROPHES = frozenset("'’ʼ‘`´′")
# Between names these stay small.
_PARTICLES = frozenset(("wa", "bin", "binti", "ibn", "ole", "arap", "van", "von", "der", "de"))
_TITLES = frozenset(("mr", "mrs", "ms", "dr", "prof", "rev", "hon", "eng", "fr", "sr", "st"))
_NUMERALS = frozenset(("II", "III", "IV"))
_VOWELS = frozenset("AEIOUYĨŨÉÈÁÓÚÍÄÖÜ")
# Shorter words may be initials.
_SHORTEST = 3


def in_capitals(name: str) -> bool:
    """True if a word of it that is long enough to tell is in capitals."""
    return any(_is_shouted(word) for word in name.split())


def _is_shouted(word: str) -> bool:
    letters = [each for each in word if each.isalpha()]
    return (
        len(letters) >= _SHORTEST
        and all(each.isupper() for each in letters)
        and as_name(word) != word
    )


def as_name(name: str) -> str:
    """A name whose words in capitals are written as names; other words stay as they are.

    After an apostrophe a letter stays small (`Nyong'o`), but behind a single letter, as in
    `O'Brien`, `D'Souza` and `K'Ogutu`. `McDonald` keeps its second capital, `Mchoro` has none.
    """
    at = -1

    def written(found: re.Match[str]) -> str:
        nonlocal at
        at += 1
        return _word(found[0], first=at == 0)

    return _WORD.sub(written, name)


def _word(word: str, *, first: bool) -> str:
    letters = "".join(each for each in word if each.isalpha())
    if not letters or not letters.isupper():
        return word
    small = letters.lower()
    if small in _PARTICLES and not first:
        return word.lower()
    if small not in _TITLES and (
        letters in _NUMERALS or len(letters) <= 2 or _VOWELS.isdisjoint(letters)
    ):
        # Initials, such as JK.
        return word if small not in _OF_TWO else _capital(word)
    pieces = _PIECES.split(word)
    made = []
    for at, piece in enumerate(pieces):
        mark = pieces[at - 1] if at else ""
        before = pieces[at - 2] if at > 1 else ""
        if mark in _APOSTROPHES and len(before) != 1:
            made.append(piece.lower())
        else:
            made.append(_capital(piece))
    return "".join(made)


# Words of two letters that are names.
_OF_TWO = frozenset(("jo", "bo", "al", "li", "wu", "xu", "yu", "an", "om"))


def _capital(piece: str) -> str:
    small = piece.lower()
    at = next((at for at, each in enumerate(small) if each.isalpha()), 0)
    small = small[:at] + small[at : at + 1].upper() + small[at + 1 :]
    if re.fullmatch(r"Mc[b-gi-z][^\W\d_]{2,}", small):
        return "Mc" + small[2].upper() + small[3:]
    return small
