"""Forms of pages. Pages of forms that are collected elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from kash.exchange.kobo import blueprint
from kash.exchange.kobo import services as fetching
from kash.exchange.kobo.documents import registration_form, workbook_of
from kash.exchange.kobo.queries import connections_on, form_of, list_of, registration_forms
from kash.exchange.kobo.services import FormDetails
from kash.people.connections.queries import connection_on, connections_of
from kash.people.models import Group
from kash.people.queries import directory as organisations_queries
from kash.platform.jobs.models import CANCELLED, FAILED
from kash.platform.jobs.services import own_job
from kash.platform.jobs.views import message_of
from kash.platform.web import KashForm, current_actor, download, go, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.forms import choice_field, text_field
from kash.platform.web.taking import XLSX
from kash.policy import allow

_ASSET = re.compile(r"[A-Za-z0-9]{8,40}")
_ADDRESS = re.compile(r"/(?:forms|assets)/([A-Za-z0-9]{8,40})(?:[/?#]|$)")


def asset_in(text: str) -> str:
    """Name that the server has for a form, as typed or within the address of its page; empty if
    there is nothing of the kind."""
    if _ASSET.fullmatch(text):
        return text
    address = _ADDRESS.search(text)
    return address[1] if address else ""


class NewForm(KashForm):
    """A form of the server, and whose registrations it holds."""

    title = text_field(_l("Name"), description=_l("By which you know it here"))
    asset = text_field(
        _l("The form on the server"),
        most=300,
        description=_l("Open it there and copy the address from the browser's line."),
    )
    group = choice_field(_l("Group"), required=True)

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [(group.public_id, group.name) for group in groups]

    def validate_asset(self, field: Field) -> None:
        """The address of a form, or what stands in it."""
        if not asset_in(field.data):
            raise ValidationError(_("This is no address of a form."))

    def details(self) -> FormDetails:
        """The form as entered."""
        return self.command(FormDetails, asset=asset_in(self.asset.data))


@blueprint.get("/")
@allow("kobo.use")
def index() -> ResponseReturnValue:
    """Forms that are brought in, and empty ones to download."""
    return render_template(
        "kobo/index.html",
        forms=registration_forms(),
        connections=connections_on(),
        groups=organisations_queries.groups(),
    )


@blueprint.get("/empty/<group_id>")
@allow("kobo.use")
def empty_form(group_id: str) -> ResponseReturnValue:
    """An XLSForm of one group's registrations, to be put onto the server."""
    group = one_or_404(
        next((it for it in organisations_queries.groups() if it.public_id == group_id), None)
    )
    form = registration_form(group, organisations_queries.organisations())
    return download(workbook_of(form), name=f"{form.form_id}.xlsx", type=XLSX)


@blueprint.route("/connections/<public_id>", methods=["GET", "POST"])
@allow("kobo.use")
def connection(public_id: str) -> ResponseReturnValue:
    """Name a form of a connection that is on."""
    one_or_404(next((it for it in connections_of("kobo") if it.public_id == public_id), None))
    server = connection_on("kobo", public_id)
    form = NewForm()
    form.offer(organisations_queries.groups())
    if form.validate_on_submit():
        with form.showing_problems():
            new_id = fetching.add_form(public_id, form.details(), current_actor())
            return go("kobo.form", _("Added. Its rows can be fetched now."), public_id=new_id)
    return page("kobo/new.html", form=form, found=server)


@blueprint.get("/forms/<public_id>")
@allow("kobo.use")
def form(public_id: str) -> ResponseReturnValue:
    """A form: what was brought in of it, and whether anything waits."""
    kobo_form = form_of(public_id)
    actor = current_actor()
    job = own_job(kobo_form.job, actor.public_id) if kobo_form.job else None
    waiting_list = list_of(kobo_form)
    return render_template(
        "kobo/form.html",
        found=kobo_form,
        made=waiting_list,
        own=waiting_list is not None and waiting_list.created_by == actor.public_id,
        names=account_names({waiting_list.created_by} if waiting_list else set()),
        job=job if job is not None and not job.ended else None,
        problem=job.error if job is not None and job.state == FAILED else "",
        stopped=job is not None and job.state == CANCELLED,
        message=message_of(job) if job is not None else "",
        may_skip=job is not None and any(name in job.error for name in kobo_form.columns),
    )


@blueprint.post("/forms/<public_id>/fetch")
@allow("kobo.use")
def fetch_rows(public_id: str) -> ResponseReturnValue:
    """Have the rows of a form fetched."""
    with FlashedProblems():
        fetching.ask_for_rows(
            public_id, current_actor(), without_gone=request.form.get("without_gone") == "yes"
        )
    return go("kobo.form")


@blueprint.route("/forms/<public_id>/remove", methods=["GET", "POST"])
@allow("kobo.use")
def remove_form(public_id: str) -> ResponseReturnValue:
    """Take a form off the list."""
    form = form_of(public_id)
    if request.method == "POST":
        fetching.remove_form(public_id, current_actor())
        return go("kobo.index", _("Removed. People who came by it stay."))
    return render_template("kobo/remove.html", found=form)
