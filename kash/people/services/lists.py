"""Bringing in a list: it waits sealed, is corrected, and is then stored whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash import storage
from kash.database import new_public_id, utc_now, writing
from kash.people.lists import keeping
from kash.people.lists.choices import Choices, opened_choices, sealed_choices
from kash.people.lists.errors import FileUnreadable
from kash.people.lists.files import ReadFile, read_file
from kash.people.lists.mappings import Mapped, sealed_mapping, shape_of
from kash.people.lists.previews import Preview, make_preview, mapping_of
from kash.people.lists.reports import report_of
from kash.people.models import (
    Group,
    PeopleList,
    PeopleListMapping,
    PeopleListPerson,
)
from kash.people.queries.lists import people_mark, person_numbers
from kash.people.rules.lists.classing import State
from kash.people.services.list_additions import (
    add_persons,
    add_places,
    add_postings,
    details_of,
    known_places,
)
from kash.people.services.list_changes import change_persons
from kash.policy import Actor
from kash.vault import audited, seal
from kash.vault.audit import Change
from kash.web import NotFound, Problem
from kash.web.formats import local_today

_TRIES = 3
_AT_ONCE = 500


class ListChanged(Problem):
    """What would be stored is not what was shown. Nothing was stored."""

    sentence = _l("People were added or changed since you looked. Nothing was saved yet.")


class ListGone(Problem):
    """The list waits no longer."""

    sentence = _l("This list no longer waits: it was added, or thrown away. Bring it in again.")


def bring_in(content: bytes, file_name: str, group: str, by: Actor) -> str:
    """Keep a list sealed until it is confirmed; returns its public id. Raises FileUnreadable."""
    read = read_file(content)
    choices = Choices(file_name=file_name[:120], group=group)
    # Whatever is wrong with the list as a whole is said before anything is kept.
    make_preview(read, choices, by, local_today())
    public_id = new_public_id()
    keeping.keep(public_id, "file", content)
    with audited("people.list_brought", by) as change:
        change.session.add(
            PeopleList(
                public_id=public_id,
                format="csv" if read.encoding else "xlsx",
                choices=sealed_choices(choices, public_id),
                created_by=by.public_id,
                created_at=change.now,
            )
        )
        change.about(public_id)
    return public_id


def _waiting(session: Session, public_id: str, by: Actor) -> PeopleList:
    found = session.scalar(
        select(PeopleList)
        .where(PeopleList.public_id == public_id, PeopleList.created_by == by.public_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    if found.state != "waiting" or found.choices is None:
        raise ListGone
    return found


def choose(public_id: str, correct: Callable[[Choices], None], by: Actor) -> None:
    """Correct what was chosen for a list that waits. Raises NotFound and ListGone."""
    with audited("people.list_corrected", by) as change:
        found = _waiting(change.session, public_id, by)
        choices = opened_choices(found.choices or b"", public_id)
        correct(choices)
        found.choices = sealed_choices(choices, public_id)
        found.edition += 1
        change.about(public_id)


def cancel_list(public_id: str, by: Actor) -> None:
    """Throw away a list that waits. Raises NotFound and ListGone."""
    with audited("people.list_cancelled", by) as change:
        found = _waiting(change.session, public_id, by)
        change.session.delete(found)
        change.about(public_id)
    keeping.throw_away(public_id, "file")


def preview_list(found: PeopleList, by: Actor) -> tuple[Preview, Choices]:
    """What a list that waits would do now. Raises ListGone and FileUnreadable."""
    if found.state != "waiting" or found.choices is None:
        raise ListGone
    choices = opened_choices(found.choices, found.public_id)
    try:
        content = keeping.kept(found.public_id, "file")
    except storage.FileMissing:
        raise ListGone from None
    return make_preview(read_file(content), choices, by, local_today()), choices


def confirm_list(found: PeopleList, seen: str, by: Actor) -> None:
    """Store a list as it was shown: `seen` is the digest of the preview that was confirmed.

    Whoever was added meanwhile may change what it does: then nothing is stored. A list that is
    stored already stays as it is. Raises ListChanged, ListGone, NotFound and FileUnreadable.
    """
    public_id = found.public_id
    if found.state == "added":
        return
    for _try in range(_TRIES):
        preview, choices = preview_list(found, by)
        if preview.digest != seen:
            raise ListChanged
        # Made before, as nothing slow belongs into the transaction.
        report = report_of(preview)
        keeping.keep(public_id, "report", report)
        try:
            stored = _stored(public_id, preview, choices, by)
        except IntegrityError:
            # A number was given to somebody while this was written: the next preview knows it.
            stored = False
        if stored:
            keeping.throw_away(public_id, "file")
            return
    raise ListChanged


def _stored(public_id: str, preview: Preview, choices: Choices, by: Actor) -> bool:
    """Whether it was stored: not, if someone was added or changed since the preview was made."""
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
            return True
        # One list after the other: two that hold the same people must see each other.
        session.execute(select(Group.id).order_by(Group.id).with_for_update())
        if people_mark(session) != preview.mark or found.edition != _edition(found, choices):
            change.nothing()
            return False
        _store(change, found, preview, by)
        _remember(session, preview, choices, by)
        change.about(public_id)
    return True


def _edition(found: PeopleList, choices: Choices) -> int:
    # Corrected in another window since: the preview was made of other choices.
    same = opened_choices(found.choices or b"", found.public_id) == choices
    return found.edition if same else -1


def _store(change: Change, found: PeopleList, preview: Preview, by: Actor) -> None:
    session = change.session
    places = add_places(change, found, preview)
    new = [each for each in preview.outcomes if each.state is State.NEW]
    made = add_persons(session, new, places, by, change)
    numbers = person_numbers(session, [key for key, _each in made])
    postings = add_postings(session, made, numbers, places, change)
    session.execute(
        insert(PeopleListPerson),
        [
            {
                "list_id": found.id,
                "person_id": numbers[key],
                "row": each.number,
                "added": True,
                "edition": 1,
                "before": seal(postings.get(key, ""), kind="people.list_before", public_id=key),
            }
            for key, each in made
        ],
    ) if made else None
    changed = change_persons(change, found, preview, places, by)
    counts = preview.counts
    found.state = "added"
    found.added_at = change.now
    found.choices = None
    found.group_id = session.scalar(select(Group.id).where(Group.public_id == preview.group))
    found.new_count, found.changed_count = len(made), len(changed)
    found.same_count = counts[State.SAME]
    found.left_count = counts[State.DOUBTFUL] + counts[State.WRONG] + counts[State.OUT]
    found.organisations = sorted(set(places.values()) - known_places(preview))
    found.has_report = True
    change.about(*(key for key, _each in made), *changed)


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
    keeping.keep(public_id, "report", report_of(preview))
    if not _stored(public_id, preview, choices, by):
        with writing() as session:
            session.execute(delete(PeopleList).where(PeopleList.public_id == public_id))
        keeping.throw_away(public_id, "report")
        raise ListChanged
    return public_id


__all__ = [
    "FileUnreadable",
    "ListChanged",
    "ListGone",
    "bring_in",
    "cancel_list",
    "choose",
    "confirm_list",
    "details_of",
    "import_at_once",
    "preview_list",
]
