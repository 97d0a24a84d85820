"""Minutes as they are written: paragraphs, and rows of decisions and actions. Two texts that began
from one are merged: by paragraph, then by sentence. Whatever either writer added stays. Who takes
off a sentence that somebody else changed meanwhile takes off nothing but what was seen. A sentence
that both changed stays as it stands, and the other one is told as a TextDifference. Two writers
under one item: minute, decisions and actions, merged. What both changed in one sentence stays as
it stands, and what the second wrote is told beside it as a TextDifference until somebody settles
it. A line that one made a decision or an action while the other changed it is there once, with the
change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher

MINUTE_LENGTH = 20_000

DECISION_LENGTH = 2_000

ACTION_LENGTH = 1_000

ROWS_OF_AN_ITEM = 40


def paragraphs(text: str) -> list[str]:
    """A minute's text as the paragraphs of paper: an empty line begins a new one."""
    parts: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.strip():
            parts[-1].append(line.strip())
        elif parts[-1]:
            parts.append([])
    return ["\n".join(lines) for lines in parts if lines]


@dataclass(frozen=True)
class TypedMinutesRow:
    """A decision or an action as somebody typed it. `key` is empty for a new one.

    `owner` is a member's key and `due_on` a day; decisions have neither.
    """

    key: str
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class MinutesChanges:
    """Changes that saving rows makes to the ones that are there."""

    added: tuple[TypedMinutesRow, ...]
    changed: tuple[TypedMinutesRow, ...]
    removed: tuple[str, ...]


def row_changes(present: Collection[str], written: Iterable[TypedMinutesRow]) -> MinutesChanges:
    """Changes by which what was written meets what is there.

    A row that is there and not written stays: somebody else added it meanwhile. Only a row that
    was emptied is removed. A written row that somebody removed meanwhile comes back as a new one.
    """
    added: list[TypedMinutesRow] = []
    changed: dict[str, TypedMinutesRow] = {}
    removed: dict[str, None] = {}
    for line in written:
        if line.key in present:
            if line.text.strip():
                changed[line.key] = line
                removed.pop(line.key, None)
            elif line.key not in changed:
                removed[line.key] = None
        elif line.text.strip():
            added.append(line)
    return MinutesChanges(tuple(added), tuple(changed.values()), tuple(removed))


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
    pairs, at, place = [], 0, 0
    while at < len(old) and place < len(new):
        if best[at][place] == best[at][place + 1]:
            place += 1
        elif best[at][place] == best[at + 1][place]:
            at += 1
        else:
            pairs.append((at, place))
            at, place = at + 1, place + 1
    return pairs


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
    merging = Merging()

    def stands(before: str, own: str, other: str) -> list[str]:
        merging.conflicts.append((before, other, own))
        return [other]

    def sentence_by_sentence(before: str, own: str, other: str) -> list[str]:
        old = _sentences(before)
        inner, there = Merging(), len(merging.conflicts)
        _merge_tokens(
            old, _side(old, _sentences(own)), _side(old, _sentences(other)), inner, stands
        )
        text = " ".join(inner.tokens)
        beside = " ".join(conflict[2] for conflict in merging.conflicts[there:])
        if not is_whole(before, own, other, text, beside):
            # A sentence was cut in two, or two were made one: no sentence answers to another.
            del merging.conflicts[there:]
            return stands(before, own, other)
        return [text] if text else []

    old = _lines(base)
    _merge_tokens(
        old, _side(old, _lines(mine)), _side(old, _lines(theirs)), merging, sentence_by_sentence
    )
    return merging


def _lines(text: str) -> list[str]:
    return text.split(LINE_END) if text else []


def merge_text(
    base: str, mine: str, theirs: str, part: str = "minute"
) -> tuple[str, list[TextDifference]]:
    """The text that stands, `theirs`, once a writer who began from `base` wrote `mine`."""
    merging = merge_lines(base, mine, theirs)
    return LINE_END.join(merging.tokens), [
        TextDifference(part, *conflict) for conflict in merging.conflicts
    ]


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


@dataclass(frozen=True)
class WrittenItem:
    """All that is written under an item."""

    minute: str = ""
    decisions: tuple[TypedMinutesRow, ...] = ()
    actions: tuple[TypedMinutesRow, ...] = ()


@dataclass
class MergedItem:
    """An item after a merge, what stays different in it, and rows of the writer's that go by
    another key, since somebody else had made the same of one line."""

    item: WrittenItem = WrittenItem()
    differences: list[TextDifference] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)


def _merge_rows(
    kind: str,
    base: Sequence[TypedMinutesRow],
    mine: Sequence[TypedMinutesRow],
    theirs: Sequence[TypedMinutesRow],
    made: MergedItem,
) -> tuple[TypedMinutesRow, ...]:
    old, own = ({line.key: line for line in rows if line.text.strip()} for rows in (base, mine))
    merged = {line.key: line for line in theirs if line.text.strip()}
    for key in {**old, **own}:
        before, wrote, stands = old.get(key), own.get(key), merged.get(key)
        if wrote is None:
            if stands == before:
                merged.pop(key, None)
        elif stands is None:
            if wrote != before:
                merged[key] = wrote
        else:
            # Made by both from one line: what they share is how it was.
            shared = replace(stands, text=_shared(wrote.text, stands.text))
            merged[key] = _merge_row(kind, before or shared, wrote, stands, made.differences)
    return tuple(merged.values())


def _shared(one: str, other: str) -> str:
    """The text with which both begin."""
    same = zip(one, other, strict=False)
    return one[: next((at for at, (a, b) in enumerate(same) if a != b), min(len(one), len(other)))]


def _merge_row(
    kind: str,
    before: TypedMinutesRow,
    wrote: TypedMinutesRow,
    stands: TypedMinutesRow,
    differences_so_far: list[TextDifference],
) -> TypedMinutesRow:
    text, differences = merge_text(before.text, wrote.text, stands.text, f"{kind}:{stands.key}")
    differences_so_far += differences
    return replace(_merge_facts(before, wrote, stands, differences_so_far), text=text)


def _merge_facts(
    before: TypedMinutesRow,
    wrote: TypedMinutesRow,
    stands: TypedMinutesRow,
    found: list[TextDifference],
) -> TypedMinutesRow:
    """A row that stands, with who and by when as the writer chose, unless both chose."""
    key, owner, due_on = stands.key, stands.owner, stands.due_on
    if wrote.owner not in (before.owner, stands.owner):
        if stands.owner == before.owner:
            owner = wrote.owner
        else:
            found.append(TextDifference(f"owner:{key}", before.owner, stands.owner, wrote.owner))
    if wrote.due_on not in (before.due_on, stands.due_on):
        if stands.due_on == before.due_on:
            due_on = wrote.due_on
        else:
            days = (before.due_on, stands.due_on, wrote.due_on)
            found.append(
                TextDifference(f"due:{key}", *(day.isoformat() if day else "" for day in days))
            )
    return replace(stands, owner=owner, due_on=due_on)


def _new_like(
    line: str,
    side: WrittenItem,
    base: WrittenItem,
    rows: Mapping[str, Mapping[str, TypedMinutesRow]],
) -> tuple[str, TypedMinutesRow] | None:
    """Kind and row of what a writer made of a line, if she made anything of it."""
    old_keys = {typed.key for typed in (*base.decisions, *base.actions)}
    new = [
        (kind, typed)
        for kind, written in (("decision", side.decisions), ("action", side.actions))
        for typed in written
        if typed.key not in old_keys
        and typed.key in rows[kind]
        and likeness(line, typed.text) >= LIKE
    ]
    return max(new, key=lambda each: likeness(line, each[1].text), default=None)


def _follow_lines(
    made: Merging, base: WrittenItem, mine: WrittenItem, theirs: WrittenItem, merged: MergedItem
) -> dict[str, dict[str, TypedMinutesRow]]:
    """The rows, once each line that was made a decision or an action is there but once: what
    somebody else changed in it goes along, and two who made the same of it made one."""
    rows = {
        "decision": {typed.key: typed for typed in merged.item.decisions},
        "action": {typed.key: typed for typed in merged.item.actions},
    }
    for own, line, changed in made.followed:
        became = _new_like(line, mine if own else theirs, base, rows)
        if became is None or changed not in made.tokens:
            continue
        made.tokens.remove(changed)
        kind, stands = became[0], rows[became[0]][became[1].key]
        hers, other = (stands.text, changed) if own else (changed, stands.text)
        text, differences = merge_text(line, hers, other, f"{kind}:{stands.key}")
        rows[kind][stands.key] = replace(stands, text=text)
        merged.differences += differences
    for line in made.removed:
        first, second = _new_like(line, theirs, base, rows), _new_like(line, mine, base, rows)
        if first is None or second is None or first[0] != second[0]:
            continue
        kind, first_key, same = first[0], first[1].key, second[1].key
        if first_key == same or same in {
            typed.key for typed in (*theirs.decisions, *theirs.actions)
        }:
            continue
        before = TypedMinutesRow(first_key, line)
        taken = rows[kind].pop(same)
        rows[kind][first_key] = _merge_row(
            kind, before, taken, rows[kind][first_key], merged.differences
        )
        merged.renamed[same] = first_key
    return rows


def merge_items(base: WrittenItem, mine: WrittenItem, theirs: WrittenItem) -> MergedItem:
    """The item as it stands once a writer who began from `base` wrote `mine`."""
    merging = merge_lines(base.minute, mine.minute, theirs.minute)
    merged = MergedItem()
    merged.item = WrittenItem(
        "",
        _merge_rows("decision", base.decisions, mine.decisions, theirs.decisions, merged),
        _merge_rows("action", base.actions, mine.actions, theirs.actions, merged),
    )
    rows = _follow_lines(merging, base, mine, theirs, merged)
    merged.differences += [TextDifference("minute", *conflict) for conflict in merging.conflicts]
    merged.item = WrittenItem(
        LINE_END.join(merging.tokens),
        tuple(rows["decision"].values()),
        tuple(rows["action"].values()),
    )
    beside = " ".join(difference.other for difference in merged.differences)
    texts = (_text_of(base), _text_of(mine), _text_of(theirs), _text_of(merged.item))
    return merged if is_whole(*texts, beside) else _side_by_side(base, mine, theirs)


def _text_of(item: WrittenItem) -> str:
    return "\n".join([item.minute, *(line.text for line in (*item.decisions, *item.actions))])


def _side_by_side(base: WrittenItem, mine: WrittenItem, theirs: WrittenItem) -> MergedItem:
    """The item as it stands, where lines went to and fro so that no merge is sure, and beside it
    all that the writer changed."""
    differences: list[TextDifference] = []
    if mine.minute != base.minute:
        differences.append(TextDifference("minute", base.minute, theirs.minute, mine.minute))
    for kind, old, own, other in (
        ("decision", base.decisions, mine.decisions, theirs.decisions),
        ("action", base.actions, mine.actions, theirs.actions),
    ):
        before, there = ({line.key: line for line in rows} for rows in (old, other))
        for line in own:
            was = before.get(line.key, TypedMinutesRow(line.key, ""))
            stands = there.get(line.key)
            if stands is not None:
                _merge_facts(was, line, stands, differences)
            if line.text.strip() and line.text != was.text:
                part = f"{kind}:{line.key}" if stands else "minute"
                text = stands.text if stands else ""
                differences.append(TextDifference(part, was.text, text, line.text))
    return MergedItem(theirs, differences)


def with_names(item: WrittenItem, renamed: Mapping[str, str]) -> WrittenItem:
    """An item as a page wrote it, with the keys by which its rows go here since somebody else
    made them of the same lines."""
    if not renamed:
        return item

    def known(rows: Iterable[TypedMinutesRow]) -> tuple[TypedMinutesRow, ...]:
        return tuple(replace(line, key=renamed.get(line.key, line.key)) for line in rows)

    return WrittenItem(item.minute, known(item.decisions), known(item.actions))
