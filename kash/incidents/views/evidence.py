"""Pages of evidence: adding a file, looking at it, through whose hands it went, removing it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, BinaryIO

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from kash.incidents import blueprint
from kash.incidents.errors import EvidenceDamaged, StaysHere
from kash.incidents.evidence_sheet import custody_sheet
from kash.incidents.forms.casework import WhyForm
from kash.incidents.forms.evidence import (
    ChangedLabelForm,
    CustodyForm,
    CustodySheetForm,
    EvidenceForm,
    ExportForm,
    SmallFileForm,
)
from kash.incidents.names import CUSTODY_NAMES, FILE_FAMILY_NAMES
from kash.incidents.queries.cases import Case
from kash.incidents.queries.evidence import OpenEvidence, open_evidence
from kash.incidents.queries.second_member import seconds
from kash.incidents.rules.asked_again import CourtPaper, not_asked, papers_asked_about
from kash.incidents.rules.case_file import who_keeps_it, whom_it_shows
from kash.incidents.rules.health import everybody_may_be_told_of
from kash.incidents.rules.record import Record
from kash.incidents.rules.second_member import REMOVE
from kash.incidents.sections import CaseSection
from kash.incidents.services import evidence as evidence_services
from kash.incidents.services.evidence import (
    Handed,
    export_original,
    label_evidence,
    note_custody,
    note_evidence_opening,
    note_sheet,
    show_copy,
    words_shown,
)
from kash.incidents.services.second_member import OnHold, ProposedAlready, ask
from kash.incidents.views.case_context import load_case, require_vault, the_vault
from kash.incidents.views.second_member import asked
from kash.platform.cleaning import KINDS, SHOWN, CleaningBusy
from kash.platform.database import db, utc_now
from kash.platform.storage import StorageError
from kash.platform.vault import OpenVault
from kash.platform.web import current_actor, download, page
from kash.platform.web.account_names import account_names
from kash.platform.web.bodies import MEGABYTE, RAW, BodyTooLarge, takes_file, takes_raw
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Actor, allow

# What a form without script may carry: its parser keeps it in memory whole.
_SMALL = 10 * MEGABYTE
_LENGTH = 4
_MOST_SAID = 64 * 1024
_PDF = "application/pdf"


def _most() -> int:
    return int(current_app.config["SETTINGS"].evidence_mb) * MEGABYTE


# --- Adding -----------------------------------------------------------------------------------


@blueprint.route("/<reference>/e/new", methods=["GET", "POST"])
@allow("incidents.edit")
@takes_file(_SMALL)
@takes_raw(_most)
@require_vault
def add_evidence(reference: str) -> ResponseReturnValue:
    """Add a file: as a body of its own by the page's script, or a small one in a plain form."""
    if request.mimetype == RAW:
        return _add_raw(reference)
    actor, vault, case = load_case(reference)
    form = SmallFileForm()
    if form.validate_on_submit():
        stream, name = form.content()
        with form.showing_problems(file=(BodyTooLarge, StorageError, CleaningBusy)):
            said = form.received(name)
            made = evidence_services.add_evidence(actor, vault, reference, said, stream, _SMALL)
            return redirect(_added(reference, made), 303)
    return page(
        "incidents/evidence_new.html",
        form=form,
        case=case,
        most=_most(),
        small=_SMALL,
        megabyte=MEGABYTE,
    )


def _add_raw(reference: str) -> ResponseReturnValue:
    actor, vault, _found = load_case(reference)
    said = _said_before(request.stream)
    form = EvidenceForm(formdata=MultiDict(said))
    if not form.validate():
        return {"errors": form.errors}, 422
    received = form.received(said.get("uploaded_name", ""))
    made = evidence_services.add_evidence(
        actor, vault, reference, received, request.stream, _most()
    )
    return {"to": _added(reference, made)}, 201


def _said_before(stream: Any) -> Mapping[str, str]:
    """Texts that stand before the file, by their fields' names: their length in four bytes, then
    they."""
    length = int.from_bytes(_exactly(stream, _LENGTH), "big")
    if length > _MOST_SAID:
        abort(400)
    try:
        said = json.loads(_exactly(stream, length))
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        abort(400)
    return said


def _exactly(stream: BinaryIO, size: int) -> bytes:
    read = b""
    while len(read) < size and (piece := stream.read(size - len(read))):
        read += piece
    if len(read) < size:
        abort(400)
    return read


def _added(reference: str, document: str) -> str:
    flash(_("Added. The file is sealed, and its hash is noted."))
    return _page_of(reference, document)


def _page_of(reference: str, document: str) -> str:
    return url_for("incidents.evidence", reference=reference, document=document)


# --- One piece --------------------------------------------------------------------------------


def _one(reference: str, document: str) -> tuple[Actor, OpenVault, OpenEvidence]:
    actor, vault, case = load_case(reference)
    return actor, vault, open_evidence(vault, case, document)


@blueprint.get("/<reference>/e/<document>")
@allow("incidents.see")
@require_vault
def evidence(reference: str, document: str) -> ResponseReturnValue:
    """One piece of evidence and its custody; its opening is noted."""
    with CaughtProblem(EvidenceDamaged) as caught:
        actor, vault, found = _one(reference, document)
        note_evidence_opening(actor, vault, found)
        return _evidence_page(found, CustodyForm())
    return render_template(
        "incidents/evidence_damaged.html",
        reference=reference,
        document=document,
        sentence=caught.sentence,
    )


def _who_keeps(found: OpenEvidence, *, whole: bool) -> list[str]:
    """Codes of those without whose consent a piece stays here."""
    record = found.case.record
    return codes_of(record, who_keeps_it(record, found.listed, whole=whole))


def codes_of(record: Record, kept: list[str]) -> list[str]:
    """Codes of those who keep something here, or in words who they are."""
    codes = {one.id: one.code for one in record.persons}
    said = [codes[one] for one in kept if one in codes]
    if "" in kept:
        said.append(_("nobody is on record yet"))
    if {*kept} - {*codes, ""}:
        said.append(_("somebody who was taken off the record"))
    return said


def _papers(found: OpenEvidence) -> tuple[list[CourtPaper], list[str]]:
    record = found.case.record
    return papers_for(record, whom_it_shows(record, found.listed))


def papers_for(record: Record, whom: Collection[str]) -> tuple[list[CourtPaper], list[str]]:
    """Papers about which all of these persons (ids) said yes; and while there is none, the codes of
    those who are still to be asked about the newest."""
    today = local_today()
    asked = papers_asked_about(record, today)
    whole = [paper for paper in asked if not not_asked(record, paper, whom, today)]
    newest = next(iter(asked), CourtPaper("", ""))
    left = [] if whole else not_asked(record, newest, whom, today)
    return whole, [one.code for one in record.persons if one.id in left]


def _evidence_page(
    evidence: OpenEvidence, form: CustodyForm, sheet: CustodySheetForm | None = None
) -> tuple[str, int]:
    form.offer()
    papers, unasked = _papers(evidence)
    sheet = sheet or CustodySheetForm(formdata=None)
    sheet.offer_papers(papers)
    file = evidence.file
    shown = file.cleaned or file.original
    return page(
        "incidents/evidence.html",
        form=form,
        sheet=sheet,
        papers=papers,
        unasked=unasked,
        stays=_who_keeps(evidence, whole=True),
        sheet_stays=_who_keeps(evidence, whole=False),
        shows=[one.code for one in evidence.case.record.persons if one.id in evidence.listed.shows],
        told=everybody_may_be_told_of(evidence.case.record),
        reference=evidence.case.reference,
        document=evidence.document,
        listed=evidence.listed,
        file=file,
        kind=KINDS[file.original.code],
        family=KINDS[shown.code].family,
        in_page=file.cleaned is not None and shown.code in SHOWN[KINDS[shown.code].family],
        families=FILE_FAMILY_NAMES,
        custody_names=CUSTODY_NAMES,
        members=account_names({event.by for event in file.custody}),
    )


@blueprint.post("/<reference>/e/<document>/copy")
@allow("incidents.see")
@require_vault
def evidence_copy(reference: str, document: str) -> ResponseReturnValue:
    """The cleaned copy, to be looked at in the browser."""
    handed = show_copy(current_actor(), the_vault(), reference, document)
    return _sent(handed, inline=True)


def _sent(handed: Handed, *, inline: bool = False) -> Response:
    # A file that lies on somebody's computer must not lead to the case.
    name = f"{handed.number}.{handed.kind.extension}"
    response = download(handed.pieces, name=name, type=handed.kind.type)
    if inline:
        response.headers.set("Content-Disposition", "inline", filename=name)
    # A file that was cut off is shorter than this says, and is shown by no browser as whole.
    response.content_length = handed.size
    return response


@blueprint.post("/<reference>/e/<document>/q")
@allow("incidents.edit")
@require_vault
def evidence_custody(reference: str, document: str) -> ResponseReturnValue:
    """Note a step of custody that happened outside."""
    actor, vault, evidence = _one(reference, document)
    form = CustodyForm()
    form.offer()
    if not form.validate_on_submit():
        return _evidence_page(evidence, form)
    note_custody(
        actor,
        vault,
        reference,
        document,
        form.what.data,
        who=form.who.data,
        on=form.on.data,
        note=form.more.data,
    )
    flash(_("Noted."))
    return redirect(_page_of(reference, document) + "#custody", 303)


@blueprint.route("/<reference>/e/<document>/label", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def evidence_label(reference: str, document: str) -> ResponseReturnValue:
    """Say anew what it shows."""
    actor, vault, evidence = _one(reference, document)
    form = ChangedLabelForm(data={"label": evidence.file.label, "note": evidence.file.note})
    people = [(one.id, one.code) for one in evidence.case.record.persons]
    form.offer(people, evidence.listed.shows)
    if form.validate_on_submit():
        label, note, seen = form.label.data, form.note.data, form.seen.data or None
        with form.showing_problems():
            shows = form.shows.data
            label_evidence(actor, vault, reference, document, label, note, seen=seen, shows=shows)
            return redirect(_page_of(reference, document), 303)
        if form.changed_meanwhile:
            actor, vault, evidence = _one(reference, document)
    if form.changed_meanwhile or not form.seen.data:
        form.seen.data, form.seen.raw_data = words_shown(evidence), None
    return page(
        "incidents/evidence_label.html",
        form=form,
        back=_page_of(reference, document),
        found=evidence,
    )


@blueprint.route("/<reference>/e/<document>/original", methods=["GET", "POST"])
@allow("incidents.edit", fresh=True)
@require_vault
def evidence_original(reference: str, document: str) -> ResponseReturnValue:
    """Download the original, once it is said to whom it goes."""
    actor, vault, evidence = _one(reference, document)
    form = ExportForm()
    papers, unasked = _papers(evidence)
    form.offer_papers(papers)
    stays = _who_keeps(evidence, whole=True)
    if form.is_submitted() and stays:
        raise StaysHere
    if form.validate_on_submit():
        with form.showing_problems():
            paper, more = form.court_paper, form.more.data
            return _sent(export_original(actor, vault, reference, document, paper, more))
    return page(
        "incidents/evidence_original.html",
        form=form,
        stays=stays,
        papers=papers,
        unasked=unasked,
        reference=reference,
        back=_page_of(reference, document),
        found=evidence,
        kind=KINDS[evidence.file.original.code],
    )


@blueprint.post("/<reference>/e/<document>/sheet")
@allow("incidents.edit")
@require_vault
def evidence_sheet(reference: str, document: str) -> ResponseReturnValue:
    """The custody sheet as PDF, made here and kept nowhere."""
    actor, vault, evidence = _one(reference, document)
    form = CustodySheetForm()
    form.offer_papers(_papers(evidence)[0])
    if _who_keeps(evidence, whole=False):
        raise StaysHere
    if form.validate():
        with form.showing_problems():
            found = note_sheet(actor, vault, reference, document, form.court_paper)
            content = custody_sheet(found, actor, utc_now(), words=bool(form.words.data))
            return download(content, name=f"{found.listed.number}-sheet.pdf", type=_PDF)
    html, _status = _evidence_page(evidence, CustodyForm(formdata=None), form)
    return html, 422


@blueprint.route("/<reference>/e/<document>/remove", methods=["GET", "POST"])
@allow("incidents.edit", fresh=True)
@require_vault
def remove_evidence(reference: str, document: str) -> ResponseReturnValue:
    """Ask that it is removed, also if it is damaged."""
    actor, vault, case = load_case(reference)
    listed = one_or_404(
        next((piece for piece in case.record.evidence if piece.document == document), None)
    )
    form = WhyForm()
    if form.validate_on_submit():
        with form.showing_problems(OnHold, ProposedAlready):
            ask(actor, vault, reference, REMOVE, form.reason.data, about=document)
            return asked(reference)
    return page(
        "incidents/evidence_remove.html",
        form=form,
        listed=listed,
        back=_page_of(reference, document),
        nobody=not seconds(db.session(), actor.public_id, case.seen),
    )


# --- On the case's page -----------------------------------------------------------------------


def _part(case: Case, actor: Actor) -> Mapping[str, Any]:
    return {
        "pieces": case.record.evidence,
        "families": FILE_FAMILY_NAMES,
        "may_add": actor.may("incidents.edit") and case.state != "closed",
        "removed": case.record.removed_evidence,
        "custody": CUSTODY_NAMES,
        "names": account_names(
            {
                account
                for one in case.record.removed_evidence
                for account in (one.by, one.second, *(event.by for event in one.custody))
            }
        )
        if case.record.removed_evidence
        else {},
    }


SECTION = CaseSection("evidence", _l("Evidence"), "incidents/evidence_part.html", 50, _part)
