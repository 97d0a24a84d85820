"""Pages about people: the list, one person, adding and changing. Pages about what a person agreed
to or refused. A copy of all that is held about one person. Pages about the groups that the
programme brings together. The custodian's page of people under 18. A heap of signed consent forms,
noted at once for the people who were ticked. Page of who opened or changed what is kept of a
person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, documents, entry, words
from kash.people import words as directory_words
from kash.people.documents import language_name, packed_copy
from kash.people.facts import FACT, FOUND_BY_CHOICE
from kash.people.forms import ConsentForm, GroupForm, PersonForm, SearchForm, SignedFormsForm
from kash.people.lists.views import asked_group, steps_to_take
from kash.people.models import Person, form_language
from kash.people.queries import directory as organisations
from kash.people.queries import duplicates, persons
from kash.people.queries.copies import RowsOfPeople, copy_of
from kash.people.queries.directory import MOST_AT_ONCE, movable_people
from kash.people.queries.persons import (
    closed_contacts,
    has_account,
    latest_of_trail,
    name_and_group,
    own_person,
    reach_of,
    waiting_request_about,
)
from kash.people.queries.persons import person as persons_person
from kash.people.queries.search import ANY_PURPOSE, PeopleSearch, people
from kash.people.rules.persons import (
    PURPOSES,
    keeps_from,
    one_group,
    possible_answers,
    purposes_for,
)
from kash.people.scope import reaches
from kash.people.sections import sections_for
from kash.people.services import persons as groups_services
from kash.people.services.persons import (
    Contact,
    ContactChange,
    PersonDetails,
    add_person,
    ask_for_forms,
    change_group,
    change_person,
    note_minor_seen,
    note_signed_forms,
    record_consent,
)
from kash.people.views import directory
from kash.people.words import TEXTS
from kash.platform.database import db, utc_now
from kash.platform.vault import audited
from kash.platform.vault.models import AuditEntry
from kash.platform.web import NotFound, current_actor, download, go, page, safe_next
from kash.platform.web.account_names import account_names, tied_by_backer
from kash.platform.web.errors import one_or_404
from kash.platform.web.missing import after_mending
from kash.platform.web.pages import download as files_download
from kash.platform.web.programme import retention
from kash.platform.web.public_address import public_address
from kash.platform.web.taking import is_taken, noted, offers_table, taken
from kash.platform.web.ticks import ticked as ticked_people
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
    """Everyone in reach; the person who sees only herself is led to her own page."""
    actor = current_actor()
    if not actor.may("people.find"):
        own = own_person(actor)
        if own is None:
            return render_template("people/nobody.html")
        return go("people.person", public_id=own)
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
    people_search = PeopleSearch(
        form.search.data,
        (form.group.data or "")[:16],
        (form.organisation.data)[:16],
        _purpose(form.unasked.data),
        _chosen_facts(request.form),
    )
    if request.headers.get("HX-Request") == "true":
        return _list(people_search, form.phone, template="people/found.html")
    if not people_search.text and not is_taken():
        return go(
            "people.index",
            group=people_search.group or None,
            organisation=people_search.organisation or None,
            unasked=people_search.unasked or None,
            sort=request.form.get("sort") or None,
            direction=request.form.get("direction") or None,
            page=request.form.get("page") or None,
            **dict[str, Any](people_search.facts),
        )
    return _list(people_search, form.phone)


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
    """The page of people who were searched for, or their table if that was asked for; `wrong` is a
    form of the search with errors."""
    actor = current_actor()
    names_only = reaches(actor, "people.see") <= {Reach.NAMES, Reach.SELF}
    listed = people(actor, asked, phone)
    if is_taken() and wrong is None:
        return taken(listed, directory.NAME_COLUMNS if names_only else directory.PERSON_COLUMNS)
    return render_template(
        template,
        listing=listed,
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
        duplicates=duplicates.count_likely_duplicates(actor),
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
        person_id = duplicates.kept_instead(public_id)
        if person_id is not None and (duplicates.sees(actor, person_id)):
            return go("people.person", public_id=person_id)
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
    newest = {answer.purpose: answer for answer in reversed(person.consents)}
    asked_of_her = purposes_for(police=person.group.is_police)
    language, own_language = form_language(person)
    recorders = {answer.recorded_by for answer in newest.values()} if sees_trail else set()
    return render_template(
        "people/person.html",
        trail=entries,
        names=account_names(recorders | {section.actor for section in entries or ()}),
        said=words.trail_text,
        blocked={answer.purpose: answer for answer in newest.values() if keeps_from(answer.answer)},
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
        merges=duplicates.open_merges(actor, person.id, utc_now() - retention().span("merge_undo")),
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
        matches = duplicates.people_like(current_actor(), entry.typed_likeness(form, None))
        apart = entry.confirmed_distinct(matches)
        if len(apart) < len(matches):
            return entry.is_it_one(matches, form.chosen_name.data, url_for("people.index"))
        shared = form.shared_phone.data or entry.share_a_phone(apart)
        with form.showing_problems():
            person_id = add_person(
                form.command(PersonDetails, shared_phone=shared),
                current_actor(),
                form.key.data,
                none_of=[match.key for match in apart],
            )
            return go("people.person", _("Saved."), public_id=person_id)
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
            match.key
            for match in duplicates.people_like(current_actor(), entry.present_likeness(person))
        }
        likely = duplicates.people_like(current_actor(), entry.typed_likeness(form, person))
        matches = [match for match in likely if match.key not in before]
        apart = entry.confirmed_distinct(matches)
        if len(apart) < len(matches):
            return entry.is_it_one(
                matches, form.chosen_name.data, url_for("people.person", public_id=public_id)
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


@blueprint.get("/<public_id>/consent-form.pdf")
@allow("people.edit")
def consent_form(public_id: str) -> ResponseReturnValue:
    """The form on paper, in the person's language if the programme has it."""
    person_shown = persons_person(current_actor(), public_id, "people.edit")
    return noted(
        download(
            documents.consent_form(person_shown), name="consent-form.pdf", type="application/pdf"
        )
    )


@blueprint.post("/consent-forms")
@allow("people.edit")
def consent_forms() -> ResponseReturnValue:
    """The forms of those ticked in a list, or of a workshop's people, as one file."""
    actor = current_actor()
    chosen = ticked_people()[:MOST_AT_ONCE]
    # A person who is out of reach is left out: a workshop's list may name her all the same.
    reached = [person.public_id for person in movable_people(actor, chosen)]
    back = safe_next(request.form.get("back"), url_for("people.index"))
    if not reached:
        flash(_("Tick the people whose forms are to be printed."), "warn")
        return redirect(back, 303)
    return go("jobs.page", public_id=ask_for_forms(reached, actor, back=back))


@blueprint.route("/<public_id>/consents/<purpose>", methods=["GET", "POST"])
@allow("people.edit")
def consent(public_id: str, purpose: str) -> ResponseReturnValue:
    """Read out the words, record the answer."""
    person_asked = persons_person(current_actor(), public_id, "people.edit")
    if purpose not in purposes_for(police=person_asked.group.is_police):
        raise NotFound
    history = [answer for answer in person_asked.consents if answer.purpose == purpose]
    form = ConsentForm()
    form.offer(possible_answers(history[0].answer if history else None))
    if form.validate_on_submit():
        with form.showing_problems():
            record_consent(public_id, purpose, form.answer.data, current_actor())
            flash(_("Saved."))
            consents = url_for("people.person", public_id=public_id, _anchor="consents")
            return redirect(after_mending(consents))
    return page(
        "people/consent.html",
        form=form,
        person=person_asked,
        purpose=purpose,
        text=TEXTS[purpose],
        history=history,
        words=words,
    )


@blueprint.route("/<public_id>/copy", methods=["GET", "POST"])
@allow("people.copy", fresh=True)
def copy(public_id: str) -> ResponseReturnValue:
    """Say what is in it, then hand it over; that is written down."""
    actor = current_actor()
    person_shown = persons_person(actor, public_id, "people.copy")
    hers = actor.person_id == person_shown.id
    contacts = hers and not tied_by_backer(actor.public_id)
    if request.method == "GET":
        return render_template(
            "people/copy.html", person=person_shown, hers=hers, contacts=contacts
        )
    with audited("people.copy_made", actor) as change:
        change.about(person_shown.public_id)
    person_shown = persons_person(actor, public_id, "people.copy")
    headings = {
        reference.table.name: reference.label
        for reference in RowsOfPeople().deepest_first
        if reference.label
    }
    packed = packed_copy(
        copy_of(db.session(), person_shown, hers=hers, contacts=contacts), headings
    )
    return files_download(packed, name="copy.zip", type="application/zip")


@blueprint.get("/groups")
@allow("settings.see")
def groups() -> ResponseReturnValue:
    """The groups that the programme brings together."""
    return render_template("people/groups.html", groups=organisations.groups())


@blueprint.route("/groups/new", methods=["GET", "POST"])
@allow("settings.edit")
def add_group() -> ResponseReturnValue:
    """Add a group."""
    return _edit_group(GroupForm(), None)


@blueprint.route("/groups/<public_id>/edit", methods=["GET", "POST"])
@allow("settings.edit")
def edit_group(public_id: str) -> ResponseReturnValue:
    """Change a group's name or letter."""
    group_found = one_or_404(
        next((group for group in organisations.groups() if group.public_id == public_id), None)
    )
    form = GroupForm()
    if not form.is_submitted():
        form.name.data, form.letter.data = group_found.name, group_found.letter
        form.is_police.data = group_found.is_police
    return _edit_group(form, public_id)


def _edit_group(form: GroupForm, public_id: str | None) -> ResponseReturnValue:
    if form.validate_on_submit():
        name, letter = form.name.data, form.letter.data
        police = bool(form.is_police.data)
        with form.showing_problems():
            if public_id is None:
                groups_services.add_group(name, letter, is_police=police, by=current_actor())
            else:
                change_group(public_id, name, letter, is_police=police, by=current_actor())
            return go("people.groups", _("Saved."))
    return page("people/group.html", form=form, public_id=public_id)


@blueprint.get("/minors")
@allow("people.minors")
@offers_table("list", names=True)
def minors() -> ResponseReturnValue:
    """Everybody who is, or may still be, under 18."""
    listed = persons.minors(current_actor())
    if is_taken():
        return taken(listed, directory.MINOR_COLUMNS)
    names = account_names(
        {account_id for minor in listed for account_id in (minor.by, minor.seen_by) if account_id}
    )
    return render_template("people/minors.html", listing=listed, names=names)


@blueprint.post("/<public_id>/minor-seen")
@allow("people.minors")
def minor_seen(public_id: str) -> ResponseReturnValue:
    """Note that the custodian has seen it."""
    person_seen = persons_person(current_actor(), public_id, "people.minors")
    note_minor_seen(person_seen.public_id, current_actor())
    return go("people.minors", _("Noted."))


@blueprint.post("/consents/signed")
@allow("people.edit")
def signed_forms() -> ResponseReturnValue:
    """Ask what was signed, how many forms there are and where they lie; then note it. Turning to
    the other group notes nothing."""
    actor = current_actor()
    chosen = ticked_people()[:MOST_AT_ONCE]
    # A person who is out of reach is left out: a workshop's list may name her all the same.
    offered = list(dict.fromkeys([*request.form.getlist("offered"), *chosen]))
    people = movable_people(actor, offered[:MOST_AT_ONCE])
    back = safe_next(request.form.get("back"), url_for("people.index"))
    if not people:
        flash(_("Tick the people who signed."), "warn")
        return redirect(back, 303)
    ticked = {person.public_id for person in people if person.public_id in chosen}
    sent = request.form.get("step") == "save"
    saving = sent and "group" not in request.form
    form = SignedFormsForm() if sent else SignedFormsForm(formdata=None)
    form.offer(purposes_for(police=all(person.police for person in people)))
    if saving and form.validate_on_submit():
        with form.showing_problems():
            count, left = note_signed_forms(
                [person.public_id for person in people if person.public_id in ticked],
                form.purposes.data,
                form.forms.data or 0,
                form.kept_at.data,
                actor,
            )
            flash(_("Signed forms noted. People: %(count)s.", count=count))
            if left:
                flash(
                    _(
                        "They refused or withdrew something of it, which stays. Record it on "
                        "their own pages: %(names)s.",
                        names=", ".join(left),
                    ),
                    "warn",
                )
            return redirect(back, 303)
    return page(
        "people/signed_forms.html",
        form=form,
        people=people,
        shown=one_group(people, attrgetter("letter"), asked_group()),
        ticked=ticked,
        back=back,
        words=words,
        saving=saving,
        sending=sent,
    )


@blueprint.get("/<public_id>/trail")
@allow("people.trail")
@offers_table("trail", names=True)
def trail(public_id: str) -> ResponseReturnValue:
    """Everything that was done about a person; she sees it too."""
    person_shown = persons_person(current_actor(), public_id, "people.trail")
    entries = persons.trail(person_shown.public_id)
    if is_taken():
        return taken(entries.turned(_lines), directory.PERSON_TRAIL_COLUMNS)
    return render_template(
        "people/trail.html",
        person=person_shown,
        listing=entries,
        names=account_names({line.actor for line in entries}),
        said=words.trail_text,
    )


def _lines(entries: Sequence[AuditEntry]) -> list[directory.TrailLine]:
    names = account_names({line.actor for line in entries})
    return [(line, names.get(line.actor, "")) for line in entries]
