"""Everybody's accounts, for administrators; the director sees them."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.errors import (
    AskedAlready,
    EmailNeeded,
    NeedsSecond,
    OnlyAdministrators,
    OwnRoles,
    RequestClosed,
)
from kash.accounts.forms.accounts import (
    ChangedRolesForm,
    NameForm,
    ParticipantForm,
    role_notes,
)
from kash.accounts.forms.requests import ReasonForm
from kash.accounts.models import Account
from kash.accounts.names import ASKED_NAMES, ROLE_NAMES, role_name
from kash.accounts.queries import accounts
from kash.accounts.queries.access import access_line
from kash.accounts.queries.accounts import (
    account_listing,
    email_of,
    open_invitations,
    person_public_id,
    roles_of,
    unused_recovery_codes,
)
from kash.accounts.queries.delegations import delegations_of
from kash.accounts.queries.hand_overs import last_hand_over
from kash.accounts.queries.passkeys import passkeys_of
from kash.accounts.queries.requests import open_requests_of, those_behind
from kash.accounts.queries.sessions import open_sessions
from kash.accounts.revocations import revocation_warnings
from kash.accounts.rules.two_people import RequestKind, takes_two
from kash.accounts.services import accounts as accounts_services
from kash.accounts.services import invitations, password_links
from kash.accounts.services.accounts import link_person, rename, set_roles
from kash.accounts.services.asking import ask_for_link, ask_for_roles, ask_to_reopen, ask_to_tie
from kash.accounts.tables import ACCOUNT_COLUMNS
from kash.accounts.views.inviting import person_typed
from kash.accounts.views.links import address_of_link
from kash.accounts.views.requests import asked
from kash.platform.approvals.approval import approval_names
from kash.platform.database import utc_now
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.public_address import says_address
from kash.platform.web.square_codes import qr_picture
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Role, allow


@blueprint.route("/accounts", methods=["GET", "POST"])
@allow("accounts.see")
@offers_table("accounts", names=True)
def index() -> ResponseReturnValue:
    """Accounts by name. What is searched for is posted, never in the address."""
    search = request.form.get("search", "").strip()[:200]
    role = request.args.get("role", "")
    closed = request.args.get("closed") == "1"
    found = account_listing(
        active=not closed, search=search, role=role if role in set(Role) else ""
    )
    if is_taken():
        return taken(found, ACCOUNT_COLUMNS)
    return render_template(
        "accounts/index.html",
        accounts=found,
        invitations=open_invitations(),
        search=search,
        role=role,
        closed=closed,
        role_name=role_name,
        role_names=ROLE_NAMES,
    )


@blueprint.route("/accounts/invitations/<public_id>/withdraw", methods=["GET", "POST"])
@allow("accounts.manage", fresh=True)
def withdraw_invitation(public_id: str) -> ResponseReturnValue:
    """Make an unused link unusable, after a question."""
    if request.method == "POST":
        invitations.withdraw_invitation(current_actor(), public_id)
        flash(_("The invitation is withdrawn."))
        return redirect(url_for("accounts.index"), code=303)
    if public_id not in {one.public_id for one in open_invitations()}:
        raise NotFound
    return render_template(
        "accounts/question.html",
        name=_("Accounts"),
        back=url_for("accounts.index"),
        heading=_("Withdraw this invitation?"),
        text=_("The link stops working at once."),
        label=_("Withdraw"),
    )


@blueprint.get("/accounts/<public_id>")
@allow("accounts.see")
def account(public_id: str) -> ResponseReturnValue:
    """One account."""
    found = accounts.account(public_id)
    now = utc_now()
    reviews = current_actor().may("access.review")
    return render_template(
        "accounts/account.html",
        access=access_line(found, now) if reviews and found.active else None,
        lent=delegations_of(found.id, now),
        approval_names=approval_names(),
        handed_over=last_hand_over(found.id) if not found.active else None,
        account=found,
        roles=[role_name(row.role) for row in found.roles],
        waiting=[
            (one.public_id, ASKED_NAMES[RequestKind(one.kind)])
            for one in open_requests_of(found.id)
        ]
        if current_actor().may("accounts.agree")
        else [],
        behind=those_behind(found),
        link_takes_two=takes_two(
            RequestKind.LINK, roles_of(found), second_step=found.has_second_step
        ),
        reopening_takes_two=takes_two(RequestKind.REOPENING, roles_of(found)),
        email=email_of(found) if current_actor().may("accounts.manage") else "",
        person=person_public_id(found.person_id),
        sessions=open_sessions(found.id),
        codes_left=unused_recovery_codes(found.id),
        passkeys=len(passkeys_of(found.id)),
        present=current_actor().session_id,
    )


@blueprint.route("/accounts/<public_id>/roles", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def roles(public_id: str) -> ResponseReturnValue:
    """Change what an account may do; never one's own. Keys of the vault go with the roles that
    entitle to them: what would be lost with them is read before."""
    by, found = current_actor(), accounts.account(public_id)
    form = ChangedRolesForm(roles=[row.role for row in found.roles])
    warnings = revocation_warnings(public_id)
    if not warnings:
        del form.loss_known
    valid = form.validate_on_submit()
    if valid and warnings and not form.loss_known.data:
        form.mark_wrong(form.loss_known, _("Read this, then tick it."))
    elif valid:
        wanted = [Role(role) for role in form.roles.data]
        with form.showing_problems(roles=(OnlyAdministrators, AskedAlready, EmailNeeded)):
            try:
                set_roles(by, public_id, wanted)
            except NeedsSecond:
                return asked(ask_for_roles(by, public_id, wanted, form.reason.data))
            flash(_("Saved."))
            return redirect(url_for("accounts.account", public_id=public_id), code=303)
    return page(
        "accounts/roles.html",
        form=form,
        account=accounts.account(public_id),
        notes=role_notes(),
        warnings=warnings,
    )


@blueprint.route("/accounts/<public_id>/name", methods=["GET", "POST"])
@allow("accounts.manage")
def name(public_id: str) -> ResponseReturnValue:
    """Change how an account is called."""
    form = NameForm(obj=accounts.account(public_id))
    back = url_for("accounts.account", public_id=public_id)
    if form.validate_on_submit():
        rename(current_actor(), public_id, form.name.data)
        flash(_("Saved."))
        return redirect(back, code=303)
    return page("accounts/name.html", form=form, back=back)


@blueprint.route("/accounts/<public_id>/participant", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def person(public_id: str) -> ResponseReturnValue:
    """Ask that an account belong to a participant, which opens nothing until a second person has
    agreed; or say that it belongs to none any more."""
    by, account = current_actor(), accounts.account(public_id)
    form = ParticipantForm(person=person_public_id(account.person_id) or "")
    back = url_for("accounts.account", public_id=public_id)
    if form.validate_on_submit():
        with form.showing_problems(person=(OnlyAdministrators, AskedAlready, OwnRoles)):
            try:
                link_person(by, public_id, person_typed(form.person.data))
            except NeedsSecond:
                return asked(ask_to_tie(by, public_id, form.person.data, form.reason.data))
            flash(_("Saved."))
            return redirect(back, code=303)
    return page("accounts/person.html", form=form, back=back)


@blueprint.route("/accounts/<public_id>/reactivate", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def reactivate(public_id: str) -> ResponseReturnValue:
    """Open a closed account again, after a question; or ask for it, if it opens much."""
    by, found = current_actor(), accounts.account(public_id)
    back = url_for("accounts.account", public_id=public_id)
    if takes_two(RequestKind.REOPENING, roles_of(found)):
        return _ask(
            found,
            _("Open this account again?"),
            _("It can sign in as before, with the same roles and the same password."),
            lambda reason: ask_to_reopen(by, public_id, reason),
        )
    if not by.may("accounts.manage"):
        raise OnlyAdministrators
    if request.method == "POST":
        accounts_services.reactivate(by, public_id)
        flash(_("The account is open again."))
        return redirect(back, code=303)
    return render_template(
        "accounts/question.html",
        name=found.name,
        back=back,
        heading=_("Open this account again?"),
        text=_("It can sign in as before, with the same roles and the same password."),
        label=_("Open it again"),
        tone="main",
    )


@blueprint.route("/accounts/<public_id>/new-password", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
@says_address
def new_password_link(public_id: str) -> ResponseReturnValue:
    """A one-time link for someone who has lost the password; or ask for it, if it opens much."""
    by, found = current_actor(), accounts.account(public_id)
    if takes_two(RequestKind.LINK, roles_of(found), second_step=found.has_second_step):
        return _ask(
            found,
            _("Ask for a link for a new password"),
            _(
                "Once a second person has agreed, you make the link and they tell the code that "
                "belongs to it. Neither of you can use it alone."
            ),
            lambda reason: ask_for_link(by, public_id, reason),
        )
    if not by.may("accounts.manage"):
        raise OnlyAdministrators
    if request.method == "POST":
        link = address_of_link(
            "accounts.new_password", password_links.new_password_link(by, public_id)
        )
        return render_template(
            "accounts/link.html", link=link, name=found.name, qr=qr_picture(link), mailed=False
        )
    return render_template(
        "accounts/question.html",
        name=found.name,
        back=url_for("accounts.account", public_id=public_id),
        heading=_("Make a link for a new password?"),
        text=_("It works once, within seven days. Hand it over in person or by a safe way."),
        label=_("Make the link"),
        tone="main",
    )


def _ask(found: Account, heading: str, lead: str, ask: Callable[[str], str]) -> ResponseReturnValue:
    """The page on which one asks for what takes a second person."""
    back = url_for("accounts.account", public_id=found.public_id)
    name, form = found.name, ReasonForm()
    if form.validate_on_submit():
        with form.showing_problems(RequestClosed):
            return asked(ask(form.reason.data))
    return page("accounts/ask.html", form=form, name=name, back=back, heading=heading, lead=lead)
