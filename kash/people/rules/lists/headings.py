"""Which fact each column holds: by its heading in any wording, and by the look of its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from kash.people.rules.lists.births import NOT_KNOWN, read_birth
from kash.people.rules.lists.cells import Cell, is_empty, text_of
from kash.people.rules.lists.facts import is_language, is_rank, is_sex
from kash.people.rules.lists.heading_words import NOTHING, WAYS
from kash.people.rules.lists.phones import read_phone
from kash.people.rules.persons import sort_name

# In the order in which they are offered. A list may hold a name or an age in several columns.
FIELDS = (
    "name",
    "printed_name",
    "reference",
    "phone",
    "email",
    "sex",
    "birth",
    "cadre",
    "organisation",
    "since",
    "ward",
    "language",
    "group",
)
LEFT_OUT = ""
SEVERAL = frozenset({"name", "birth", "phone"})


def normalised(heading: str) -> str:
    """A heading as headings are compared: small letters, words only."""
    text = sort_name(heading).replace("_", " ").replace("№", "no").replace("#", " no ")
    text = re.sub(r"\bnum\b|\bnumb\b|\bnbr\b|\bno\b\.?", "no", text)
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


_EXACT = {normalised(way): field for field, ways in WAYS.items() for way in ways}
_EXACT |= {normalised(way): LEFT_OUT for way in NOTHING}
_LONG = [way for way, field in _EXACT.items() if field and len(way) > 3]
_BY_WORDS = {
    frozenset(way.split()): field for way, field in reversed(_EXACT.items()) if field and " " in way
}
_NUMBERS = frozenset(("no", "number", "s no", "sno", "nambari", "namba"))
_LIKELY_AT = 86
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is taken for. `sure` is "remembered", "certain", "guess" or "left_out"."""

    field: str
    sure: str
    score: int = 0


@lru_cache(maxsize=512)
def field_by_heading(heading: str) -> tuple[str, int]:
    """The field that a heading names and how alike they are, 0 to 100; 0 if it names none.

    A known heading of nothing that is kept gives ("", 100).
    """
    plain = normalised(heading)
    if not plain or len(plain) > 80:
        return LEFT_OUT, 0
    if plain in _EXACT:
        return _EXACT[plain], 100
    # `Tel. No (Safaricom)` names what it names before the bracket.
    short = normalised(re.sub(r"[(\[].*", "", heading))
    if short in _EXACT and short:
        return _EXACT[short], 97
    words = plain.split()
    best, score = LEFT_OUT, 0
    if len(words) > 1 and frozenset(words) in _BY_WORDS:
        best, score = _BY_WORDS[frozenset(words)], 96
    likest = process.extractOne(plain, _LONG, scorer=fuzz.ratio, score_cutoff=_LIKELY_AT)
    if likest is not None and int(likest[1]) > score:
        best, score = _EXACT[likest[0]], int(likest[1])
    if score < _LIKELY_AT:
        for size in (3, 2, 1):
            for at in range(len(words) - size + 1):
                part = " ".join(words[at : at + size])
                if len(part) > 2 and _EXACT.get(part):
                    return _EXACT[part], 88
        return LEFT_OUT, 0
    return best, score


def _share(cells: Sequence[Cell], fits: object) -> float:
    kept = [cell for cell in cells if not is_empty(cell)]
    if not kept or not callable(fits):
        return 0.0
    return sum(bool(fits(cell)) for cell in kept) / len(kept)


def _is_serial(cells: Sequence[Cell]) -> bool:
    numbers = [
        int(text) for cell in cells if re.fullmatch(r"\d{1,5}", text := text_of(cell).rstrip("."))
    ]
    if len(numbers) < 2 or len(numbers) < 0.7 * sum(not is_empty(cell) for cell in cells):
        return False
    steps = sum(after - before in (0, 1, 2) for before, after in pairwise(numbers))
    return steps >= 0.7 * (len(numbers) - 1) and max(numbers) <= 3 * len(cells) + 5


def look_of(cells: Sequence[Cell], today: date, region: str) -> dict[str, float]:
    """How many of a column's cells, as a share, look like each field that has a look."""
    some = [cell for cell in cells if not is_empty(cell)][:_LOOKED_AT]

    def phone(cell: Cell) -> bool:
        return bool(read_phone(cell, region).value)

    def birth(cell: Cell) -> bool:
        return read_birth(cell, today).value != NOT_KNOWN

    def name(cell: Cell) -> bool:
        text = text_of(cell)
        words = text.split()
        letters = sum(each.isalpha() for each in text)
        return (
            2 <= len(words) <= 6
            and letters > 0.8 * len(text.replace(" ", ""))
            and not is_rank(cell)
        )

    return {
        "phone": _share(some, phone),
        "birth": _share(some, birth),
        "sex": _share(some, is_sex),
        "language": _share(some, is_language),
        "cadre": _share(some, is_rank),
        "email": _share(some, lambda cell: "@" in text_of(cell)[1:]),
        "name": _share(some, name),
        "serial": float(_is_serial(some)),
    }


def match_columns(
    headings: Sequence[str],
    columns: Sequence[Sequence[Cell]],
    remembered: Mapping[str, str],
    today: date,
    region: str,
) -> list[Guess]:
    """What each column is, best guesses first taken; a field goes to one column but for SEVERAL.

    `columns` are some cells of each; `remembered` maps normalised headings to fields.
    """
    offers: list[tuple[int, int, str, str]] = []
    guesses = [Guess(LEFT_OUT, "left_out")] * len(headings)
    for at, heading in enumerate(headings):
        plain = normalised(heading)
        if plain and plain in remembered:
            offers.append((200, -at, remembered[plain], "remembered"))
            continue
        look = look_of(columns[at], today, region)
        field, alike = field_by_heading(heading)
        if alike and field == LEFT_OUT:
            # `No.` over numbers that do not count the rows is somebody's own number.
            numbers = (
                plain in ("no", "number", "s no", "sno", "nambari", "namba") and not look["serial"]
            )
            if not numbers or look["phone"] > 0.5 or not any(not is_empty(c) for c in columns[at]):
                continue
            offers.append((60, -at, "reference", "guess"))
        elif alike:
            sure = "certain" if alike >= 90 else "guess"
            if look.get(field, 1.0) < 0.3 and field in ("phone", "birth", "sex", "email"):
                sure, alike = "guess", alike - 30
                filled = any(not is_empty(cell) for cell in columns[at])
                if not filled:
                    sure, alike = "certain", alike + 30
            offers.append((alike, -at, field, sure))
        if alike < 100 and not look["serial"]:
            for seen in ("phone", "email", "sex", "language", "cadre", "birth", "name"):
                if look[seen] >= 0.7:
                    offers.append((int(50 * look[seen]), -at, seen, "guess"))
                    break
    taken: dict[str, int] = {}
    for score, place, field, sure in sorted(offers, reverse=True):
        at = -place
        if guesses[at].score or (field in taken and (field not in SEVERAL or score < 90)):
            continue
        if field in taken and normalised(headings[taken[field]]) == normalised(headings[at]):
            continue
        guesses[at] = Guess(field, sure if field else "left_out", score)
        taken.setdefault(field, at) if field else None
    return guesses


@dataclass(frozen=True, slots=True)
class Recognised:
    """How much a row looks like headings: 0 if not at all; and how many are known for certain."""

    score: int
    known: int


def recognised(cells: Sequence[Cell]) -> Recognised:
    """How much a row looks like headings. The whole is weighed for short texts."""
    score = known = filled = 0
    for cell in cells:
        if is_empty(cell):
            continue
        filled += 1
        if not isinstance(cell, str) or len(cell) > 60:
            score -= 60
            continue
        _field, alike = field_by_heading(cell)
        if alike >= 88:
            score += alike
            known += 1
        elif any(each.isdigit() for each in cell):
            score -= 30
    return Recognised(score if filled else 0, known)
