"""Lines of a list that are nobody: titles of its parts, totals, headings once more, notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kash.people.rules.lists.cells import Cell, is_empty, text_of
from kash.people.rules.persons import sort_name

_TOTALS = re.compile(r"(grand|sub)?[\s-]*totals?\b.*|jumla\b.*|sum\b.*|idadi\b.*", re.IGNORECASE)
_FOOT = re.compile(
    r"(prepared|compiled|checked|approved|verified|signed|submitted|imeandaliwa|imeidhinishwa)\b.*|"
    r"(signature|sahihi|note|n\.?b\.?|date|tarehe|stamp)\s*[:.].*",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(prepared|compiled|checked|approved|verified|signed|submitted|authori[sz]ed|received|taken)"
    r" by\b.*|(imeandaliwa|imeidhinishwa|imethibitishwa) na\b.*",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parts of a list are called by these words, and by nothing else.
_PARTS = _words(
    """
    facilitator facilitators trainer trainers participant participants resource person persons
    secretariat organiser organisers organizer organizers staff guest guests driver drivers
    rapporteur rapporteurs observer observers interpreter interpreters volunteer volunteers
    moderator moderators speaker speakers panelist panelists partner partners police officer
    officers community members member peer educators peers worker workers paralegal paralegals
    chv chvs chp chps champion champions day session week page cohort batch class table males
    females men women ladies gentlemen male female walk ins walkins absentees attendance
    register participants list wawezeshaji washiriki waelimishaji rika walimu wageni madereva
    maafisa polisi jamii siku ukurasa orodha kikundi kundi group wanaume wanawake wafanyakazi
    continued contd morning afternoon asubuhi mchana
    """
)
_BETWEEN = _words(
    """
    of the and for in on at from to na ya wa la kwa names name sheet support invited sex health
    one two three four five first second third kwanza pili tatu nne tano present absent total
    no part section a b c d e i ii iii iv v
    """
)
_NUMBERING = re.compile(r"^\(?([0-9]{1,2}|[A-Z]|[ivxIVX]{1,4})[.):]\s+")
_COUNT = re.compile(r"[(\[]?\s*\d{0,4}\s*[)\]]?\s*[:.\-–—]*$")
_SHORT_NUMBER = re.compile(r"[\d.,/:\s-]{1,10}")
_MOST_TITLE = 60
# A heading such as KONDELE is told from a name by what the other rows hold.
_LEAST_HELD, _SHARE = 3, 0.8


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no person's: `why` is "totals", "headings", "section" or "note"; `text` is the
    beginning of what stands there."""

    number: int
    why: str
    text: str = ""


def filled(cells: Sequence[Cell]) -> list[Cell]:
    """Cells that are not empty."""
    return [cell for cell in cells if not is_empty(cell)]


def line_text(cells: Sequence[Cell]) -> str:
    """Text of a line, as far as it is told."""
    return " · ".join(text_of(cell) for cell in filled(cells))[:_MOST_TITLE]


def is_section(cells: Sequence[Cell]) -> bool:
    """True if a line is the title of a part of the list, such as `A. FACILITATORS (3)` or `DAY 2`,
    alone or before a day and a count."""
    held = filled(cells)
    if not held or not isinstance(held[0], str) or len(held[0]) > _MOST_TITLE:
        return False
    if not all(_is_number_or_day(cell) or cell == held[0] for cell in held[1:]):
        return False
    title = _COUNT.sub("", _NUMBERING.sub("", held[0]))
    words = re.sub(r"[^\w]+", " ", re.sub(r"\d+(st|nd|rd|th)?\b", " ", sort_name(title))).split()
    return any(word in _PARTS for word in words) and all(
        word in _PARTS or word in _BETWEEN for word in words
    )


def _is_number_or_day(cell: Cell) -> bool:
    if isinstance(cell, date):
        return True
    text = text_of(cell)
    digits = sum(each.isdigit() for each in text)
    return (
        0 < digits <= 8
        and not text.startswith(("07", "01"))
        and bool(_SHORT_NUMBER.fullmatch(text))
    )


def is_totals(held: Sequence[Cell], width: int = 0) -> bool:
    """True if a line's filled cells are a sum: few, or numbers behind its name."""
    first = next((cell for cell in held if isinstance(cell, str)), "")
    return _TOTALS.fullmatch(first) is not None and (
        len(held) <= max(3, width // 3)
        or all(_is_number_or_day(cell) for cell in held if cell is not first)
    )


def skipped_as(
    cells: Sequence[Cell],
    headings: Sequence[str],
    name_columns: Sequence[int],
    more_headings: Sequence[Sequence[str]] = (),
    fact_columns: Sequence[int] = (),
) -> str:
    """Why a row is no person's, or empty if it is one. `more_headings` are what stood above the
    rows besides the headings: titles, and a second line of headings. What looks like a title in
    the column of names is not put aside if one of `fact_columns` says something beside it."""
    held = filled(cells)
    if not held:
        return "note"
    if is_totals(held, len(headings)):
        return "totals"
    first = next((cell for cell in held if isinstance(cell, str)), "")
    if (len(held) <= 2 and _FOOT.fullmatch(first)) or _SIGNED.fullmatch(first):
        return "note"
    if _repeats(cells, headings) or any(_stood_above(held, above) for above in more_headings):
        return "headings"
    named = any(at < len(cells) and not is_empty(cells[at]) for at in name_columns)
    if is_section(cells):
        told = any(at < len(cells) and not is_empty(cells[at]) for at in fact_columns)
        return "" if named and told else "section"
    if not named and len(held) == 1:
        # A number that runs on below the last person, or a line of text.
        return "note"
    return ""


def _repeats(cells: Sequence[Cell], headings: Sequence[str]) -> bool:
    held = filled(cells)
    same = sum(
        bool(heading) and isinstance(cell, str) and cell.casefold() == heading.casefold()
        for cell, heading in zip(cells, headings, strict=False)
    )
    return same >= max(2, len(held) - 1)


def _stood_above(held: Sequence[Cell], above: Sequence[str]) -> bool:
    known = {text.casefold() for text in above if text}
    texts = [cell for cell in held if isinstance(cell, str)]
    return len(texts) == len(held) and all(text.casefold() in known for text in texts)


def lone_names(
    rows: Sequence[tuple[int, Sequence[Cell]]], names: Sequence[int], serial: int | None
) -> frozenset[int]:
    """The few rows that hold a name and nothing else, not even the number of their line, where the
    others hold more: each may be a title such as `KONDELE`, or `End of list`, so a person is asked.
    """
    full = [sum(not is_empty(cell) for cell in cells) for _number, cells in rows]
    if not full or sorted(full)[len(full) // 2] < _LEAST_HELD:
        return frozenset()
    numbered = sum(
        serial is not None and serial < len(cells) and not is_empty(cells[serial])
        for _number, cells in rows
    )
    alone = frozenset(
        number
        for (number, cells), held in zip(rows, full, strict=True)
        if held == 1 and _title(cells, names)
    )
    few = len(alone) <= (1 - _SHARE) * len(rows)
    return alone if few or numbered >= _SHARE * len(rows) else frozenset()


def _title(cells: Sequence[Cell], names: Sequence[int]) -> str:
    return next((text_of(cells[at]) for at in names if at < len(cells) and cells[at] != ""), "")
