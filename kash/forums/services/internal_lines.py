"""Lines of minutes that only those who run the forum read, until two of them release a line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import AgendaItem, InternalLine
from kash.forums.rules.telling import line_digest, telling_lines
from kash.forums.services.loading import forum_run_by, item_in, written_meeting
from kash.forums.services.problems import (
    FiguresBesideCases,
    TwoPeopleNeeded,
)
from kash.people.queries.organisations import station_names
from kash.platform.vault import audited
from kash.platform.web import NotFound
from kash.policy import Actor


def mark_of(digests: Iterable[str]) -> str:
    """Mark of a set of lines, for saying that just these stay internal."""
    return hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest()[:32]


def keep_internal(
    session: Session, item: AgendaItem, texts: Iterable[str], accepted: str | None
) -> None:
    """Keep the lines of an item's texts internal that hold a figure beside a station or a case,
    and forget those that are gone; what was released stays so while its line is the same.

    `accepted` is the mark of the lines that the writer agreed to keep internal; None keeps them all
    so and asks nothing. Raises FiguresBesideCases if there are others among them that were not kept
    internal before.
    """
    written = "\n".join(texts)
    lines = telling_lines(written, station_names())
    wanted = {line_digest(line): line for line in lines}
    known = {row.digest: row for row in item.internal_lines}
    if wanted.keys() - known.keys() and accepted not in (None, mark_of(wanted)):
        raise FiguresBesideCases(lines, mark_of(wanted))
    # A line that tells nothing any more, since its station has another name now, stays as it was.
    there = {line_digest(line) for line in written.splitlines()}
    for digest, row in known.items():
        if digest not in there:
            item.internal_lines.remove(row)
    for digest in wanted.keys() - known.keys():
        item.internal_lines.append(InternalLine(digest=digest))
    session.flush()


def _change_line(
    place: tuple[str, str, str], line_id: str, action: str, by: Actor, how: Callable[..., None]
) -> None:
    forum_id, meeting_id, item_id = place
    with audited(action, by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        item = item_in(change.session, written_meeting(change.session, forum, meeting_id), item_id)
        row = change.session.scalar(
            select(InternalLine)
            .where(InternalLine.item_id == item.id, InternalLine.public_id == line_id)
            .with_for_update()
        )
        if row is None or row.released_by is not None:
            raise NotFound
        how(row)
        change.about(item.public_id, row.public_id)


def ask_release(place: tuple[str, str, str], line_id: str, *, by: Actor) -> None:
    """Ask that a line may be read by everybody. `place` are forum, meeting and item.

    Raises NotFound if it is not there or released already, and Forbidden.
    """

    def asked(row: InternalLine) -> None:
        row.asked_by = by.public_id

    _change_line(place, line_id, "forums.release_asked", by, asked)


def release_line(place: tuple[str, str, str], line_id: str, *, by: Actor) -> None:
    """Release a line for which somebody else asked. Raises TwoPeopleNeeded, NotFound, Forbidden."""

    def released(row: InternalLine) -> None:
        if row.asked_by is None or row.asked_by == by.public_id:
            raise TwoPeopleNeeded
        row.released_by = by.public_id

    _change_line(place, line_id, "forums.line_released", by, released)


def keep_line(place: tuple[str, str, str], line_id: str, *, by: Actor) -> None:
    """Say that a line for which somebody asked stays internal. Raises NotFound and Forbidden."""

    def kept(row: InternalLine) -> None:
        row.asked_by = None

    _change_line(place, line_id, "forums.line_kept", by, kept)
