"""Taking a list away as a table: exactly what its page shows, all pages of it, and in its order.

A view that lists something says so in three lines, and stays as it is otherwise:

    @blueprint.get("")
    @allow("venues.see")
    @offers_table("venues")
    def index() -> ResponseReturnValue:
        found = venues_found(current_actor(), asked)
        if is_taken():
            return taken(found, VENUE_COLUMNS)
        return render_template(…)

The table is asked for by posting to the address of the list (or to "/table" below it, where
something else is posted there), with what narrows it, so that reach,
search and order cannot be others than those of the page. `listing` and `paged` then give all rows,
a few at a time. Each table that was taken is one entry of the audit trail, which names the list and
what it belongs to. One that names participants is a dangerous action: the password is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from kash.platform.database import is_public_id
from kash.platform.vault.audit import audited
from kash.platform.web.current_actor import current_actor
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.tables import written
from kash.policy import declared_permission

Row = TypeVar("Row")
View = TypeVar("View", bound=Callable[..., Any])
_OFFER = "kash_table"
_ASKED = "take"
_KINDS = ("xlsx", "csv")
_NOT_AGAIN = ("csrf_token", "page", "hxl")


@dataclass(frozen=True)
class TableColumn(Generic[Row]):
    """A column of a table that is taken away: its head, what stands there, and how the Humanitarian
    Exchange Language calls that ("#date+start"), where it has a word for it.

    Neither anything sealed in the vault nor a phone, an e-mail or a legal name is ever a column.
    """

    label: Any
    value: Callable[[Row], object]
    tag: str = ""


@dataclass(frozen=True)
class TableOffered:
    """Declaration of a view. `file` is the neutral name of the file; `names` says that it names
    participants."""

    file: str
    names: bool


def offers_table(file: str, *, names: bool = False) -> Callable[[View], View]:
    """Declare that the list of a view can be taken away."""

    def declare(view: View) -> View:
        @wraps(view)
        def answered(*args: Any, **values: Any) -> Any:
            return view(*args, **values)

        setattr(answered, _OFFER, TableOffered(file, names))
        # A search, which is posted, has it already.
        answered.required_methods = {"POST"}  # type: ignore[attr-defined]
        return answered  # type: ignore[return-value]

    return declare


def offered_by(view: Callable[..., Any] | None) -> TableOffered | None:
    """Declaration of a view, None if its list can't be taken away."""
    return getattr(view, _OFFER, None)


def _here() -> TableOffered | None:
    return offered_by(current_app.view_functions.get(request.endpoint or ""))


def is_taken() -> bool:
    """True if the present request asks for a table in place of a page."""
    return request.method == "POST" and request.args.get(_ASKED) in _KINDS and _here() is not None


def takes_names() -> bool:
    """True if the present request asks for a table that names participants."""
    offered = _here()
    return offered is not None and offered.names and is_taken()


def taken(rows: Iterable[Row], columns: Sequence[TableColumn[Row]]) -> Response:
    """The table that was asked for. Nothing is given before it is whole and noted."""
    offered = one_or_404(_here())
    kind, tagged = request.args[_ASKED], request.form.get("hxl") == "1"
    lines = _lines(rows, columns, tagged)
    made = written(lines, file=offered.file, kind=kind, heads=2 if tagged else 1)
    _note()
    return made


def own_table(rows: Iterable[Sequence[object]], *, file: str) -> Response:
    """A table of its own making, the head first, noted as the others are; of the kind that the
    address names. It names no participant."""
    made = written(rows, file=file, kind="csv" if request.args.get("kind") == "csv" else "xlsx")
    _note()
    return made


def _lines(
    rows: Iterable[Row], columns: Sequence[TableColumn[Row]], tagged: bool
) -> Iterator[Sequence[object]]:
    yield [str(column.label) for column in columns]
    if tagged:
        yield [column.tag for column in columns]
    values = [column.value for column in columns]
    words = {True: _("yes"), False: _("no")}
    for row in rows:
        yield [_plain(value(row), words) for value in values]


def _plain(value: object, words: Mapping[bool, str]) -> object:
    """A value as a table takes it."""
    if value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, bool):
        return words[value]
    if isinstance(value, datetime):
        return to_local(value).replace(tzinfo=None, second=0, microsecond=0)
    return value


def noted(file: Response) -> Response:
    """A file that names somebody or tells what left, given once that stands in the audit trail: by
    its address and what it belongs to, never by whom it holds."""
    _note("files.exported", "file")
    return file


def _note(action: str = "lists.exported", what: str = "list") -> None:
    parents = [str(value) for value in (request.view_args or {}).values()]
    with audited(action, current_actor()) as change:
        change.about(f"{what}:{request.endpoint}", *filter(is_public_id, parents))


@dataclass(frozen=True)
class TableForm:
    """Form by which a page lets its list be taken away: it posts once more what the page was asked
    for. `addresses` are by kind, `fields` what was posted, if anything was."""

    names: bool
    addresses: Mapping[str, str]
    fields: Sequence[tuple[str, str]]


def table_form() -> TableForm | None:
    """Form of the present page; None if its list can't be taken away, or not by this reader."""
    found = _offered_at(request.path) or _offered_at(f"{request.path}/table")
    if found is None:
        return None
    path, offered = found
    asked = [pair for pair in request.args.items(multi=True) if pair[0] not in ("page", _ASKED)]
    return TableForm(
        offered.names,
        {kind: f"{path}?{urlencode([*asked, (_ASKED, kind)])}" for kind in _KINDS},
        [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_AGAIN],
    )


def _offered_at(path: str) -> tuple[str, TableOffered] | None:
    """A table for this reader that is answered to what is posted there."""
    try:
        endpoint, _arguments = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return None
    view = current_app.view_functions[endpoint]
    offered, permission = offered_by(view), declared_permission(view)
    if offered is None or permission is None or not current_actor().may(permission):
        return None
    return path, offered


def init_taking(app: Flask) -> None:
    """Let the macros of tables ask whether a list can be taken away."""
    app.jinja_env.globals["table_form"] = table_form
