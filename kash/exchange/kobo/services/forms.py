"""Rows of a form, fetched whole by the worker and laid before whoever asked as a list to confirm.
Nothing is stored of anybody here: the list waits sealed, as every list does, and is confirmed,
corrected or thrown away on its own page. Forms of other servers that are brought in: named, and
taken off again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.exchange.kobo.models import ATTENDANCE, REGISTRATION, KoboForm, KoboMark, KoboRow
from kash.exchange.kobo.queries import (
    FORM_KNOWN,
    KnownRows,
    form_of,
    known_rows,
    list_of,
    may_fetch,
    refused,
    told_plainly,
)
from kash.exchange.kobo.rules.marks import (
    MOST_A_PAGE,
    MOST_TEXT,
    MOST_TICKED,
    STATUS,
    RowStanding,
    Submission,
    WholeForm,
    all_rows,
    answers_of,
    columns_of,
    newest,
    refuse_gone,
    refuse_other_forms,
    submissions_of,
    table_of,
)
from kash.exchange.kobo.services.marks import keep_sessions
from kash.people.connections.models import Connection
from kash.people.connections.queries import connection_on, secret_of
from kash.people.connections.services import OtherSystem
from kash.people.lists.services import MOST_ROWS as MOST_PEOPLE
from kash.people.lists.services import bring_in, field_by_heading
from kash.people.models import Group, Organisation, PeopleList
from kash.platform.database import db
from kash.platform.jobs import Job, JobResult, Progress, enqueue
from kash.platform.vault import audited, lookup
from kash.platform.web.current_actor import actor_of_job
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor

FETCH = "kobo.fetch"
_MOST_BYTES = 20_000_000
# What somebody chose from our own form, under the name that our form gave it.
_PLACE = "organisation"


def ask_for_rows(public_id: str, by: Actor, *, without_gone: bool = False) -> None:
    """Have the worker fetch the rows of a form, if nobody does. With `without_gone` questions that
    are in no row any more do not matter. Raises NotFound, NotOn, NotRunning, ListWaits and
    BeingFetched."""
    with audited("kobo.rows_asked", by) as change:
        session = change.session
        form = _locked(session, public_id)
        may_fetch(form, by, session)
        connection_on("kobo", _server_of(form), session)
        _refuse_waiting(form, session)
        at_work = session.scalar(select(Job).where(Job.public_id == form.job))
        if at_work is not None and not at_work.ended:
            if at_work.owner != by.public_id:
                # Two at once would make two lists of the same people.
                raise Problem(
                    _l("Somebody else has these rows fetched now. Look again in a few minutes.")
                )
            change.nothing()
            return
        asked = enqueue(
            session,
            FETCH,
            owner=by.public_id,
            title=_("Fetching rows of a form"),
            back=f"/kobo/forms/{public_id}",
            form_id=public_id,
            by=by.public_id,
            without_gone=without_gone,
        )
        form.job = asked.public_id
        change.about(public_id)


def _locked(session: Session, public_id: str) -> KoboForm:
    asked = select(KoboForm).where(KoboForm.public_id == public_id).with_for_update()
    return one_or_404(session.scalar(asked))


def _server_of(form: KoboForm) -> str:
    """The connection by which a form is fetched; empty if its rows come by files only."""
    return form.connection.public_id if form.connection else ""


def _refuse_waiting(form: KoboForm, session: Session | None = None) -> None:
    made = list_of(form, session)
    if made is not None and made.state == "waiting":
        raise Problem(
            _l(
                "A list of this form waits to be confirmed or thrown away. Rows"
                " are fetched after that."
            )
        )


def fetch_rows(
    progress: Progress, *, form_id: str, by: str, without_gone: bool = False
) -> JobResult | None:
    """Fetch the rows of a form and make a list of those that are new or edited.

    Of a form of attendance what its rows say is kept, for whoever runs the workshop to look at.
    Raises NotOn, ListWaits, CannotFetch, QuestionsGone, NoName, NotRunning and FileUnreadable; then
    nothing was brought in.
    """
    form = form_of(form_id)
    connection = connection_on("kobo", _server_of(form))
    _refuse_waiting(form)
    marks = form.purpose == ATTENDANCE
    with told_plainly():
        found = _rows_of(connection, form.asset, progress.report)
        most = MOST_TICKED if marks else MOST_TEXT
        rows, _copies = newest(answers_of(row, most) for row in found.rows)
        columns = columns_of(rows)
        sessions = submissions_of(found.rows, rows) if marks else []
        refuse_other_forms(sessions)
        # A late one who was there in time after all leaves no answer under that mark: of attendance
        # only what says nothing of anybody any more is asked about.
        asked = not (marks and any(name.startswith(STATUS) for name in columns))
        if asked and not without_gone:
            refuse_gone(columns, form.columns)
    if rows and not marks and not any(field_by_heading(name)[0] == "name" for name in columns):
        raise Problem(
            _l(
                "No question of this form asks for a name. Use the form that is"
                " downloaded here, or call"
                " the question “name”."
            )
        )
    actor = actor_of_job(by)
    if not actor.may("kobo.use"):
        return None
    if marks:
        keep_sessions(form, sessions, columns, actor, whole=True)
    else:
        keep_rows(form, rows, columns, actor)
    return None


def _rows_of(
    connection: Connection, asset: str, report: Callable[[int, int | None], None]
) -> WholeForm:
    server = OtherSystem(
        connection.address,
        {"Authorization": f"Token {secret_of(connection)}", "Accept": "application/json"},
    )
    pages = 0

    def fetch(address: str) -> bytes:
        nonlocal pages
        report(pages, None)
        answer = server.get(address, most=_MOST_BYTES)
        if answer.status != 200:
            raise refused(answer.status)
        pages += 1
        return answer.content

    asked = urlencode({"limit": MOST_A_PAGE, "start": 0, "sort": '{"_id":1}'})
    path = f"/api/v2/assets/{quote(asset, safe='')}/data.json?{asked}"
    return all_rows(f"{connection.address.rstrip('/')}{path}", fetch)


def keep_rows(
    form: KoboForm, rows: Sequence[Submission], columns: Sequence[str], by: Actor
) -> None:
    """Make a list of the rows that are new or edited, if there are any. Raises FileUnreadable."""
    first_ids = {row.key: _kept(row.key.first_id) for row in rows}
    known = known_rows(form, first_ids.values(), by)
    news: list[Submission] = []
    edited = 0
    people: dict[int, str] = {}
    for row in rows:
        stands, person = _standing(row, first_ids[row.key], known)
        if stands is RowStanding.SAME or len(news) == MOST_PEOPLE:
            # What is more than a list holds comes with the next one.
            continue
        news.append(row)
        edited += stands is RowStanding.EDITED
        if person:
            # The headings are row 1.
            people[len(news) + 1] = person
    made = ""
    if news:
        # The server's connection to the database is free while the list is taken apart.
        group = form.group.public_id if form.group else ""
        content = _csv(table_of(_with_places(news), columns))
        made = bring_in(content, "KoboToolbox.csv", group, by, people)
    with audited("kobo.rows_brought", by) as change:
        session = change.session
        kept = _locked(session, form.public_id)
        kept.list_id = made or kept.list_id
        kept.columns = list(columns)
        kept.rows_count, kept.new_count, kept.edited_count = (
            len(rows),
            len(news) - edited,
            edited,
        )
        kept.fetched_at = change.now
        _forget_thrown_away(session, kept)
        session.add_all(
            KoboRow(
                form_id=kept.id,
                number=row.key.number,
                first_id=first_ids[row.key],
                content=_kept_content(row),
                list_id=made,
                row=at,
            )
            for at, row in enumerate(news, 2)
        )
        change.about(form.public_id, *([made] if made else []))


def _kept(first_id: str) -> str:
    return lookup(first_id, kind="kobo.first_id") if first_id else ""


def _kept_content(row: Submission) -> str:
    return lookup(row.content.decode(), kind="kobo.answers")


def _standing(row: Submission, first_id: str, known: KnownRows) -> tuple[RowStanding, str]:
    before = known.of(first_id, row.key.number)
    if before is None:
        return RowStanding.NEW, ""
    if before.content == _kept_content(row):
        return RowStanding.SAME, ""
    return (RowStanding.EDITED if before.content else RowStanding.NEW), before.person


def _with_places(rows: Sequence[Submission]) -> list[Submission]:
    """The rows with places by the names that they have now."""
    wanted = {row.told[_PLACE] for row in rows if row.told.get(_PLACE)}
    places = db.session.execute(
        select(Organisation.public_id, Organisation.name).where(
            Organisation.public_id.in_(sorted(wanted)[:500])
        )
    )
    names: dict[str, str] = {row.public_id: row.name for row in places}
    return [
        Submission(row.key, {**row.told, _PLACE: names.get(row.told[_PLACE], row.told[_PLACE])})
        if row.told.get(_PLACE)
        else row
        for row in rows
    ]


def _csv(table: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode()


def _forget_thrown_away(session: Session, form: KoboForm) -> None:
    """Forget rows of lists that were thrown away or undone: they come again."""
    stored = select(PeopleList.public_id).where(PeopleList.state != "undone")
    session.execute(
        delete(KoboRow)
        .where(KoboRow.form_id == form.id, KoboRow.list_id.not_in(stored))
        .execution_options(synchronize_session=False)
    )


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
        raise Problem(FORM_KNOWN, field="asset", status=422) from None


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
