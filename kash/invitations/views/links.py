"""Links into a workshop, and the list of those who wait for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.invitations import blueprint
from kash.invitations.documents import letter_to_commander
from kash.invitations.errors import NotDecidable
from kash.invitations.forms import OpenLinkForm, QuotaForm
from kash.invitations.queries.links import (
    link_of,
    links_of,
    stations,
    waiting_letters,
    waiting_rows,
)
from kash.invitations.rules import Bulk, Decided, LinkKind, in_bulk, read_decision
from kash.invitations.services.deciding import decide
from kash.invitations.services.links import (
    OpenDetails,
    QuotaDetails,
    SignUpLinkMade,
    make_open_link,
    make_quota_links,
    withdraw_link,
)
from kash.invitations.words import STAND, STAND_TONE
from kash.people.queries.organisations import groups
from kash.people.words import AGE_BAND, SEX
from kash.platform.press import qr_svg
from kash.platform.web import NotFound, current_actor, download, page
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.public_address import (
    AddressKind,
    kind_of_address,
    public_address,
    says_address,
)
from kash.platform.web.taking import noted
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop

_AT = "/workshops/<public_id>/sign-ups"


@blueprint.get(_AT)
@allow("workshops.edit")
def workshop(public_id: str) -> str:
    """The links into a workshop, and those who wait, one group at a time."""
    return _page(own_workshop(public_id, current_actor(), "workshops.edit"))


def _page(found: Workshop) -> str:
    """The page; what was chosen there and could not be done is chosen again."""
    letters = waiting_letters(found)
    letter = request.values.get("group", "")
    if letter not in letters:
        letter = next(iter(letters), "")
    waiting = waiting_rows(found, current_actor(), letter)
    return render_template(
        "invitations/workshop.html",
        links=links_of(found),
        waiting=waiting,
        letters=letters,
        letter=letter,
        chosen={
            row.public_id: request.form.get(f"decision-{row.public_id}") for row in waiting.rows
        },
        stands=STAND,
        stand_tones=STAND_TONE,
        age_words=AGE_BAND,
        sex_words=SEX,
        languages=[(code, LANGUAGES[code]) for code in programme_languages()],
        **frame(found),
    )


@blueprint.post(_AT)
@allow("workshops.edit")
def decide_rows(public_id: str) -> ResponseReturnValue:
    """Decide on the rows of the page: each as it was chosen, the others by the button for all;
    whether all of these are declined is asked before, since what was typed is gone then."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "workshops.edit")
    if "back" in request.form:
        return _page(found)
    letter = request.form.get("group", "")[:1]
    sent = request.form.get("all", "")
    bulk = Bulk(sent) if sent in set(Bulk) else Bulk.NONE
    shown = set(request.form.getlist("shown"))
    decisions: list[Decided] = []
    others = 0
    for row in waiting_rows(found, actor, letter).rows:
        if row.public_id not in shown:
            continue
        chosen = read_decision(
            row.public_id, request.form.get(f"decision-{row.public_id}", "")[:40]
        )
        others += chosen is None
        decided = in_bulk(bulk, row.public_id, likely=bool(row.likely), chosen=chosen)
        if decided is not None:
            decisions.append(decided)
    if bulk is Bulk.DECLINE and others and "sure" not in request.form:
        return page("invitations/decline.html", workshop=found, letter=letter, others=others)
    try:
        done = decide(public_id, decisions, actor)
    except NotDecidable as problem:
        flash(str(problem), "bad")
        return _page(own_workshop(public_id, actor, "workshops.edit")), problem.status
    flash(
        _(
            "Enrolled: %(seated)s. On the waiting list: %(waiting)s. Declined: %(declined)s.",
            seated=done.seated,
            waiting=done.waiting,
            declined=done.declined,
        )
    )
    return redirect(
        url_for("invitations.workshop", public_id=public_id, group=letter or None), code=303
    )


@dataclass(frozen=True)
class ShownOnce:
    """A link that was just made; `picture` is its code as an SVG element."""

    station: str
    link: str
    address: str
    picture: str


def _shown_once(public_id: str, made: Sequence[SignUpLinkMade], kind: LinkKind) -> str:
    site = public_address()
    endpoint = "invitations.station" if kind is LinkKind.QUOTA else "invitations.sign_up"
    links = [
        ShownOnce(
            one.station,
            one.public_id,
            address := f"{site}{url_for(endpoint, token=one.token)}",
            qr_svg(address, label=one.station or _("Open link")),
        )
        for one in made
    ]
    return render_template(
        "invitations/made.html",
        workshop=own_workshop(public_id, current_actor(), "workshops.edit"),
        links=links,
        languages=[(code, LANGUAGES[code]) for code in programme_languages()],
        leads_nowhere=kind_of_address(site) is AddressKind.LOCAL,
    )


@blueprint.route(f"{_AT}/stations", methods=["GET", "POST"])
@allow("workshops.edit")
@says_address
def quotas(public_id: str) -> ResponseReturnValue:
    """Make a link for the liaison of each station, with its number of places."""
    found = own_workshop(public_id, current_actor(), "workshops.edit")
    form = QuotaForm()
    form.stations.choices = stations()
    if form.validate_on_submit():
        with form.showing_problems():
            made = make_quota_links(public_id, form.command(QuotaDetails), current_actor())
            return _shown_once(public_id, made, LinkKind.QUOTA)
    return page("invitations/quotas.html", form=form, workshop=found)


@blueprint.route(f"{_AT}/open", methods=["GET", "POST"])
@allow("workshops.edit")
@says_address
def open_link(public_id: str) -> ResponseReturnValue:
    """Make an open link, whose names wait for a decision."""
    found = own_workshop(public_id, current_actor(), "workshops.edit")
    form = OpenLinkForm()
    form.group.choices = [(one.public_id, one.name) for one in groups()]
    if form.validate_on_submit():
        with form.showing_problems():
            made = make_open_link(public_id, form.command(OpenDetails), current_actor())
            return _shown_once(public_id, [made], LinkKind.OPEN)
    return page("invitations/open.html", form=form, workshop=found)


@blueprint.route(f"{_AT}/<link_id>/withdraw", methods=["GET", "POST"])
@allow("workshops.edit")
def withdraw(public_id: str, link_id: str) -> ResponseReturnValue:
    """Have a link take no more names, after a question: another has to be made and handed over."""
    found = own_workshop(public_id, current_actor(), "workshops.edit")
    if request.method == "GET":
        return page("invitations/withdraw.html", workshop=found, link=link_of(found, link_id))
    withdraw_link(public_id, link_id, current_actor())
    flash(_("The link takes no more names. What was typed into it still waits below."))
    return redirect(url_for("invitations.workshop", public_id=public_id), code=303)


@blueprint.get(f"{_AT}/<link_id>/letter.pdf")
@allow("workshops.edit")
def letter(public_id: str, link_id: str) -> ResponseReturnValue:
    """The letter of invitation to the commander of a station."""
    found = own_workshop(public_id, current_actor(), "workshops.edit")
    link = link_of(found, link_id)
    if link.organisation is None:
        raise NotFound
    asked = request.args.get("language", "")
    language = asked if asked in programme_languages() else programme_languages()[0]
    content = letter_to_commander(found, link, language=language)
    return noted(download(content, name="invitation.pdf", type="application/pdf"))
