"""Bringing a kept preview up to date: what was corrected since, and what others did meanwhile.
Only pairs are compared anew of which one has changed: a row that was typed anew or stands at
another place, or a person who was added, changed, or is gone. Names are weighed as they were when
the list was read, so everything else stays as it was shown. Files of lists, sealed in the file
store: what waits, the rows that it was taken apart into, the preview that was made of them, and
reports of what was done."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kash.people.lists.choices import Choices, placed_rows, places_now
from kash.people.lists.files import ReadFile, file_of, written_file
from kash.people.lists.previews import (
    ListRow,
    Preview,
    Weights,
    compared,
    known_before,
    read,
    signature,
    told_digest,
    written,
)
from kash.people.lists.queries import people_revision
from kash.people.lists.rules.classing import (
    MOST_FOUND,
    NUMBER_TAKEN,
    PlacedRow,
    State,
    class_rows,
    is_wrong,
    likeness_of,
    row_key,
    row_number,
    with_known,
)
from kash.people.lists.rules.rows import columns_of, named_small, read_row
from kash.people.models import Person
from kash.people.queries.directory import groups, organisations
from kash.people.queries.persons import chunks, known_for, likenesses, numbers_taken
from kash.people.rules.duplicates import Known, Likeness, Match, blocks_of, name_parts, sound
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.vault import open_file, seal_file
from kash.platform.web.fields import DEFAULT_REGION
from kash.policy import Actor

# A transaction that began before the list was read may have been committed after it.
_MARGIN = timedelta(minutes=2)
_Found = list[tuple[Match, ...]]


def must_be_read_again(preview: Preview, choices: Choices) -> bool:
    """True if something was chosen by which every row is read otherwise."""
    return preview.choices.shape != choices.shape


def renewed(preview: Preview, choices: Choices, actor: Actor, today: date) -> Preview:
    """The preview as it is now, of the same sheet, columns and places."""
    as_of, mark = utc_now(), people_revision(db.session())
    former = list(preview.rows)
    placed = _placed(preview, choices, today)
    retyped = {
        row.outcome.number
        for row, now in zip(former, placed, strict=True)
        if now != _bare(row.outcome.placed)
    }
    delta, told = _delta(preview, actor)
    gone = set(preview.told) - set(told)
    matches_now: _Found = [row.found for row in former]
    if retyped or delta or gone:
        matches_now = _found_anew(preview, placed, former, retyped, delta, gone, actor)
    numbers = numbers_taken(each.row.fact("reference") for each in placed)
    before = known_before(choices, actor)
    matches_now = with_known(
        placed, matches_now, {number: each.key for number, each in before.items()}
    )
    outcomes = class_rows(placed, matches_now, choices.decisions, numbers, choices.seen)
    comparisons = compared(outcomes, actor, today, numbers)
    rows = [
        _kept_if_same(row, ListRow(row.cells, matches, outcome, comparisons.get(outcome.number)))
        for row, matches, outcome in zip(former, matches_now, outcomes, strict=True)
    ]
    places = Counter(each.row.organisation for each in placed if each.row.organisation)
    return replace(
        preview,
        choices=choices,
        places=[
            replace(each, rows=places[each.written])
            for each in places_now(preview.places, organisations()).values()
        ],
        rows=rows,
        told=_told_of(rows, told, delta, actor),
        as_of=as_of,
        mark=mark,
        changed=_changed(preview, choices, former, rows),
        digest="",
    )


def _kept_if_same(row: ListRow, now: ListRow) -> ListRow:
    return row if row == now else now


def _placed(preview: Preview, choices: Choices, today: date) -> list[PlacedRow]:
    """The rows with what was typed anew, before anybody is compared with them."""
    columns = columns_of([guess.field for guess in preview.guesses])
    before = preview.choices.edits
    read = []
    for placed_row in preview.rows:
        placed, number = placed_row.outcome.placed, placed_row.outcome.number
        edits = choices.edits.get(number, {})
        if edits != before.get(number, {}):
            anew = read_row(number, placed_row.cells, columns, edits, today, DEFAULT_REGION)
            if choices.capitals and "name" not in edits:
                anew = named_small(anew)
            read.append(preview.parts.placed(anew))
        else:
            read.append(placed.row)
    places = places_now(preview.places, organisations())
    phones = {
        placed_row.outcome.placed.row.phone: placed_row.outcome.placed.phone_lookup
        for placed_row in preview.rows
    }
    return placed_rows(read, places, preview.group, groups(), phones)


def _bare(placed: PlacedRow) -> PlacedRow:
    """A row without what was only found by comparing it."""
    wrong = tuple(entry for entry in placed.wrong if entry.code != NUMBER_TAKEN)
    return replace(placed, wrong=wrong) if wrong != placed.wrong else placed


def _delta(preview: Preview, actor: Actor) -> tuple[list[Likeness], dict[str, Likeness]]:
    """Changes since: people who were added or changed, and all that rows resembled and who are
    still here."""
    told = {
        likeness.key: likeness
        for some in chunks(preview.told)
        for likeness in likenesses(actor, Person.public_id.in_(some))
    }
    since = preview.as_of - _MARGIN
    recent = {likeness.key: likeness for likeness in likenesses(actor, Person.changed_at >= since)}
    delta = [
        person
        for key, person in {**recent, **told}.items()
        if preview.told.get(key) != told_digest(person)
    ]
    return delta, told


def _found_anew(
    preview: Preview,
    placed: Sequence[PlacedRow],
    former: Sequence[ListRow],
    retyped: set[int],
    delta: Sequence[Likeness],
    gone: set[str],
    actor: Actor,
) -> _Found:
    weights = preview.weights
    forgotten = {*gone, *(each.key for each in delta), *(row_key(each) for each in retyped)}
    # Where only the first of many were kept, the next one comes in the place of one that goes.
    retyped = retyped | {
        outcome_row.outcome.number
        for outcome_row in former
        if len(outcome_row.found) == MOST_FOUND
        and any(each.key in forgotten for each in outcome_row.found)
    }
    to_compare = [
        None if is_wrong(each) else likeness_of(each, row_key(each.row.number)) for each in placed
    ]
    anew = [each for each in to_compare if each is not None and row_number(each.key) in retyped]
    news = known_for(actor, anew) if anew else Known()
    weights = _weights_with(weights, anew, news)
    news.weigh_by(weights.everyone, weights.sounds)
    fresh = Known((*delta, *anew), weights.everyone, weights.sounds)
    shared = {block for each in anew for block in blocks_of(each)}
    others = Known(
        (
            each
            for each in to_compare
            if anew and each is not None and not shared.isdisjoint(blocks_of(each))
        ),
        weights.everyone,
        weights.sounds,
    )
    matches: _Found = []
    for outcome_row, likeness in zip(former, to_compare, strict=True):
        number = outcome_row.outcome.number
        if likeness is None:
            matches.append(())
        elif number in retyped:
            again = [*news.matches(likeness), *_above(others.matches(likeness), number)]
            matches.append(_in_order(again))
        elif not len(fresh) and not gone:
            matches.append(outcome_row.found)
        else:
            still = [each for each in outcome_row.found if each.key not in forgotten]
            again = _above(fresh.matches(likeness), number)
            same = not again and len(still) == len(outcome_row.found)
            matches.append(outcome_row.found if same else _in_order([*still, *again]))
    return matches


def _above(matches: Iterable[Match], number: int) -> list[Match]:
    """Of rows only those above row `number`."""
    return [match for match in matches if row_number(match.key) < number]


def _in_order(matches: Iterable[Match]) -> tuple[Match, ...]:
    ordered = sorted(matches, key=lambda match: (-match.certain, -match.score, match.key))
    return tuple(ordered[:MOST_FOUND])


def _weights_with(weights: Weights, anew: Sequence[Likeness], news: Known) -> Weights:
    """The weights, and those of parts of names that nobody of the list had when it was read."""
    typed = Counter(
        one for likeness in anew for one in {sound(part) for part in name_parts(likeness.name)}
    )
    more = {
        one: news.sounds.get(one, 0) + often
        for one, often in typed.items()
        if one not in weights.sounds
    }
    return Weights(weights.everyone, {**weights.sounds, **more}) if more else weights


def _told_of(
    rows: Sequence[ListRow], told: Mapping[str, Likeness], delta: Sequence[Likeness], actor: Actor
) -> dict[str, str]:
    keys = {
        match.key
        for outcome_row in rows
        for match in outcome_row.found
        if not row_number(match.key)
    }
    told_now = {**told, **{each.key: each for each in delta}}
    for some in chunks(keys - set(told_now)):
        told_now |= {
            likeness.key: likeness for likeness in likenesses(actor, Person.public_id.in_(some))
        }
    return {key: told_digest(told_now[key]) for key in keys if key in told_now}


def _changed(
    preview: Preview, choices: Choices, former: Sequence[ListRow], rows: Sequence[ListRow]
) -> dict[int, State]:
    """The rows that others made mean something else, with the state that each had when shown."""
    own = choices.own_rows(preview.choices)
    changed = {number: was for number, was in preview.changed.items() if number not in own}
    for before, now in zip(former, rows, strict=True):
        number = now.outcome.number
        if before is now or number in own or number in changed:
            continue
        if signature(before, preview.takes) == signature(now, choices.takes):
            continue
        people_before = [each for each in before.found if not row_number(each.key)]
        people_now = [each for each in now.found if not row_number(each.key)]
        if (
            people_before != people_now
            or before.comparison != now.comparison
            or before.outcome.placed != now.outcome.placed
        ):
            changed[number] = before.outcome.state
    return changed


REPORT_KEPT = timedelta(days=30)
FOLDER = "lists"
WAITING = ("file", "rows", "table")


def _key(public_id: str, what: str) -> str:
    return f"{FOLDER}/{public_id}-{what}"


def keep(public_id: str, what: str, content: bytes) -> None:
    """Keep a file sealed; `what` is "file", "rows", "table" or "report"."""
    pieces = seal_file(io.BytesIO(content), kind=f"people.list_{what}", public_id=public_id)
    storage.put(_key(public_id, what), b"".join(pieces))


def kept(public_id: str, what: str) -> bytes:
    """Content that was kept. Raises FileMissing and SealError."""
    sealed = io.BytesIO(storage.get(_key(public_id, what)))
    return b"".join(open_file(sealed, kind=f"people.list_{what}", public_id=public_id))


def throw_away(public_id: str, what: str) -> None:
    """Delete it; one that is gone already is no error."""
    storage.delete(_key(public_id, what))


def keep_rows(public_id: str, read: ReadFile) -> None:
    """Keep what a list's file was taken apart into, so that it is taken apart once."""
    keep(public_id, "rows", written_file(read))


def kept_rows(public_id: str) -> ReadFile | None:
    """Sheets and rows of a list's file, if they were kept."""
    try:
        return file_of(kept(public_id, "rows"))
    except storage.FileMissing:
        return None


def keep_preview(public_id: str, preview: Preview, former: Preview | None = None) -> None:
    """Keep what was read of a list beside its file. `former` is the preview it was made from."""
    keep(public_id, "table", written(preview, former.rows if former is not None else None))


def kept_preview(public_id: str) -> Preview | None:
    """Preview that was kept of a list, if it was read."""
    try:
        return read(kept(public_id, "table"))
    except storage.FileMissing:
        return None


def throw_away_waiting(public_id: str) -> None:
    """Delete a list's file and what was read of it."""
    for what in WAITING:
        throw_away(public_id, what)
