"""Reading what is typed in from paper: letters of choices, and lists of scores."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kash.assessments.rules.scoring import NOT_SURE, QuestionKind

MOST_LINES, LONGEST_LINE = 500, 200
_SCORE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]))?\s*%?")
# What stands between a person and her score: a tab, a semicolon, a comma that is no decimal one, or
# the last space.
_LINE = re.compile(r"(?P<who>.+?)\s*[\t;:,\s]\s*(?P<score>[0-9]{1,4}(?:[.,][0-9])?\s*%?)")


def read_cell(kind: QuestionKind, keys: Mapping[str, str], typed: str) -> tuple[str, ...] | None:
    """Choices that a cell names by their letters; empty for an empty cell, None if it names none.

    `keys` are the keys of the choices by their letters (digits for a scale). Several letters stand
    together, as "AC"; spaces, commas and small letters do not matter.
    """
    read = re.sub(r"[\s,;./-]", "", typed).upper()
    if not read:
        return ()
    if read == NOT_SURE:
        return (NOT_SURE,) if kind is not QuestionKind.SCALE else None
    if len(set(read)) != len(read) or any(letter not in keys for letter in read):
        return None
    if len(read) > 1 and kind is not QuestionKind.MULTIPLE:
        return None
    return tuple(keys[letter] for letter in read)


def read_score(typed: str) -> int | None:
    """Tenths of a per cent from "87", "87.5", "87,5 %"; None if it is no score up to 100."""
    found = _SCORE.fullmatch(typed.strip())
    if found is None:
        return None
    tenths = int(found[1]) * 10 + int(found[2] or 0)
    return tenths if tenths <= 1000 else None


def written_score(tenths: int) -> str:
    """A score as it is typed: "87.5", and "90" without a decimal that says nothing."""
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else f"{tenths // 10}"


@dataclass(frozen=True)
class ScoreLine:
    """A line of a pasted list: its number from 1, whom it names, and the score in tenths; None
    where it is no score."""

    number: int
    who: str
    tenths: int | None


def read_score_lines(text: str) -> list[ScoreLine]:
    """The lines of a list that somebody pasted: a badge's code or a name, then the score."""
    lines: list[ScoreLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        # A longer line is no row of such a list, and would be tried in too many ways.
        found = _LINE.fullmatch(line.strip()) if len(line) <= LONGEST_LINE else None
        if found is None:
            lines.append(ScoreLine(number, line.strip()[:80], None))
        else:
            lines.append(ScoreLine(number, found["who"].strip(), read_score(found["score"])))
    return lines


@dataclass(frozen=True)
class ScoreClash:
    """A line whose person has another score already: the line's number, whom it names, the score
    that is there and that of the line, in tenths."""

    number: int
    who: str
    now: int
    then: int


def clashes(
    lines: Sequence[ScoreLine], people: Mapping[str, Sequence[str]], there: Mapping[str, int | None]
) -> list[ScoreClash]:
    """Lines that would replace a score; `there` are scores by person (public id)."""
    found = []
    for line in lines:
        (person,) = people.get(line.who.casefold(), ())
        now = there.get(person)
        if line.tenths is not None and now is not None and now != line.tenths:
            found.append(ScoreClash(line.number, line.who, now, line.tenths))
    return found


def clash_code(found: Sequence[ScoreClash]) -> str:
    """16 digits by which it is known later whether the same would be replaced."""
    return hashlib.sha256(repr(found).encode(errors="surrogatepass")).hexdigest()[:16]


def named(lines: Sequence[ScoreLine], people: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """{what is wrong: numbers of the lines}: "score", "unknown", "several" people of that name, or
    "twice" the same person. `people` are public ids by what may name them."""
    wrong: dict[str, list[int]] = {}
    seen: set[str] = set()
    for line in lines:
        found = people.get(line.who.casefold(), ())
        problem = (
            "score"
            if line.tenths is None
            else "unknown"
            if not found
            else "several"
            if len(found) > 1
            else "twice"
            if found[0] in seen
            else ""
        )
        if problem:
            wrong.setdefault(problem, []).append(line.number)
        else:
            seen.add(found[0])
    return wrong
