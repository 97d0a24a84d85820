"""The review of access: what every account may do, and what it took with it of late. Everybody's
accounts, for administrators; the director sees them. Where one is signed in, new devices that ask
for an answer, and ending sessions of others. Locking an account at once: one's own, or as an
administrator anybody's. A leaver's hand-over: who takes what, then the account is closed. One's
own account: password, second step, where one is signed in. The audit trail: who did what, and
whether the chain is whole."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint, errors
from kash.accounts import forms as accounts_forms
from kash.accounts.holdings import holding_label
from kash.accounts.models import ASKED_NAMES, ROLE_NAMES, Account, role_name, role_notes
from kash.accounts.queries import accounts, safety
from kash.accounts.queries.accounts import (
    account_listing,
    delegations_of,
    email_of,
    known_browsers,
    last_hand_over,
    must_have_second_step,
    names_for,
    names_of,
    open_invitations,
    person_public_id,
    roles_of,
    unused_recovery_codes,
)
from kash.accounts.queries.requests import open_requests_of, those_behind
from kash.accounts.rules import RequestKind, takes_two
from kash.accounts.services import accounts as accounts_services
from kash.accounts.services import invitations, marks, sign_in
from kash.accounts.services import inviting as access_services
from kash.accounts.services import locking as offboarding
from kash.accounts.services.accounts import change_password, link_person, rename, set_roles
from kash.accounts.services.deciding import ask_for_link, ask_for_roles, ask_to_reopen, ask_to_tie
from kash.accounts.services.inviting import note_export
from kash.accounts.services.locking import (
    LET_GO,
    NobodyChosen,
    lock_at_once,
    revocation_label,
    revocation_outcome,
    revocation_warnings,
    revocations,
)
from kash.accounts.sessions import forget_session, new_mark, remember_browser, this_client
from kash.accounts.views.breaches import ACCOUNT_COLUMNS, TRAIL_COLUMNS, access_csv, access_xlsx
from kash.accounts.views.inviting import address_of_link, asked, person_typed
from kash.platform.approvals.approval import approval_names
from kash.platform.database import db, utc_now
from kash.platform.vault import SealError, head_code, open_text, seal, verify
from kash.platform.web import NotFound, current_actor, download, go, page, safe_next
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.parts import action_text, actor_text
from kash.platform.web.programme import qr_picture
from kash.platform.web.public_address import says_address
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import SIGNED_IN, Role, allow


def _wanted() -> safety.AccessFilter:
    role, only = request.args.get("role", ""), request.args.get("only", "")
    return safety.AccessFilter(
        role=role if role in set(Role) else "", only=only if only in safety.ONLY else ""
    )


def _question(
    name: str, heading: str, text: str, label: str, *, back: str = "", tone: str = "bad"
) -> str:
    """The page that asks before something is done to an account."""
    return render_template(
        "accounts/question.html",
        name=name,
        back=back or url_for("accounts.account", **request.view_args or {}),
        heading=heading,
        text=text,
        label=label,
        tone=tone,
    )


@blueprint.get("/access")
@allow("access.review")
def access() -> ResponseReturnValue:
    """Every account in use."""
    wanted, now = _wanted(), utc_now()
    last = safety.last_review()
    return render_template(
        "accounts/access.html",
        lines=safety.access_listing(wanted, now),
        wanted=wanted,
        last=last,
        reminder=safety.review_reminder(now),
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
    return go("accounts.access", _("Recorded: you have reviewed all access."))


@blueprint.post("/accounts/<public_id>/reviewed")
@allow("access.review")
def record_account_review(public_id: str) -> ResponseReturnValue:
    """Keep that one account was looked at."""
    access_services.record_review(current_actor(), public_id)
    return go("accounts.access", _("Recorded: you have reviewed this account."))


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
    lines = safety.all_access_lines(_wanted(), utc_now())
    if kind == "csv":
        return download(access_csv(lines), name="access.csv", type="text/csv; charset=utf-8")
    return download(
        access_xlsx(lines),
        name="access.xlsx",
        type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


@blueprint.route("/accounts", methods=["GET", "POST"])
@allow("accounts.see")
@offers_table("accounts", names=True)
def index() -> ResponseReturnValue:
    """Accounts by name. What is searched for is posted, never in the address."""
    search = request.form.get("search", "").strip()[:200]
    role = request.args.get("role", "")
    closed = request.args.get("closed") == "1"
    accounts_listed = account_listing(
        active=not closed, search=search, role=role if role in set(Role) else ""
    )
    if is_taken():
        return taken(accounts_listed, ACCOUNT_COLUMNS)
    return render_template(
        "accounts/index.html",
        accounts=accounts_listed,
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
        return go("accounts.index", _("The invitation is withdrawn."))
    if public_id not in {invitation.public_id for invitation in open_invitations()}:
        raise NotFound
    return _question(
        _("Accounts"),
        _("Withdraw this invitation?"),
        _("The link stops working at once."),
        _("Withdraw"),
        back=url_for("accounts.index"),
    )


@blueprint.get("/accounts/<public_id>")
@allow("accounts.see")
def account(public_id: str) -> ResponseReturnValue:
    """One account."""
    account_shown = accounts.account(public_id)
    now = utc_now()
    reviews = current_actor().may("access.review")
    return render_template(
        "accounts/account.html",
        access=safety.access_line(account_shown, now) if reviews and account_shown.active else None,
        lent=delegations_of(account_shown.id, now),
        approval_names=approval_names(),
        handed_over=last_hand_over(account_shown.id) if not account_shown.active else None,
        account=account_shown,
        roles=[role_name(role.role) for role in account_shown.roles],
        waiting=[
            (holding.public_id, ASKED_NAMES[RequestKind(holding.kind)])
            for holding in open_requests_of(account_shown.id)
        ],
        behind=those_behind(account_shown),
        link_takes_two=takes_two(
            RequestKind.LINK, roles_of(account_shown), second_step=account_shown.has_second_step
        ),
        reopening_takes_two=takes_two(RequestKind.REOPENING, roles_of(account_shown)),
        email=email_of(account_shown) if current_actor().may("accounts.manage") else "",
        person=person_public_id(account_shown.person_id),
        sessions=safety.open_sessions(account_shown.id),
        codes_left=unused_recovery_codes(account_shown.id),
        passkeys=len(safety.passkeys_of(account_shown.id)),
        present=current_actor().session_id,
    )


@blueprint.route("/accounts/<public_id>/roles", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def roles(public_id: str) -> ResponseReturnValue:
    """Change what an account may do; never one's own. Keys of the vault go with the roles that
    entitle to them: what would be lost with them is read before."""
    by, account_shown = current_actor(), accounts.account(public_id)
    form = accounts_forms.ChangedRolesForm(roles=[role.role for role in account_shown.roles])
    warnings = revocation_warnings(public_id)
    if not warnings:
        del form.loss_known
    valid = form.validate_on_submit()
    if valid and warnings and not form.loss_known.data:
        form.mark_wrong(form.loss_known, _("Read this, then tick it."))
    elif valid:
        wanted = [Role(role) for role in form.roles.data]
        with form.showing_problems():
            try:
                set_roles(by, public_id, wanted)
            except errors.NeedsSecond:
                return asked(ask_for_roles(by, public_id, wanted, form.reason.data))
            return go("accounts.account", _("Saved."))
    return page(
        "accounts/roles.html",
        form=form,
        account=accounts.account(public_id),
        notes=role_notes(),
        warnings=warnings,
    )


def _name_page(account: Account, endpoint: str) -> ResponseReturnValue:
    form = accounts_forms.NameForm(obj=account)
    if form.validate_on_submit():
        rename(current_actor(), account.public_id, form.name.data)
        return go(endpoint, _("Saved."))
    back = url_for(endpoint, **request.view_args or {})
    return page("accounts/name.html", form=form, back=back)


@blueprint.route("/accounts/<public_id>/name", methods=["GET", "POST"])
@allow("accounts.manage")
def name(public_id: str) -> ResponseReturnValue:
    """Change how an account is called."""
    return _name_page(accounts.account(public_id), "accounts.account")


@blueprint.route("/accounts/<public_id>/participant", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def person(public_id: str) -> ResponseReturnValue:
    """Ask that an account belong to a participant, which opens nothing until a second person has
    agreed; or say that it belongs to none any more."""
    by, account = current_actor(), accounts.account(public_id)
    form = accounts_forms.ParticipantForm(person=person_public_id(account.person_id) or "")
    back = url_for("accounts.account", public_id=public_id)
    if form.validate_on_submit():
        with form.showing_problems():
            try:
                link_person(by, public_id, person_typed(form.person.data))
            except errors.NeedsSecond:
                return asked(ask_to_tie(by, public_id, form.person.data, form.reason.data))
            flash(_("Saved."))
            return redirect(back, code=303)
    return page("accounts/person.html", form=form, back=back)


@blueprint.route("/accounts/<public_id>/reactivate", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def reactivate(public_id: str) -> ResponseReturnValue:
    """Open a closed account again, after a question; or ask for it, if it opens much."""
    by, account = current_actor(), accounts.account(public_id)
    heading = _("Open this account again?")
    text = _("It can sign in as before.")
    if takes_two(RequestKind.REOPENING, roles_of(account)):
        return _ask(account, heading, text, lambda reason: ask_to_reopen(by, public_id, reason))
    if not by.may("accounts.manage"):
        raise errors.only_administrators()
    if request.method == "POST":
        accounts_services.reactivate(by, public_id)
        return go("accounts.account", _("The account is open again."))
    return _question(account.name, heading, text, _("Open it again"), tone="main")


@blueprint.route("/accounts/<public_id>/new-password", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
@says_address
def new_password_link(public_id: str) -> ResponseReturnValue:
    """A one-time link for someone who has lost the password; or ask for it, if it opens much."""
    by, account = current_actor(), accounts.account(public_id)
    if takes_two(RequestKind.LINK, roles_of(account), second_step=account.has_second_step):
        return _ask(
            account,
            _("Ask for a link for a new password"),
            _(
                "Once a second person has agreed, you make the link and they tell its code. "
                "Neither can use it alone."
            ),
            lambda reason: ask_for_link(by, public_id, reason),
        )
    if not by.may("accounts.manage"):
        raise errors.only_administrators()
    if request.method == "POST":
        token = sign_in.new_password_link(by, public_id)
        link = address_of_link("accounts.new_password", token)
        return render_template(
            "accounts/link.html", link=link, name=account.name, qr=qr_picture(link), mailed=False
        )
    return _question(
        account.name,
        _("Make a link for a new password?"),
        _("It works once, within seven days. Hand it over in person or by a safe way."),
        _("Make the link"),
        tone="main",
    )


def _ask(
    account: Account, heading: str, lead: str, ask: Callable[[str], str]
) -> ResponseReturnValue:
    """The page on which one asks for what takes a second person."""
    form = accounts_forms.ReasonForm()
    if form.validate_on_submit():
        with form.showing_problems():
            return asked(ask(form.reason.data))
    back = url_for("accounts.account", public_id=account.public_id)
    return page(
        "accounts/ask.html", form=form, name=account.name, back=back, heading=heading, lead=lead
    )


@blueprint.post("/account/sessions/<public_id>/end")
@allow(SIGNED_IN)
def end_session(public_id: str) -> ResponseReturnValue:
    """End one of the own sessions."""
    sign_in.end_session(current_actor(), public_id)
    return go("accounts.own", _("That session has ended."))


@blueprint.post("/account/sessions/end-others")
@allow(SIGNED_IN)
def end_other_sessions() -> ResponseReturnValue:
    """End all of the own sessions but this one."""
    sign_in.end_other_sessions(current_actor())
    return go("accounts.own", _("You are signed out everywhere else."))


@blueprint.post("/account/sessions/<public_id>/answer")
@allow(SIGNED_IN)
def answer_for_device(public_id: str) -> ResponseReturnValue:
    """Was it you? If not, the session ends, and the password is the next thing to change."""
    mine = request.form.get("answer") != "no"
    sign_in.answer_for_device(current_actor(), public_id, mine=mine)
    if mine:
        flash(_("Thank you. Nothing changes."))
        # On with what the question came into.
        return redirect(safe_next(request.form.get("next"), url_for("accounts.own")), code=303)
    flash(_("That session has ended. Now change your password: somebody may know it."), "warn")
    return go("accounts.own_password")


@blueprint.post("/account/browsers/<public_id>/forget")
@allow(SIGNED_IN)
def forget_browser(public_id: str) -> ResponseReturnValue:
    """Forget one of the own browsers."""
    marks.forget_browser(current_actor(), public_id)
    return go("accounts.own", _("That browser is forgotten."))


@blueprint.post("/account/browsers/forget")
@allow(SIGNED_IN)
def forget_browsers() -> ResponseReturnValue:
    """Forget all of the own browsers."""
    marks.forget_browsers(current_actor())
    return go("accounts.own", _("All browsers are forgotten."))


@blueprint.get("/account/after-recovery")
@allow(SIGNED_IN)
def after_recovery() -> ResponseReturnValue:
    """Next steps for someone who has just used a recovery code."""
    by = current_actor()
    account = accounts.account(by.public_id)
    return render_template(
        "accounts/after_recovery.html",
        has_app=account.totp_sealed is not None,
        passkeys=safety.passkeys_of(account.id),
        passkeys_possible=safety.site() is not None,
        codes_left=unused_recovery_codes(account.id),
    )


@blueprint.route("/accounts/<public_id>/sessions/<session_id>/end", methods=["GET", "POST"])
@allow("accounts.manage")
def end_session_of(public_id: str, session_id: str) -> ResponseReturnValue:
    """End one session of somebody else, after a question."""
    account = accounts.account(public_id)
    if request.method == "POST":
        sign_in.end_session_of(current_actor(), public_id, session_id)
        return go("accounts.account", _("That session has ended."))
    if session_id not in {session.public_id for session in safety.open_sessions(account.id)}:
        raise NotFound
    return _question(
        account.name,
        _("End this session?"),
        _("What is not saved there is lost."),
        _("End the session"),
        back=url_for("accounts.account", public_id=public_id),
    )


@blueprint.route("/accounts/<public_id>/sessions/end", methods=["GET", "POST"])
@allow("accounts.manage")
def end_sessions_of(public_id: str) -> ResponseReturnValue:
    """End every session of somebody else, after a question."""
    account = accounts.account(public_id)
    if request.method == "POST":
        sign_in.end_sessions_of(current_actor(), public_id)
        return go("accounts.account", _("The account is signed out everywhere."))
    return _question(
        account.name,
        _("End all sessions of this account?"),
        _("What is not saved there is lost."),
        _("End all sessions"),
    )


def _lock(public_id: str) -> str:
    """Lock an account, and tell which of two things a step did where it may do either; the breach
    that was noted."""
    breach_id = lock_at_once(current_actor(), public_id)
    if public_id == current_actor().public_id:
        forget_session()
        for key in safety.breach(breach_id).unfinished:
            if (sentence := revocation_outcome(key)) is not None:
                flash(str(sentence), "warn")
    return breach_id


def _lock_page(public_id: str, account: Account | None) -> str:
    return render_template(
        "accounts/lock.html",
        account=account,
        steps=[revocation.label for revocation in revocations()],
        warnings=revocation_warnings(public_id),
    )


@blueprint.route("/account/lock", methods=["GET", "POST"])
@allow(SIGNED_IN)
def lock_own() -> ResponseReturnValue:
    """Lock the own account now. Nothing is asked again: there may be no time for it."""
    public_id = current_actor().public_id
    if request.method == "POST":
        _lock(public_id)
        flash(_("You are signed out everywhere. To come back, ask an administrator for a link."))
        answer = make_response(redirect("/", code=303))
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer
    return _lock_page(public_id, None)


@blueprint.route("/accounts/<public_id>/lock", methods=["GET", "POST"])
@allow("accounts.manage", fresh=True)
def lock(public_id: str) -> ResponseReturnValue:
    """Lock anybody's account now."""
    account = accounts.account(public_id)
    if not account.active:
        raise NotFound
    if request.method == "POST":
        own = public_id == current_actor().public_id
        breach_id = _lock(public_id)
        if own:
            return redirect("/", code=303)
        told = _("The account is locked. Write down here what happened.")
        return go("accounts.breach", told, breach_id=breach_id)
    return _lock_page(public_id, account)


@blueprint.route("/accounts/<public_id>/hand-over", methods=["GET", "POST"])
@allow("accounts.manage", fresh=True)
def hand_over(public_id: str) -> ResponseReturnValue:
    """Hand over what somebody holds: who takes it, then everything at once."""
    account = accounts.account(public_id)
    if not account.active:
        raise NotFound
    holdings = accounts.held(account)
    chosen = {
        holding.holding.key: request.form.get(holding.holding.key, "")[:16] for holding in holdings
    }
    problems: dict[str, str] = {}
    if request.method == "POST":
        # All kinds for which nobody who may take them was chosen are said at once.
        problems = {
            holding.holding.key: str(NobodyChosen(holding.holding.key))
            for holding in holdings
            if chosen[holding.holding.key] not in holding.successors
            and not (holding.holding.let_go and chosen[holding.holding.key] == LET_GO)
        }
        if not problems:
            with CaughtProblem(NobodyChosen, errors.LastKeyHolder) as caught:
                offboarding.hand_over(current_actor(), public_id, chosen)
                return go(
                    "accounts.handed_over",
                    _("Everything is handed over, and the account is closed."),
                )
            kind = caught.problem.kind if isinstance(caught.problem, NobodyChosen) else ""
            problems = {kind: caught.sentence}
            holdings = accounts.held(account)
    return render_template(
        "accounts/hand_over.html",
        account=account,
        held=holdings,
        chosen=chosen,
        problems=problems,
        let_go=LET_GO,
        steps=[revocation.label for revocation in revocations()],
        warnings=revocation_warnings(public_id),
    ), 422 if problems else 200


@blueprint.get("/accounts/<public_id>/handed-over")
@allow("accounts.see")
def handed_over(public_id: str) -> ResponseReturnValue:
    """Paper of a hand-over: who took over what."""
    account_shown: Account = accounts.account(public_id)
    last = one_or_404(last_hand_over(account_shown.id))
    names = names_for(last.lines) | names_of([last.by])
    return render_template(
        "accounts/handed_over.html",
        account=account_shown,
        kept=last,
        names=names,
        holding_label=holding_label,
        step_label=revocation_label,
        outcome=revocation_outcome,
    )


@blueprint.get("/account")
@allow(SIGNED_IN)
def own() -> ResponseReturnValue:
    """The own account."""
    by = current_actor()
    account = accounts.account(by.public_id)
    return render_template(
        "accounts/own.html",
        account=account,
        email=email_of(account),
        roles=[role_name(role) for role in sorted(by.roles)],
        sessions=safety.open_sessions(account.id),
        present=by.session_id,
        browsers=known_browsers(account.id, utc_now()),
        shown_marks=this_client().marks,
        codes_left=unused_recovery_codes(account.id),
        passkeys=safety.passkeys_of(account.id),
        passkeys_possible=safety.site() is not None,
        lent=delegations_of(account.id, utc_now()),
        approval_names=approval_names(),
    )


@blueprint.route("/account/name", methods=["GET", "POST"])
@allow(SIGNED_IN)
def own_name() -> ResponseReturnValue:
    """Change how the own account is called."""
    return _name_page(accounts.account(current_actor().public_id), "accounts.own")


@blueprint.route("/account/password", methods=["GET", "POST"])
@allow(SIGNED_IN)
def own_password() -> ResponseReturnValue:
    """Change the own password."""
    form = accounts_forms.PasswordForm()
    if form.validate_on_submit():
        with form.showing_problems(
            present=(errors.WrongPassword, errors.SignInPaused), new=errors.WeakPassword
        ):
            by = current_actor()
            change_password(
                by,
                form.present.data,
                form.new.data,
                this_client(),
                mark=new_mark(by.account_id or 0),
            )
            flash(_("The password is changed. You are signed out everywhere else."))
            answer = make_response(go("accounts.own"))
            remember_browser(answer)
            return answer
    return page("accounts/password.html", form=form)


def _sealed(secret: str, public_id: str) -> str:
    blob = seal(secret, kind="account.totp_offer", public_id=public_id)
    return base64.urlsafe_b64encode(blob).decode()


def _opened(sealed: str | None, public_id: str) -> str | None:
    try:
        blob = base64.urlsafe_b64decode((sealed or "").encode())
        return open_text(blob, kind="account.totp_offer", public_id=public_id)
    except (SealError, binascii.Error, ValueError):
        return None


@blueprint.route("/account/second-step", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def enrol() -> ResponseReturnValue:
    """Set up the second step: read the QR code, type the first code.

    The new secret travels sealed in the form until then, so that looking stores nothing.
    """
    by = current_actor()
    form = accounts_forms.EnrolForm()
    secret = _opened(form.sealed.data, by.public_id) if form.is_submitted() else None
    if secret is None:
        secret, _address = sign_in.begin_second_step(accounts.account(by.public_id))
        if form.is_submitted():
            form.code.data = ""
    elif form.validate():
        with form.showing_problems():
            codes = sign_in.confirm_second_step(by, secret, form.code.data)
            # A person who had to do this before anything else goes on to Today.
            first = not g.get("has_second_step")
            return render_template("accounts/recovery_codes.html", codes=codes, first=first)
    form.sealed.data = _sealed(secret, by.public_id)
    return page(
        "accounts/enrol.html",
        form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        qr=qr_picture(sign_in.second_step_address(secret)),
        obliged=must_have_second_step(by.roles),
        passkeys_possible=safety.site() is not None,
    )


@blueprint.route("/account/recovery-codes", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def recovery_codes() -> ResponseReturnValue:
    """New recovery codes, shown this once, after a question."""
    if not accounts.account(current_actor().public_id).has_second_step:
        flash(str(errors.SECOND_STEP_MISSING), "warn")
        return go("accounts.own")
    if request.method == "POST":
        codes = sign_in.new_recovery_codes(current_actor())
        return render_template("accounts/recovery_codes.html", codes=codes)
    return _question(
        _("Your account"),
        _("Make new recovery codes?"),
        _("The old ones stop working."),
        _("Make new recovery codes"),
        back=url_for("accounts.own"),
        tone="main",
    )


# No trail is older than this.
_FIRST_YEAR = 2020


@blueprint.get("/audit")
@allow("audit.see")
@offers_table("trail", names=True)
def trail() -> ResponseReturnValue:
    """The entries, the newest first."""
    actor = request.args.get("actor", "")[:16]
    action = request.args.get("action", "")[:64]
    entries = safety.audit_listing(actor=actor, action=action)
    if is_taken():
        return taken(entries, TRAIL_COLUMNS)
    return render_template(
        "accounts/trail.html",
        entries=entries,
        actions=[("", _("All actions"))]
        + [(action, action_text(action)) for action in safety.audit_actions()],
        actor_shown=actor,
        action=action,
        action_text=action_text,
        actor_text=actor_text,
        code=head_code(),
    )


@blueprint.get("/audit/days")
@allow("audit.see")
def trail_by_day() -> ResponseReturnValue:
    """Trail of what mediators did in a month, counted by day: a moment or an order would tie each
    to a case."""
    actor = request.args.get("actor", "")[:16]
    this = local_today().replace(day=1)
    month = this
    with suppress(ValueError):
        month = datetime.strptime(request.args.get("month", "")[:7], "%Y-%m").date()
    month = min(max(month, date(_FIRST_YEAR, 1, 1)), this)
    return render_template(
        "accounts/trail_by_day.html",
        lines=safety.audit_by_day(month, actor=actor),
        month=month,
        before=(month - timedelta(days=1)).replace(day=1) if month.year > _FIRST_YEAR else None,
        following=(month + timedelta(days=31)).replace(day=1) if month < this else None,
        actor_shown=actor,
        action_text=action_text,
        actor_text=actor_text,
    )


@blueprint.post("/audit/verify")
@allow("audit.verify")
def verify_trail() -> ResponseReturnValue:
    """Check the whole chain and its mirror."""
    verified = verify(db.session())
    if verified.sound:
        flash(_("The trail is whole. Entries checked: %(count)s.", count=verified.entries))
    else:
        flash(
            _("The trail was changed. Tell the person who runs the server: flask audit verify."),
            "bad",
        )
    return go("accounts.trail")
