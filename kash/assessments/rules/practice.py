"""Practice: how often somebody did, months later, what a course is for; who may tell it; and
whether words may name somebody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# More is answered by nobody on a phone.
MOST_OBJECTIVES = 12
LONGEST_TOLD = 300
_SENTENCE = re.compile(r"[.!?:;\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"(?:\d[ -]?){7,}")


class Often(StrEnum):
    """Frequency with which somebody did something in the last month."""

    NEVER = "n"
    ONCE = "1"
    SEVERAL = "s"
    NO_OCCASION = "x"


class Teller(StrEnum):
    """Kinds of tellers. Somebody above an officer is none: her subordinate would answer for what
    she says."""

    HERSELF = "herself"
    PEER = "peer"
    MENTOR = "mentor"


def asked_objectives(course: Sequence[str], tested: Collection[str]) -> list[str]:
    """Objectives (lineages) of which practice is asked, in the order of the course: those that its
    tests ask about or, where they ask about none, the first ones."""
    about = [one for one in course if one in tested]
    return (about or list(course))[:MOST_OBJECTIVES]


@dataclass(frozen=True)
class ToldOften:
    """Counts of each answer about one objective by one kind of teller."""

    objective: str
    teller: Teller
    counts: Mapping[Often, int]

    @property
    def people(self) -> int:
        """Of how many people it was told."""
        return sum(self.counts.values())


def told_often(asked: Sequence[str], told: Iterable[tuple[str, Teller, Often]]) -> list[ToldOften]:
    """The distribution of each objective and kind of teller, in the order in which it is asked;
    only those of whom anything was told."""
    counted: Counter[tuple[str, Teller, Often]] = Counter(told)
    order = [*asked, *sorted({objective for objective, *_rest in counted} - set(asked))]
    rows = [
        ToldOften(objective, teller, {often: counted[objective, teller, often] for often in Often})
        for objective in order
        for teller in Teller
    ]
    return [row for row in rows if row.people]


def may_hold_name(text: str) -> bool:
    """True if words look as if they named somebody: a capital within a sentence, two of them at
    its beginning, or a number that somebody can be called by.

    It looks at the text alone, never at who is on record, so that it tells nobody who is.
    """
    if _NUMBER.search(text):
        return True
    for sentence in _SENTENCE.split(text):
        capitals = [_is_capital(word) for word in _WORD.findall(sentence)]
        if any(capitals[1:]):
            return True
    return False


def beginnings(text: str) -> list[str]:
    """Words with a capital that begin a sentence: of these a capital says nothing."""
    firsts = (_WORD.findall(sentence)[:1] for sentence in _SENTENCE.split(text))
    return [word for first in firsts for word in first if len(word) > 2 and _is_capital(word)]


def _is_capital(word: str) -> bool:
    # A word in capitals alone is short for something: OCS, HIV, I.
    return word[0].isupper() and any(letter.islower() for letter in word)
