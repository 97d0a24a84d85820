"""Inviting: one person with whatever roles she needs, a participant, or several at once."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.errors import NoSuchPerson, OnlyAdministrators
from kash.accounts.forms.accounts import InviteForm, number_in, role_notes
from kash.accounts.forms.several import InvitedRow, InviteSeveralForm
from kash.accounts.names import ROLE_NAMES, role_name
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import person_id_of
from kash.accounts.queries.backing import is_founded, is_settled_now
from kash.accounts.rules.pasted import pasted_people
from kash.accounts.rules.sign_in_names import is_address
from kash.accounts.rules.two_people import gained_records
from kash.accounts.services import several
from kash.accounts.services.invitations import Offered
from kash.accounts.services.several import Invited, RowsRefused, invite_one
from kash.accounts.views.links import address_of_link, mail_link
from kash.accounts.views.requests import asked
from kash.platform.database import db, utc_now
from kash.platform.messages import mail_is_set_up
from kash.platform.web import current_actor, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.public_address import says_address
from kash.platform.web.square_codes import qr_picture
from kash.policy import Role, allow


def person_typed(number: str | None) -> int | None:
    """The key of a participant whose number was typed, None if none was. Raises NoSuchPerson."""
    if not number:
        return None
    found = person_id_of(number)
    if found is None:
        raise NoSuchPerson
    return found


@blueprint.route("/accounts/invite", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
@says_address
def invite() -> ResponseReturnValue:
    """Invite one person; the link is shown once, and mailed if mail is set up.

    To roles that open much one only asks, once the programme has a director. `person` in the
    address is the participant to whom the account shall belong. Her name and the role of her group
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
        with form.showing_problems(roles=OnlyAdministrators):
            return _invite(form)
    return page(
        "accounts/invite.html",
        form=form,
        participant=participant,
        notes=role_notes(),
        mail_is_set_up=mail_is_set_up(),
        founded=is_founded(db.session()),
    )


def _invite(form: InviteForm) -> ResponseReturnValue:
    by = current_actor()
    offer = form.command(
        Offered,
        roles=frozenset(Role(role) for role in form.roles.data),
        person_id=person_typed(form.person.data),
    )
    made = invite_one(by, offer, form.reason.data, form.key.data)
    if made.request_id:
        return asked(made.request_id)
    link = address_of_link("accounts.join", made.token)
    mails = form.send.data and is_address(made.email) and not made.again
    mailed = mails and mail_link(made.email, link, offer.language)
    return render_template(
        "accounts/link.html",
        link=link,
        name=offer.name,
        drawn="" if is_address(made.email) else made.email,
        qr=qr_picture(link),
        mailed=mailed,
        again=made.again,
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
            roles |= {str(one).casefold(): str(role) for role, one in ROLE_NAMES.items()}
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
                offered = [_offered(row) for row in rows]
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
    for one in found:
        link = address_of_link("accounts.join", one.token) if one.token else ""
        mails = bool(mailing and link and not one.again and is_address(one.email))
        mailed = mails and not failed and mail_link(one.email, link, one.offer.language)
        failed = failed or (mails and not mailed)
        lines.append(
            {
                "name": one.offer.name,
                "role": ", ".join(role_name(role) for role in sorted(one.offer.roles)),
                "email": one.email,
                "drawn": not is_address(one.email),
                "link": link,
                "qr": qr_picture(link) if link else "",
                "mailed": mailed,
                "unsent": mails and not mailed,
                "waits": _opens_later(one.offer),
                "request_id": one.request_id,
            }
        )
    again = any(one.again for one in found)
    return render_template("accounts/links.html", lines=lines, again=again)
