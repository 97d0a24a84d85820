"""Confirming who one is, once more, before a dangerous action; and then on with what was typed.
One-time links. Looking at one changes nothing: only its button spends it. One-time links: their
address, and sending one by e-mail. Requests that take two people: the open ones, a decision, and
the link that follows from one. Inviting: one person with whatever roles she needs, a participant,
or several at once. Standing in: who decides in whose place, from when to when."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.accounts import blueprint, errors
from kash.accounts.forms import (
    AnswerForm,
    ConfirmForm,
    FetchForm,
    InvitedRow,
    InviteForm,
    InviteSeveralForm,
    JoinForm,
    NewPasswordForm,
    PasskeyForm,
    ReasonForm,
    SecondStepRolesForm,
    StandInForm,
    number_in,
)
from kash.accounts.models import (
    ASKED_NAMES,
    ROLE_NAMES,
    STANDING_SENTENCES,
    role_name,
    role_notes,
    second_note,
)
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import (
    delegation,
    is_founded,
    is_settled_now,
    person_id_of,
    possible_stand_ins,
    roles_with_second_step,
)
from kash.accounts.queries.requests import (
    RequestLine,
    link_waits,
    possible_seconds,
    request_by_id,
    request_listing,
    those_behind,
)
from kash.accounts.queries.safety import passkeys_of, site
from kash.accounts.rules import (
    NEED_SECOND_STEP,
    RequestKind,
    gained_records,
    is_address,
    pasted_people,
)
from kash.accounts.services import breaches as delegations
from kash.accounts.services import deciding, notices
from kash.accounts.services import deciding as asking
from kash.accounts.services import inviting as several
from kash.accounts.services import sign_in as signing_in
from kash.accounts.services.accounts import choose_roles_with_second_step
from kash.accounts.services.deciding import agree, decline, fetched_before, withdraw
from kash.accounts.services.invitations import Offered, accept_invitation, invited_email, offered_by
from kash.accounts.services.inviting import Invited, RowsRefused, invite_one
from kash.accounts.services.locking import revocation_warnings
from kash.accounts.services.passkeys import CONFIRM, challenge_of, confirm_with_passkey
from kash.accounts.services.sign_in import accept_new_password, kept_form
from kash.accounts.sessions import begin_session, forget_session, remember_browser, this_client
from kash.accounts.views.breaches import REQUEST_COLUMNS
from kash.accounts.views.sign_in import answer_to, error_of
from kash.platform.approvals.approval import approval_names
from kash.platform.database import db, utc_now
from kash.platform.messages import MailFailed, mail_is_set_up, send_mail
from kash.platform.web import NotFound, current_actor, go, page, safe_next
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import TooManyTries
from kash.platform.web.formats import local_today
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, brand, programme_languages, qr_picture
from kash.platform.web.public_address import public_address, says_address
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import ANYONE, SIGNED_IN, Role, allow


def _page(form: ConfirmForm, address: str) -> tuple[str, int]:
    form.next.data = address
    offered = site() and passkeys_of(current_actor().account_id or 0)
    text = render_template(
        "accounts/confirm.html",
        form=form,
        passkey=PasskeyForm(formdata=None, next=address) if offered else None,
    )
    return text, answer_to(form)


@blueprint.route("/confirm", methods=["GET", "POST"])
@allow(SIGNED_IN)
def confirm_password() -> ResponseReturnValue:
    """The password once more, before a dangerous action; then back to it."""
    form = ConfirmForm()
    address = safe_next(request.form.get("next") or request.args.get("next"))
    if form.validate_on_submit():
        with form.showing_problems(password=errors.SignInPaused):
            signing_in.confirm_password(current_actor(), form.password.data, this_client())
            return redirect(address, code=303)
    return _page(form, address)


@blueprint.post("/confirm/passkey")
@allow(SIGNED_IN)
def confirm_passkey() -> ResponseReturnValue:
    """A passkey in place of the password."""
    sent = PasskeyForm()
    address = safe_next(sent.next.data)
    form = ConfirmForm(formdata=None)
    if not sent.validate():
        form.form_errors.append(error_of(sent))
        return _page(form, address)
    with form.showing_problems():
        confirm_with_passkey(current_actor(), challenge_of(CONFIRM), sent.credential.data)
        return redirect(address, code=303)
    return _page(form, address)


@blueprint.get("/confirm/go-on")
@allow(SIGNED_IN)
def go_on() -> ResponseReturnValue:
    """Go on with what was typed before the password was asked for, ready to be sent again."""
    form_kept = kept_form(current_actor())
    if form_kept is None:
        return redirect("/", code=303)
    address, fields = form_kept
    return render_template("accounts/go_on.html", address=safe_next(address), fields=fields)


@blueprint.route("/join/<token>", methods=["GET", "POST"])
@allow(ANYONE)
def join(token: str) -> ResponseReturnValue:
    """Open the account that an invitation offers."""
    invitation = offered_by(token, password=False)
    form = JoinForm(obj=invitation)
    if form.validate_on_submit():
        with form.showing_problems(spoken_code=TooManyTries):
            new = accept_invitation(
                token,
                name=form.name.data,
                password=form.password.data,
                language=language_code(),
                code=form.spoken_code.data,
            )
            forget_session()
            begin_session(new.public_id)
            answer = make_response(redirect("/", code=303))
            remember_browser(answer)
            return answer
    return page(
        "accounts/join.html",
        form=form,
        email=invited_email(invitation),
        spoken=bool(invitation.code_hash),
    )


@blueprint.route("/new-password/<token>", methods=["GET", "POST"])
@allow(ANYONE)
def new_password(token: str) -> ResponseReturnValue:
    """Set a new password with a link that an administrator made."""
    invitation = offered_by(token, password=True)
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.showing_problems(spoken_code=TooManyTries):
            accept_new_password(token, form.password.data, code=form.spoken_code.data)
            forget_session()
            return go("accounts.sign_in", _("The new password is set. Sign in with it."))
    return page("accounts/new_password.html", form=form, spoken=bool(invitation.code_hash))


def address_of_link(endpoint: str, token: str) -> str:
    """The whole address of a one-time link."""
    return public_address() + url_for(endpoint, token=token)


def mail_link(email: str, link: str, language: str) -> bool:
    """Mail a link; True if it went out. Neither subject nor text says what it is about."""
    if not mail_is_set_up():
        return False
    with force_locale(language or programme_languages()[0]):
        subject = _("Your access to %(name)s", name=brand())
        text = _(
            "Open this link to choose a password. It works once, within seven days:\n\n%(link)s\n",
            link=link,
        )
    with FlashedProblems(MailFailed, tone="warn"):
        send_mail(email, subject, text)
        return True
    return False


@blueprint.route("/accounts/<public_id>/reset-second-step", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def ask_reset(public_id: str) -> ResponseReturnValue:
    """Ask that somebody's second step be taken off; another person decides."""
    account = accounts.account(public_id)
    back = url_for("accounts.account", public_id=public_id)
    form = ReasonForm()
    if form.validate_on_submit():
        with form.showing_problems():
            return asked(asking.ask_reset(current_actor(), public_id, form.reason.data))
    return page("accounts/ask_reset.html", form=form, name=account.name, back=back)


def asked(request_id: str) -> ResponseReturnValue:
    """On to a request that was just made."""
    return go(
        "accounts.request", _("You have asked. A second person has to agree."), public_id=request_id
    )


@blueprint.get("/accounts/requests")
@allow("accounts.agree")
@offers_table("requests")
def requests() -> ResponseReturnValue:
    """Requests that wait for a second person, or are over."""
    closed = request.args.get("closed") == "1"
    listed = request_listing(current_actor(), closed=closed)
    if is_taken():
        return taken(listed, REQUEST_COLUMNS)
    return render_template(
        "accounts/requests.html",
        requests=listed,
        closed=closed,
        asked_names=ASKED_NAMES,
        present=current_actor().public_id,
    )


@blueprint.route("/accounts/requests/<public_id>", methods=["GET", "POST"], endpoint="request")
@allow("accounts.agree", fresh=True)
def one_request(public_id: str) -> ResponseReturnValue:
    """Read why, and agree or decline; who asked may take it back."""
    by = current_actor()
    request_line = request_by_id(by, public_id)
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
        form.answer.errors = [_("Tell the person who asked why.")]
    account = accounts.account(request_line.account_id) if request_line.account_id else None
    return page(
        "accounts/request.html",
        form=form,
        found=request_line,
        heading=ASKED_NAMES[request_line.kind],
        gives_link=request_line.kind in (RequestKind.INVITATION, RequestKind.LINK),
        own=request_line.asked_by_id == by.public_id,
        code=request_line.code if request_line.to_fetch or link_waits(public_id) else "",
        seconds=possible_seconds(request_line) if request_line.waits else [],
        second_note=second_note,
        refused=STANDING_SENTENCES.get(request_line.standing),
        participant=accounts.participant(request_line.person)
        if request_line.person and by.may("people.find")
        else None,
        behind=those_behind(account) if account is not None else [],
        warnings=revocation_warnings(request_line.account_id)
        if request_line.waits and request_line.kind is RequestKind.ROLES
        else [],
        fetch=FetchForm(formdata=None),
        mail_is_set_up=mail_is_set_up(),
        roles_now=", ".join(map(role_name, request_line.held)),
        roles_asked=", ".join(map(role_name, request_line.roles)),
    )


def _decided(public_id: str, decide: Callable[[], object], done: str) -> ResponseReturnValue:
    with FlashedProblems(errors.CannotAgree, errors.LastKeyHolder, tone="warn"):
        decide()
        flash(done)
    return go("accounts.request", public_id=public_id)


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
    with CaughtProblem() as caught:
        return _link_page(request, form, deciding.fetch_link(by, public_id, key))
    token = fetched_before(by, public_id, key)
    if not token:
        flash(caught.sentence, "warn")
        return go("accounts.request")
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
        return go("accounts.index", _("Saved. It holds from everybody's next page on."))
    always = [name for role, name in ROLE_NAMES.items() if role in NEED_SECOND_STEP]
    return page("accounts/second_step_roles.html", form=form, always=always)


def person_typed(number: str | None) -> int | None:
    """The key of a participant whose number was typed, None if none was. Raises Problem."""
    if not number:
        return None
    person_id = person_id_of(number)
    if person_id is None:
        raise errors.no_such_person()
    return person_id


@blueprint.route("/accounts/invite", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
@says_address
def invite() -> ResponseReturnValue:
    """Invite one person; the link is shown once, and mailed if mail is set up.

    To roles that open much one only asks, once the programme has a director. `person` in the
    address is the participant that the account shall belong to. Her name and the role of her group
    are filled in for who may find participants; to anybody else a number stays a number, since the
    audit trail is full of them.
    """
    form = InviteForm()
    if not form.is_submitted():
        form.person.data = number_in(request.args.get("person"))
    participant = None
    if current_actor().may("people.find"):
        participant = accounts.participant(form.person.data)
    if participant is not None and not form.is_submitted():
        form.name.data = participant.name
        form.roles.data = [str(Role.POLICE_PEER if participant.police else Role.PEER)]
    if form.validate_on_submit():
        with form.showing_problems():
            return _invite(form)
    return page(
        "accounts/invite.html",
        form=form,
        participant=participant,
        notes=role_notes(),
        mail_is_set_up=mail_is_set_up(),
        founded=is_founded(db.session()),
        settled=is_settled_now(db.session(), utc_now()),
    )


def _invite(form: InviteForm) -> ResponseReturnValue:
    by = current_actor()
    offer = form.command(
        Offered,
        roles=frozenset(Role(role) for role in form.roles.data),
        person_id=person_typed(form.person.data),
    )
    invitation = invite_one(by, offer, form.reason.data, form.key.data)
    if invitation.request_id:
        return asked(invitation.request_id)
    link = address_of_link("accounts.join", invitation.token)
    mails = form.send.data and is_address(invitation.email) and not invitation.again
    mailed = mails and mail_link(invitation.email, link, offer.language)
    return render_template(
        "accounts/link.html",
        link=link,
        name=offer.name,
        drawn="" if is_address(invitation.email) else invitation.email,
        qr=qr_picture(link),
        mailed=mailed,
        again=invitation.again,
        waits=_opens_later(offer),
    )


def _opens_later(offer: Offered) -> bool:
    """True if what an invitation offers opens once a second person agreed."""
    settled = is_settled_now(db.session(), utc_now())
    return offer.person_id is not None or bool(settled and gained_records((), offer.roles))


def _words() -> tuple[dict[str, str], dict[str, str]]:
    """Meanings of a pasted word: the names of roles in every language of the site, and
    languages."""
    roles: dict[str, str] = {}
    languages: dict[str, str] = {}
    for code, name in LANGUAGES.items():
        languages |= {code.casefold(): code, str(name).casefold(): code}
        with force_locale(code):
            roles |= {str(word).casefold(): str(role) for role, word in ROLE_NAMES.items()}
    return roles | {str(role): str(role) for role in Role}, languages


@blueprint.route("/accounts/invite/several", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
@says_address
def invite_several() -> ResponseReturnValue:
    """Invite several people: rows that are typed or pasted, and a named link for each.

    Nothing is made while any row is wrong. What takes two people becomes a request.
    """
    form = InviteSeveralForm()
    step = request.form.get("step", "")
    if form.is_submitted() and form.pasted.data:
        # A list that was pasted is shown as it was read before anybody is invited.
        form = form.with_people(pasted_people(form.pasted.data, *_words()))
    elif not step and form.validate_on_submit():
        rows = form.written()
        if not rows:
            form.mark_wrong(form.pasted, _("Nobody is written here yet."))
        else:
            with CaughtProblem(RowsRefused) as caught:
                offered = [_offered(line) for line in rows]
                invited = several.invite_several(current_actor(), offered, form.key.data)
                return _links_page(form, invited)
            form.refuse(caught.problem.faults)
    if step == "more" or not form.written():
        form.add_spare_rows()
    return page(
        "accounts/invite_several.html",
        form=form,
        mail_is_set_up=mail_is_set_up(),
        founded=is_founded(db.session()),
        settled=is_settled_now(db.session(), utc_now()),
    )


def _offered(row: InvitedRow) -> tuple[Offered, str]:
    return row.command(Offered, roles=frozenset([Role(row.role.data)])), row.reason.data


def _links_page(form: InviteSeveralForm, found: list[Invited]) -> ResponseReturnValue:
    """The page with a named link for each; they are shown this once.

    A mail server that failed once is not waited for again: forty links would be shown after
    minutes. What was made before was sent then.
    """
    lines, mailing = [], bool(form.send.data and mail_is_set_up())
    failed = False
    for link_ in found:
        link = address_of_link("accounts.join", link_.token) if link_.token else ""
        mails = bool(mailing and link and not link_.again and is_address(link_.email))
        mailed = mails and not failed and mail_link(link_.email, link, link_.offer.language)
        failed = failed or (mails and not mailed)
        lines.append(
            {
                "name": link_.offer.name,
                "role": ", ".join(role_name(role) for role in sorted(link_.offer.roles)),
                "email": link_.email,
                "drawn": not is_address(link_.email),
                "link": link,
                "qr": qr_picture(link) if link else "",
                "mailed": mailed,
                "unsent": mails and not mailed,
                "waits": _opens_later(link_.offer),
                "request_id": link_.request_id,
            }
        )
    again = any(link_.again for link_ in found)
    return render_template("accounts/links.html", lines=lines, again=again)


@blueprint.route("/account/stand-in", methods=["GET", "POST"])
@allow("approvals.delegate", fresh=True)
def lend_approvals() -> ResponseReturnValue:
    """Choose who decides while one is away."""
    by = current_actor()
    possible = possible_stand_ins(by.account_id or 0)
    form = StandInForm(data={"first": local_today()})
    form.stand_in.choices = [("", _("Choose"))] + [(account[0], account[1]) for account in possible]
    if form.validate_on_submit() and form.first.data and form.last.data:
        with form.showing_problems():
            delegations.lend_approvals(
                by,
                form.stand_in.data,
                permissions=form.permissions.data,
                first=form.first.data,
                last=form.last.data,
                reason=form.reason.data,
            )
            return go("accounts.own", _("Saved. It ends by itself, or when you end it."))
    return page(
        "accounts/stand_in.html", form=form, possible=possible, approval_names=approval_names()
    )


@blueprint.route("/account/stand-in/<delegation_id>/end", methods=["GET", "POST"])
@allow(SIGNED_IN)
def end_stand_in(delegation_id: str) -> ResponseReturnValue:
    """End a stand-in now: either of the two, or an administrator."""
    by = current_actor()
    manages = by.may("accounts.manage")
    back = url_for("accounts.access" if manages else "accounts.own")
    if request.method == "POST":
        delegations.end_stand_in(by, delegation_id)
        flash(_("It has ended."))
        return redirect(back, code=303)
    stand_in = delegation(delegation_id, None if manages else by.account_id, utc_now())
    return render_template(
        "accounts/question.html",
        name=_("Access") if manages else _("Your account"),
        back=back,
        heading=_("End this stand-in?"),
        text=_(
            "%(stand_in)s then no longer decides for %(absent)s.",
            stand_in=stand_in.stand_in,
            absent=stand_in.absent,
        ),
        label=_("End it"),
    )
