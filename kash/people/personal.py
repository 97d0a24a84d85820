"""Columns of this room's tables, sorted by what they hold about a person; and lists that name
her."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kash.people.erasure import (
    AlsoCalled,
    ErasedPerson,
    FreeText,
    GoesIfNamed,
    HeldElsewhere,
    about_things,
    free_texts,
)
from kash.people.lists import stored_files
from kash.people.models import PeopleList
from kash.people.rules.erasing import mentions, readable
from kash.platform import storage
from kash.platform.database import after_commit


def _naming(session: Session, subject: ErasedPerson) -> Iterator[tuple[PeopleList, bool]]:
    """Lists in whose files she is named, and whether they wait; others have a report only."""
    lists = session.scalars(
        select(PeopleList)
        .where(or_(PeopleList.state == "waiting", PeopleList.has_report))
        .order_by(PeopleList.id)
    )
    for one in lists.all():
        waits = one.state == "waiting"
        if _named_in(one.public_id, "rows" if waits else "report", subject):
            yield one, waits


def _named_in(public_id: str, what: str, subject: ErasedPerson) -> bool:
    try:
        content = readable(stored_files.kept(public_id, what))
    except storage.FileMissing:
        # Nobody has read it yet, so nobody can tell.
        return True
    return mentions(content, subject.names, subject.phone, subject.email)


def _throw_away(session: Session, subject: ErasedPerson) -> int:
    found = list(_naming(session, subject))
    for one, waits in found:
        if waits:
            session.delete(one)
            after_commit(partial(stored_files.throw_away_waiting, one.public_id))
        else:
            one.has_report = False
            after_commit(partial(stored_files.throw_away, one.public_id, "report"))
    return len(found)


# Whoever brought such a list in may bring it in again without her.
LISTS = HeldElsewhere(
    ("people_list.choices",),
    _l("Lists brought in, and their reports, that name this person"),
    lambda session, subject: sum(1 for _one in _naming(session, subject)),
    _throw_away,
)

PERSONAL = (
    *free_texts("service_entry.notes", "service_entry.recommended_by"),
    FreeText("contact_request.reason_sealed", kind="contact.request"),
    FreeText("contact_reason.reason_sealed", kind="contact.reason"),
    # What is needed to take back a merge of others.
    GoesIfNamed("person_merge.sealed", kind="person.merge", emptied={"sealed": None}),
    AlsoCalled("account.name"),
    LISTS,
    *about_things(
        consent_batch="kept_at",
        contact_looks="account",
        contact_reason="account",
        contact_request="state",
        organisation="name kind place",
        erasure_request="grounds state told",
        people_group="name letter",
        people_list="state format job organisations",
        people_list_mapping="shape sealed",
        service_entry=(
            "name sort_name card_name kind area phone other_phone address address_sealed spoken"
            " served cost cost_note found_by"
        ),
        venue=(
            "name place directions safe_for accessible band contact_name contact_phone_sealed"
            " safety_sealed"
        ),
        zone="name kind",
    ),
)
