"""Pages about people: the list, one person, adding and changing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, directory_words, entry, words
from kash.people.documents.consents import language_name
from kash.people.facts import FACT, FOUND_BY_CHOICE
from kash.people.form_languages import form_language
from kash.people.forms.persons import PersonForm, SearchForm
from kash.people.models import Person
from kash.people.queries import organisations, persons
from kash.people.queries.contacts import closed_contacts, waiting_request_about
from kash.people.queries.duplicates import (
    count_likely_duplicates,
    kept_instead,
    open_merges,
    people_like,
    sees,
)
from kash.people.queries.persons import has_account, name_and_group, own_person
from kash.people.queries.reach import reach_of
from kash.people.queries.search import ANY_PURPOSE, PeopleSearch, people
from kash.people.queries.trail import latest_of_trail
from kash.people.rules.persons import PURPOSES, keeps_from, purposes_for
from kash.people.scope import reaches
from kash.people.sections import sections_for
from kash.people.services.persons import (
    Contact,
    ContactChange,
    PersonDetails,
    add_person,
    change_person,
)
from kash.people.tables import NAME_COLUMNS, PERSON_COLUMNS
from kash.people.views.ticked import steps_to_take
from kash.platform.database import utc_now
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.missing import after_mending
from kash.platform.web.programme import retention
from kash.platform.web.public_address import public_address
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Reach, allow

_TRAIL_SHOWN = 8
_ON_HER_PAGE = (
    "people.trail",
    "people.edit",
    "people.contact",
    "people.merge",
    "people.ask_erasure",
    "people.copy",
)


@blueprint.get("")
@allow("people.see")
@offers_table("list", names=True)
def index() -> ResponseReturnValue:
    """Everyone in reach; whoever sees only herself is led to her own page."""
    actor = current_actor()
    if not actor.may("people.find"):
        own = own_person(actor)
        if own is None:
            return render_template("people/nobody.html")
        return redirect(url_for("people.person", public_id=own))
    search = PeopleSearch(
        group=request.args.get("group", "")[:16],
        organisation=request.args.get("organisation", "")[:16],
        unasked=_purpose(request.args.get("unasked", "")),
        facts=_chosen_facts(request.args),
    )
    return _list(search)


@blueprint.post("/search")
@allow("people.find")
@offers_table("list", names=True)
def search() -> ResponseReturnValue:
    """Search people. The text may be a name: it is posted, and stays out of every address."""
    form = SearchForm()
    if not form.validate_on_submit():
        return _list(PeopleSearch(), wrong=form), 422
    asked = PeopleSearch(
        form.search.data,
        (form.group.data or "")[:16],
        (form.organisation.data)[:16],
        _purpose(form.unasked.data),
        _chosen_facts(request.form),
    )
    if request.headers.get("HX-Request") == "true":
        return _list(asked, form.phone, template="people/found.html")
    if not asked.text and not is_taken():
        return redirect(
            url_for(
                "people.index",
                group=asked.group or None,
                organisation=asked.organisation or None,
                unasked=asked.unasked or None,
                sort=request.form.get("sort") or None,
                direction=request.form.get("direction") or None,
                page=request.form.get("page") or None,
                **dict[str, Any](asked.facts),
            ),
            303,
        )
    return _list(asked, form.phone)


def _purpose(given: str) -> str:
    return given if given in (*PURPOSES, ANY_PURPOSE) else ""


def _chosen_facts(given: Mapping[str, str]) -> dict[str, str]:
    """Facts that were chosen to find people by."""
    chosen = {fact.name: given.get(fact.name, "") for fact in FOUND_BY_CHOICE}
    return {name: value for name, value in chosen.items() if value in FACT[name].choices}


def _list(
    asked: PeopleSearch,
    phone: str | None = None,
    wrong: SearchForm | None = None,
    template: str = "people/list.html",
) -> str | Response:
    actor = current_actor()
    names_only = reaches(actor, "people.see") <= {Reach.NAMES, Reach.SELF}
    found = people(actor, asked, phone)
    if is_taken() and wrong is None:
        return taken(found, NAME_COLUMNS if names_only else PERSON_COLUMNS)
    return render_template(
        template,
        listing=found,
        asked=asked,
        wrong=wrong,
        group_choices=[(group.public_id, group.name) for group in organisations.groups()],
        organisation_choices=[]
        if names_only
        else [(place.public_id, place.name) for place in organisations.organisations()],
        unasked_choices=[
            (purpose, _("Not asked yet: %(purpose)s", purpose=label))
            for purpose, label in words.PURPOSE.items()
            if purpose in PURPOSES
        ],
        fact_choices=[
            (fact.name, words.LABEL[fact.name], words.choices(fact.name))
            for fact in FOUND_BY_CHOICE
            if not names_only
        ],
        names_only=names_only,
        duplicates=count_likely_duplicates(actor),
        steps_to_take=steps_to_take(actor) if actor.may("people.edit") else (),
        own_only=Reach.OWN in reaches(actor, "people.see")
        and actor.reach("people.see") is Reach.OWN,
    )


@blueprint.get("/<public_id>")
@allow("people.see")
def person(public_id: str) -> ResponseReturnValue:
    """One person: all of it, or name and group only, as far as the actor reaches."""
    actor = current_actor()
    try:
        return person_page(persons.person(actor, public_id))
    except NotFound:
        kept = kept_instead(public_id)
        if kept is not None and (sees(actor, kept)):
            return redirect(url_for("people.person", public_id=kept))
        named = name_and_group(actor, public_id)
        return render_template("people/name_only.html", person=named)


def contact_text(which: Contact, value: str | None) -> str:
    """A phone or an e-mail as it is read."""
    if not value:
        return _("None")
    return directory_words.phone_text(value) if which == "phone" else value


def person_page(person: Person, shown: Mapping[str, str] | None = None) -> str:
    """The page of a person; `shown` are the contacts that are shown this once."""
    actor = current_actor()
    reach = reach_of(actor, person, _ON_HER_PAGE)
    sees_trail = "people.trail" in reach.permissions
    may_edit = "people.edit" in reach.permissions
    entries = latest_of_trail(person.public_id, _TRAIL_SHOWN) if sees_trail else None
    newest = {each.purpose: each for each in reversed(person.consents)}
    asked_of_her = purposes_for(police=person.group.is_police)
    language, own_language = form_language(person)
    recorders = {each.recorded_by for each in newest.values()} if sees_trail else set()
    return render_template(
        "people/person.html",
        trail=entries,
        names=account_names(recorders | {one.actor for one in entries or ()}),
        said=words.trail_text,
        blocked={each.purpose: each for each in newest.values() if keeps_from(each.answer)},
        form_language=language_name(language),
        own_language=own_language,
        person=person,
        posting=person.present_posting,
        newest_consents=newest,
        purposes={
            purpose: label
            for purpose, label in words.PURPOSE.items()
            if purpose in asked_of_her or purpose in newest
        },
        asked_of_her=asked_of_her,
        words=words,
        shown=shown or {},
        may_edit=may_edit,
        opened=reach.opened,
        may_ask="people.contact" in reach.permissions,
        asked=waiting_request_about(actor, person) if actor.may("people.contact") else None,
        may_copy="people.copy" in reach.permissions,
        may_ask_erasure="people.ask_erasure" in reach.permissions,
        may_merge="people.merge" in reach.permissions,
        merges=open_merges(actor, person.id, utc_now() - retention().span("merge_undo")),
        sections=sections_for(person.public_id, actor),
        account=_account_of(person, may_edit=may_edit),
        invite_at=public_address() + url_for("accounts.invite", person=person.public_id),
    )


def _account_of(found: Person, *, may_edit: bool) -> str:
    """Account of a person, for who may invite her or asks for it: that there is one, that one can
    be made, or nothing."""
    if not (may_edit or current_actor().may("accounts.propose")):
        return ""
    if has_account(found):
        return "there"
    return "" if found.minor else "possible"


@blueprint.route("/new", methods=["GET", "POST"])
@allow("people.edit")
def add() -> ResponseReturnValue:
    """Add a person."""
    form = PersonForm()
    groups = organisations.groups()
    form.offer(groups, organisations.organisations())
    if form.validate_on_submit() and not entry.goes_back():
        matches = people_like(current_actor(), entry.typed_likeness(form, None))
        apart = entry.confirmed_distinct(matches)
        if len(apart) < len(matches):
            return entry.is_it_one(matches, form.chosen_name.data, url_for("people.index"))
        shared = form.shared_phone.data or entry.share_a_phone(apart)
        with form.showing_problems():
            made = add_person(
                form.command(PersonDetails, shared_phone=shared),
                current_actor(),
                form.key.data,
                none_of=[match.key for match in apart],
            )
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=made))
    if not form.is_submitted() and len(groups) == 1:
        form.group.data = groups[0].public_id
    return page("people/edit.html", form=form, person=None)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("people.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change a person; what someone else saved meanwhile is shown beside what was typed."""
    person = persons.person(current_actor(), public_id, "people.edit")
    form = PersonForm()
    form.offer(organisations.groups(), [])
    form.close(closed_contacts(current_actor(), person))
    if not form.is_submitted():
        form.fill(person)
    elif form.validate() and not entry.goes_back():
        # Of those who were as like before, nothing new is to be asked.
        before = {
            match.key for match in people_like(current_actor(), entry.present_likeness(person))
        }
        likely = people_like(current_actor(), entry.typed_likeness(form, person))
        matches = [match for match in likely if match.key not in before]
        apart = entry.confirmed_distinct(matches)
        if len(apart) < len(matches):
            return entry.is_it_one(
                matches,
                form.chosen_name.data,
                url_for("people.person", public_id=public_id),
            )
        contact = form.command(ContactChange)
        if entry.share_a_phone(apart):
            contact = replace(contact, shared_phone=True)
        with form.showing_problems():
            change_person(
                public_id,
                form.command(PersonDetails),
                contact,
                form.row_version_shown,
                current_actor(),
                none_of=[match.key for match in apart],
            )
            flash(_("Saved."))
            return redirect(after_mending(url_for("people.person", public_id=public_id)))
        person = persons.person(current_actor(), public_id, "people.edit")
        if form.changed_meanwhile:
            form.compare(form.kept(person))
    return page("people/edit.html", form=form, person=person)
