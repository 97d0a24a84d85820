"""Links to answer, made for a list of people to be printed and handed over."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.rules.one_group import one_group
from kash.platform.press import qr_svg
from kash.platform.web import current_actor
from kash.platform.web.public_address import (
    AddressKind,
    kind_of_address,
    public_address,
    says_address,
)
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.queries.people import people_in
from kash.workshops.queries.scope import own_workshop
from kash.workshops.rules import EnrolmentState
from kash.workshops.seat_messages import answer_address
from kash.workshops.services.answers import MOST_AT_ONCE, make_answer_links

_STATES = {str(one): one for one in (EnrolmentState.INVITED, EnrolmentState.WAITING)}


@dataclass(frozen=True)
class Slip:
    """A link for the hand of one person; `picture` is its code as an SVG element."""

    person: str
    name: str
    letter: str
    address: str
    picture: str


@blueprint.post("/<public_id>/people/links")
@allow("workshops.edit")
@says_address
def answer_links(public_id: str) -> ResponseReturnValue:
    """Make links for everybody of one group who is invited or waits, and show them this once."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    state = _STATES.get(request.form.get("state", ""), EnrolmentState.INVITED)
    people = one_group(
        people_in(workshop, [state]), attrgetter("letter"), request.form.get("group", "")
    )
    names = {one.enrolment: one for one in people.rows}
    enrolments = list(names)
    made = [
        one
        for start in range(0, len(enrolments), MOST_AT_ONCE)
        for one in make_answer_links(public_id, enrolments[start : start + MOST_AT_ONCE], actor)
    ]
    site = public_address()
    slips = [
        Slip(
            names[one.enrolment].person,
            names[one.enrolment].name,
            names[one.enrolment].letter,
            address := answer_address(one.token),
            qr_svg(address, label=_("Link of %(name)s", name=names[one.enrolment].name)),
        )
        for one in made
    ]
    return render_template(
        "workshops/answer_links.html",
        workshop=own_workshop(public_id, actor, "workshops.edit"),
        state=state,
        shown=one_group(slips, attrgetter("letter"), people.letter),
        leads_nowhere=kind_of_address(site) is AddressKind.LOCAL,
    )
