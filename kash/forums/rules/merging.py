"""Two writers under one item: minute, decisions and actions, merged.

What both changed in one sentence stays as it stands, and what the second wrote is told beside it
as a TextDifference until somebody settles it. A line that one made a decision or an action while
the other changed it is there once, with the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kash.forums.rules.rows import TypedMinutesRow
from kash.forums.rules.text_merging import (
    LIKE,
    LINE_END,
    Merging,
    TextDifference,
    is_whole,
    likeness,
    merge_lines,
    merge_text,
)


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
    old, own = ({row.key: row for row in rows if row.text.strip()} for rows in (base, mine))
    merged = {row.key: row for row in theirs if row.text.strip()}
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
    found: list[TextDifference],
) -> TypedMinutesRow:
    text, differences = merge_text(before.text, wrote.text, stands.text, f"{kind}:{stands.key}")
    found += differences
    return replace(_merge_facts(before, wrote, stands, found), text=text)


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
    known = {row.key for row in (*base.decisions, *base.actions)}
    new = [
        (kind, row)
        for kind, written in (("decision", side.decisions), ("action", side.actions))
        for row in written
        if row.key not in known and row.key in rows[kind] and likeness(line, row.text) >= LIKE
    ]
    return max(new, key=lambda each: likeness(line, each[1].text), default=None)


def _follow_lines(
    made: Merging, base: WrittenItem, mine: WrittenItem, theirs: WrittenItem, merged: MergedItem
) -> dict[str, dict[str, TypedMinutesRow]]:
    """The rows, once each line that was made a decision or an action is there but once: what
    somebody else changed in it goes along, and two who made the same of it made one."""
    rows = {
        "decision": {row.key: row for row in merged.item.decisions},
        "action": {row.key: row for row in merged.item.actions},
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
        kind, one, same = first[0], first[1].key, second[1].key
        if one == same or same in {row.key for row in (*theirs.decisions, *theirs.actions)}:
            continue
        before = TypedMinutesRow(one, line)
        taken = rows[kind].pop(same)
        rows[kind][one] = _merge_row(kind, before, taken, rows[kind][one], merged.differences)
        merged.renamed[same] = one
    return rows


def merge_items(base: WrittenItem, mine: WrittenItem, theirs: WrittenItem) -> MergedItem:
    """The item as it stands once a writer who began from `base` wrote `mine`."""
    made = merge_lines(base.minute, mine.minute, theirs.minute)
    merged = MergedItem()
    merged.item = WrittenItem(
        "",
        _merge_rows("decision", base.decisions, mine.decisions, theirs.decisions, merged),
        _merge_rows("action", base.actions, mine.actions, theirs.actions, merged),
    )
    rows = _follow_lines(made, base, mine, theirs, merged)
    merged.differences += [TextDifference("minute", *each) for each in made.conflicts]
    merged.item = WrittenItem(
        LINE_END.join(made.tokens),
        tuple(rows["decision"].values()),
        tuple(rows["action"].values()),
    )
    beside = " ".join(found.other for found in merged.differences)
    texts = (_text_of(base), _text_of(mine), _text_of(theirs), _text_of(merged.item))
    return merged if is_whole(*texts, beside) else _side_by_side(base, mine, theirs)


def _text_of(item: WrittenItem) -> str:
    return "\n".join([item.minute, *(row.text for row in (*item.decisions, *item.actions))])


def _side_by_side(base: WrittenItem, mine: WrittenItem, theirs: WrittenItem) -> MergedItem:
    """The item as it stands, where lines went to and fro so that no merge is sure, and beside it
    all that the writer changed."""
    found: list[TextDifference] = []
    if mine.minute != base.minute:
        found.append(TextDifference("minute", base.minute, theirs.minute, mine.minute))
    for kind, old, own, other in (
        ("decision", base.decisions, mine.decisions, theirs.decisions),
        ("action", base.actions, mine.actions, theirs.actions),
    ):
        before, there = ({row.key: row for row in rows} for rows in (old, other))
        for row in own:
            was = before.get(row.key, TypedMinutesRow(row.key, ""))
            stands = there.get(row.key)
            if stands is not None:
                _merge_facts(was, row, stands, found)
            if row.text.strip() and row.text != was.text:
                part = f"{kind}:{row.key}" if stands else "minute"
                text = stands.text if stands else ""
                found.append(TextDifference(part, was.text, text, row.text))
    return MergedItem(theirs, found)


def with_names(item: WrittenItem, renamed: Mapping[str, str]) -> WrittenItem:
    """An item as a page wrote it, with the keys by which its rows go here since somebody else
    made them of the same lines."""
    if not renamed:
        return item

    def known(rows: Iterable[TypedMinutesRow]) -> tuple[TypedMinutesRow, ...]:
        return tuple(replace(row, key=renamed.get(row.key, row.key)) for row in rows)

    return WrittenItem(item.minute, known(item.decisions), known(item.actions))
