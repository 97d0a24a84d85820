"""The review of access: what every account may do, and what it took with it of late."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.documents import access_csv, access_xlsx
from kash.accounts.names import ROLE_NAMES, role_name
from kash.accounts.queries.access import (
    ONLY,
    AccessFilter,
    access_listing,
    all_access_lines,
    last_review,
    review_reminder,
)
from kash.accounts.queries.accounts import names_of
from kash.accounts.services import access as access_services
from kash.accounts.services.access import note_export
from kash.platform.approvals.approval import approval_names
from kash.platform.database import utc_now
from kash.platform.web import NotFound, current_actor, download
from kash.policy import Role, allow


def _wanted() -> AccessFilter:
    role, only = request.args.get("role", ""), request.args.get("only", "")
    return AccessFilter(role=role if role in set(Role) else "", only=only if only in ONLY else "")


@blueprint.get("/access")
@allow("access.review")
def access() -> ResponseReturnValue:
    """Every account in use."""
    wanted, now = _wanted(), utc_now()
    last = last_review()
    return render_template(
        "accounts/access.html",
        lines=access_listing(wanted, now),
        wanted=wanted,
        last=last,
        reminder=review_reminder(now),
        names=names_of([last.by] if last is not None else []),
        role_name=role_name,
        role_names=ROLE_NAMES,
        approval_names=approval_names(),
    )


@blueprint.post("/access/reviewed")
@allow("access.review")
def record_review() -> ResponseReturnValue:
    """Keep that all access was looked at."""
    access_services.record_review(current_actor())
    flash(_("Recorded: you have reviewed all access."))
    return redirect(url_for("accounts.access"), code=303)


@blueprint.post("/accounts/<public_id>/reviewed")
@allow("access.review")
def record_account_review(public_id: str) -> ResponseReturnValue:
    """Keep that one account was looked at."""
    access_services.record_review(current_actor(), public_id)
    flash(_("Recorded: you have reviewed this account."))
    return redirect(url_for("accounts.access"), code=303)


@blueprint.route("/access/export", methods=["GET", "POST"])
@allow("access.review", fresh=True)
def export_access() -> ResponseReturnValue:
    """The same as a table to keep, stored nowhere here."""
    if request.method == "GET":
        return render_template("accounts/access_export.html", wanted=_wanted())
    kind = request.form.get("kind", "")
    if kind not in ("csv", "xlsx"):
        raise NotFound
    note_export(current_actor())
    lines = all_access_lines(_wanted(), utc_now())
    if kind == "csv":
        return download(access_csv(lines), name="access.csv", type="text/csv; charset=utf-8")
    return download(
        access_xlsx(lines),
        name="access.xlsx",
        type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
