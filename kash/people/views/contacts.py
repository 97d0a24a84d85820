"""Looking at a contact, asking to see it, and agreeing to that as the second person. Pages about
stations, collectives and partners. Pages on which people move from one station or collective to
another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, words
from kash.people.forms import AskContactForm, MoreLooksForm, OrganisationForm, TransferForm
from kash.people.lists.views import asked_group
from kash.people.models import ContactRequest, Person
from kash.people.queries import directory
from kash.people.queries import persons as asked
from kash.people.queries.directory import organisations as directory_organisations
from kash.people.queries.persons import person
from kash.people.rules.persons import KINDS, LOOKS_FOR_A_REASON, one_group
from kash.people.scope import reaches
from kash.people.services import contacts as organisations_services
from kash.people.services.contacts import (
    ReasonNeeded,
    SomeCannotMove,
    ask_for_contact,
    change_organisation,
    decide_on_contact,
    end_contact,
    note_looks_seen,
    show_contact,
)
from kash.people.services.persons import Contact
from kash.people.views.directory import ORGANISATION_COLUMNS
from kash.people.views.persons import contact_text, person_page
from kash.platform.web import NotFound, Problem, current_actor, go, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.platform.web.missing import after_mending
from kash.platform.web.programme import contact_looks_a_day
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.platform.web.ticks import ticked as ticked_people
from kash.policy import Reach, allow


@blueprint.post("/<public_id>/contact/<any(phone, email):which>")
@allow("people.contact")
def contact(public_id: str, which: Contact) -> ResponseReturnValue:
    """Show the phone or the e-mail this once; the look is written down and counted. Beyond the
    day's usual looks the page that asks why comes first."""
    actor = current_actor()
    person_shown = person(actor, public_id, "people.contact")
    form = MoreLooksForm()
    given = form.reason.data if form.reason.data and form.validate() else ""
    with FlashedProblems():
        try:
            value = show_contact(person_shown.public_id, which, actor, reason=given or "")
        except ReasonNeeded:
            return _why_more(person(actor, public_id), which, form)
        return person_page(person(actor, public_id), {which: contact_text(which, value)})
    return go("people.person", _anchor="contact")


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
    person_shown = person(actor, public_id, "people.contact")
    form = AskContactForm()
    back = url_for("people.person", public_id=public_id, _anchor="contact")
    if form.validate_on_submit():
        with FlashedProblems(tone="warn"):
            ask_for_contact([person_shown.public_id], form.reason.data, actor)
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
        names=account_names(_accounts(requests) | {look.account for look in looks}),
    )


def _accounts(requests: list[ContactRequest]) -> set[str]:
    return {request_.asked_by for request_ in requests} | {
        request_.decided_by for request_ in requests if request_.decided_by is not None
    }


@blueprint.route("/contacts/<request_id>", methods=["GET"])
@allow("people.agree_contact")
def contact_request(request_id: str) -> ResponseReturnValue:
    """One request: who asks, whose contact, and why."""
    return _request_page(request_id)


def _request_page(request_id: str, problem: str = "") -> ResponseReturnValue:
    actor = current_actor()
    request_shown = asked.contact_request(actor, request_id)
    body = render_template(
        "people/contact_request.html",
        request_=request_shown,
        shown=one_group(
            request_shown.people, attrgetter("person.group.letter"), request.args.get("group", "")
        ),
        reason=asked.request_reason(request_shown),
        names=account_names(_accounts([request_shown])),
        decides=request_shown.asked_by != actor.public_id,
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
    sentences = {
        "agree": _("Agreed. The contact is open to the person who asked."),
        "refuse": _("Refused. The contact stays closed."),
        "end": _("Ended. The contact is closed again."),
    }
    return go("people.contacts", sentences[step])


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
    return go("people.contacts")


@blueprint.get("/organisations")
@allow("people.find")
@offers_table("organisations")
def organisations() -> ResponseReturnValue:
    """Stations, collectives and partners."""
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        kind = ""
    listed = directory.organisation_list(kind)
    if is_taken():
        return taken(listed, ORGANISATION_COLUMNS)
    return render_template(
        "people/organisations.html",
        listing=listed,
        kind=kind,
        kinds=words.KIND,
        most_counted=directory.MOST_COUNTED,
        sees_everyone=Reach.ALL in reaches(current_actor(), "people.see"),
    )


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@allow("people.edit")
def add_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    form = OrganisationForm()
    form.offer(directory.groups())
    if form.validate_on_submit():
        with form.showing_problems():
            organisations_services.add_organisation(form.details(), current_actor())
            return go("people.organisations", _("Saved."))
    return page("people/organisation.html", form=form, organisation=None)


@blueprint.route("/organisations/<public_id>/edit", methods=["GET", "POST"])
@allow("people.edit")
def edit_organisation(public_id: str) -> ResponseReturnValue:
    """Change an organisation."""
    edited = directory.organisation(public_id)
    form = OrganisationForm()
    form.offer(directory.groups())
    if not form.is_submitted():
        form.name.data, form.kind.data, form.place.data = edited.name, edited.kind, edited.place
        form.group.data = edited.group.public_id if edited.group is not None else ""
    elif form.validate():
        with form.showing_problems():
            change_organisation(public_id, form.details(), current_actor())
            return go("people.organisations", _("Saved."))
    return page("people/organisation.html", form=form, organisation=public_id)


@blueprint.route("/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer_many() -> ResponseReturnValue:
    """Move several people at once: those ticked in the list, or a whole station. Turning to the
    other group moves nobody."""
    actor = current_actor()
    station = request.values.get("station", "")[:16]
    chosen = ticked_people()
    # Nobody disappears from the page by being unticked.
    offered = list(dict.fromkeys([*request.form.getlist("offered"), *chosen]))
    offered = offered[: directory.MOST_AT_ONCE + 1]
    people = (
        directory.movable_from(actor, station)
        if station
        else directory.movable_people(actor, offered)
    )
    if not station and len(people) != len(offered):
        # More than can be moved at once, or somebody out of reach.
        raise NotFound
    form = TransferForm(since=local_today())
    places = directory_organisations()
    form.offer([place for place in places if place.public_id != station])
    sent = request.form.get("step") == "move"
    moving = sent and "group" not in request.form
    ticked = (
        set(chosen) if chosen or sent else {person_ticked.public_id for person_ticked in people}
    )
    errors: dict[str, str] = {}
    # The list posts only who was ticked; the page itself says when it is sent.
    if moving and form.validate_on_submit():
        if not ticked & {person_ticked.public_id for person_ticked in people}:
            form.mark_wrong(form.organisation, _("Tick who moves."))
        else:
            with form.showing_problems(organisation=SomeCannotMove):
                moved = organisations_services.transfer_many(
                    [
                        person_ticked.public_id
                        for person_ticked in people
                        if person_ticked.public_id in ticked
                    ],
                    form.organisation.data,
                    form.since.data or local_today(),
                    today=local_today(),
                    by=actor,
                )
                return go(
                    "people.index",
                    _("People moved: %(number)s", number=moved),
                    organisation=form.organisation.data,
                )
            if isinstance(form.problem, SomeCannotMove):
                errors = dict(form.problem.errors)
    return page(
        "people/transfer_many.html",
        form=form if moving else None,
        fields=form,
        sending=sent,
        people=people,
        shown=one_group(people, attrgetter("letter"), _letter(people, errors)),
        ticked=ticked,
        errors=errors,
        station=station,
        stations=[("", _("Choose")), *((place.public_id, place.name) for place in places)],
    )


def _letter(people: Sequence[directory.PostedPerson], errors: Mapping[str, str]) -> str:
    """The letter of the group to show: one in which somebody cannot be moved, if the one that was
    asked for has nobody such."""
    group_id = asked_group()
    wrong = [group.letter for group in people if group.public_id in errors]
    return group_id if not wrong or group_id in wrong else wrong[0]


@blueprint.route("/<public_id>/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer(public_id: str) -> ResponseReturnValue:
    """Move a person to another station or collective."""
    person_moved = person(current_actor(), public_id, "people.edit")
    posting = person_moved.present_posting
    there = posting.organisation_id if posting is not None else None
    form = TransferForm(since=local_today())
    form.offer([place for place in directory_organisations() if place.id != there])
    if form.validate_on_submit():
        with form.showing_problems():
            organisations_services.transfer(
                public_id,
                form.organisation.data,
                form.since.data or local_today(),
                today=local_today(),
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(after_mending(url_for("people.person", public_id=public_id)))
    return page("people/transfer.html", form=form, person=person_moved, posting=posting)
