"""Bringing a kept preview up to date: what was corrected since, and what others did meanwhile.
Only pairs are compared anew of which one has changed: a row that was typed anew or stands at
another place, or a person who was added, changed, or is gone. Names are weighed as they were when
the list was read, so everything else stays as it was shown. Files of lists, sealed in the file
store: what waits, the rows that it was taken apart into, the preview that was made of them, and
reports of what was done."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kash.people.facts import GATHERED
from kash.people.lists.choices import Choices, placed_rows, places_now
from kash.people.lists.files import ReadFile, file_of, written_file
from kash.people.lists.previews import (
    ListRow,
    Preview,
    compared,
    known_before,
    people_here,
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
from kash.people.lists.rules.rows import columns_of, read_row, with_names
from kash.people.models import Person
from kash.people.queries.directory import groups, organisations
from kash.people.queries.persons import known_for, likenesses, numbers_taken
from kash.people.rules.duplicates import Known, Likeness, Match, blocks_of, name_parts, sound
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.vault import open_file, seal_file
from kash.platform.web.fields import DEFAULT_REGION
from kash.policy import Actor

# A transaction that began before the list was read may have been committed after it.
_MARGIN = timedelta(minutes=2)
_Found = list[tuple[Match, ...]]


def renewed(preview: Preview, choices: Choices, actor: Actor, today: date) -> Preview:
    """The preview as it is now, of the same sheet, columns and places."""
    as_of, mark = utc_now(), people_revision(db.session())
    former = list(preview.rows)
    placed = _placed(preview, choices, today)
    retyped = {
        listed.outcome.number
        for listed, now in zip(former, placed, strict=True)
        if now != _bare(listed.outcome.placed)
    }
    delta, told = _delta(preview, actor)
    gone = set(preview.told) - set(told)
    matches_now: _Found = [listed.found for listed in former]
    if retyped or delta or gone:
        matches_now = _found_anew(preview, placed, former, retyped, delta, gone, actor)
    numbers = numbers_taken(placed_row.row.fact("reference") for placed_row in placed)
    before = known_before(choices, actor)
    matches_now = with_known(
        placed, matches_now, {number: placed_row.key for number, placed_row in before.items()}
    )
    outcomes = class_rows(placed, matches_now, choices.decisions, numbers, choices.seen)
    comparisons = compared(outcomes, actor, today, numbers)
    rows = [
        listed if listed == now else now
        for listed, now in zip(
            former,
            (
                ListRow(listed.cells, matches, outcome, comparisons.get(outcome.number))
                for listed, matches, outcome in zip(former, matches_now, outcomes, strict=True)
            ),
            strict=True,
        )
    ]
    places = Counter(
        placed_row.row.organisation for placed_row in placed if placed_row.row.organisation
    )
    return replace(
        preview,
        choices=choices,
        places=[
            replace(placed_row, rows=places[placed_row.written])
            for placed_row in places_now(preview.places, organisations()).values()
        ],
        rows=rows,
        told=_told_of(rows, told, delta, actor),
        as_of=as_of,
        mark=mark,
        changed=_changed(preview, choices, former, rows),
        digest="",
    )


def _placed(preview: Preview, choices: Choices, today: date) -> list[PlacedRow]:
    """The rows with what was typed anew, before anybody is compared with them."""
    columns = columns_of([guess.field for guess in preview.guesses])
    read = []
    for listed in preview.rows:
        number, person_row = listed.outcome.number, listed.outcome.placed.row
        edits = choices.edits.get(number, {})
        if edits != preview.choices.edits.get(number, {}):
            person_row = read_row(number, listed.cells, columns, edits, today, DEFAULT_REGION)
            if choices.capitals and "name" not in edits:
                person_row = with_names(person_row)
            # Of what other rows told of her nothing is lost.
            told = {name: listed.outcome.placed.row.fact(name) for name in GATHERED}
            person_row = replace(person_row, facts={**person_row.facts, **told})
            person_row = preview.parts.placed(person_row)
        read.append(person_row)
    places = places_now(preview.places, organisations())
    before = [listed.outcome.placed for listed in preview.rows]
    looked_up = {placed.row.phone: placed.phone_lookup for placed in before}
    looked_up |= {placed.row.email: placed.email_lookup for placed in before}
    return placed_rows(read, places, preview.group, groups(), looked_up)


def _bare(placed: PlacedRow) -> PlacedRow:
    """A row without what was only found by comparing it."""
    wrong = tuple(entry for entry in placed.wrong if entry.code != NUMBER_TAKEN)
    return replace(placed, wrong=wrong) if wrong != placed.wrong else placed


def _delta(preview: Preview, actor: Actor) -> tuple[list[Likeness], dict[str, Likeness]]:
    """Changes since: people who were added or changed, and all that rows resembled and who are
    still here."""
    told = people_here(preview.told, actor)
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
    forgotten = {*gone, *(person.key for person in delta), *map(row_key, retyped)}
    # Where only the first of many were kept, the next one comes in the place of one that goes.
    retyped = retyped | {
        listed.outcome.number
        for listed in former
        if len(listed.found) == MOST_FOUND and any(match.key in forgotten for match in listed.found)
    }
    to_compare = [
        None if is_wrong(listed) else likeness_of(listed, row_key(listed.row.number))
        for listed in placed
    ]
    good = [likeness for likeness in to_compare if likeness is not None]
    anew = [likeness for likeness in good if row_number(likeness.key) in retyped]
    news = known_for(actor, anew) if anew else Known()
    # Parts of names that nobody of the list had when it was read weigh as they are now.
    typed = Counter(
        heard for likeness in anew for heard in {sound(part) for part in name_parts(likeness.name)}
    )
    sounds = {heard: news.sounds.get(heard, 0) + often for heard, often in typed.items()}
    weights = (preview.weights.everyone, sounds | dict(preview.weights.sounds))
    news.weigh_by(*weights)
    fresh = Known((*delta, *anew), *weights)
    shared = {block for likeness in anew for block in blocks_of(likeness)}
    others = Known(
        (listed for listed in good if not shared.isdisjoint(blocks_of(listed))), *weights
    )
    matches: _Found = []
    for listed, likeness in zip(former, to_compare, strict=True):
        number = listed.outcome.number
        if likeness is None:
            matches.append(())
            continue
        retyped_now = number in retyped
        still = [match for match in listed.found if match.key not in forgotten]
        before = news.matches(likeness) if retyped_now else still
        again = [
            match
            for match in (others if retyped_now else fresh).matches(likeness)
            if row_number(match.key) < number
        ]
        same = not retyped_now and not again and len(still) == len(listed.found)
        ordered = sorted(
            (*before, *again), key=lambda match: (-match.certain, -match.score, match.key)
        )
        matches.append(listed.found if same else tuple(ordered[:MOST_FOUND]))
    return matches


def _told_of(
    rows: Sequence[ListRow], told: Mapping[str, Likeness], delta: Sequence[Likeness], actor: Actor
) -> dict[str, str]:
    keys = {match.key for listed in rows for match in listed.found if not row_number(match.key)}
    told_now = {**told, **{person.key: person for person in delta}}
    told_now |= people_here(keys - set(told_now), actor)
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
        people_before, people_now = (
            [match for match in listed.found if not row_number(match.key)]
            for listed in (before, now)
        )
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
    keep(public_id, "table", written(preview, former.rows if former is not None else ()))


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
