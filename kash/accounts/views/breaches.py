"""Columns of the lists of accounts, where they are taken away as tables. The breach register, and
its clock of 72 hours. The review of access as a table: CSV line by line, or a sheet made in
memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts import blueprint
from kash.accounts.forms import CloseForm, EditBreachForm, NewBreachForm, NoteForm, NoticeForm
from kash.accounts.models import (
    AFFECTED_NAMES,
    ASKED_NAMES,
    OPENING_NAMES,
    Account,
    Breach,
    clock_text,
    role_name,
)
from kash.accounts.queries import safety as breaches_queries
from kash.accounts.queries.requests import RequestLine
from kash.accounts.queries.safety import (
    AccessLine,
    AuditLine,
    BreachLine,
    breach_listing,
    breach_page,
    breach_version,
    breach_what,
)
from kash.accounts.rules import Affected, Opening, RequestState
from kash.accounts.services import breaches as breaches_services
from kash.accounts.services.breaches import BREACH_CLOSED, change_breach
from kash.accounts.services.locking import revocation_label, revocation_outcome
from kash.platform.database import utc_now
from kash.platform.web import current_actor, go, page
from kash.platform.web.errors import Problem
from kash.platform.web.formats import to_local
from kash.platform.web.parts import action_text, actor_text
from kash.platform.web.taking import (
    TableColumn,
    is_taken,
    offers_table,
    table_csv,
    table_xlsx,
    taken,
)
from kash.policy import allow


def _head() -> list[str]:
    return [
        _("Name"),
        _("Roles"),
        _("Second step"),
        _("Locked"),
        _("Last seen"),
        *(str(OPENING_NAMES[column]) for column in Opening),
        _("Stands in for"),
        _("Reviewed"),
        _("Reviewed by"),
    ]


def _day(moment: Any) -> date | None:
    return to_local(moment).date() if moment is not None else None


def _row(line: AccessLine) -> list[object]:
    return [
        line.name,
        ", ".join(role_name(role) for role in line.roles),
        _("Yes") if line.second_step else _("No"),
        _("Yes") if line.paused else _("No"),
        _day(line.last_seen),
        *(line.openings[cell] for cell in Opening),
        ", ".join(lent.absent for lent in line.stands_in),
        _day(line.reviewed_at),
        line.reviewed_by,
    ]


def access_csv(lines: Sequence[AccessLine]) -> Iterator[bytes]:
    """UTF-8 with a mark by which spreadsheets know it."""
    # The words are looked up now: while it is sent there is no request any more.
    return table_csv([_head(), *(_row(line) for line in lines)])


def access_xlsx(lines: Sequence[AccessLine]) -> bytes:
    """A sheet with a head that stays."""
    return table_xlsx([_head(), *(_row(line) for line in lines)])


ACCOUNT_COLUMNS: Sequence[TableColumn[Account]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#contact+name"),
    TableColumn(
        _l("Roles"),
        lambda one: ", ".join(str(role_name(role.role)) for role in one.roles),
        "#contact+type",
    ),
    TableColumn(_l("Last seen"), lambda one: one.last_seen_at, "#date+seen"),
)
BREACH_COLUMNS: Sequence[TableColumn[BreachLine]] = (
    TableColumn(_l("Noticed"), lambda one: one.noticed_at, "#date+noticed"),
    TableColumn(_l("An account was locked"), lambda one: one.by_lock, "#indicator+locked"),
    TableColumn(
        _l("Affected"),
        lambda one: ", ".join(str(AFFECTED_NAMES[what]) for what in one.affected),
        "#impact+type",
    ),
    TableColumn(_l("Notice"), lambda one: clock_text(one.clock), "#status"),
    TableColumn(_l("Closed"), lambda one: one.closed_at, "#date+closed"),
)
TRAIL_COLUMNS: Sequence[TableColumn[AuditLine]] = (
    TableColumn(_l("When"), lambda one: one.at, "#date"),
    TableColumn(_l("Who"), lambda one: one.name or actor_text(one.actor), "#contact+name"),
    TableColumn(_l("Action"), lambda one: action_text(one.action), "#activity"),
    TableColumn(_l("About"), lambda one: ", ".join(one.subjects), "#meta+id"),
)


_REQUEST_STATES = {
    RequestState.WAITING: _l("waits for another person"),
    RequestState.AGREED: _l("agreed, link not made yet"),
    RequestState.DONE: _l("agreed and done"),
    RequestState.DECLINED: _l("declined"),
    RequestState.WITHDRAWN: _l("withdrawn"),
    RequestState.CHANGED: _l("went back"),
}


def _request_state(one: RequestLine) -> object:
    if not one.overdue:
        return _REQUEST_STATES[one.state]
    if one.state is RequestState.WAITING:
        return _l("nobody decided in time")
    return _l("link not made in time")


REQUEST_COLUMNS: Sequence[TableColumn[RequestLine]] = (
    TableColumn(_l("Asked"), lambda one: one.asked_at, "#date+asked"),
    TableColumn(_l("What"), lambda one: ASKED_NAMES[one.kind], "#activity"),
    TableColumn(_l("Name"), lambda one: one.name, "#contact+name"),
    TableColumn(_l("Asked by"), lambda one: one.asked_by, "#contact+asking"),
    TableColumn(_l("Open until"), lambda one: one.expires_at, "#date+end"),
    TableColumn(_l("State"), _request_state, "#status"),
    TableColumn(_l("Decided"), lambda one: one.decided_at, "#date+decided"),
    TableColumn(_l("Decided by"), lambda one: one.decided_by, "#contact+deciding"),
)


def _to(breach_id: str) -> ResponseReturnValue:
    return go("accounts.breach", breach_id=breach_id)


@blueprint.get("/breaches")
@allow("breaches.see")
@offers_table("breaches")
def breaches() -> ResponseReturnValue:
    """Breaches that are open, or those that were closed."""
    closed = request.args.get("closed") == "1"
    listed = breach_listing(closed=closed, now=utc_now())
    if is_taken():
        return taken(listed, BREACH_COLUMNS)
    return render_template(
        "accounts/breaches.html",
        breaches=listed,
        closed=closed,
        affected_names=AFFECTED_NAMES,
        clock_text=clock_text,
    )


@blueprint.route("/breaches/new", methods=["GET", "POST"])
@allow("breaches.manage")
def open_breach() -> ResponseReturnValue:
    """Begin an entry without locking an account: a lost paper, a wrong e-mail."""
    form = NewBreachForm(data={"noticed_at": utc_now()})
    if form.validate_on_submit():
        with form.showing_problems():
            breach_id = breaches_services.open_breach(
                current_actor(),
                what=form.what.data,
                affected=[Affected(account) for account in form.affected.data],
                noticed_at=form.noticed_at.data,
                public_id=form.key.data,
            )
            return _to(breach_id)
    return page("accounts/breach_new.html", form=form)


def _page(
    breach_id: str, *, note: NoteForm | None = None, notice: NoticeForm | None = None
) -> ResponseReturnValue:
    shown = breach_page(breach_id, utc_now())
    forms = (note, notice)
    return render_template(
        "accounts/breach.html",
        breach=shown,
        note_form=note or NoteForm(formdata=None),
        notice_form=notice or NoticeForm(formdata=None, data={"notified_at": utc_now()}),
        affected_names=AFFECTED_NAMES,
        clock_text=clock_text,
        step_label=revocation_label,
        outcome=revocation_outcome,
    ), 422 if any(form is not None and form.errors for form in forms) else 200


@blueprint.get("/breaches/<breach_id>")
@allow("breaches.see")
def breach(breach_id: str) -> ResponseReturnValue:
    """One entry: the clock, what happened, and what was done, in order."""
    return _page(breach_id)


def _written(found: Breach) -> dict[str, Any]:
    return {
        "what": breach_what(found),
        "affected": found.affected,
        "row_version": breach_version(found),
    }


@blueprint.route("/breaches/<breach_id>/edit", methods=["GET", "POST"])
@allow("breaches.manage")
def edit_breach(breach_id: str) -> ResponseReturnValue:
    """Write what happened and what was affected."""
    breach_shown = breaches_queries.breach(breach_id)
    if breach_shown.closed_at is not None and request.method == "GET":
        flash(str(Problem(BREACH_CLOSED, field="")), "warn")
        return _to(breach_id)
    form = EditBreachForm(data=_written(breach_shown))
    if form.validate_on_submit():
        # Closed while she wrote: what she typed stays, for a new entry.
        with form.showing_problems():
            change_breach(
                current_actor(),
                breach_id,
                what=form.what.data,
                affected=[Affected(account) for account in form.affected.data],
                version=form.row_version_shown,
            )
            return _to(breach_id)
        if form.changed_meanwhile:
            form.compare(_written(breaches_queries.breach(breach_id)))
    return page("accounts/breach_edit.html", form=form, breach_id=breach_id)


@blueprint.post("/breaches/<breach_id>/notes")
@allow("breaches.manage")
def add_breach_note(breach_id: str) -> ResponseReturnValue:
    """Add a line."""
    form = NoteForm()
    if form.validate_on_submit():
        with form.showing_problems():
            breaches_services.add_breach_note(
                current_actor(), breach_id, form.text.data, form.key.data
            )
            return _to(breach_id)
    return _page(breach_id, note=form)


@blueprint.post("/breaches/<breach_id>/notice")
@allow("breaches.manage")
def record_notice(breach_id: str) -> ResponseReturnValue:
    """Say when the Data Commissioner was told."""
    form = NoticeForm()
    if form.validate_on_submit():
        with form.showing_problems():
            breaches_services.record_notice(current_actor(), breach_id, form.notified_at.data)
            flash(_("Recorded. The clock has stopped."))
            return _to(breach_id)
    return _page(breach_id, notice=form)


@blueprint.route("/breaches/<breach_id>/close", methods=["GET", "POST"])
@allow("breaches.manage")
def close_breach(breach_id: str) -> ResponseReturnValue:
    """Close an entry for good, with the reason."""
    shown = breach_page(breach_id, utc_now())
    if shown["line"].closed_at is not None:
        return _to(breach_id)
    form = CloseForm()
    if form.validate_on_submit():
        breaches_services.close_breach(current_actor(), breach_id, form.reason.data)
        flash(_("The entry is closed."))
        return _to(breach_id)
    return page("accounts/breach_close.html", form=form, breach=shown)
