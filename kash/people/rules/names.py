"""How a person's name is written: names in capitals, in small letters or with the surname first can
be written as names, and a printed name that looks unfinished is asked about."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\s]+")
_PIECES = re.compile(r"([-‐‑–/.'’ʼ‘`´′])")
_APOSTROPHES = frozenset("'’ʼ‘`´′")
# Between names these stay small.
_PARTICLES = frozenset(["wa", "bin", "binti", "ibn", "ole", "arap", "van", "von", "der", "de"])
_TITLES = frozenset(["mr", "mrs", "ms", "dr", "prof", "rev", "hon", "eng", "fr", "sr", "st"])
_NUMERALS = frozenset(("II", "III", "IV"))
_VOWELS = frozenset("AEIOUYĨŨÉÈÁÓÚÍÄÖÜ")
# Words of two letters that are names.
_OF_TWO = frozenset(["jo", "bo", "al", "li", "wu", "xu", "yu", "an", "om"])
# Behind a comma these are no first names.
_SUFFIXES = frozenset(["jr", "jnr", "sr", "snr", "md", "phd", "esq", "mbs", "ogw", "ebs", "hsc"])


def is_written_oddly(name: str) -> bool:
    """True if a name is in capitals, in small letters or has its surname first, with a comma."""
    return as_name(name) != name


def as_name(name: str) -> str:
    """A name with its surname last and its words written as names: KIPRONO, Faith becomes Faith
    Kiprono, and jane becomes Jane. Words in capitals and small letters among others stay.

    After an apostrophe a letter stays small (`Nyong'o`), but behind a single letter, as in
    `O'Brien`, `D'Souza` and `K'Ogutu`. `McDonald` keeps its second capital, `Mchoro` has none.
    """
    surname, comma, first = (part.strip() for part in name.partition(","))
    if comma and _is_words(surname) and _is_words(first) and _bare(first) not in _SUFFIXES:
        return f"{as_name(first)} {as_name(surname)}"
    small = name == name.lower() != name.upper()
    return _WORD.sub(
        lambda word: _word(word[0], small=small, first=not word.string[: word.start()].strip()),
        name,
    )


def doubt_of(name: str) -> str:
    """Why a printed name should be looked at: `comma`, `small` letters, `capitals`, a `single`
    word, or nothing (empty)."""
    if "," in name:
        return "comma"
    if name == name.lower() != name.upper():
        return "small"
    if is_written_oddly(name):
        return "capitals"
    return "single" if name and len(name.split()) == 1 else ""


def _is_words(part: str) -> bool:
    return "," not in part and any(map(str.isalpha, part)) and not any(map(str.isdigit, part))


def _bare(part: str) -> str:
    return part.casefold().strip(". ")


def _word(word: str, *, small: bool, first: bool) -> str:
    letters = "".join(letter for letter in word if letter.isalpha())
    if not letters or not (small or letters.isupper()):
        return word
    if letters.lower() in _PARTICLES and not first:
        return word.lower()
    if not small and _is_initials(letters):
        return word
    pieces = _PIECES.split(word)
    pieces_written = []
    for at, piece in enumerate(pieces):
        mark = pieces[at - 1] if at else ""
        before = pieces[at - 2] if at > 1 else ""
        if mark in _APOSTROPHES and len(before) != 1:
            pieces_written.append(piece.lower())
        else:
            pieces_written.append(_capital(piece))
    return "".join(pieces_written)


def _is_initials(letters: str) -> bool:
    """True if letters in capitals stand for words, such as JK."""
    if letters.lower() in _TITLES or letters.lower() in _OF_TWO:
        return False
    return letters in _NUMERALS or len(letters) <= 2 or _VOWELS.isdisjoint(letters)


def _capital(piece: str) -> str:
    small = piece.lower()
    at = next((at for at, letter in enumerate(small) if letter.isalpha()), 0)
    small = small[:at] + small[at : at + 1].upper() + small[at + 1 :]
    if re.fullmatch(r"Mc[b-gi-z][^\W\d_]{2,}", small):
        return "Mc" + small[2].upper() + small[3:]
    return small
