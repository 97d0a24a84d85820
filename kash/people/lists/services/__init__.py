"""Bringing in a list: it waits sealed, is corrected, and is then stored whole or not at all.

A short list is read and stored while its trainer waits; a longer one by the worker, whose progress
its page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.lists import renewing
from kash.people.lists.choices import Choices, opened_choices, sealed_choices
from kash.people.lists.files import (
    MOST_ROWS,
    SMALL_ROWS,
    FileUnreadable,
    ReadFile,
    is_small,
    kind_of,
    read_file,
    read_small_file,
    refuse_other_kinds,
)
from kash.people.lists.previews import Preview, make_preview
from kash.people.lists.queries import people_list
from kash.people.lists.renewing import renewed
from kash.people.lists.rules.classing import OUT
from kash.people.lists.rules.headings import field_by_heading
from kash.people.lists.services.storing import ListChanged, ListGone, store_as_shown
from kash.people.models import PeopleList
from kash.platform import storage
from kash.platform.database import db, new_public_id, writing
from kash.platform.jobs import Job, JobResult, Progress, enqueue
from kash.platform.jobs.services import cancel, own_job
from kash.platform.vault import audited
from kash.platform.web import Problem
from kash.platform.web.current_actor import actor_of_job
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Actor

READ, SAVE = "people.list_read", "people.list_save"
# Of more rows it takes a second to find what others changed; then the worker tells.
_TOLD_AT_ONCE = 2_000


class ListNotRead(Problem):
    """Nothing can be shown of the list yet: it has to be read by the worker."""

    sentence = _l("This list has not been read yet.")


class GuessNotLookedAt(Problem):
    """A guessed column would change facts of people who are here, and nobody looked at it."""

    status = 409
    sentence = _l(
        "Nothing was saved. A guessed column would change people who are here already: look at "
        "it first."
    )


def bring_in(
    content: bytes,
    file_name: str,
    group: str,
    by: Actor,
    known: Mapping[int, str] | None = None,
    *,
    then: str = "",
) -> str:
    """Keep a list sealed until it is confirmed, and read it or have it read; its public id.

    `known` are the people that rows were stored as before, where it is known; `then` as in Choices.
    Raises FileUnreadable
    for what can be told at once.
    """
    choices = Choices(
        file_name=file_name[:120], group=group, known=dict(known or {}), then=then[:40]
    )
    refuse_other_kinds(content, pasted=choices.pasted)
    read = read_small_file(content, pasted=choices.pasted)
    # Whatever is wrong with a short list as a whole is said before anything is kept.
    preview = make_preview(read, choices, by, local_today()) if read is not None else None
    public_id = new_public_id()
    renewing.keep(public_id, "file", content)
    if read is not None and preview is not None:
        renewing.keep_rows(public_id, read)
        renewing.keep_preview(public_id, preview)
    with audited("people.list_brought", by) as change:
        people_list_ = PeopleList(
            public_id=public_id,
            format=kind_of(content),
            choices=sealed_choices(choices, public_id),
            created_by=by.public_id,
            created_at=change.now,
        )
        change.session.add(people_list_)
        if preview is None:
            people_list_.job = _have_read(change.session, public_id, by)
        change.about(public_id)
    return public_id


def _page_of(public_id: str) -> str:
    return f"/people/lists/{public_id}"


def _have_read(session: Session, public_id: str, by: Actor) -> str:
    job = enqueue(
        session,
        READ,
        owner=by.public_id,
        title=_("Reading a list of people"),
        back=_page_of(public_id),
        list_id=public_id,
    )
    return job.public_id


def _waiting(session: Session, public_id: str, by: Actor) -> PeopleList:
    waiting_list = get_or_404(
        session, PeopleList, public_id, PeopleList.created_by == by.public_id, lock=True
    )
    if waiting_list.state != "waiting" or waiting_list.choices is None:
        raise ListGone
    return waiting_list


def choose(public_id: str, correct: Callable[[Choices], None], by: Actor) -> None:
    """Correct what was chosen for a list that waits. Raises NotFound and ListGone."""
    with audited("people.list_corrected", by) as change:
        waiting_list = _waiting(change.session, public_id, by)
        choices = opened_choices(waiting_list.choices or b"", public_id)
        correct(choices)
        waiting_list.choices = sealed_choices(choices, public_id)
        waiting_list.row_version += 1
        change.about(public_id)


def cancel_list(public_id: str, by: Actor) -> None:
    """Throw away a list that waits. Raises NotFound and ListGone."""
    with audited("people.list_cancelled", by) as change:
        waiting_list = _waiting(change.session, public_id, by)
        at_work = waiting_list.job
        change.session.delete(waiting_list)
        change.about(public_id)
    if at_work:
        cancel(at_work, by.public_id)
    renewing.throw_away_waiting(public_id)


def preview_list(people_list: PeopleList, by: Actor) -> tuple[Preview, Choices]:
    """Preview of a list that waits, as it was read and corrected since.

    Raises ListGone, ListNotRead and FileUnreadable.
    """
    if people_list.state != "waiting" or people_list.choices is None:
        raise ListGone
    public_id = people_list.public_id
    choices = opened_choices(people_list.choices, public_id)
    preview_kept = renewing.kept_preview(public_id)
    if preview_kept is not None and preview_kept.choices.shape == choices.shape:
        if preview_kept.choices == choices:
            return preview_kept, choices
        now = renewed(preview_kept, choices, by, local_today())
        renewing.keep_preview(public_id, now, preview_kept)
        return now, choices
    read = _small_file(public_id, pasted=choices.pasted)
    if read is None:
        raise ListNotRead
    preview = make_preview(read, choices, by, local_today())
    renewing.keep_preview(public_id, preview)
    return preview, choices


def _small_file(public_id: str, *, pasted: bool) -> ReadFile | None:
    """The file of a list as it was taken apart; None if its rows are the worker's."""
    read = renewing.kept_rows(public_id)
    if read is None:
        read = read_small_file(_content(public_id), pasted=pasted)
        if read is not None:
            renewing.keep_rows(public_id, read)
    return read if read is not None and is_small(read) else None


def _content(public_id: str) -> bytes:
    try:
        return renewing.kept(public_id, "file")
    except storage.FileMissing:
        raise ListGone from None


def list_at_work(found: PeopleList) -> Job | None:
    """The work that reads or saves a list, or will."""
    at_work = own_job(found.job, found.created_by) if found.job else None
    return at_work if at_work is not None and not at_work.ended else None


def read_again(people_list: PeopleList, by: Actor) -> None:
    """Have the worker read a long list that waits, if it must and nobody does. Raises NotFound and
    ListGone."""
    public_id = people_list.public_id
    try:
        preview_list(people_list, by)
        return
    except ListNotRead:
        pass
    with writing() as session:
        waiting = _waiting(session, public_id, by)
        if list_at_work(waiting) is None:
            waiting.job = _have_read(session, public_id, by)


def read_list(progress: Progress, *, list_id: str) -> JobResult | None:
    """Read and compare a list, as far as it still waits, and keep what comes of it sealed."""
    waiting_list = _of_job(list_id)
    if waiting_list is None or waiting_list.state != "waiting" or waiting_list.choices is None:
        return None
    by = actor_of_job(waiting_list.created_by)
    choices = opened_choices(waiting_list.choices, list_id)
    file = renewing.kept_rows(list_id)
    if file is None:
        file = read_file(_content(list_id), pasted=choices.pasted)
        renewing.keep_rows(list_id, file)
    preview = make_preview(file, choices, by, local_today(), report=progress.report)
    renewing.keep_preview(list_id, preview)
    waiting_list = _of_job(list_id)
    if waiting_list is None or waiting_list.state != "waiting":
        # Thrown away meanwhile.
        renewing.throw_away_waiting(list_id)
    return None


def save_list(progress: Progress, *, list_id: str, seen: str) -> JobResult | None:
    """Store a list as it was shown, or not at all."""
    waiting_list = _of_job(list_id)
    if waiting_list is None or waiting_list.state == "added":
        return None
    by = actor_of_job(waiting_list.created_by)
    preview, choices = preview_list(waiting_list, by)
    store_as_shown(list_id, preview, choices, seen, by, progress.report)
    return None


def _of_job(public_id: str) -> PeopleList | None:
    """A list, read anew; it stays as it was read."""
    db.session.rollback()
    list_of_job = db.session.scalar(select(PeopleList).where(PeopleList.public_id == public_id))
    if list_of_job is not None:
        db.session.expunge(list_of_job)
    return list_of_job


def confirm_list(people_list: PeopleList, seen: str, by: Actor) -> None:
    """Store a list as it was shown, a long one by the worker: `seen` is the digest of the preview
    that was confirmed.

    A person who was added meanwhile may change what it does: then nothing is stored. A list that is
    stored already stays as it is. Raises ListChanged, GuessNotLookedAt, ListGone, ListNotRead,
    NotFound and FileUnreadable.
    """
    public_id = people_list.public_id
    if people_list.state == "added" or list_at_work(people_list) is not None:
        return
    try:
        preview, choices = preview_list(people_list, by)
    except ListGone:
        # Another window may have stored it since its row was read, and thrown away what waited.
        stored = _of_job(public_id)
        if stored is None or stored.state != "added":
            raise
        return
    if preview.digest != seen:
        raise ListChanged
    if preview.unlooked:
        raise GuessNotLookedAt
    if len(preview.rows) <= SMALL_ROWS:
        store_as_shown(public_id, preview, choices, seen, by)
        return
    if len(preview.rows) <= _TOLD_AT_ONCE:
        # A person who looked at a list for an hour is told at once what others changed in that
        # time.
        now = renewed(preview, choices, by, local_today())
        renewing.keep_preview(public_id, now, preview)
        if now.digest != seen:
            raise ListChanged
    with writing() as session:
        waiting = _waiting(session, public_id, by)
        if list_at_work(waiting) is not None:
            return
        job = enqueue(
            session,
            SAVE,
            owner=by.public_id,
            title=_("Saving a list of people"),
            back=_page_of(public_id),
            total=len(preview.rows),
            list_id=public_id,
            seen=seen,
        )
        waiting.job = job.public_id


# What other rooms use of lists.
__all__ = [
    "MOST_ROWS",
    "OUT",
    "FileUnreadable",
    "GuessNotLookedAt",
    "ListChanged",
    "ListGone",
    "ListNotRead",
    "bring_in",
    "cancel_list",
    "choose",
    "confirm_list",
    "field_by_heading",
    "list_at_work",
    "people_list",
    "preview_list",
    "read_again",
    "read_file",
]
