"""Storing a list: exactly what was shown, in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.people.lists import stored_files
from kash.people.lists.choices import Choices, opened_choices, sealed_choices
from kash.people.lists.files import ReadFile
from kash.people.lists.mappings import Mapped, sealed_mapping, shape_of
from kash.people.lists.previews import Preview, mapping_of
from kash.people.lists.renewing import renewed
from kash.people.lists.reports import report_of
from kash.people.models import (
    Group,
    PeopleList,
    PeopleListMapping,
    PeopleListPerson,
)
from kash.people.queries.lists import people_revision, person_numbers
from kash.people.rules.lists.classing import State
from kash.people.services.list_additions import (
    Addition,
    add_persons,
    add_places,
    add_postings,
    additions,
    known_places,
)
from kash.people.services.list_changes import change_persons
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.vault import audited
from kash.platform.vault.audit import Change
from kash.platform.web import Problem
from kash.platform.web.formats import local_today
from kash.policy import Actor

_TRIES = 3
_AT_ONCE = 500


class ListChanged(Problem):
    """The list that would be stored is not the one that was shown. Nothing was stored."""

    sentence = _l("People were added or changed since you looked. Nothing was saved yet.")


class ListGone(Problem):
    """The list waits no longer."""

    sentence = _l("This list no longer waits: it was added, or thrown away. Bring it in again.")


def store_as_shown(
    public_id: str,
    shown: Preview,
    choices: Choices,
    seen: str,
    by: Actor,
    report: Callable[[int, int], None] | None = None,
) -> None:
    """Store a list if it does what was shown by the digest `seen`, whoever was added meanwhile.

    `report` is told how many rows of how many are ready to be written. If it does not, what it
    would do now is kept instead, with the rows that others changed. A list that another window
    stored meanwhile stays as it is. Raises ListChanged and ListGone.
    """
    total = len(shown.rows)
    for _try in range(_TRIES):
        fresh = people_revision(db.session()) == shown.mark
        now = shown if fresh else renewed(shown, choices, by, local_today())
        if now.digest != seen:
            break
        # Made before, as nothing slow belongs into the transaction.
        done = report_of(now)
        new = additions(now, by, lambda ready: report(ready, total) if report else None)
        try:
            changed = _stored(public_id, now, choices, new, done, by)
        except IntegrityError:
            # A number was given to somebody while this was written: the next try knows it.
            continue
        if changed is None:
            stored_files.throw_away_waiting(public_id)
            return
        now = changed
        break
    stored_files.keep_preview(public_id, now, shown)
    # Looked at once that is kept: whoever stores the list later throws it away.
    db.session.rollback()
    state = db.session.scalar(select(PeopleList.state).where(PeopleList.public_id == public_id))
    if state == "waiting":
        raise ListChanged
    stored_files.throw_away_waiting(public_id)
    if state is None:
        raise ListGone


def _stored(
    public_id: str,
    preview: Preview,
    choices: Choices,
    new: Sequence[Addition],
    report: bytes,
    by: Actor,
) -> Preview | None:
    """None if it was stored; else the preview that it would be now, and nothing was stored."""
    with audited("people.people_imported", by) as change:
        session = change.session
        found = session.scalar(
            select(PeopleList)
            .where(PeopleList.public_id == public_id, PeopleList.created_by == by.public_id)
            .with_for_update()
        )
        if found is None:
            raise ListGone
        if found.state != "waiting":
            change.nothing()
            return None
        # One list after the other: two that hold the same people must see each other.
        session.execute(select(Group.id).order_by(Group.id).with_for_update())
        if opened_choices(found.choices or b"", public_id) != choices:
            # Corrected in another window since: the preview was made of other choices.
            change.nothing()
            return preview
        if people_revision(session) != preview.mark:
            now = renewed(preview, choices, by, local_today())
            if now.digest != preview.digest:
                change.nothing()
                return now
        _store(change, found, preview, new, by)
        _remember(session, preview, choices, by)
        # By whoever stores it alone: another window's would be of another list of people.
        stored_files.keep(public_id, "report", report)
        change.about(public_id)
    return None


def _store(
    change: Change, people_list: PeopleList, preview: Preview, new: Sequence[Addition], by: Actor
) -> None:
    session = change.session
    places = add_places(change, people_list, preview)
    add_persons(session, new)
    numbers = person_numbers(session, [each.public_id for each in new])
    add_postings(session, new, numbers, places, change)
    for start in range(0, len(new), _AT_ONCE):
        session.execute(
            insert(PeopleListPerson),
            [
                {
                    "list_id": people_list.id,
                    "person_id": numbers[each.public_id],
                    "row": each.outcome.number,
                    "added": True,
                    "row_version": 1,
                    "before": each.before,
                }
                for each in new[start : start + _AT_ONCE]
            ],
        )
    changed = change_persons(change, people_list, preview, places, by)
    counts = preview.counts
    people_list.state = "added"
    people_list.added_at = change.now
    people_list.choices = None
    people_list.group_id = session.scalar(select(Group.id).where(Group.public_id == preview.group))
    people_list.new_count, people_list.changed_count = len(new), len(changed)
    people_list.same_count = counts[State.SAME]
    people_list.left_count = counts[State.DOUBTFUL] + counts[State.WRONG] + counts[State.OUT]
    people_list.organisations = sorted(set(places.values()) - known_places(preview))
    people_list.has_report = True
    change.about(*(each.public_id for each in new), *changed)


def _remember(session: Session, preview: Preview, choices: Choices, by: Actor) -> None:
    if not any(preview.table.headings):
        return
    mapped: Mapped = mapping_of(preview, choices)
    shape = shape_of(preview.table.headings)
    row = session.scalar(
        select(PeopleListMapping).where(
            PeopleListMapping.shape == shape, PeopleListMapping.created_by == by.public_id
        )
    )
    if row is None:
        row = PeopleListMapping(public_id=new_public_id(), shape=shape, created_by=by.public_id)
        session.add(row)
    row.sealed = sealed_mapping(mapped, row.public_id)
    row.changed_at = utc_now()


def import_at_once(read: ReadFile, by: Actor, preview: Preview, choices: Choices) -> str:
    """Store a list that does not wait, as the command line does; returns its public id.

    Raises ListChanged if someone was added meanwhile.
    """
    public_id = new_public_id()
    with writing() as session:
        session.add(
            PeopleList(
                public_id=public_id,
                format="csv" if read.encoding else "xlsx",
                choices=sealed_choices(choices, public_id),
                created_by=by.public_id,
            )
        )
    new, done = additions(preview, by), report_of(preview)
    if _stored(public_id, preview, choices, new, done, by) is not None:
        with writing() as session:
            session.execute(delete(PeopleList).where(PeopleList.public_id == public_id))
        raise ListChanged
    return public_id
