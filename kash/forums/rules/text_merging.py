"""Two texts that began from one are merged: by paragraph, then by sentence.

Whatever either writer added stays. Who takes off a sentence that somebody else changed meanwhile
takes off nothing but what was seen. A sentence that both changed stays as it stands, and the other
one is told as a TextDifference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
LINE_END = "\n"
_MARKS = ".,;:!?()[]\"'“”‘’"
# So much of a sentence stands in what it was changed to, or a word of so many letters.
LIKE = 0.5
_TELLING = 4


@dataclass(frozen=True)
class TextDifference:
    """A sentence that two changed: it `stands` so, `other` is how the second wrote it, `before`
    is as it was. `part` is minute, or decision, action, owner or due with the key of
    a row behind a colon."""

    part: str
    before: str
    stands: str
    other: str


@dataclass
class _TextSide:
    """One writer's doing, by the tokens of the base: `kept` as they were, `changed` to others, and
    `added` before the token of that place."""

    kept: set[int] = field(default_factory=set)
    changed: dict[int, str] = field(default_factory=dict)
    added: dict[int, list[str]] = field(default_factory=dict)

    def add(self, place: int, tokens: Iterable[str]) -> None:
        """Note what was added before a token of the base."""
        self.added.setdefault(place, []).extend(tokens)


@dataclass
class Merging:
    """A merged text while it is put together: its `tokens`; what both changed, as (before, theirs,
    mine); lines that one side took off while the other changed them, as (the writer took it off,
    before, changed); and lines that both took off."""

    tokens: list[str] = field(default_factory=list)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    followed: list[tuple[bool, str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def _words(text: str) -> set[str]:
    return {word.strip(_MARKS).casefold() for word in text.split()} - {""}


def likeness(one: str, other: str) -> float:
    """Share of the shorter text that the other holds too."""
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) / (min(len(mine), len(theirs)) or 1)


def _one_sentence(before: str, after: str) -> float:
    """Likeness of a sentence to what it was changed to; 0 if it is another one."""
    shared = _words(before) & _words(after)
    like = likeness(before, after)
    return like if like >= LIKE or any(len(word) >= _TELLING for word in shared) else 0


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Of tokens that stand in place of others, those that are them, changed; in order."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[_one_sentence(before, after) for after in new] for before in old]
    for at in reversed(range(len(old))):
        for place in reversed(range(len(new))):
            paired = like[at][place] and like[at][place] + best[at + 1][place + 1]
            best[at][place] = max(paired, best[at + 1][place], best[at][place + 1])
    found, at, place = [], 0, 0
    while at < len(old) and place < len(new):
        if best[at][place] == best[at][place + 1]:
            place += 1
        elif best[at][place] == best[at + 1][place]:
            at += 1
        else:
            found.append((at, place))
            at, place = at + 1, place + 1
    return found


def _side(base: Sequence[str], new: Sequence[str]) -> _TextSide:
    side = _TextSide()
    matcher = SequenceMatcher(None, base, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            side.kept.update(range(start, end))
            continue
        at = first
        gap = start
        for old, place in _pairs(base[start:end], new[first:last]):
            side.add(gap, new[at : first + place])
            side.changed[start + old] = new[first + place]
            at, gap = first + place + 1, start + old + 1
        side.add(gap, new[at:last])
    return side


def _both_added(mine: list[str], theirs: list[str]) -> list[str]:
    """Tokens that both added at one place: once, if it is the same."""
    if theirs[: len(mine)] == mine:
        return theirs
    if mine[: len(theirs)] == theirs:
        return mine
    if theirs[0] == LINE_END and mine[0] != LINE_END:
        return mine + theirs
    return theirs + mine


def _merge_tokens(
    base: Sequence[str],
    mine: _TextSide,
    theirs: _TextSide,
    made: Merging,
    both_changed: Callable[[str, str, str], Iterable[str]],
) -> None:
    for at in range(len(base) + 1):
        made.tokens += _both_added(mine.added.get(at, []), theirs.added.get(at, []))
        if at == len(base):
            break
        own, other = mine.changed.get(at), theirs.changed.get(at)
        if own is not None and other is not None:
            made.tokens += [own] if own == other else both_changed(base[at], own, other)
        elif own is not None or other is not None:
            changed = own if own is not None else other or ""
            made.tokens.append(changed)
            if at not in (mine.kept if own is None else theirs.kept):
                made.followed.append((own is None, base[at], changed))
        elif at in mine.kept and at in theirs.kept:
            made.tokens.append(base[at])
        elif at not in mine.kept and at not in theirs.kept:
            made.removed.append(base[at])


def is_whole(base: str, mine: str, theirs: str, merged: str, beside: str) -> bool:
    """True if a merge lost no word that nobody took off and has none twice that was written once.

    `beside` is what is told beside it."""
    before, own, other, there = (_counted(text) for text in (base, mine, theirs, merged))
    shown = _counted(beside)
    for word, count in there.items():
        if count > max(before[word], own[word]) + max(0, other[word] - before[word]):
            return False
    return all(
        there[word] or shown[word] or (word in before and (word not in own or word not in other))
        for word in (*own, *other)
    )


def _counted(text: str) -> Counter[str]:
    return Counter(word.strip(_MARKS).casefold() for word in text.split())


def _sentences(line: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(line) if sentence]


def merge_lines(base: str, mine: str, theirs: str) -> Merging:
    made = Merging()

    def stands(before: str, own: str, other: str) -> list[str]:
        made.conflicts.append((before, other, own))
        return [other]

    def sentence_by_sentence(before: str, own: str, other: str) -> list[str]:
        old = _sentences(before)
        inner, there = Merging(), len(made.conflicts)
        _merge_tokens(
            old, _side(old, _sentences(own)), _side(old, _sentences(other)), inner, stands
        )
        text = " ".join(inner.tokens)
        beside = " ".join(conflict[2] for conflict in made.conflicts[there:])
        if not is_whole(before, own, other, text, beside):
            # A sentence was cut in two, or two were made one: no sentence answers to another.
            del made.conflicts[there:]
            return stands(before, own, other)
        return [text] if text else []

    old = _lines(base)
    _merge_tokens(
        old, _side(old, _lines(mine)), _side(old, _lines(theirs)), made, sentence_by_sentence
    )
    return made


def _lines(text: str) -> list[str]:
    return text.split(LINE_END) if text else []


def merge_text(
    base: str, mine: str, theirs: str, part: str = "minute"
) -> tuple[str, list[TextDifference]]:
    """The text that stands, `theirs`, once a writer who began from `base` wrote `mine`."""
    made = merge_lines(base, mine, theirs)
    return LINE_END.join(made.tokens), [TextDifference(part, *each) for each in made.conflicts]


def settled_text(text: str, difference: TextDifference, take: str) -> str:
    """A text once somebody chose of a difference what `stands`, the `other`, or `both`."""
    if take == "stands":
        return text
    both = f"{difference.stands} {difference.other}"
    if difference.stands and difference.stands in text:
        return text.replace(difference.stands, both if take == "both" else difference.other, 1)
    # What stood there was written anew meanwhile: nothing of it goes.
    return f"{text}\n{difference.other}".strip("\n")


def carried_on(earlier: TextDifference, later: TextDifference) -> TextDifference | None:
    """A difference once its writer, who had not seen it yet, wrote on in her sentence; None if the
    later one is about something else."""
    if earlier.part != later.part or not later.before or later.before not in earlier.other:
        return None
    return replace(earlier, other=earlier.other.replace(later.before, later.other, 1))
