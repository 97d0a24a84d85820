"""Forms that are read from other servers, and rows that were brought in before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session, joinedload

from kash.exchange.kobo.models import KoboForm, KoboRow
from kash.people.connections.models import Connection
from kash.people.models import PeopleList, PeopleListPerson, Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.policy import Actor


def connections_on() -> Sequence[Connection]:
    """Connections to such servers that are on, by name."""
    statement = select(Connection).where(
        Connection.kind == "kobo", Connection.is_on.is_(True), Connection.state == "approved"
    )
    return db.session.scalars(statement.order_by(func.lower(Connection.name), Connection.id)).all()


def registration_forms() -> Sequence[KoboForm]:
    """All forms of registrations, by title, with their connections and groups."""
    statement = select(KoboForm).options(
        joinedload(KoboForm.connection), joinedload(KoboForm.group)
    )
    return db.session.scalars(statement.order_by(func.lower(KoboForm.title), KoboForm.id)).all()


def form_of(public_id: str) -> KoboForm:
    """A form of registrations. Raises NotFound."""
    return get_or_404(
        db.session,
        KoboForm,
        public_id,
        options=(joinedload(KoboForm.connection), joinedload(KoboForm.group)),
    )


def list_of(form: KoboForm, session: Session | None = None) -> PeopleList | None:
    """The list that was made of a form last; None if it was thrown away."""
    if not form.list_id:
        return None
    statement = select(PeopleList).where(PeopleList.public_id == form.list_id)
    return (session or db.session()).scalar(statement)


# Rows that were stored, by first id and by number: a look-up of the answers that each had last, and
# the person that it became (a public id; empty if it is none that the actor may see).
KnownRows = dict[str | int, tuple[str, str]]


def _stored(actor: Actor) -> Select[Any]:
    # A person left out as wrong or undecided comes again; that a row was somebody here already,
    # without a change, stands nowhere, so where anything was left out it comes again too.
    left_out = and_(PeopleListPerson.id.is_(None), PeopleList.left_count > 0)
    return (
        select(
            KoboRow.first_id,
            KoboRow.form_id,
            KoboRow.number,
            case((left_out, ""), else_=KoboRow.content),
            Person.public_id,
        )
        .join(PeopleList, PeopleList.public_id == KoboRow.list_id)
        .outerjoin(
            PeopleListPerson,
            and_(PeopleListPerson.list_id == PeopleList.id, PeopleListPerson.row == KoboRow.row),
        )
        .outerjoin(
            Person,
            and_(Person.id == PeopleListPerson.person_id, within_reach(actor, "people.edit")),
        )
        .where(PeopleList.state == "added")
        .order_by(KoboRow.id)
    )


def known_rows(form: KoboForm, first_ids: Collection[str], actor: Actor) -> KnownRows:
    """Rows that lists which were confirmed hold: of this form by number, of any by first id. Of
    several versions the last one counts, and the person is the one that any of them became."""
    statement = _stored(actor)
    wanted = sorted(set(first_ids) - {""})
    rows = [
        stored
        for start in range(0, len(wanted), 500)
        for stored in db.session.execute(
            statement.where(
                KoboRow.first_id.in_(wanted[start : start + 500]), KoboRow.form_id != form.id
            )
        )
    ]
    rows += db.session.execute(statement.where(KoboRow.form_id == form.id))
    rows_known: KnownRows = {}
    for first_id, form_id, number, content, person in rows:
        for key in (first_id, number if form_id == form.id else ""):
            if key != "":
                rows_known[key] = content, person or rows_known.get(key, ("", ""))[1]
    return rows_known
