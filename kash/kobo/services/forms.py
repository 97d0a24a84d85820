"""Forms of other servers that are brought in: named, and taken off again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from kash.connections.queries import connection_on
from kash.kobo.errors import FormKnown
from kash.kobo.models import REGISTRATION, KoboForm, KoboMark, KoboRow
from kash.kobo.queries.forms import may_fetch
from kash.people.models import Group
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


@dataclass(frozen=True)
class FormDetails:
    """A form: how it is called here, and by what the server knows it; of a form of registrations
    the group of its people, by public id."""

    title: str
    asset: str
    group: str


def add_form(connection_id: str, details: FormDetails, by: Actor) -> str:
    """Add a form of a connection that is on; its public id. Raises NotOn, NotFound, FormKnown."""
    try:
        with audited("kobo.form_added", by) as change:
            session = change.session
            connection = connection_on("kobo", connection_id, session)
            group = one_or_404(
                session.scalar(select(Group).where(Group.public_id == details.group))
            )
            made = KoboForm(
                connection_id=connection.id,
                purpose=REGISTRATION,
                asset=details.asset,
                title=details.title,
                group_id=group.id,
                created_by=by.public_id,
                created_at=change.now,
            )
            session.add(made)
            session.flush()
            change.about(made.public_id, connection.public_id)
            return made.public_id
    except IntegrityError:
        raise FormKnown from None


def remove_form(public_id: str, by: Actor) -> None:
    """Take a form off, with what its rows were known by. People and marks stay. Raises NotFound and
    NotRunning."""
    with audited("kobo.form_removed", by) as change:
        session = change.session
        found = one_or_404(
            session.scalar(
                select(KoboForm).where(KoboForm.public_id == public_id).with_for_update()
            )
        )
        may_fetch(found, by, session)
        session.execute(delete(KoboRow).where(KoboRow.form_id == found.id))
        session.execute(delete(KoboMark).where(KoboMark.form_id == found.id))
        session.delete(found)
        change.about(public_id)
