"""Requests that take two people: the open ones, a decision, and the link that follows from one."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.errors import (
    AskedAlready,
    CannotAgree,
    EmailNeeded,
    EmailTaken,
    LastAdministrator,
    LastKeyHolder,
    NoSuchPerson,
    OwnRoles,
    PersonMinor,
    PersonTaken,
    RequestChanged,
    RequestClosed,
    RolesConflict,
    SecondStepMissing,
)
from kash.accounts.forms.requests import AnswerForm, FetchForm, ReasonForm, SecondStepRolesForm
from kash.accounts.names import ASKED_NAMES, ROLE_NAMES, STANDING_SENTENCES, role_name, second_note
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import roles_with_second_step
from kash.accounts.queries.requests import (
    RequestLine,
    link_waits,
    possible_seconds,
    request_by_id,
    request_listing,
    those_behind,
)
from kash.accounts.revocations import revocation_warnings
from kash.accounts.rules.accounts import NEED_SECOND_STEP
from kash.accounts.rules.two_people import RequestKind
from kash.accounts.services import asking, deciding, notices
from kash.accounts.services.deciding import agree, decline, fetched_before, withdraw
from kash.accounts.services.programme import choose_roles_with_second_step
from kash.accounts.tables import REQUEST_COLUMNS
from kash.accounts.views.links import address_of_link, mail_link
from kash.platform.messages import mail_is_set_up
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.public_address import says_address
from kash.platform.web.square_codes import qr_picture
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import SIGNED_IN, Role, allow


@blueprint.route("/accounts/<public_id>/reset-second-step", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def ask_reset(public_id: str) -> ResponseReturnValue:
    """Ask that somebody's second step be taken off; another person decides."""
    account = accounts.account(public_id)
    back = url_for("accounts.account", public_id=public_id)
    form = ReasonForm()
    if form.validate_on_submit():
        with form.showing_problems(SecondStepMissing, AskedAlready, OwnRoles):
            return asked(asking.ask_reset(current_actor(), public_id, form.reason.data))
    return page("accounts/ask_reset.html", form=form, name=account.name, back=back)


def asked(request_id: str) -> ResponseReturnValue:
    """On to a request that was just made."""
    flash(_("You have asked. It is done once a second person has agreed."))
    return redirect(url_for("accounts.request", public_id=request_id), code=303)


@blueprint.get("/accounts/requests")
@allow("accounts.agree")
@offers_table("requests")
def requests() -> ResponseReturnValue:
    """Requests that wait for a second person, or are over."""
    closed = request.args.get("closed") == "1"
    found = request_listing(current_actor(), closed=closed)
    if is_taken():
        return taken(found, REQUEST_COLUMNS)
    return render_template(
        "accounts/requests.html",
        requests=found,
        closed=closed,
        asked_names=ASKED_NAMES,
        present=current_actor().public_id,
    )


@blueprint.route("/accounts/requests/<public_id>", methods=["GET", "POST"], endpoint="request")
@allow("accounts.agree", fresh=True)
def one_request(public_id: str) -> ResponseReturnValue:
    """Read why, and agree or decline; who asked may take it back."""
    by = current_actor()
    found = request_by_id(by, public_id)
    form = AnswerForm()
    decision = request.form.get("decision")
    if form.validate_on_submit() and decision == "withdraw":
        return _decided(public_id, lambda: withdraw(by, public_id), _("It is withdrawn."))
    if form.validate_on_submit() and decision == "agree":
        return _decided(public_id, lambda: agree(by, public_id), _("You have agreed."))
    if form.validate_on_submit() and decision == "decline":
        answer = form.answer.data or ""
        if answer:
            return _decided(
                public_id,
                lambda: decline(by, public_id, answer),
                _("You have declined. Nothing has changed."),
            )
        form.answer.errors = [_("Say why, so that whoever asked knows what to do.")]
    account = accounts.account(found.account_id) if found.account_id else None
    return page(
        "accounts/request.html",
        form=form,
        found=found,
        heading=ASKED_NAMES[found.kind],
        gives_link=found.kind in (RequestKind.INVITATION, RequestKind.LINK),
        own=found.asked_by_id == by.public_id,
        code=found.code if found.to_fetch or link_waits(public_id) else "",
        seconds=possible_seconds(found) if found.waits else [],
        second_note=second_note,
        refused=STANDING_SENTENCES.get(found.standing),
        participant=accounts.participant(found.person)
        if found.person and by.may("people.find")
        else None,
        behind=those_behind(account) if account is not None else [],
        warnings=revocation_warnings(found.account_id)
        if found.waits and found.kind is RequestKind.ROLES
        else [],
        fetch=FetchForm(formdata=None),
        mail_is_set_up=mail_is_set_up(),
        roles_now=", ".join(map(role_name, found.held)),
        roles_asked=", ".join(map(role_name, found.roles)),
    )


def _decided(public_id: str, decide: Callable[[], object], done: str) -> ResponseReturnValue:
    try:
        decide()
    except (
        RequestClosed,
        RequestChanged,
        CannotAgree,
        RolesConflict,
        EmailTaken,
        EmailNeeded,
        PersonTaken,
        PersonMinor,
        NoSuchPerson,
        LastAdministrator,
        LastKeyHolder,
    ) as problem:
        flash(str(problem), "warn")
    else:
        flash(done)
    return redirect(url_for("accounts.request", public_id=public_id), code=303)


_IN_THE_WAY = (RequestClosed, RequestChanged, EmailTaken, PersonTaken, PersonMinor)


@blueprint.post("/accounts/requests/<public_id>/link")
@allow("accounts.propose", fresh=True)
@says_address
def fetch_link(public_id: str) -> ResponseReturnValue:
    """The link that was agreed to, for who asked; shown this once."""
    by = current_actor()
    request = request_by_id(by, public_id)
    form = FetchForm()
    if request.asked_by_id != by.public_id:
        raise NotFound
    key = form.key.data
    with CaughtProblem(*_IN_THE_WAY) as caught:
        return _link_page(request, form, deciding.fetch_link(by, public_id, key))
    token = fetched_before(by, public_id, key)
    if not token:
        flash(caught.sentence, "warn")
        return redirect(url_for("accounts.request", public_id=public_id), code=303)
    return _link_page(request, form, token, again=True)


def _link_page(
    request: RequestLine, form: FetchForm, token: str, *, again: bool = False
) -> ResponseReturnValue:
    """The page with a link, which is sent as well if that was asked for the first time."""
    invites = request.kind is RequestKind.INVITATION
    link = address_of_link("accounts.join" if invites else "accounts.new_password", token)
    mails = invites and form.send.data and not again
    mailed = mails and mail_link(request.email, link, request.language)
    return render_template(
        "accounts/link.html",
        link=link,
        name=request.name,
        qr=qr_picture(link),
        mailed=mailed,
        second=request.decided_by or "–",
        again=again,
    )


@blueprint.post("/account/notices/<public_id>/seen")
@allow(SIGNED_IN)
def notice_seen(public_id: str) -> ResponseReturnValue:
    """Take a notice off the own Today."""
    notices.notice_seen(current_actor(), public_id)
    return redirect("/", code=303)


@blueprint.route("/accounts/second-step", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def second_step_roles() -> ResponseReturnValue:
    """Choose which roles need a second step besides those that always do."""
    form = SecondStepRolesForm(roles=[str(role) for role in roles_with_second_step()])
    if form.validate_on_submit():
        choose_roles_with_second_step(current_actor(), [Role(role) for role in form.roles.data])
        flash(_("Saved. It holds from everybody's next page on."))
        return redirect(url_for("accounts.index"), code=303)
    always = [name for role, name in ROLE_NAMES.items() if role in NEED_SECOND_STEP]
    return page("accounts/second_step_roles.html", form=form, always=always)
