"""Certificates on the page of a person. Scope of the actor here: the workshops and steps that she
may touch. A workshop's certificates: who may have one, the printed names, and proposing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from kash.accounts.queries.accounts import names_of
from kash.attendance.queries.registers import slots_still_open
from kash.certificates import blueprint, documents, forms
from kash.certificates.models import APPROVAL, Certificate, CertificateBatch
from kash.certificates.queries import issuing as issuing_queries
from kash.certificates.rules.issuing import BatchStep, Requirement, Unasked, allowed_steps, grouped
from kash.certificates.services import issuing
from kash.certificates.services.issuing import NamesMoved, confirm_names
from kash.certificates.tracks.queries.tracks import all_names
from kash.people.models import Person
from kash.people.queries.persons import never_asked
from kash.people.rules.names import doubt_of
from kash.people.rules.persons import OneGroup, one_group
from kash.people.scope import within_reach
from kash.people.sections import SectionRow
from kash.platform.approvals.approval import OfferedDecision
from kash.platform.database import db
from kash.platform.web import NotFound, Problem, current_actor, download
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.formats import date_text, day_text, local_today
from kash.platform.web.missing import after_mending
from kash.platform.web.pages import go
from kash.platform.web.public_address import says_address
from kash.platform.web.taking import noted
from kash.policy import Actor, allow
from kash.training.models import TALK
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop, runs, workshop_with_people
from kash.workshops.tabs import MilestoneState

_TONES = {"valid": "good", "expiring": "live", "expired": "warn", "revoked": "bad", "replaced": ""}


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """The certificates of a person for her page, if the actor may see them."""
    if not actor.may("certificates.see"):
        return None
    today = local_today()
    rows = []
    for certificate in issuing_queries.certificates_of_person(person_id, actor):
        condition = certificate.condition(today)
        rows.append(
            SectionRow(
                key=day_text(certificate.issued_on),
                key_small=str(certificate.issued_on.year) if certificate.issued_on else "",
                text=certificate.public_title,
                url=url_for("certificates.certificate", public_id=certificate.public_id),
                small=_small(certificate),
                tone=_TONES[condition],
                state=str(forms.CONDITION_NAMES[condition]),
            )
        )
    if actor.may("certificates.print") and may_link(person_id, actor):
        rows.append(
            SectionRow(
                key="",
                text=_("One-time link to these, for somebody without an account"),
                url=url_for("certificates.holder_links", public_id=person_id),
            )
        )
    return rows


def _small(certificate: Certificate) -> str:
    parts = [grouped(certificate.serial or "")]
    if certificate.supersedes_id is not None:
        parts.append(_("corrected"))
    elif certificate.renews_id is not None:
        parts.append(_("renewal"))
    if certificate.expires_on is not None and certificate.revoked_at is None:
        parts.append(_("valid until %(day)s", day=date_text(certificate.expires_on)))
    return " · ".join(parts)


def may_link(person_id: str, actor: Actor) -> bool:
    """True if the actor may make a link for this person."""
    reached = select(Person.id).where(
        Person.public_id == person_id, within_reach(actor, "people.edit", few=True)
    )
    return db.session.scalar(reached) is not None


def staff_workshop(public_id: str) -> Workshop:
    """A workshop whose certificates the actor may see as staff, not as a participant."""
    return workshop_with_people(public_id, current_actor(), "certificates.see")


def organises(found: Workshop) -> bool:
    """True if the actor proposes certificates here."""
    return runs(current_actor(), found, "certificates.propose")


def steps_of(
    batch: CertificateBatch, state: str, issued: int, *, as_organiser: bool
) -> tuple[OfferedDecision, set[str]]:
    """The decision on a batch that is offered to the actor, and all steps that she may take."""
    actor = current_actor()
    decision = APPROVAL.offered(batch, actor, as_organiser=as_organiser)
    may = {BatchStep.APPROVE: decision.approves, BatchStep.RETURN: decision.returns}
    steps = allowed_steps(
        state, proposed_by=batch.proposed_by, actor=actor.public_id, issued=issued
    )
    return decision, {step.value for step in steps if may.get(step, as_organiser)}


def milestones(workshop: Workshop, _actor: Actor, closed: bool) -> list[tuple[str, MilestoneState]]:
    """Certified and printed, for a workshop that leads to certificates."""
    if workshop.version.lineage == TALK:
        return []
    public_id = workshop.public_id
    as_organiser = organises(workshop)
    if not closed:
        return [(_("Certified"), MilestoneState(False)), (_("Printed"), MilestoneState(False))]
    batches = [batch for batch, _count in issuing_queries.batches_of(workshop)]
    certified, printed = MilestoneState(False), MilestoneState(False)
    open_batch = next((each for each in batches if each.state not in ("issued", "returned")), None)
    issued = [batch.id for batch in batches if batch.state == "issued"]
    if open_batch is not None:
        state = issuing_queries.state_of(open_batch)
        count, _all = issuing_queries.how_far(open_batch)
        steps = steps_of(open_batch, state, count, as_organiser=as_organiser)[1]
        button = _("Look and approve") if "approve" in steps else _("Issue")
        url = url_for("certificates.batch", public_id=public_id, batch_id=open_batch.public_id)
        certified = MilestoneState(False, url if steps & {"approve", "issue"} else "", button)
    elif issued:
        certified = MilestoneState(True)
        if issuing_queries.are_printed(issued):
            printed = MilestoneState(True)
        elif as_organiser:
            url = url_for("certificates.batch", public_id=public_id, batch_id=batches[0].public_id)
            printed = MilestoneState(False, f"{url}#paper-h", _("Print"))
    elif as_organiser:
        people = issuing_queries.candidates(workshop)
        if not _unread(people) and all(person.missing for person in people):
            # Nobody may have one: nothing is left to do.
            return []
        certified = MilestoneState(
            False, url_for("certificates.workshop", public_id=public_id), _("Propose certificates")
        )
    return [(_("Certified"), certified), (_("Printed"), printed)]


_ANSWERS = {str(unasked): unasked for unasked in Unasked}
group_letter = attrgetter("group_letter")


@blueprint.get("/workshops/<public_id>/certificates")
@allow("certificates.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """People who may have a certificate of this workshop, and what everyone else still lacks."""
    return _workshop_page(staff_workshop(public_id), _propose_form())


def _propose_form() -> forms.ProposeForm:
    """The form to propose with, which offers the designs in use."""
    form = forms.ProposeForm()
    forms.offer_designs(form.design)
    return form


def _workshop_page(
    workshop: Workshop, form: forms.ProposeForm, problem: str = ""
) -> tuple[str, int] | ResponseReturnValue:
    people = issuing_queries.candidates(workshop)
    track = issuing_queries.certifying_track_of(workshop)
    batches = issuing_queries.batches_of(workshop)
    eligible = [person for person in people if not person.missing]
    unread = _unread(people)
    proposable = [*eligible, *(each for each in people if each.person_public_id in unread)]
    as_organiser = organises(workshop)
    unfinished = (each for each, _number in batches if each.state not in ("issued", "returned"))
    latest = next(unfinished, batches[0][0] if batches else None)
    steps: set[str] = set()
    if latest is not None:
        state = issuing_queries.state_of(latest)
        issued, _total = issuing_queries.how_far(latest)
        steps = steps_of(latest, state, issued, as_organiser=as_organiser)[1]
    return render_template(
        "certificates/workshop.html",
        **frame(workshop),
        rule=issuing_queries.current_rule(),
        track=track,
        known=all_names() if track is not None and not track.standard else None,
        open_registers=slots_still_open(workshop.register_id),
        unconfirmed_registers=issuing_queries.unconfirmed_registers(workshop),
        shown=one_group(people, group_letter, request.args.get("group", "")),
        lacking=[person for person in people if person.missing and not person.has_certificate],
        eligible=eligible,
        unread=unread,
        doubtful=sum(bool(doubt_of(person.printed_name)) for person in proposable),
        latest=latest,
        steps=steps,
        unasked=never_asked([person.person_id for person in proposable], "printed_name"),
        batches=batches,
        names=names_of(batch.proposed_by for batch, _number in batches),
        form=form,
        problem=problem,
        as_organiser=as_organiser,
    ), 409 if problem else 200


def _unread(people: Sequence[issuing_queries.Candidate]) -> dict[str, str]:
    """Printed names, by public id of their holders, that are all that is still to be confirmed."""
    return {
        person.person_public_id: person.printed_name
        for person in people
        if [missing.requirement for missing in person.missing] == [Requirement.NAME]
    }


@blueprint.post("/workshops/<public_id>/certificates/propose")
@allow("certificates.propose")
@says_address
def propose(public_id: str) -> ResponseReturnValue:
    """Propose certificates for all who are eligible."""
    workshop = own_workshop(public_id, current_actor(), "certificates.propose")
    form = _propose_form()
    if not form.validate_on_submit():
        return _workshop_page(workshop, form)
    with CaughtProblem(Problem) as caught:
        if form.read.data:
            unread = _unread(issuing_queries.candidates(workshop))
            confirm_names(workshop, unread, current_actor())
        batch = issuing.propose(
            workshop,
            form.design.data,
            current_actor(),
            unasked=_ANSWERS.get(request.form.get("unasked", "")),
        )
        flash(_("Proposed. Another person must approve it now."))
        return go("certificates.batch", public_id=workshop.public_id, batch_id=batch.public_id)
    return _workshop_page(workshop, form, caught.sentence)


@blueprint.route("/workshops/<public_id>/certificates/names", methods=["GET", "POST"])
@allow("certificates.propose")
def names(public_id: str) -> ResponseReturnValue:
    """The printed names of one group, to be read by the people themselves and confirmed."""
    workshop = own_workshop(public_id, current_actor(), "certificates.propose")
    printable = _printable(workshop)
    shown = one_group(printable, group_letter, request.values.get("group", ""))
    stored = forms.rows_stored(printable)
    if request.method == "GET":
        return _names_page(workshop, shown, stored, {}), 200
    all_right = request.form.get("all") == "1"
    typed = forms.rows_typed(stored, request.form, all_right=all_right)
    changed = forms.rows_changed(stored, typed, request.form)
    met = forms.rows_met(stored, changed, request.form)
    errors = {
        key: wrong
        for key, name_row in changed.items()
        if (wrong := forms.wrong_name(name_row.name))
    }
    errors |= {key: forms.met_name(name_row) for key, name_row in met.items()}
    by_itself = request.headers.get("X-Requested-With") == "fetch"
    if errors and not by_itself:
        # Nobody read what was typed beside what stands there now.
        unticked = {key: replace(changed[key], confirmed=False) for key in met}
        return _names_page(workshop, shown, stored | changed | unticked, errors), 422
    right = {key: name_row for key, name_row in changed.items() if key not in errors}
    read = {key: name_row.name for key, name_row in right.items() if name_row.confirmed}
    unconfirmed = {key: name_row.name for key, name_row in right.items() if not name_row.confirmed}
    standing = {key: (name_row.name, name_row.confirmed) for key, name_row in stored.items()}
    try:
        confirm_names(workshop, read, current_actor(), kept=unconfirmed, standing=standing)
    except NamesMoved:
        # Somebody was faster by a moment: she is told as if her page had been opened earlier.
        return names(public_id)
    if by_itself:
        return _names_saved(right, met, errors)
    if read:
        flash(_("Names confirmed: %(number)s", number=len(read)))
    if unconfirmed:
        flash(_("Kept, not confirmed yet: %(number)s", number=len(unconfirmed)))
    if not changed:
        # A page that saves by itself has nothing left when its button is pressed.
        ticked = any(name_row.confirmed for name_row in typed.values())
        nothing = _("Tick the names that were read and found right.")
        flash(_("Saved.") if ticked else nothing, "message" if ticked else "warn")
    unread = next(
        (name_row for name_row in _printable(workshop) if not name_row.name_confirmed), None
    )
    group = unread.group_letter if all_right and unread else shown.letter
    onwards = url_for("certificates.names", public_id=public_id, group=group)
    return redirect(after_mending(onwards), code=303)


def _printable(found: Workshop) -> list[issuing_queries.Candidate]:
    return [
        candidate
        for candidate in issuing_queries.candidates(found)
        if candidate.name_may_be_printed
    ]


def _names_page(
    workshop: Workshop,
    shown: OneGroup[issuing_queries.Candidate],
    rows: Mapping[str, forms.NameRow],
    errors: Mapping[str, str],
) -> str:
    return render_template(
        "certificates/names.html",
        workshop=workshop,
        shown=shown,
        rows=rows,
        stored=forms.rows_stored(shown.rows),
        errors=errors,
    )


def _names_saved(
    right: Mapping[str, forms.NameRow], met: Mapping[str, forms.NameRow], errors: Mapping[str, str]
) -> ResponseReturnValue:
    """Answer to a page that saves by itself, on the rows that it sent."""
    # Of what met another name the page has shown by now what is stored; nobody read the typed one.
    return {
        "fields": {
            f"shown-{key}": name_row.said for key, name_row in (*right.items(), *met.items())
        }
        | {f"confirmed-{key}": "" for key in met},
        "wrong": {f"name-{key}": sentence for key, sentence in errors.items()},
        "texts": {},
    }


@blueprint.get("/workshops/<public_id>/certificates/names/<letter>.pdf")
@allow("certificates.propose")
def name_sheet(public_id: str, letter: str) -> ResponseReturnValue:
    """The sheet on which one group checks how its names will be printed."""
    workshop = own_workshop(public_id, current_actor(), "certificates.propose")
    people = [candidate for candidate in _printable(workshop) if candidate.group_letter == letter]
    if not people:
        raise NotFound
    content = documents.name_sheet(workshop, people, letter, workshop.version.language)
    return noted(download(content, name=f"names-{letter}.pdf", type="application/pdf"))
