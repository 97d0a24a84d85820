"""Looking at a contact, asking to see it, and agreeing to that as the second person."""

from __future__ import annotations

from datetime import date
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.forms.contacts import AskContactForm, MoreLooksForm
from kash.people.models import ContactRequest, Person
from kash.people.queries import contacts as asked
from kash.people.queries.persons import person
from kash.people.rules.contacts import LOOKS_FOR_A_REASON
from kash.people.rules.one_group import one_group
from kash.people.services.contacts import (
    NobodyToAsk,
    ReasonNeeded,
    ask_for_contact,
    decide_on_contact,
    end_contact,
    note_looks_seen,
    show_contact,
)
from kash.people.services.persons import Contact, ContactClosed, ContactRefused
from kash.people.views.persons import contact_text, person_page
from kash.platform.web import NotFound, Problem, current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.programme import contact_looks_a_day
from kash.platform.web.row_versions import number_shown
from kash.policy import allow


@blueprint.post("/<public_id>/contact/<any(phone, email):which>")
@allow("people.contact")
def contact(public_id: str, which: Contact) -> ResponseReturnValue:
    """Show the phone or the e-mail this once; the look is written down and counted. Beyond the
    day's usual looks the page that asks why comes first."""
    actor = current_actor()
    found = person(actor, public_id, "people.contact")
    form = MoreLooksForm()
    given = form.reason.data if form.reason.data and form.validate() else ""
    with FlashedProblems(ContactRefused, ContactClosed):
        try:
            value = show_contact(found.public_id, which, actor, reason=given or "")
        except ReasonNeeded:
            return _why_more(person(actor, public_id), which, form)
        return person_page(person(actor, public_id), {which: contact_text(which, value)})
    return redirect(url_for("people.person", public_id=public_id, _anchor="contact"), 303)


def _why_more(person: Person, which: Contact, form: MoreLooksForm) -> ResponseReturnValue:
    # The first time nothing was asked yet, so nothing is wrong with the field.
    if "reason" not in request.form:
        form.reason.errors = []
    else:
        form.validate()
    return (
        render_template(
            "people/more_looks.html",
            form=form,
            person=person,
            which=which,
            usual=contact_looks_a_day(),
            more=LOOKS_FOR_A_REASON,
        ),
        409,
    )


@blueprint.route("/<public_id>/contact/ask", methods=["GET", "POST"])
@allow("people.contact")
def ask_contact(public_id: str) -> ResponseReturnValue:
    """Ask a second person to open one contact."""
    actor = current_actor()
    found = person(actor, public_id, "people.contact")
    form = AskContactForm()
    back = url_for("people.person", public_id=public_id, _anchor="contact")
    if form.validate_on_submit():
        with FlashedProblems(NobodyToAsk, tone="warn"):
            ask_for_contact([found.public_id], form.reason.data, actor)
            flash(_("Asked. It waits for a second person."))
        return redirect(back, 303)
    name = person(actor, public_id).chosen_name
    return page("people/ask_contact.html", form=form, total=1, heading=name, back=back)


@blueprint.get("/contacts")
@allow("people.agree_contact")
def contacts() -> str:
    """Requests that wait for the reader or are hers, and looks beyond what is usual."""
    actor = current_actor()
    requests = asked.requests_for(actor)
    looks = asked.looks_beyond(actor)
    return render_template(
        "people/contacts.html",
        requests=requests,
        mine=actor.public_id,
        looks=looks,
        usual=contact_looks_a_day(),
        names=account_names(_accounts(requests) | {one.account for one in looks}),
    )


def _accounts(requests: list[ContactRequest]) -> set[str]:
    return {one.asked_by for one in requests} | {
        one.decided_by for one in requests if one.decided_by is not None
    }


@blueprint.route("/contacts/<request_id>", methods=["GET"])
@allow("people.agree_contact")
def contact_request(request_id: str) -> ResponseReturnValue:
    """One request: who asks, for whom, and why."""
    return _request_page(request_id)


def _request_page(request_id: str, problem: str = "") -> ResponseReturnValue:
    actor = current_actor()
    found = asked.contact_request(actor, request_id)
    body = render_template(
        "people/contact_request.html",
        request_=found,
        shown=one_group(
            found.people, attrgetter("person.group.letter"), request.args.get("group", "")
        ),
        reason=asked.request_reason(found),
        names=account_names(_accounts([found])),
        decides=found.asked_by != actor.public_id,
        problem=problem,
    )
    return body, 409 if problem else 200


@blueprint.post("/contacts/<request_id>/<any(agree, refuse, end):step>")
@allow("people.agree_contact")
def decide_contact(request_id: str, step: str) -> ResponseReturnValue:
    """Agree as the second person, refuse, or take back what was agreed to."""
    actor = current_actor()
    try:
        if step == "end":
            end_contact(request_id, actor)
        else:
            decide_on_contact(request_id, actor, agree=step == "agree")
    except NotFound:
        raise
    except Problem as problem:
        return _request_page(request_id, str(problem))
    said = {
        "agree": _("Agreed. The contact is open to whoever asked."),
        "refuse": _("Refused. The contact stays closed."),
        "end": _("Ended. The contact is closed again."),
    }
    flash(said[step])
    return redirect(url_for("people.contacts"), 303)


@blueprint.post("/contacts/looks/<account_id>/<day>")
@allow("people.looks")
def looks_seen(account_id: str, day: str) -> ResponseReturnValue:
    """Note that the reasons of one day were read."""
    actor = current_actor()
    if actor.public_id == account_id:
        raise NotFound
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    read = number_shown(request.form.get("read")) or None
    note_looks_seen(account_id, chosen, actor, read=read)
    return redirect(url_for("people.contacts"), 303)
