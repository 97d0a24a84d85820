"""Erasing a person across every table, so that only a nameless stone is left to be counted.
Throwing away lists that nobody confirmed, and reports that are old."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kash.feature import declared
from kash.people.erasure import (
    AfterErasure,
    ErasedPerson,
    FreeText,
    GoesIfNamed,
    HeldElsewhere,
    Values,
)
from kash.people.lists import renewing
from kash.people.models import ErasureRequest, PeopleList, Person
from kash.people.queries import copies
from kash.people.queries.persons import locked_person
from kash.people.queries.search import column_of
from kash.people.rules.persons import NAMELESS, STRUCK
from kash.people.scope import within_reach
from kash.platform import storage
from kash.platform.database import after_commit, db, new_public_id, utc_now, writing
from kash.platform.vault import audited, seal
from kash.platform.vault.audit import Change
from kash.platform.vault.documents import scrub
from kash.platform.web import Problem
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.programme import retention
from kash.platform.web.today import answer
from kash.policy import Actor

# What a person's own row holds afterwards, beside her group and a new public id.
STONE: dict[str, Any] = {
    "chosen_name": STRUCK,
    "sort_name": NAMELESS,
    "printed_name": "",
    "printed_name_confirmed_at": None,
    "sex": "",
    "age_band": "",
    "birth_year": None,
    "cadre": "",
    "ward": "",
    "language": "",
    "reference": "",
    "earlier": "",
    "phone_sealed": None,
    "phone_lookup": None,
    "email_sealed": None,
    "email_lookup": None,
    "minor": False,
    "age_recorded_on": None,
    "minor_since": None,
    "minor_seen_at": None,
}
# What the person who noted a wish is told on Today.
DONE, REFUSED, TAKEN_BACK = "erasure_done", "erasure_refused", "erasure_taken_back"


def ask_erasure(person: str, asked_on: date, grounds: str, by: Actor) -> str:
    """Note that a person is to be erased; a second person decides. The request's public id.

    Raises NotFound and Problem.
    """
    with audited("people.erasure_asked", by) as change:
        session = change.session
        person_locked = locked_person(session, person)
        reached = within_reach(by, "people.ask_erasure")
        one_or_404(session.scalar(select(Person.id).where(Person.id == person_locked.id, reached)))
        if asked_on > to_local(change.now).date():
            raise Problem(_l("This day is still to come."), field="asked_on")
        waiting = select(ErasureRequest.id).where(
            ErasureRequest.person_id == person_locked.id, ErasureRequest.state == "waiting"
        )
        if session.scalar(waiting.limit(1)) is not None:
            raise Problem(_l("This waits for a second person already."))
        erasure_request = ErasureRequest(
            public_id=new_public_id(),
            person_id=person_locked.id,
            grounds=grounds,
            asked_on=asked_on,
            due_on=asked_on + retention().span("erasure_answer"),
            asked_by=by.public_id,
            asked_at=change.now,
        )
        session.add(erasure_request)
        change.about(person_locked.public_id, erasure_request.public_id)
        return erasure_request.public_id


def refuse_request(public_id: str, reason: str, by: Actor) -> None:
    """Refuse a wish to be erased as the second person, for a reason that the person who asked is
    told.

    Raises NotFound and Problem.
    """
    with audited("people.erasure_refused", by) as change:
        erasure = _held(change.session, public_id, copies.decidable(by))
        erasure.refused_reason = reason
        _close(change, erasure, "refused", by)
        answer(change.session, erasure.asked_by, REFUSED, change.now, erasure.public_id)


def withdraw_request(public_id: str, by: Actor) -> None:
    """Take back a wish that was noted. Raises NotFound and Problem."""
    with audited("people.erasure_withdrawn", by) as change:
        erasure = _held(change.session, public_id, copies.withdrawable(by))
        _close(change, erasure, "withdrawn", by)
        if erasure.asked_by != by.public_id:
            answer(change.session, erasure.asked_by, TAKEN_BACK, change.now, erasure.public_id)


def _close(change: Change, found: ErasureRequest, state: str, by: Actor) -> None:
    found.state, found.decided_by, found.decided_at = state, by.public_id, change.now
    change.about(found.public_id)


def _held(session: Session, public_id: str, reached: Any) -> ErasureRequest:
    erasure_request: ErasureRequest = get_or_404(
        session, ErasureRequest, public_id, reached, lock=True
    )
    if erasure_request.state != "waiting":
        raise Problem(_l("Somebody decided this already. The page shows how it stands."))
    return erasure_request


def erase_person(request: str, digest: str, by: Actor) -> None:
    """Erase the person of a request, as the second person who was shown `digest`. For good.

    Raises NotFound and Problem.
    """
    with audited("people.person_erased", by) as change:
        session = change.session
        erasure = _held(session, request, copies.decidable(by))
        person = locked_person(session, erasure.person.public_id if erasure.person else "")
        shown = copies.erasure_preview(session, person, look=True)
        if shown.in_the_way:
            raise Problem(_l("Something stands in the way. Settle it first."))
        if shown.looked is None or shown.looked.digest != digest:
            raise Problem(
                _l("What is held about this person changed meanwhile. Look again, then decide.")
            )
        rows = copies.RowsOfPeople()
        gone = copies.erased_person(session, person, rows)
        told = _strike(session, gone) | _give_up(session, gone)
        for reference in rows.deepest_first:
            told[reference.name] = _carry_out(session, rows, reference, gone.id)
        _leave_stone(session, person)
        erasure.person_id, erasure.state = None, "done"
        erasure.decided_by, erasure.decided_at = by.public_id, change.now
        erasure.told = {name: count for name, count in told.items() if count}
        answer(session, erasure.asked_by, DONE, change.now, erasure.public_id)
        change.about(gone.public_id, erasure.public_id)
        touched = {name.partition(".")[0] for name, count in told.items() if count} | {"person"}
        after_commit(partial(_clear_files, sorted(touched)))


def _strike(session: Session, gone: ErasedPerson) -> dict[str, int]:
    """Take her names out of texts, {declared name: how many rows}."""
    told: dict[str, int] = {}
    texts: list[copies.Searched] = [*declared(FreeText), *declared(GoesIfNamed)]
    for text_column in texts:
        rows = list(copies.rows_naming(session, text_column, gone))
        for struck in rows:
            _rewrite(session, text_column, struck)
        told[text_column.name] = len(rows)
    return told


def _rewrite(session: Session, each: copies.Searched, row: copies.NamedRow) -> None:
    column = column_of(each.name)
    table = column.table
    here = [table.columns[name] == value for name, value in row.keys.items()]
    if isinstance(each, GoesIfNamed):
        if each.emptied is None:
            session.execute(delete(table).where(*here))
            return
        before = session.execute(select(table).where(*here)).mappings().one()
        session.execute(update(table).where(*here).values(**_values(each.emptied, dict(before))))
        return
    without = row.without
    if each.kind:
        before = session.execute(select(table).where(*here)).mappings().one()
        place = each.sealed_for(session, dict(before))
        without = seal(without, kind=each.kind, public_id=place)
    session.execute(update(table).where(*here).values({column.name: without}))


def _values(emptied: Values, row: Values) -> dict[str, Any]:
    return {name: value(row) if callable(value) else value for name, value in emptied.items()}


def _give_up(session: Session, gone: ErasedPerson) -> dict[str, int]:
    """Take away what is held elsewhere, {its name: how much}."""
    told = {
        held_elsewhere.key: held_elsewhere.erase(session, gone)
        for held_elsewhere in declared(HeldElsewhere)
    }
    session.flush()
    return told


def _carry_out(
    session: Session, rows: copies.RowsOfPeople, one: copies.RowsAbout, person_id: int
) -> int:
    """Do with rows about her what was declared; how many there were."""
    hers = rows.hers(one.name, person_id)
    if one.erased.goes:
        return int(session.execute(delete(one.table).where(hers)).rowcount)  # type: ignore[attr-defined]
    return _empty(session, one.table, hers, one.erased)


def _empty(session: Session, table: Any, hers: Any, erased: AfterErasure) -> int:
    emptied = session.execute(select(table).where(hers).with_for_update()).mappings().all()
    if erased.emptied:
        keys = list(table.primary_key.columns)
        for values in emptied:
            here = [key == values[key.name] for key in keys]
            session.execute(
                update(table).where(*here).values(**_values(erased.emptied, dict(values)))
            )
    return len(emptied)


def _leave_stone(session: Session, person: Person) -> None:
    session.execute(
        update(Person)
        .where(Person.id == person.id)
        .values(
            **STONE,
            public_id=new_public_id(),
            created_by="",
            phone_by="",
            email_by="",
            minor_by="",
            minor_seen_by="",
            row_version=Person.row_version + 1,
        )
    )


def _clear_files(tables: Collection[str]) -> None:
    """Clear what was deleted out of the database's own files.

    SQLite overwrites what it deletes; its write-ahead log is emptied here, or within the minute. On
    PostgreSQL the tables are vacuumed; its log and the backups age out.
    """
    scrub()
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.execute(text(f"VACUUM {', '.join(tables)}"))
        except OperationalError:
            # Its own cleaning comes by within a day.
            return


def throw_away_old() -> None:
    """Throw away lists that nobody confirmed in the time for which the programme keeps them, and
    reports older than a month."""
    now = utc_now()
    waits = retention().span("import_originals")
    with writing() as session:
        old = session.scalars(
            select(PeopleList.public_id).where(
                PeopleList.state == "waiting", PeopleList.created_at < now - waits
            )
        ).all()
        session.execute(delete(PeopleList).where(PeopleList.public_id.in_(old)))
        stale = session.scalars(
            select(PeopleList)
            .where(PeopleList.has_report, PeopleList.created_at < now - renewing.REPORT_KEPT)
            .with_for_update()
        ).all()
        reports = [erasure.public_id for erasure in stale]
        for erasure in stale:
            erasure.has_report = False
        waiting = set(
            session.scalars(select(PeopleList.public_id).where(PeopleList.state == "waiting"))
        )
    for public_id in old:
        renewing.throw_away_waiting(public_id)
    for public_id in reports:
        renewing.throw_away(public_id, "report")
    # Also what lies there without a row: the person who kept it may have died half-way.
    for file in list(storage.list(renewing.FOLDER)):
        public_id, _dash, what = file.key.rpartition("/")[2].partition("-")
        settled = now - file.changed_at > timedelta(minutes=10)
        if what in renewing.WAITING and public_id not in waiting and settled:
            storage.delete(file.key)
