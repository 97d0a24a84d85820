"""Drafts of stories, as they are sealed: the text, the case that it is of, and how far it is. Words
of a story by which somebody could be known again, as far as a rule can find them. A reader finds
far more than a rule does: names that nobody entered, and what only one person could know. The rule
stops what is never needed to tell what happened. A story beside what was printed. Where a printed
line says "few", a story of just that may be the only case behind it: the person who reads both
would learn of the line what the dice keep back. So a story is told, and shown, only while no line
in which its case may stand says "few": neither the newest of its kind, nor one printed since the
quarter in which it was filed, nor one on the same paper; and it never says when it was."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

LANGUAGES = ("en", "sw", "luo")
# Who hears a story, and the consent of each case that it takes.
FORUM, FUNDERS = "forum", "funders"
PURPOSE_OF = {FORUM: "forum_story", FUNDERS: "funder"}
# Everything that the writer looks for in the text, and the second reader again.
CHECKS = (
    "names",
    "nicknames",
    "places",
    "days",
    "ages",
    "details",
    "numbers",
    "quotes",
    "only_one",
)
_PADDED_TO = 4096


class StoryDraft(BaseModel):
    """One draft. `case` is the reference of the case, `written_by` an account's public id; `checks`
    are those of `CHECKS` that its writer has ticked; `returned` is why a second reader sent it
    back, and `returned_by` who; `audiences` are those of `PURPOSE_OF` that are to hear it."""

    case: str
    language: str = "en"
    title: str = Field(repr=False)
    text: str = Field(repr=False)
    written_by: str
    state: Literal["draft", "waiting", "returned"] = "draft"
    checks: list[str] = Field(default_factory=list)
    returned: str = Field(default="", repr=False)
    returned_by: str = ""
    audiences: list[str] = Field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        """Its text, paragraph by paragraph."""
        return paragraphs(self.text)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a story."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def as_bytes(draft: StoryDraft) -> bytes:
    """A draft as it is sealed; its size tells little of it."""
    return draft.model_dump_json().encode().ljust(_PADDED_TO)


def from_bytes(plaintext: bytes) -> StoryDraft:
    """A draft as it was sealed. Raises pydantic's ValidationError if it is none."""
    return StoryDraft.model_validate_json(plaintext)


def unchecked(checks: list[str]) -> list[str]:
    """Checks that were not made yet."""
    return [check for check in CHECKS if check not in checks]


# A figure is an age, a day, a sum, a number of people or of a station's post.
_FIGURE = r"\w*\d(?:[\w.,:/-]*\w)?"
# Months that are other words too only with their capital.
_MONTH = (
    r"(?-i:March|May|Mei)|january|february|april|june|july|august|september|october|november"
    r"|december|januari|februari|machi|aprili|juni|julai|agosti|septemba|oktoba|novemba|desemba"
)
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|jumatatu|jumanne|jumatano|alhamisi|ijumaa"
    r"|jumamosi|jumapili"
)
_TIME = r"quarters?|robo\s+(?:ya\s+)?mwaka|christmas|krismasi|easter|pasaka|ramadh?an(?:i)?"
_TELLS_WHEN = re.compile(rf"\b(?:{_MONTH}|{_DAY}|{_TIME})\b|{_FIGURE}", re.IGNORECASE)

# Words that all stations and their like have in common.
_KINDS = frozenset(
    {
        *("police", "station", "post", "patrol", "base", "kituo", "polisi", "collective", "group"),
        *("association", "network", "women", "hotel", "road", "street", "market", "soko", "ward"),
        *("estate", "from", "with", "near", "centre", "center", "kenya"),
    }
)
_SHORTEST = 4


def identifying_words(text: str, known: Iterable[str], near: Iterable[str] = ()) -> list[str]:
    """Words of a text that tell when it was, how much or how many, or a name, each once as it
    stands there, in their order.

    `known` are names of stations and others, found by what is their own in them: "Kondele" of
    "Kondele Police Station". `near` are names in the case itself, of which each such word tells.
    """
    places_found = [(match.start(), match.group()) for match in _TELLS_WHEN.finditer(text)]
    words = {r"\s+".join(map(re.escape, own)) for name in known if (own := _own_words(name))}
    words |= {re.escape(word) for name in near for word in _own_words(name)}
    if words:
        listed = "|".join(sorted(words, key=len, reverse=True))
        named = re.finditer(rf"\b(?:{listed})\b", text, re.IGNORECASE)
        places_found += [(match.start(), match.group()) for match in named]
    return list(dict.fromkeys(word for _place, word in sorted(places_found)))


def _own_words(name: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", name.casefold())
    return [word for word in words if word not in _KINDS and len(word) >= _SHORTEST]


@dataclass(frozen=True)
class StoryLine:
    """A line of a table in which the case of a story may stand: keys of the table and the line."""

    key: str
    code: str


@dataclass(frozen=True)
class PrintedBeside:
    """A line as it was printed, by its freeze day; None reads "few"."""

    line: StoryLine
    on: date
    value: int | None


class CaseLines(BaseModel):
    """Lines in which the case of a told story stands, sealed, and the first day of the quarter in
    which it was filed (none: it was not known)."""

    lines: list[StoryLine] = Field(default_factory=list)
    since: date | None = None


def quarter_of(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def thin_lines(
    beside: CaseLines, printed: Iterable[PrintedBeside], same_paper: Collection[PrintedBeside] = ()
) -> list[StoryLine]:
    """The lines of a story that say "few"; a line that was never printed keeps nothing back."""
    values = sorted(printed, key=lambda value: value.on)
    newest = {value.line: value for value in values}
    since = beside.since or date.min
    counting = {*(value for value in values if value.on >= since), *newest.values(), *same_paper}
    few = {value.line for value in counting if value.value is None}
    return [line for line in beside.lines if line in few]
