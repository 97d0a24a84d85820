"""The form that is being posted, to be given back where it could not be taken yet. Errors for
programs: a document as RFC 9457 describes it (`application/problem+json`). Errors as pages: a
sentence for a person, never a value."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from html import unescape
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

import structlog
from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy import ColumnExpressionArgument, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from kash.platform.cleaning import CleaningBusy
from kash.platform.condition import note_damage, note_refusal
from kash.platform.database import PublicId, db, utc_now
from kash.platform.faults import Fault, fault_of
from kash.platform.press import RenderError
from kash.platform.storage import FileMissing, StorageError, StorageFull
from kash.platform.vault.checks import KeyAltered
from kash.policy import NOBODY

# What is typed anew rather than kept.
_NEVER_KEPT = (
    "password", "passphrase", "typed", "recovery_code", "present", "new", "code", "credential",
    "sealed", "csrf_token",
)  # fmt: skip


def came_from_here() -> bool:
    """True if a form is being posted from a page of this site: only that is ever given back."""
    if not request.form:
        return False
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError:
            return False
    return True


# Where `code` says which report, badge or session is meant. Elsewhere it lets somebody in.
_CODES_OF_THINGS = ("incidents.", "workshops.")


def posted(*, onto_page: bool = False) -> tuple[str, list[tuple[str, str]]]:
    """Where the present form is going, and its fields but for what is typed anew.

    `onto_page`: they go back only into the page of the person who sent them. There the code of a
    report stays with what was typed for it, which would go into another report without; it is kept
    nowhere else.
    """
    code_stays = onto_page and (request.endpoint or "").startswith(_CODES_OF_THINGS)
    fields = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if (name == "code" and code_stays) or (name not in _NEVER_KEPT and "password" not in name)
    ]
    query = request.query_string.decode("ascii", "ignore")
    return request.path + ("?" + query if query else ""), fields


MIMETYPE = "application/problem+json"
PLACE = "/api/"
# What is asked by people says on its page what to do; a program is told what was wrong.
_SENTENCES: dict[int, Any] = {
    400: _l("This could not be read."),
    401: _l("A token is needed here."),
    403: _l("This token does not reach this."),
    404: _l("There is nothing here, or this token does not reach it."),
    405: _l("This address does not take this method."),
    408: _l("This took too long to arrive, and nothing of it was kept."),
    409: _l("Somebody else changed this first. Read it again, and then send your change."),
    413: _l("This is too large. Send it in parts."),
    415: _l("Send JSON, and say so in Content-Type."),
    422: _l("Something in this is not as it should be."),
    429: _l("Too many requests. Wait a minute and go on."),
    500: _l("Something broke on our side."),
    503: _l("The server is busy. Wait a minute and send this again."),
    507: _l("There is no room left on the server's disk, so nothing was saved."),
}


def is_for_programs(path: str) -> bool:
    """True if a program asks for this path."""
    return path.startswith(PLACE)


def problem_document(
    status: int, sentence: str = "", title: str = "", *, code: str = "", **more: Any
) -> Response:
    """The document for a status. `code` is a fixed word by which a program tells this error from
    others; `more` stands beside."""
    text = sentence or str(_SENTENCES.get(status, _SENTENCES[400 if status < 500 else 500]))
    told = {
        "type": f"urn:kash:problem:{code}" if code else "about:blank",
        "title": title or _phrase(status),
        "status": status,
        "detail": text,
    }
    return Response(json.dumps(told | more), status=status, content_type=MIMETYPE)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


log = structlog.get_logger("kash.platform.web")
Found = TypeVar("Found")
Public = TypeVar("Public", bound=PublicId)

_PAGES = frozenset({400, 403, 404, 405, 408, 409, 413, 429, 500, 503, 507})


class Problem(Exception):
    """Something that cannot be done, with a sentence fit for a person.

    A view that does not catch it shows the sentence on a page of its own with that status. A
    subclass is made only where somebody catches it by name; `heading` is for pages whose status has
    another one.

    `field` is the name of the form's field that it is about, "" if it is about the form as a whole.
    """

    status: int = 409
    heading: ClassVar[str] = ""
    field: str | None = None
    sentence: str = _l("This cannot be done as things stand.")

    def __init__(
        self, sentence: str | None = None, *, field: str | None = None, status: int | None = None
    ) -> None:
        super().__init__()
        if sentence is not None:
            self.sentence = sentence
        if field is not None:
            self.field = field
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(Problem):
    """There is no such thing, or it is out of the actor's reach: the answer is the same."""

    status = 404
    sentence = _l("The address is wrong, or what stood here was removed.")


class NotUsed(NotFound):
    """The page belongs to what the programme has off."""

    heading = _l("Not used here")
    sentence = _l("This programme does not use this. An administrator can propose in Settings to.")


class ChangedMeanwhile(Problem):
    """Somebody else saved the same thing since the page was shown."""

    sentence = _l("Someone else saved changes while you were writing.")


class Forbidden(Problem):
    """The actor may not do this."""

    status = 403
    sentence = _l("Your account does not include this.")


class TooManyTries(Problem):
    """Something was tried too often within a short time."""

    status = 429
    sentence = _l("Too many tries. Wait a few minutes and try again.")


Again = tuple[str, list[tuple[str, str]]]
_NO_ROOM = _l(
    "There is no room left on the server's disk, so nothing was saved. Reading goes on. "
    "Tell an administrator, or the person who runs the server."
)
_ALTERED = _l(
    "A key of the vault was altered in the database. Nothing is sealed to it. Tell the other "
    "members and the operator of the server now."
)
_DAMAGED = _l(
    "What this page needs is damaged on the server's disk. Tell an administrator, or the "
    "person who runs the server, at once, and type in nothing more until somebody has "
    "looked."
)


def _wants_page() -> bool:
    return request.headers.get("X-Requested-With") != "fetch" and not request.is_json


def one_or_404(found: Found | None) -> Found:
    """The row or value that was found. Raises NotFound if there is none."""
    if found is None:
        raise NotFound
    return found


def get_or_404(
    session: Session | scoped_session[Any],
    model: type[Public],
    public_id: str,
    *criteria: ColumnExpressionArgument[bool],
    options: Sequence[ORMOption] = (),
    lock: bool = False,
) -> Public:
    """The row with this public id that fits the criteria, locked for a change if asked. Raises
    NotFound if there is none."""
    statement = select(model).where(model.public_id == public_id, *criteria).options(*options)
    return one_or_404(session.scalar(statement.with_for_update() if lock else statement))


def error_page(
    status: int, sentence: str = "", heading: str = "", *, again: Again | None = None
) -> ResponseReturnValue:
    """The page for a status, with a sentence and a heading of its own if there are any. `again` is
    what could not be taken, address and fields, to be sent once more from there. A program gets a
    document in its place."""
    shown = status if status in _PAGES else 400 if status < 500 else 500
    if is_for_programs(request.path):
        return problem_document(status, str(sentence), str(heading))
    if not _wants_page():
        return {"error": str(sentence) or _lead(shown)}, status
    words = {"sentence": str(sentence), "heading": str(heading)}
    return render_template(f"errors/{shown}.html", again=again, **words), status


def _lead(shown: int) -> str:
    """The sentence of a status's page alone, as a script tells it."""
    page = current_app.jinja_env.get_template(f"errors/{shown}.html")
    return unescape("".join(page.blocks["lead"](page.new_context()))).strip()


def _of_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    answer = error_page(status)
    headers = [
        (name, value)
        for name, value in error.get_headers()
        if name not in ("Content-Type", "Content-Length")
    ]
    if isinstance(answer, Response):
        answer.headers.extend(headers)
        return answer
    return (*answer, headers) if isinstance(answer, tuple) else answer


def _of_problem(problem: Problem) -> ResponseReturnValue:
    return error_page(problem.status, str(problem), problem.heading)


def _of_csrf(_error: CSRFError) -> ResponseReturnValue:
    return error_page(400)


def _of_conflict(_error: IntegrityError) -> ResponseReturnValue:
    # Two wrote at once, or one thing was sent twice: the database kept the first.
    return error_page(409)


def _of_unfit_value(_error: Exception) -> ResponseReturnValue:
    return error_page(400)


def _of_storage(error: StorageError) -> ResponseReturnValue:
    if isinstance(error, StorageFull):
        return _of_fault(OSError(errno.ENOSPC, ""))
    return error_page(404 if isinstance(error, FileMissing) else 503, str(error))


def _of_busy_cleaning(busy: CleaningBusy) -> ResponseReturnValue:
    return error_page(503, str(busy))


def _of_paper(error: RenderError) -> ResponseReturnValue:
    return error_page(503, _(error.sentence))


def _of_fault(error: Exception) -> ResponseReturnValue:
    """Answer to a fault of the machine: said as it is, on a page that needs no more than there
    is."""
    fault = fault_of(error)
    if fault is None:
        # No mistake of the machine but of ours.
        raise error
    # A page that leaves no trace leaves none of this either: it would tell when somebody was there.
    if not g.get("unlogged"):
        _note(fault)
    if fault is Fault.NO_ROOM:
        return _of_no_room()
    if fault is Fault.DAMAGED:
        return _without_database(500, _DAMAGED)
    return _without_database(503)


def _note(fault: Fault) -> None:
    log.error("fault", fault=fault.value, request=g.get("request_id"), endpoint=request.endpoint)
    settings = current_app.config["SETTINGS"]
    if fault is Fault.NO_ROOM:
        note_refusal(settings)
    elif fault is Fault.DAMAGED:
        note_damage(settings, utc_now())


def _of_no_room() -> ResponseReturnValue:
    try:
        db.session.rollback()
        again = posted(onto_page=True) if came_from_here() else None
        return error_page(507, _NO_ROOM, again=again)
    except Exception:
        return _without_database(507, _NO_ROOM)


def _of_anything(_error: Exception) -> ResponseReturnValue:
    return _without_database(500)


def _without_database(status: int, sentence: str = "") -> ResponseReturnValue:
    """A page that asks nothing of anybody: what it would ask may be what has failed."""
    g.failing = True
    g.actor = NOBODY
    g.setdefault("programme_facts", None)
    try:
        return error_page(status, sentence)
    except Exception:
        return Response("Something broke on our side.", status=status, mimetype="text/plain")


def _of_altered_key(_error: KeyAltered) -> ResponseReturnValue:
    """Nothing is sealed to a key that was altered; what was typed stays on the page."""
    db.session.rollback()
    again = posted(onto_page=True) if came_from_here() else None
    return error_page(503, _ALTERED, again=again)


def init_errors(app: Flask) -> None:
    """Register a page for each thing that can go wrong."""
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(CSRFError, _of_csrf)
    app.register_error_handler(Problem, _of_problem)
    app.register_error_handler(CleaningBusy, _of_busy_cleaning)
    app.register_error_handler(RenderError, _of_paper)
    app.register_error_handler(StorageError, _of_storage)
    app.register_error_handler(KeyAltered, _of_altered_key)
    app.register_error_handler(IntegrityError, _of_conflict)
    app.register_error_handler(DataError, _of_unfit_value)
    app.register_error_handler(DBAPIError, _of_fault)
    app.register_error_handler(OSError, _of_fault)
    app.register_error_handler(OverflowError, _of_unfit_value)
    app.register_error_handler(UnicodeEncodeError, _of_unfit_value)
    app.register_error_handler(500, _of_anything)
