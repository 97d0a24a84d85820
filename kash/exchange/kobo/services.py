"""Forms of other servers: named, fetched and taken off again. Rows are fetched whole by the worker
and laid as a list before the person who asked. Nothing of anybody is stored here: the list waits
sealed, as every list does, and is confirmed, corrected or thrown away on its own page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.exchange.kobo.models import KoboForm, KoboRow
from kash.exchange.kobo.queries import form_of, known_rows, list_of
from kash.exchange.kobo.rules import (
    Row,
    Submission,
    columns_of,
    holds_several,
    newest,
    submission_of,
    table_of,
)
from kash.people.connections.models import Connection
from kash.people.connections.queries import connection_on, secret_of
from kash.people.connections.services import (
    AnotherHost,
    AnswerTooLarge,
    FetchFailed,
    NotAnswered,
    NotReached,
    OtherSystem,
)
from kash.people.lists.services import MOST_ROWS as MOST_PEOPLE
from kash.people.lists.services import bring_in, field_by_heading
from kash.people.models import Group, Organisation, PeopleList
from kash.platform.database import db
from kash.platform.jobs import Job, JobResult, Progress, enqueue
from kash.platform.vault import audited, lookup
from kash.platform.web.current_actor import actor_of_job
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.policy import Actor

FETCH = "kobo.fetch"
MOST_A_PAGE = 1_000
MOST_PAGES = 1_000
# No list of people holds more.
MOST_ROWS = 20_000
_MOST_BYTES = 20_000_000
# What somebody chose from our own form, under the name that our form gave it.
_PLACE = "organisation"
_NO_ANSWER = _l("The other server did not answer as it should. Nothing was brought in.")
_REPEATS = _l("The server gives the same page over and over. Nothing was brought in.")
_NO_PAGE = _l("The answer holds no rows of a form. Nothing was brought in.")
_ELSEWHERE = _l("The answer leads to another server, where nothing is asked for.")
_FAILED: Mapping[type[FetchFailed], Any] = {
    NotReached: _l("The server cannot be reached. Nothing was brought in."),
    AnswerTooLarge: _l("The answer is far larger than rows are. Nothing was read."),
    NotAnswered: _l("The server stopped in the middle of its answer. Nothing was brought in."),
    AnotherHost: _ELSEWHERE,
}
_TOKEN = _l("The server does not know this connection's token, or not any more.")
_REFUSED: Mapping[int, Any] = {
    401: _TOKEN,
    403: _TOKEN,
    404: _l("There is no such form on the server, or the token may not see it."),
    429: _l("The server is asked too often. Try again in an hour."),
}


def ask_for_rows(public_id: str, by: Actor, *, without_gone: bool = False) -> None:
    """Have the worker fetch the rows of a form, if nobody does. With `without_gone` questions that
    are in no row any more do not matter. Raises NotFound and a
    Problem."""
    with audited("kobo.rows_asked", by) as change:
        session = change.session
        form = _locked(session, public_id)
        connection_on("kobo", form.connection.public_id, session)
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
        job = enqueue(
            session,
            FETCH,
            owner=by.public_id,
            title=_("Fetching rows of a form"),
            back=f"/kobo/forms/{public_id}",
            form_id=public_id,
            by=by.public_id,
            without_gone=without_gone,
        )
        form.job = job.public_id
        change.about(public_id)


def _locked(session: Session, public_id: str) -> KoboForm:
    statement = select(KoboForm).where(KoboForm.public_id == public_id)
    return one_or_404(session.scalar(statement.with_for_update()))


def _refuse_waiting(form: KoboForm, session: Session | None = None) -> None:
    waits = list_of(form, session)
    if waits is not None and waits.state == "waiting":
        raise Problem(
            _l(
                "A list of this form waits to be confirmed or thrown away. Rows"
                " are fetched after that."
            )
        )


def fetch_rows(
    progress: Progress, *, form_id: str, by: str, without_gone: bool = False
) -> JobResult | None:
    """Fetch the rows of a form and make a list of those that are new or edited. Raises NotFound and
    a Problem; then nothing was brought in."""
    form = form_of(form_id)
    connection = connection_on("kobo", form.connection.public_id)
    _refuse_waiting(form)
    try:
        rows = _rows_of(connection, form.asset, progress.report)
    except FetchFailed as failed:
        raise Problem(
            next(
                (sentence for kind, sentence in _FAILED.items() if isinstance(failed, kind)),
                _NO_ANSWER,
            )
        ) from None
    if any(holds_several(submitted) for submitted in rows):
        raise Problem(
            _(
                "A submission of this form holds several people. Let one submission be one person;"
                " the form that is downloaded here is made so."
            )
        )
    submissions = newest(submission_of(submitted) for submitted in rows)
    columns = columns_of(submissions)
    gone = [name for name in form.columns if name not in columns]
    if gone and not without_gone:
        raise Problem(
            _(
                "These questions were answered before and are in no row now: %(names)s. Was the"
                " form changed? Nothing was brought in.",
                names=", ".join(gone[:8]),
            )
        )
    if submissions and not any(field_by_heading(name)[0] == "name" for name in columns):
        raise Problem(
            _l(
                "No question of this form asks for a name. Use the form that is"
                " downloaded here, or call"
                " the question “name”."
            )
        )
    actor = actor_of_job(by)
    if actor.may("kobo.use"):
        keep_rows(form, submissions, columns, actor)
    return None


def _rows_of(
    connection: Connection, asset: str, report: Callable[[int, int | None], None]
) -> list[Row]:
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
            raise Problem(
                _REFUSED.get(answer.status)
                or _(
                    "The server answered with an error (%(status)s). Nothing was brought in.",
                    status=answer.status,
                )
            )
        pages += 1
        return answer.content

    query = urlencode({"limit": MOST_A_PAGE, "start": 0, "sort": '{"_id":1}'})
    path = f"/api/v2/assets/{quote(asset, safe='')}/data.json?{query}"
    return all_rows(f"{connection.address.rstrip('/')}{path}", fetch)


def all_rows(first: str, fetch: Callable[[str], bytes]) -> list[Row]:
    """All rows of a form by their numbers, page by page, or none. KoboToolbox gives 100 rows a page
    unless it is asked for more, and never more than 1,000: so pages are followed until there is no
    next one, and what came must be as many as the server says there are.

    Raises a Problem, and what `fetch` raises.
    """
    rows: dict[int, Row] = {}
    seen, address = set[str](), first
    while True:
        if address in seen or len(seen) >= MOST_PAGES:
            raise Problem(_REPEATS)
        seen.add(address)
        count, following, more = page_of(fetch(address))
        before = len(rows)
        # What came twice is one row: the later one is newer, since it was corrected meanwhile.
        rows |= {submitted["_id"]: submitted for submitted in more}
        if max(count, len(rows)) > MOST_ROWS:
            raise Problem(
                _("This form has more rows than a list may hold. Nothing was brought in.")
            )
        if not following:
            break
        if len(rows) == before:
            # A page of nothing new would be followed for ever.
            raise Problem(_REPEATS)
        address = _next_address(address, following)
    if len(rows) != count:
        raise Problem(
            _(
                "Rows that came: %(came)s. Rows that the server says there are: %(said)s. Nothing"
                " was brought in; try again.",
                came=len(rows),
                said=count,
            )
        )
    return [rows[number] for number in sorted(rows)]


def page_of(content: bytes) -> tuple[int, str, list[Row]]:
    """How many rows are on all pages, the address of the next page, and the rows of one. Raises a
    Problem if it is no page of rows."""
    try:
        answer = json.loads(content)
        count, following, rows = answer["count"], answer["next"], answer["results"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Problem(_NO_PAGE) from None
    if not (
        type(count) is int
        and count >= 0
        and (following is None or isinstance(following, str))
        and isinstance(rows, list)
        and all(
            isinstance(submitted, dict) and type(submitted.get("_id")) is int for submitted in rows
        )
    ):
        raise Problem(_NO_PAGE)
    return count, following or "", rows


def _next_address(here: str, following: str) -> str:
    address = urljoin(here, following)
    mine, other = urlsplit(here), urlsplit(address)
    # A server behind a proxy may write `http` in its own links: the token never goes that way.
    same_name = mine.hostname == other.hostname and mine.path == other.path
    if not same_name or (mine.port != other.port and other.port is not None):
        raise Problem(_ELSEWHERE)
    return other._replace(scheme=mine.scheme, netloc=mine.netloc).geturl()


def keep_rows(
    form: KoboForm, rows: Sequence[Submission], columns: Sequence[str], by: Actor
) -> None:
    """Make a list of the rows that are new or edited, if there are any. Raises FileUnreadable."""
    first_ids = {
        submission.number: lookup(submission.first_id, kind="kobo.first_id")
        if submission.first_id
        else ""
        for submission in rows
    }
    contents = {
        submission.number: lookup(submission.content.decode(), kind="kobo.answers")
        for submission in rows
    }
    stored = known_rows(form, first_ids.values(), by)
    news: list[Submission] = []
    edited = 0
    people: dict[int, str] = {}
    for submission in rows:
        before = stored.get(first_ids[submission.number]) or stored.get(submission.number)
        if before is not None and before[0] == contents[submission.number]:
            continue
        if len(news) == MOST_PEOPLE:
            # What is more than a list holds comes with the next one.
            break
        news.append(submission)
        if before is not None:
            edited += bool(before[0])
            if before[1]:
                # The headings are row 1.
                people[len(news) + 1] = before[1]
    list_id = ""
    if news:
        # The server's connection to the database is free while the list is taken apart.
        content = _csv(table_of(_with_places(news), columns))
        list_id = bring_in(content, "KoboToolbox.csv", form.group.public_id, by, people)
    with audited("kobo.rows_brought", by) as change:
        session = change.session
        form = _locked(session, form.public_id)
        form.list_id = list_id or form.list_id
        form.columns = list(columns)
        form.rows_count, form.new_count = len(rows), len(news) - edited
        form.edited_count, form.fetched_at = edited, change.now
        # Rows of lists that were thrown away or undone come again.
        lists = select(PeopleList.public_id).where(PeopleList.state != "undone")
        session.execute(
            delete(KoboRow)
            .where(KoboRow.form_id == form.id, KoboRow.list_id.not_in(lists))
            .execution_options(synchronize_session=False)
        )
        session.add_all(
            KoboRow(
                form_id=form.id,
                number=new.number,
                first_id=first_ids[new.number],
                content=contents[new.number],
                list_id=list_id,
                row=place,
            )
            for place, new in enumerate(news, 2)
        )
        change.about(form.public_id, *([list_id] if list_id else []))


def _with_places(rows: Sequence[Submission]) -> list[Submission]:
    """The rows with places by the names that they have now."""
    wanted = {submission.told[_PLACE] for submission in rows if submission.told.get(_PLACE)}
    places = db.session.execute(
        select(Organisation.public_id, Organisation.name).where(
            Organisation.public_id.in_(sorted(wanted)[:500])
        )
    )
    names: dict[str, str] = dict(places.all())
    return [
        replace(
            submission,
            told={
                **submission.told,
                _PLACE: names.get(submission.told[_PLACE], submission.told[_PLACE]),
            },
        )
        if submission.told.get(_PLACE)
        else submission
        for submission in rows
    ]


def _csv(table: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode()


@dataclass(frozen=True)
class FormDetails:
    """A form: how it is called here, by what the server knows it, and the group of its people,
    by public id."""

    title: str
    asset: str
    group: str


def add_form(connection_id: str, details: FormDetails, by: Actor) -> str:
    """Add a form of a connection that is on; its public id. Raises NotOn, NotFound and Problem."""
    try:
        with audited("kobo.form_added", by) as change:
            session = change.session
            connection = connection_on("kobo", connection_id, session)
            group = get_or_404(session, Group, details.group)
            form = KoboForm(
                connection_id=connection.id,
                asset=details.asset,
                title=details.title,
                group_id=group.id,
                created_by=by.public_id,
                created_at=change.now,
            )
            session.add(form)
            session.flush()
            change.about(form.public_id, connection.public_id)
            return form.public_id
    except IntegrityError:
        raise Problem(
            _l("This form of that server is here already."), field="asset", status=422
        ) from None


def remove_form(public_id: str, by: Actor) -> None:
    """Take a form off, with what its rows were known by. People stay. Raises NotFound."""
    with audited("kobo.form_removed", by) as change:
        form = _locked(change.session, public_id)
        change.session.execute(delete(KoboRow).where(KoboRow.form_id == form.id))
        change.session.delete(form)
        change.about(public_id)
