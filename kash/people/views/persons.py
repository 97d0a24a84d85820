"""Pages about people, organisations and groups."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from kash.people import blueprint, queries, rules, services, words
from kash.people.consent_texts import TEXTS
from kash.people.forms import (
    ConsentForm,
    GroupForm,
    OrganisationForm,
    PersonForm,
    SearchForm,
    TransferForm,
)
from kash.people.models import Person
from kash.people.sections import sections_for
from kash.policy import Reach, allow
from kash.web import NotFound, Problem, current_actor, page
from kash.web.formats import local_today


@blueprint.get("")
@allow("people.see")
def index() -> ResponseReturnValue:
    """Everyone in reach; whoever sees only herself is led to her own page."""
    actor = current_actor()
    if not actor.may("people.find"):
        own = queries.own_person(actor)
        if own is None:
            return render_template("people/nobody.html")
        return redirect(url_for("people.person", public_id=own))
    search = queries.PeopleSearch(
        group=request.args.get("group", "")[:16],
        organisation=request.args.get("organisation", "")[:16],
    )
    return _list(search)


@blueprint.post("/search")
@allow("people.find")
def search() -> ResponseReturnValue:
    """What was typed may be a name: it is posted, and stays out of every address."""
    form = SearchForm()
    if not form.validate_on_submit():
        return _list(queries.PeopleSearch(), wrong=form), 422
    asked = queries.PeopleSearch(
        form.search.data or "", (form.group.data or "")[:16], (form.organisation.data or "")[:16]
    )
    if not asked.text:
        return redirect(
            url_for(
                "people.index", group=asked.group or None, organisation=asked.organisation or None
            ),
            303,
        )
    return _list(asked, form.phone)


def _list(
    asked: queries.PeopleSearch, phone: str | None = None, wrong: SearchForm | None = None
) -> str:
    actor = current_actor()
    names_only = queries.reaches(actor, "people.see") <= {Reach.NAMES, Reach.SELF}
    return render_template(
        "people/list.html",
        listing=queries.people(actor, asked, phone),
        asked=asked,
        wrong=wrong,
        group_choices=[(group.public_id, group.name) for group in queries.groups()],
        organisation_choices=[]
        if names_only
        else [(place.public_id, place.name) for place in queries.organisations()],
        names_only=names_only,
        own_only=Reach.OWN in queries.reaches(actor, "people.see")
        and actor.reach("people.see") is Reach.OWN,
    )


@blueprint.get("/<public_id>")
@allow("people.see")
def person(public_id: str) -> ResponseReturnValue:
    """One person: all of it, or name and group only, as far as the actor reaches."""
    actor = current_actor()
    try:
        return _person_page(queries.person(actor, public_id))
    except NotFound:
        named = queries.name_and_group(actor, public_id)
        return render_template("people/name_only.html", person=named)


@blueprint.post("/<public_id>/contact/<any(phone, email):which>")
@allow("people.contact")
def contact(public_id: str, which: services.Contact) -> ResponseReturnValue:
    """Show the phone or the e-mail this once; the look is written down."""
    found = queries.person(current_actor(), public_id, "people.contact")
    value = services.show_contact(found.public_id, which, current_actor())
    return _person_page(
        queries.person(current_actor(), public_id, "people.contact"), {which: value or _("None")}
    )


def _person_page(found: Person, shown: Mapping[str, str] | None = None) -> str:
    actor = current_actor()
    return render_template(
        "people/person.html",
        person=found,
        posting=next((each for each in found.postings if each.until is None), None),
        newest_consents={each.purpose: each for each in reversed(found.consents)},
        purposes=words.PURPOSE,
        words=words,
        shown=shown or {},
        may_edit=queries.reached(actor, found, "people.edit"),
        may_contact=queries.reached(actor, found, "people.contact"),
        sections=sections_for(found.public_id, actor),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow("people.edit")
def add() -> ResponseReturnValue:
    """Add a person."""
    form = PersonForm()
    groups = queries.groups()
    form.offer(groups, queries.organisations())
    form.key.data = form.new_id
    ask_shared = False
    if form.validate_on_submit():
        try:
            made = services.add_person(form.details(), current_actor(), form.new_id)
        except Problem as problem:
            ask_shared = _beside_its_field(form, problem)
        else:
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=made))
    if not form.is_submitted() and len(groups) == 1:
        form.group.data = groups[0].public_id
    return page("people/edit.html", form=form, person=None, kept=[], ask_shared=ask_shared)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("people.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a person; what someone else saved meanwhile is shown beside what was typed."""
    found = queries.person(current_actor(), public_id, "people.edit")
    form = PersonForm()
    form.offer(queries.groups(), [])
    kept: list[tuple[str, str]] = []
    ask_shared = False
    if not form.is_submitted():
        form.fill(found)
    elif form.validate():
        try:
            services.change_person(
                found.public_id,
                form.details(),
                form.contact(),
                form.edition_read,
                current_actor(),
            )
        except services.ChangedMeanwhile:
            found = queries.person(current_actor(), public_id, "people.edit")
            kept = form.differences(found)
            form.edition.data = str(found.edition)
            return (
                render_template(
                    "people/edit.html",
                    form=form,
                    person=found,
                    kept=kept,
                    changed=True,
                    ask_shared=False,
                ),
                409,
            )
        except Problem as problem:
            ask_shared = _beside_its_field(form, problem)
            found = queries.person(current_actor(), public_id, "people.edit")
        else:
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=public_id))
    return page("people/edit.html", form=form, person=found, kept=kept, ask_shared=ask_shared)


def _beside_its_field(form: PersonForm, problem: Problem) -> bool:
    """Put a problem where it belongs; whether to ask about a shared phone. Raises what has no
    field."""
    fields: dict[type[Problem], Field] = {
        services.UnknownGroup: form.group,
        services.UnknownOrganisation: form.organisation,
        services.NotAName: form.chosen_name,
        services.AgesDisagree: form.birth_year,
    }
    field: Field
    if isinstance(problem, services.AlreadyHere):
        field = form.reference if problem.field == "reference" else form.phone
    elif type(problem) in fields:
        field = fields[type(problem)]
    else:
        raise problem
    field.errors = [*field.errors, str(problem)]
    return field is form.phone


@blueprint.route("/<public_id>/consents/<purpose>", methods=["GET", "POST"])
@allow("people.edit")
def consent(public_id: str, purpose: str) -> ResponseReturnValue:
    """Read out the words, record the answer."""
    found = queries.person(current_actor(), public_id, "people.edit")
    if purpose not in TEXTS:
        raise NotFound
    history = [each for each in found.consents if each.purpose == purpose]
    form = ConsentForm()
    form.offer(rules.possible_answers(history[0].answer if history else None))
    if form.validate_on_submit():
        try:
            services.record_consent(public_id, purpose, form.answer.data, current_actor())
        except services.NotPossibleNow as problem:
            form.answer.errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=public_id, _anchor="consents"))
    return page(
        "people/consent.html",
        form=form,
        person=found,
        purpose=purpose,
        text=TEXTS[purpose],
        history=history,
        words=words,
    )


@blueprint.route("/<public_id>/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer(public_id: str) -> ResponseReturnValue:
    """Move a person to another station or collective."""
    found = queries.person(current_actor(), public_id, "people.edit")
    posting = next((each for each in found.postings if each.until is None), None)
    there = posting.organisation_id if posting is not None else None
    form = TransferForm(since=local_today())
    form.offer([place for place in queries.organisations() if place.id != there])
    if form.validate_on_submit():
        try:
            services.transfer(
                public_id,
                form.organisation.data,
                form.since.data or local_today(),
                today=local_today(),
                by=current_actor(),
            )
        except (services.AlreadyThere, services.UnknownOrganisation) as problem:
            form.organisation.errors = [str(problem)]
        except services.DayDoesNotFit as problem:
            form.since.errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=public_id))
    return page("people/transfer.html", form=form, person=found, posting=posting)


@blueprint.get("/organisations")
@allow("people.find")
def organisations() -> ResponseReturnValue:
    """Stations, collectives and partners."""
    kind = request.args.get("kind", "")
    if kind not in rules.KINDS:
        kind = ""
    return render_template(
        "people/organisations.html",
        listing=queries.organisation_list(kind),
        kind=kind,
        kinds=words.KIND,
    )


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@allow("people.edit")
def add_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    form = OrganisationForm()
    form.offer(queries.groups())
    if form.validate_on_submit():
        try:
            services.add_organisation(form.details(), current_actor())
        except services.OrganisationTaken as problem:
            form.name.errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("people.organisations"))
    return page("people/organisation.html", form=form, organisation=None)


@blueprint.route("/organisations/<public_id>/edit", methods=["GET", "POST"])
@allow("people.edit")
def edit_organisation(public_id: str) -> ResponseReturnValue:
    """Change an organisation."""
    found = queries.organisation(public_id)
    form = OrganisationForm()
    form.offer(queries.groups())
    if not form.is_submitted():
        form.name.data, form.kind.data, form.place.data = found.name, found.kind, found.place
        form.group.data = found.group.public_id if found.group is not None else ""
    elif form.validate():
        try:
            services.change_organisation(public_id, form.details(), current_actor())
        except services.OrganisationTaken as problem:
            form.name.errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("people.organisations"))
    return page("people/organisation.html", form=form, organisation=public_id)


@blueprint.get("/groups")
@allow("settings.see")
def groups() -> ResponseReturnValue:
    """The groups that the programme brings together."""
    return render_template("people/groups.html", groups=queries.groups())


@blueprint.route("/groups/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_group() -> ResponseReturnValue:
    """Add a group."""
    return _edit_group(GroupForm(), None)


@blueprint.route("/groups/<public_id>/edit", methods=["GET", "POST"])
@allow("settings.edit")
def edit_group(public_id: str) -> ResponseReturnValue:
    """Change a group's name or letter."""
    found = next((group for group in queries.groups() if group.public_id == public_id), None)
    if found is None:
        raise NotFound
    form = GroupForm()
    if not form.is_submitted():
        form.name.data, form.letter.data = found.name, found.letter
        form.is_police.data = found.is_police
    return _edit_group(form, public_id)


def _edit_group(form: GroupForm, public_id: str | None) -> ResponseReturnValue:
    if form.validate_on_submit():
        name, letter = form.name.data or "", form.letter.data or ""
        police = bool(form.is_police.data)
        try:
            if public_id is None:
                services.add_group(name, letter, is_police=police, by=current_actor())
            else:
                services.change_group(public_id, name, letter, is_police=police, by=current_actor())
        except services.GroupTaken as problem:
            form[problem.field].errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("people.groups"))
    return page("people/group.html", form=form, public_id=public_id)
