"""Issued certificates as a table to take along. Issued certificates: the list, one of them, and
revoking. A batch: approved, turned back, issued and printed. Correcting the name on an issued
certificate. Renewals of a workshop: after it as a refresher, or by decision. The rule for
certificates, and courses whose certificates need a track of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func

from kash.accounts.queries.accounts import names_of
from kash.attendance.queries.registers import slots_still_open
from kash.certificates import blueprint, documents, forms
from kash.certificates.documents import signing_of
from kash.certificates.models import APPROVAL, Certificate, CertificateBatch
from kash.certificates.queries import certificates as certificate_queries
from kash.certificates.queries import issuing
from kash.certificates.queries.issuing import certificate as issuing_certificate
from kash.certificates.rules.issuing import condition_on, grouped
from kash.certificates.services import certificates as revoking
from kash.certificates.services import issuing as services_issuing
from kash.certificates.services.certificates import (
    note_export,
    pending_correction,
    propose_correction,
)
from kash.certificates.services.issuing import set_rule
from kash.certificates.tracks.forms import track_name
from kash.certificates.tracks.leaf_kinds import LeafQuestion
from kash.certificates.tracks.queries.certifying import course_tracks, fulfilled
from kash.certificates.tracks.queries.tracks import all_names, one_track, published_version
from kash.certificates.tracks.rules.tree import tree_from_json
from kash.certificates.tracks.services import tracks as certifying
from kash.certificates.views.sections import organises, staff_workshop, steps_of
from kash.people.rules.persons import OneGroup, one_group
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.database import db
from kash.platform.web import Forbidden, NotFound, Problem, current_actor, listing, page
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.lists import FEWER_ROWS, ROWS
from kash.platform.web.pages import go
from kash.platform.web.public_address import says_address
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken, written
from kash.policy import Reach, allow
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop
from kash.workshops.queries.scope import runs as runs_workshop
from kash.workshops.queries.workshops import held_sessions


def _hours(minutes: int) -> float:
    hours = round(minutes / 60, 2)
    return int(hours) if hours.is_integer() else hours


def certificate_rows(rows: Iterable[Any], today: date) -> Iterator[Sequence[object]]:
    """Rows of the table, the head first; hours as 4.5."""
    words = {code: str(name) for code, name in forms.CONDITION_NAMES.items()}
    head = [
        _("Serial"),
        _("Printed name"),
        _("Title"),
        _("Workshop"),
        _("Hours"),
        _("Issued on"),
        _("Valid until"),
        _("Status"),
        _("Revoked on"),
    ]
    yield head
    for certificate in rows:
        yield [
            grouped(certificate.serial),
            certificate.name,
            certificate.public_title,
            certificate.workshop,
            _hours(certificate.minutes),
            certificate.issued_on,
            certificate.expires_on,
            words[
                condition_on(
                    today,
                    revoked=certificate.revoked_at is not None,
                    revoked_class=certificate.revoked_class,
                    expires_on=certificate.expires_on,
                )
            ],
            to_local(certificate.revoked_at).date() if certificate.revoked_at else None,
        ]


def _status(one: Certificate) -> object:
    return forms.CONDITION_NAMES[one.condition(local_today())] if one.serial else _("Not issued")


# A certificate, and its printed name where the person's facts are within reach.
BatchLine = tuple[Certificate, str]
BATCH_COLUMNS: Sequence[TableColumn[BatchLine]] = (
    TableColumn(_l("Printed name"), lambda line: line[1], "#beneficiary+name"),
    TableColumn(_l("Hours"), lambda line: round(line[0].minutes / 60, 2), "#activity+hours"),
    TableColumn(
        _l("Serial"), lambda line: grouped(line[0].serial) if line[0].serial else "", "#meta+id"
    ),
    TableColumn(_l("Status"), lambda line: _status(line[0]), "#status"),
)


LONGEST_NAME = 200


@blueprint.get("/certificates/")
@allow("certificates.see")
def index() -> ResponseReturnValue:
    """All issued certificates within reach, or one's own."""
    return _index("")


@blueprint.post("/certificates/")
@allow("certificates.see")
def find() -> ResponseReturnValue:
    """The same, searched; posted because a name may be typed."""
    return _index(request.form.get("search", "").strip()[:LONGEST_NAME])


def _index(found: str) -> ResponseReturnValue:
    actor = current_actor()
    today = local_today()
    state = _state()
    own = actor.reach("certificates.see") is Reach.SELF
    fits = certificate_queries.fits_typed(found)
    few = (
        certificate_queries.few_found(actor, today, state, fits)
        if fits is not None and not own
        else None
    )
    most = certificate_queries.MOST_FOUND if found else certificate_queries.MOST_COUNTED
    counts = (
        {}
        if own
        else certificate_queries.certificate_counts(actor, today, state, fits, few=few, most=most)
    )
    wanted = request.values.get("group", "")
    letter = wanted if wanted in counts else next(iter(counts), "")
    beyond = counts.get(letter, 0) > most
    rows = listing(
        certificate_queries.certificates_select(actor, today, state, fits, letter, few=few),
        sorts={
            "issued": Certificate.issued_on,
            "expires": Certificate.expires_on,
            "name": Certificate.printed_name,
            "title": Certificate.public_title,
        },
        default_sort="issued",
        default_direction="desc",
        key=Certificate.id,
        per_page=FEWER_ROWS if found else ROWS,
        counted=None if own or beyond else counts.get(letter, 0),
        most_counted=most if beyond else None,
        beyond=beyond,
    )
    return render_template(
        "certificates/index.html",
        listing=rows,
        shown=OneGroup(letter, rows.rows, counts, most=most),
        total=rows.total if own else sum(min(count, most) for count in counts.values()),
        more=any(count > most for count in counts.values()),
        found=found,
        state=state,
        states=[("", _("All")), *forms.CONDITION_NAMES.items()],
        own=own,
        waiting=issuing.waiting_for(actor),
        expiring=certificate_queries.count_expiring(actor, today),
        grouped=grouped,
        today=today,
    )


def _state() -> str:
    state = request.values.get("state", "")
    return state if state in forms.CONDITION_NAMES else ""


@blueprint.route("/certificates/export", methods=["GET", "POST"])
@allow("certificates.see", fresh=True)
def export() -> ResponseReturnValue:
    """Table of what the list shows, to keep; stored nowhere here."""
    actor = current_actor()
    if actor.reach("certificates.see") is Reach.SELF:
        raise Forbidden
    searched = request.form.get("search", "").strip()[:LONGEST_NAME]
    kind = request.form.get("kind", "")
    if request.method == "GET" or kind not in ("csv", "xlsx"):
        return render_template("certificates/export.html", state=_state(), found=searched)
    today = local_today()
    note_export(actor)
    statement = certificate_queries.certificates_for_table(
        actor, today, _state(), certificate_queries.fits_typed(searched)
    )
    rows = db.session.execute(statement, execution_options={"yield_per": 1000})
    return written(certificate_rows(rows, today), file="certificates", kind=kind)


@blueprint.get("/certificates/<public_id>")
@allow("certificates.see")
def certificate(public_id: str) -> ResponseReturnValue:
    """One certificate, how it stands, and what came before and after it."""
    certificate = issuing.certificate(public_id, current_actor(), "certificates.see")
    return certificate_page(certificate, forms.ReprintForm())


def certificate_page(certificate: Certificate, form: forms.ReprintForm) -> ResponseReturnValue:
    """The page of a certificate, with what is wrong in its form."""
    actor = current_actor()
    staff = actor.reach("certificates.see") is not Reach.SELF
    printings = certificate_queries.printings_of_one(certificate) if staff else []
    runs = runs_workshop(actor, certificate.batch.workshop, "certificates.propose")
    return render_template(
        "certificates/certificate.html",
        certificate=certificate,
        serial=grouped(certificate.serial or ""),
        reason_class=forms.REVOCATION_NAMES.get(certificate.revoked_class, ""),
        staff=staff,
        may_revoke=actor.may("certificates.revoke"),
        may_correct=runs and certificate.revoked_at is None,
        verification_address=documents.verification_address(),
        history=certificate_queries.history_of(certificate, actor),
        form=form,
        printings=printings,
        printed=any(printing.kind != "own_file" for printing in printings),
        printing_names=forms.PRINTING_NAMES,
        reason_names=forms.REASON_NAMES,
        names=names_of(printing.made_by for printing in printings),
        grouped=grouped,
        today=local_today(),
    ), 422 if form.errors else 200


@blueprint.route("/certificates/<public_id>/revoke", methods=["GET", "POST"])
@allow("certificates.revoke", fresh=True)
def revoke(public_id: str) -> ResponseReturnValue:
    """Revoke a certificate, with a class that is public and a reason that is not."""
    certificate = issuing.certificate(public_id, current_actor(), "certificates.revoke")
    form = forms.RevokeForm()
    if form.validate_on_submit():
        revoking.revoke(certificate, form.reason_class.data, form.reason.data, current_actor())
        return go("certificates.certificate", _("Revoked. Everybody who checks it now reads so."))
    return page(
        "certificates/revoke.html",
        form=form,
        certificate=certificate,
        serial=grouped(certificate.serial or ""),
    )


@blueprint.get("/workshops/<public_id>/certificates/batches/<batch_id>")
@allow("certificates.see")
@offers_table("list", names=True)
def batch(public_id: str, batch_id: str) -> ResponseReturnValue:
    """A batch: its names, how it stands, and what can be done next."""
    workshop = staff_workshop(public_id)
    return batch_page(workshop, issuing.batch_of(workshop, batch_id), SendBackForm())


def batch_page(
    workshop: Workshop,
    shown: CertificateBatch,
    form: SendBackForm,
    problem: str = "",
    paper: forms.ReprintForm | None = None,
) -> ResponseReturnValue:
    """The page of a batch, with what went wrong on it if something did."""
    actor = current_actor()
    state = issuing.state_of(shown)
    issued, total = issuing.how_far(shown)
    as_organiser = organises(workshop)
    decision, steps = steps_of(shown, state, issued, as_organiser=as_organiser)
    printings = certificate_queries.printings_of(shown)
    counts = issuing.groups_of_batch(shown)
    letter_asked = request.args.get("group", "")
    letter = letter_asked if letter_asked in counts else next(iter(counts), "")
    certificates = listing(
        issuing.certificates_of_batch(shown, letter),
        sorts={
            "name": func.lower(Certificate.printed_name),
            "hours": Certificate.minutes,
            "serial": Certificate.serial,
        },
        default_sort="name",
        key=Certificate.id,
    )
    if is_taken():
        return taken(
            certificates.turned(lambda rows: certificate_queries.names_to_take(actor, rows)),
            BATCH_COLUMNS,
        )
    wrong = bool(form.errors or (paper and paper.errors))
    return render_template(
        "certificates/batch.html",
        decision=decision,
        workshop=workshop,
        batch=shown,
        state=state,
        issued=issued,
        total=total,
        work=issuing.issuing_job(shown) if state in ("issuing", "stopped") else None,
        listing=certificates,
        groups=OneGroup(letter, (), counts),
        unasked=issuing.unasked_in(shown) if issued < total else 0,
        changed=issuing.names_changed(shown) if issued < total else 0,
        steps=steps,
        publishes=workshop.version.state != "published" and "approve" in steps,
        names=names_of(
            [
                *shown.accounts,
                shown.issued_by,
                decision.standing_in,
                *(printing.made_by for printing in printings),
            ]
        ),
        earned_by=[
            _("%(track)s, version %(number)s", track=track_name(name, name_sw), number=number)
            for name, name_sw, number in issuing.tracks_of_batch(shown)
        ],
        design_name=forms.version_name(shown.design_version),
        signing=signing_of(shown, actor),
        form=form,
        paper=paper or forms.ReprintForm(),
        printings=printings,
        printed={printing.kind for printing in printings if printing.certificate_id is None},
        printing_names=forms.PRINTING_NAMES,
        reason_names=forms.REASON_NAMES,
        # By these sessions the hours were counted that somebody is to approve.
        held=held_sessions(workshop)
        if shown.kind == "workshop" and state in ("proposed", "approved")
        else (),
        problem=problem,
        grouped=grouped,
        today=local_today(),
    ), 409 if problem else 422 if wrong else 200


def _page(found: Workshop, batch_id: str) -> ProposalPage[CertificateBatch]:
    return ProposalPage(
        APPROVAL,
        lambda: issuing.batch_of(found, batch_id),
        partial(batch_page, found),
        url_for("certificates.batch", public_id=found.public_id, batch_id=batch_id),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/approve")
@allow("certificates.approve")
def approve(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Approve what another person proposed."""
    return _page(staff_workshop(public_id), batch_id).step(
        lambda shown: services_issuing.approve(shown, current_actor()),
        _("Approved. The trainer can issue and print now."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/turn-back")
@allow("certificates.see")
def turn_back(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Turn a batch back, with what must be put right."""
    workshop = staff_workshop(public_id)
    as_organiser = organises(workshop)
    return _page(workshop, batch_id).send_back(
        lambda shown, reason: services_issuing.turn_back(
            shown, reason, current_actor(), as_organiser=as_organiser
        ),
        _("Sent back. Its people can be proposed again."),
        as_organiser=as_organiser,
    )


PAPER_TITLES = {
    "print_file": _l("Certificates, one print file"),
    "zip_file": _l("Certificates, zip"),
    "cards": _l("Certificates, cards"),
}


@blueprint.route(
    "/workshops/<public_id>/certificates/batches/<batch_id>/issue", methods=["GET", "POST"]
)
@allow("certificates.print")
@says_address
def issue(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Ask, then give each certificate its serial and date, and make the print file; a large batch
    is gone on with by the worker, and printed from its page."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "certificates.print")
    shown = issuing.batch_of(workshop, batch_id)
    if request.method == "GET":
        return page("certificates/issue.html", workshop=workshop, batch=shown)
    here = url_for("certificates.batch", public_id=public_id, batch_id=batch_id)
    with CaughtProblem(Problem) as caught:
        if services_issuing.issue(
            shown, local_today(), actor, title=_("Issuing certificates"), back=here
        ):
            flash(_("The first are issued; the work goes on."))
            return redirect(here)
        title = str(PAPER_TITLES["print_file"])
        shown = issuing.batch_of(workshop, batch_id)
        job = revoking.make_paper(shown, "print_file", title, actor, back=here)
        return go("jobs.page", public_id=job)
    return batch_page(
        workshop, issuing.batch_of(workshop, batch_id), SendBackForm(), caught.sentence
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/stop")
@allow("certificates.print")
def stop(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Stop issuing. What has its serial keeps it."""
    workshop = own_workshop(public_id, current_actor(), "certificates.print")
    return _page(workshop, batch_id).step(
        lambda shown: services_issuing.stop(shown, current_actor()),
        _("Stopped. What is issued stays issued."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/leave-out")
@allow("certificates.print")
def leave_out(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Take what was not issued out of the batch, so that it can be proposed again."""
    workshop = own_workshop(public_id, current_actor(), "certificates.print")
    return _page(workshop, batch_id).step(
        lambda shown: services_issuing.leave_out(shown, current_actor()),
        lambda number: _("Left out: %(number)s. They can be proposed again.", number=number),
    )


@blueprint.route("/certificates/<public_id>/correct", methods=["GET", "POST"])
@allow("certificates.propose")
def correct(public_id: str) -> ResponseReturnValue:
    """Propose a certificate with the right name in place of one with a wrong name."""
    actor = current_actor()
    certificate = issuing_certificate(public_id, actor, "certificates.propose")
    form = forms.NameCorrectionForm(data={"name": certificate.person.name_for_paper})
    if form.validate_on_submit():
        name = " ".join(form.name.data.split())
        wrong = forms.wrong_name(name)
        if wrong:
            form.mark_wrong(form.name, wrong)
        else:
            with form.showing_problems():
                batch_id = propose_correction(certificate, name, actor)
                flash(_("Proposed. Another person must approve it now."))
                workshop = issuing_certificate(public_id, actor, "certificates.propose").batch
                return go(
                    "certificates.batch", public_id=workshop.workshop.public_id, batch_id=batch_id
                )
        certificate = issuing_certificate(public_id, actor, "certificates.propose")
    return page(
        "certificates/correct.html",
        form=form,
        certificate=certificate,
        serial=grouped(certificate.serial or ""),
        pending=pending_correction(db.session(), certificate),
    )


@blueprint.get("/workshops/<public_id>/certificates/renewals")
@allow("certificates.propose")
def renewals(public_id: str) -> ResponseReturnValue:
    """Whose certificates can be renewed here."""
    workshop = own_workshop(public_id, current_actor(), "certificates.propose")
    return _renewals_page(workshop, forms.RenewalForm(), forms.DecisionForm())


def _renewals_page(
    workshop: Workshop,
    refresher: forms.RenewalForm,
    decision: forms.DecisionForm,
    problem: str = "",
    chosen: frozenset[str] | None = None,
) -> ResponseReturnValue:
    today = local_today()
    here = certificate_queries.renewals_here(workshop, issuing.candidates(workshop), today)
    open_registers = slots_still_open(workshop.register_id)
    listed = [*([] if open_registers else here.ready), *here.lacking, *here.by_decision]
    return render_template(
        "certificates/renewals.html",
        workshop=workshop,
        here=here,
        known=all_names() if here.judged else None,
        open_registers=open_registers,
        shown=one_group(list(dict.fromkeys(listed)), _letter, request.values.get("group", "")),
        decision=decision,
        problem=problem,
        # Who is ready for it is renewed unless somebody decides otherwise.
        chosen={certificate.public_id for certificate in here.ready} if chosen is None else chosen,
        today=today,
    ), 409 if problem else 422 if decision.errors or refresher.errors else 200


def _left(workshop: Workshop, chosen: frozenset[str], *, by_decision: bool) -> frozenset[str]:
    """Ticks in the section of the page whose button was not pressed."""
    here = certificate_queries.renewals_here(workshop, issuing.candidates(workshop), local_today())
    offered = here.ready if by_decision else here.by_decision
    if by_decision and slots_still_open(workshop.register_id):
        offered = []
    return chosen.intersection(certificate.public_id for certificate in offered)


def _letter(one: Certificate) -> str:
    return one.person.group.letter


@blueprint.post("/workshops/<public_id>/certificates/renewals")
@allow("certificates.propose")
@says_address
def propose_renewals(public_id: str) -> ResponseReturnValue:
    """Propose renewals of those who were ticked; turning to the other group keeps the ticks."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "certificates.propose")
    by_decision = request.form.get("basis") == "decision"
    refresher = forms.RenewalForm()
    decision = forms.DecisionForm()
    chosen = frozenset(request.form.getlist("certificate"))
    if "group" in request.form:
        # Turning to the other group proposes nothing yet.
        return _renewals_page(workshop, refresher, decision, chosen=chosen)
    form = decision if by_decision else refresher
    if not form.validate_on_submit():
        return _renewals_page(workshop, refresher, decision, chosen=chosen)
    reason = decision.reason.data if by_decision else ""
    with CaughtProblem(Problem) as caught:
        batch_id = revoking.propose_renewals(workshop, chosen, local_today(), actor, reason=reason)
        return _proposed(public_id, batch_id, chosen, by_decision=by_decision)
    workshop = own_workshop(public_id, actor, "certificates.propose")
    return _renewals_page(workshop, refresher, decision, caught.sentence, chosen)


def _proposed(
    public_id: str, batch_id: str, chosen: frozenset[str], *, by_decision: bool
) -> ResponseReturnValue:
    flash(_("Proposed. Another person must approve it now."))
    workshop = own_workshop(public_id, current_actor(), "certificates.propose")
    left = _left(workshop, chosen, by_decision=by_decision)
    if left:
        flash(_("The other ticks on this page are not proposed yet."))
        return _renewals_page(workshop, forms.RenewalForm(), forms.DecisionForm(), chosen=left)
    return go("certificates.batch", public_id=public_id, batch_id=batch_id)


@blueprint.route("/certificates/rule", methods=["GET", "POST"])
@allow("certificates.rule")
def rule() -> ResponseReturnValue:
    """The rule in force, its earlier versions, a form for the next, and courses that ask for
    more."""
    stored = issuing.current_rule()
    form = forms.RuleForm(obj=stored)
    if form.validate_on_submit():
        set_rule(
            form.least_share.data or 0,
            name_must_be_confirmed=bool(form.name_must_be_confirmed.data),
            months_valid=form.months_valid.data,
            by=current_actor(),
        )
        return go("certificates.rule", _("Saved. It holds for what is proposed from now on."))
    versions = issuing.rule_versions()
    return page(
        "certificates/rule.html",
        form=form,
        rule=stored,
        versions=versions,
        tracks=course_tracks(),
        names=names_of(version.created_by for version in versions),
    )


@blueprint.route("/certificates/rule/tracks/<public_id>", methods=["GET", "POST"])
@allow("certificates.rule")
def rule_track(public_id: str) -> ResponseReturnValue:
    """Ask, then make the certificates of a track's course need it, or no more."""
    track = one_track(public_id)
    present = published_version(track)
    if track.course is None or present is None:
        raise NotFound
    tree, wanted = tree_from_json(present.tree), request.form.get("required", "")
    # What the page asked, not the opposite of what stands: sent twice it would take itself back.
    if wanted not in ("yes", "no"):
        return render_template(
            "certificates/rule_track.html",
            track=track,
            tree=tree,
            known=all_names(),
            fulfilled=len(fulfilled(db.session(), tree, LeafQuestion(local_today()))),
        )
    with FlashedProblems(tone="warn"):
        if wanted == "no":
            certifying.ask_no_more(public_id, by=current_actor())
        else:
            certifying.ask_for(public_id, by=current_actor())
        flash(_("Saved. It holds for what is proposed from now on."))
    return go("certificates.rule")
