"""Pages of evidence: adding a file, looking at it, through whose hands it went, removing it.
Identities of those on record: sealed by officers, read by custodians. Asking a custodian to read
who somebody is, and reading it for the hour that she allows. Additions of somebody else to a case,
in the words of the form. The case file for a lawyer: chosen on a page, made in the request, kept by
nobody here."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from kash.accounts.members.services.vault_sessions import ask as vault_sessions_ask
from kash.accounts.members.services.vault_sessions import read_granted
from kash.accounts.members.vault_sessions import require_vault
from kash.incidents import blueprint, names
from kash.incidents.documents import FILE_NAME, FileChoice, custody_sheet
from kash.incidents.documents import case_file as printed
from kash.incidents.forms.casework import (
    AskIdentityForm,
    CaseFileForm,
    ChangedLabelForm,
    CustodyForm,
    CustodySheetForm,
    EvidenceForm,
    ExportForm,
    IdentityForm,
    SmallFileForm,
    WhyForm,
)
from kash.incidents.forms.documentation import (
    ActRow,
    DocumentationForm,
    InformationRow,
    PartyRow,
    PersonRow,
    TermRow,
    act_typed,
)
from kash.incidents.names import CUSTODY_NAMES, FILE_FAMILY_NAMES
from kash.incidents.queries.cases import Case, first_account_of, open_cases
from kash.incidents.queries.mediation import OpenEvidence, nobody_decides, open_evidence
from kash.incidents.rules.case_file import (
    CourtPaper,
    is_listed,
    may_hold_narrative,
    may_print,
    not_asked,
    papers_asked_about,
    who_agreed,
    who_keeps_it,
    whom_it_shows,
)
from kash.incidents.rules.casework import REMOVE
from kash.incidents.rules.parts import Person, by_id
from kash.incidents.rules.record import Record
from kash.incidents.rules.records import everybody_may_be_told_of, who_may_be_told_of
from kash.incidents.sections import CaseSection
from kash.incidents.services import documentation as identities
from kash.incidents.services import evidence as evidence_services
from kash.incidents.services.cases import note_opening
from kash.incidents.services.consents import (
    hashes_of,
    identities_shown,
    may_show_identities,
    note_printed,
)
from kash.incidents.services.documentation import KIND, facts_from, file_identity, person_of
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
from kash.incidents.services.saved_views import (
    NOBODY_AGREED,
    STAYS_HERE,
    CaseChangedMeanwhile,
    Damaged,
    EvidenceDamaged,
)
from kash.incidents.services.second_member import OnHold, ask
from kash.incidents.views.cases import case_again, case_page, load_case, the_vault, to
from kash.incidents.views.consents import asked
from kash.platform.cleaning import KINDS, SHOWN, CleaningBusy
from kash.platform.database import db, utc_now
from kash.platform.storage import StorageError
from kash.platform.vault import NotAuthentic, OpenVault, SealError, can_file
from kash.platform.web import NotFound, current_actor, download, go, page, signed_in
from kash.platform.web.account_names import account_names
from kash.platform.web.bodies import MEGABYTE, RAW, BodyTooLarge, takes_file, takes_raw
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import date_text, local_today, moment_text, money_text
from kash.platform.web.row_versions import number_shown
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
            receipt = form.received(name)
            document = evidence_services.add_evidence(
                actor, vault, reference, receipt, stream, _SMALL
            )
            return redirect(_added(reference, document), 303)
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
    typed = _said_before(request.stream)
    form = EvidenceForm(formdata=MultiDict(typed))
    if not form.validate():
        return {"errors": form.errors}, 422
    received = form.received(typed.get("uploaded_name", ""))
    document = evidence_services.add_evidence(
        actor, vault, reference, received, request.stream, _most()
    )
    return {"to": _added(reference, document)}, 201


def _said_before(stream: Any) -> Mapping[str, str]:
    """Texts that stand before the file, by their fields' names: their length in four bytes, then
    they."""
    length = int.from_bytes(_exactly(stream, _LENGTH), "big")
    if length > _MOST_SAID:
        abort(400)
    try:
        texts = json.loads(_exactly(stream, length))
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        abort(400)
    return texts


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


@case_page("/e/<document>", "incidents.see", "GET")
def evidence(actor: Actor, vault: OpenVault, case: Case, document: str) -> ResponseReturnValue:
    """One piece of evidence and its custody; its opening is noted."""
    with CaughtProblem(EvidenceDamaged) as caught:
        piece = open_evidence(vault, case, document)
        note_evidence_opening(actor, vault, piece)
        return _evidence_page(piece, CustodyForm())
    return render_template(
        "incidents/evidence_damaged.html",
        reference=case.reference,
        document=document,
        sentence=caught.sentence,
    )


def _who_keeps(found: OpenEvidence, *, whole: bool) -> list[str]:
    """Codes of those without whose consent a piece stays here."""
    record = found.case.record
    return codes_of(record, who_keeps_it(record, found.listed, whole=whole))


def codes_of(record: Record, kept: list[str]) -> list[str]:
    """Codes of those who keep something here, or in words who they are."""
    codes = record.codes
    words = [codes[person] for person in kept if person in codes]
    if "" in kept:
        words.append(_("nobody is on record yet"))
    if {*kept} - {*codes, ""}:
        words.append(_("somebody who was taken off the record"))
    return words


def _papers(found: OpenEvidence) -> tuple[list[CourtPaper], list[str]]:
    record = found.case.record
    return papers_for(record, whom_it_shows(record, found.listed))


def papers_for(record: Record, people: Collection[str]) -> tuple[list[CourtPaper], list[str]]:
    """Papers about which all of these persons (ids) said yes; and while there is none, the codes of
    those who are still to be asked about the newest."""
    today = local_today()
    papers = papers_asked_about(record, today)
    whole = [paper for paper in papers if not not_asked(record, paper, people, today)]
    newest = next(iter(papers), CourtPaper("", ""))
    left = [] if whole else not_asked(record, newest, people, today)
    return whole, record.codes_of(left)


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
        shows=evidence.case.record.codes_of(evidence.listed.shows),
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


@case_page("/e/<document>/q", "incidents.edit", "POST")
def evidence_custody(
    actor: Actor, vault: OpenVault, case: Case, document: str
) -> ResponseReturnValue:
    """Note a step of custody that happened outside."""
    evidence = open_evidence(vault, case, document)
    form = CustodyForm()
    form.offer()
    if not form.validate_on_submit():
        return _evidence_page(evidence, form)
    note_custody(
        actor,
        vault,
        case.reference,
        document,
        form.what.data,
        who=form.who.data,
        on=form.on.data,
        note=form.more.data,
    )
    flash(_("Noted."))
    return redirect(_page_of(case.reference, document) + "#custody", 303)


@case_page("/e/<document>/label", "incidents.edit")
def evidence_label(
    actor: Actor, vault: OpenVault, case: Case, document: str
) -> ResponseReturnValue:
    """Say anew what it shows."""
    evidence = open_evidence(vault, case, document)
    form = ChangedLabelForm(data={"label": evidence.file.label, "note": evidence.file.note})
    people = [(person.id, person.code) for person in evidence.case.record.persons]
    form.offer(people, evidence.listed.shows)
    if form.validate_on_submit():
        label, note, seen = form.label.data, form.note.data, form.seen.data or None
        with form.showing_problems():
            shows = form.shows.data
            label_evidence(
                actor, vault, case.reference, document, label, note, seen=seen, shows=shows
            )
            return redirect(_page_of(case.reference, document), 303)
        if form.changed_meanwhile:
            evidence = open_evidence(vault, case_again(case.reference), document)
    if form.changed_meanwhile or not form.seen.data:
        form.seen.data, form.seen.raw_data = words_shown(evidence), None
    return page(
        "incidents/evidence_label.html",
        form=form,
        back=_page_of(case.reference, document),
        found=evidence,
    )


@case_page("/e/<document>/original", "incidents.edit", fresh=True)
def evidence_original(
    actor: Actor, vault: OpenVault, case: Case, document: str
) -> ResponseReturnValue:
    """Download the original, once it is said who gets it."""
    evidence = open_evidence(vault, case, document)
    form = ExportForm()
    papers, unasked = _papers(evidence)
    form.offer_papers(papers)
    stays = _who_keeps(evidence, whole=True)
    if form.is_submitted() and stays:
        raise Problem(STAYS_HERE)
    if form.validate_on_submit():
        with form.showing_problems():
            paper, more = form.court_paper, form.more.data
            return _sent(export_original(actor, vault, case.reference, document, paper, more))
    return page(
        "incidents/evidence_original.html",
        form=form,
        stays=stays,
        papers=papers,
        unasked=unasked,
        reference=case.reference,
        back=_page_of(case.reference, document),
        found=evidence,
        kind=KINDS[evidence.file.original.code],
    )


@case_page("/e/<document>/sheet", "incidents.edit", "POST")
def evidence_sheet(
    actor: Actor, vault: OpenVault, case: Case, document: str
) -> ResponseReturnValue:
    """The custody sheet as PDF, made here and kept nowhere."""
    evidence = open_evidence(vault, case, document)
    form = CustodySheetForm()
    form.offer_papers(_papers(evidence)[0])
    if _who_keeps(evidence, whole=False):
        raise Problem(STAYS_HERE)
    if form.validate():
        with form.showing_problems():
            piece = note_sheet(actor, vault, case.reference, document, form.court_paper)
            content = custody_sheet(piece, actor, utc_now(), words=bool(form.words.data))
            return download(content, name=f"{piece.listed.number}-sheet.pdf", type=_PDF)
    html, _status = _evidence_page(evidence, CustodyForm(formdata=None), form)
    return html, 422


@case_page("/e/<document>/remove", "incidents.edit", fresh=True)
def remove_evidence(
    actor: Actor, vault: OpenVault, case: Case, document: str
) -> ResponseReturnValue:
    """Ask that it is removed, also if it is damaged."""
    listed = one_or_404(by_id(case.record.evidence, document, "document"))
    form = WhyForm()
    if form.validate_on_submit():
        with form.showing_problems():
            ask(actor, vault, case.reference, REMOVE, form.reason.data, about=document)
            return asked()
    return page(
        "incidents/evidence_remove.html",
        form=form,
        listed=listed,
        back=_page_of(case.reference, document),
        nobody=nobody_decides(actor, case),
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
                for piece in case.record.removed_evidence
                for account in (piece.by, piece.second, *(event.by for event in piece.custody))
            }
        )
        if case.record.removed_evidence
        else {},
    }


SECTION = CaseSection("evidence", _l("Evidence"), "incidents/evidence_part.html", 50, _part)


LABELS = {
    "legal_name": _l("Legal name"),
    "number": _l("Number of a document"),
    "born_on": _l("Born on"),
    "phone": _l("Phone"),
    "address": _l("Where she can be found"),
    "note": _l("Note"),
}


@case_page("/p/<person>", "incidents.edit")
def identity(actor: Actor, vault: OpenVault, case: Case, person: str) -> ResponseReturnValue:
    """Seal who somebody is. What is sealed already is not shown: it is replaced."""
    somebody = person_of(case, person)
    form = IdentityForm()
    form.replaces = bool(somebody.identity)
    if form.validate_on_submit():
        facts = form.facts()
        if not any(facts.values()):
            form.form_errors.append(_("Write at least one of these."))
        else:
            with form.showing_problems(CaseChangedMeanwhile, OnHold):
                reason = form.reason.data
                if file_identity(
                    case.reference, person, facts, by=actor, vault=vault, reason=reason
                ):
                    flash(_("Sealed. Only a custodian can read it."))
                else:
                    flash(_("Sealed. It takes the old one’s place once a second member agrees."))
                return to("case")
    return page(
        "incidents/identity.html",
        form=form,
        case=case,
        person=somebody,
        reads=vault.holds("identity"),
        taken=can_file(db.session(), "identity"),
        versions=_versions(case.record, person),
    )


@case_page("/p/<person>/read", "incidents.edit", "POST")
def read_identity(actor: Actor, vault: OpenVault, case: Case, person: str) -> ResponseReturnValue:
    """Show it this once to a custodian."""
    somebody = person_of(case, person)
    documents, version = (
        case.record.identities_of(person),
        number_shown(request.form.get("version")),
    )
    document = documents[version] if version < len(documents) else ""
    facts = identities.read_identity(case, person, by=actor, vault=vault, document=document)
    return page(
        "incidents/identity_read.html", form=None, case=case, person=somebody, facts=worded(facts)
    )


def _versions(record: Record, person: str) -> list[tuple[int, datetime, str, bool]]:
    """Other versions of who somebody is, the newest first: the place of each among her documents,
    when, why, and whether it waits for a second member."""
    earlier = [identity for identity in record.earlier_identities if identity.person == person]
    waiting = [
        proposal for proposal in record.proposals if proposal.about == person and proposal.document
    ]
    versions = [(identity.at, identity.reason, False) for identity in earlier]
    versions += [(proposal.at, proposal.reason, True) for proposal in waiting]
    return [(number, *version) for number, version in enumerate(versions, 1)][::-1]


def worded(facts: Mapping[str, str]) -> list[tuple[Any, str]]:
    """Facts that were sealed, each with its name."""
    return [
        (LABELS[name], date_text(date.fromisoformat(text)) if name == "born_on" else text)
        for name, text in facts.items()
    ]


@case_page("/p/<person>/ask", "incidents.edit")
def ask_identity(actor: Actor, _vault: OpenVault, case: Case, person: str) -> ResponseReturnValue:
    """Ask with a reason; a custodian decides, and it is read for an hour."""
    somebody = person_of(case, person)
    form = AskIdentityForm()
    if somebody.identity and form.validate_on_submit():
        with form.showing_problems():
            vault_sessions_ask(actor, somebody.identity, form.reason.data)
            return go(
                "members.identity_requests",
                _("A custodian decides. You find the answer among your requests."),
            )
    return page("incidents/identity_ask.html", form=form, case=case, person=somebody)


@case_page("/p/<person>/g", "incidents.edit", "POST")
def read_granted_identity(
    actor: Actor, vault: OpenVault, case: Case, person: str
) -> ResponseReturnValue:
    """Show it this once, if a custodian allowed it within the last hour."""
    somebody = person_of(case, person)
    if not somebody.identity:
        raise NotFound
    try:
        facts = facts_from(read_granted(actor, vault, somebody.identity, KIND))
    except NotAuthentic:
        raise Damaged from None
    except SealError:
        flash(_("Nobody allowed it, or the hour is over. Ask a custodian."), "warn")
        return to("identity")
    return page(
        "incidents/identity_read.html", form=None, case=case, person=somebody, facts=worded(facts)
    )


@blueprint.get("/i/<document>")
@allow("incidents.edit")
@require_vault
def identity_of(document: str) -> ResponseReturnValue:
    """From a request to the page of the person it is about."""
    cases, _damaged = open_cases(current_actor(), the_vault())
    for case in cases:
        for person in case.record.persons:
            if document in case.record.identities_of(person.id):
                return to("identity", reference=case.reference, person=person.id)
    raise NotFound


def identity_address(document: str) -> str:
    """From a sealed identity, by its public id, to the page of the person it is about."""
    return url_for("incidents.identity_of", document=document)


GROUPS: dict[str, Any] = {
    "persons": _l("Persons"),
    "parties": _l("Other side"),
    "acts": _l("Acts"),
    "information": _l("Sources"),
    "terms": _l("What was agreed"),
}
_ROWS = {
    "persons": PersonRow,
    "parties": PartyRow,
    "acts": ActRow,
    "information": InformationRow,
    "terms": TermRow,
}
_WORDS: dict[str, Any] = {
    "persons/age_band": names.AGE_BAND_NAMES,
    "persons/among_adults": names.AMONG_ADULTS_NAMES,
    "parties/kind": names.PARTY_KIND_NAMES,
    "parties/involvement": names.INVOLVEMENT_NAMES,
    "parties/rank_band": names.RANK_BAND_NAMES,
    "information/source": names.SOURCE_NAMES,
    "information/reliability": names.RELIABILITY_NAMES,
    "terms/kind": names.TERM_NAMES,
}


def value_label(place: str, value: Any, record: Record) -> str:
    """A value of a place as the form would show it; "–" where it is empty."""
    group, name = place.partition("/")[0], place.rpartition("/")[2]
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return date_text(value)
    if name in ("amount", "returned_amount"):
        return money_text(value)
    if group == "acts" and name == "code":
        return act_typed(value)
    if group == "parties" and name == "station":
        stations = (party.station_name for party in record.parties if party.station == value)
        return next(stations, "") or _("A station")
    if place == "wanted":
        return ", ".join(str(names.WANTED_NAMES.get(code, code)) for code in value)
    if name == "account":
        return account_names([value]).get(value, "–")
    if isinstance(value, list) or name in ("owed_by", "owed_to"):
        ids = value if isinstance(value, list) else [value]
        return ", ".join(participant_label(record, key) for key in ids)
    words = _WORDS.get(f"{group}/{name}", {})
    return str(words.get(value, value))


def participant_label(record: Record, key: str) -> str:
    """How a person or a party of a case is called in a list: a code, or a number and who it is."""
    for person in record.persons:
        if person.id == key:
            return person.code
    for number, party in enumerate(record.parties, start=1):
        if party.id == key:
            return f"{number} {names.PARTY_KIND_NAMES.get(party.kind, party.kind)}"
    return "–"


def place_names(places: Iterable[str]) -> list[str]:
    """Names of places, each once."""
    labels: dict[str, None] = {}
    for place in places:
        group, _sign, rest = place.partition("/")
        if not rest:
            labels[_label(DocumentationForm, place.rpartition(".")[2])] = None
        elif "/" in rest:
            label = _label(_ROWS[group], rest.rpartition("/")[2])
            labels[f"{GROUPS[group]}: {label}"] = None
        else:
            labels[str(GROUPS[group])] = None
    return list(labels)


def _label(form: Any, name: str) -> str:
    return str(getattr(form, name).args[0])


@case_page("/f", "incidents.edit", fresh=True)
def case_file(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Choose what the file holds, and print it: one entry in the audit chain for each file."""
    agreed = who_agreed(case.record)
    allowed = may_print(case.record)
    form = CaseFileForm()
    papers = papers_asked_about(case.record, local_today())
    form.offer([(person.id, person.code) for person in agreed], list(papers))
    if form.is_submitted() and not allowed:
        raise Problem(NOBODY_AGREED)
    if form.validate_on_submit():
        person = signed_in()
        chosen = list(form.persons.data)
        # Her words tell of everybody in the case.
        words = form.narrative.data and may_hold_narrative(case.record, chosen)
        told_of = list(case.record.codes) if words else chosen
        identities = identities_shown(case, chosen, vault) if form.identities.data else {}
        choice = form.command(FileChoice, identities=identities, paper=form.court_paper)
        listed = [piece for piece in case.record.evidence if is_listed(case.record, piece, chosen)]
        hashes = hashes_of(vault, listed)
        with form.showing_problems():
            case = note_printed(
                actor, vault, case.reference, form.court_paper, told_of, identities, hashes
            )
            first = first_account_of(vault, case)
            pdf = printed(case, choice, person.name if person else "", utc_now(), first, hashes)
            return download(pdf, name=FILE_NAME, type="application/pdf")
    if not form.is_submitted():
        note_opening(actor, vault, case)
    return page(
        "incidents/case_file.html",
        form=form,
        case=case,
        allowed=allowed,
        agreed=agreed,
        others=[person for person in case.record.persons if person not in agreed],
        without_health=_without_health(case.record, agreed),
        narrative_allowed=may_hold_narrative(case.record, [person.id for person in agreed]),
        names_open=may_show_identities(case, vault),
        consents=url_for("incidents.consents", reference=case.reference),
        papers={paper: case.record.codes_of(said_yes) for paper, said_yes in papers.items()},
    )


def _without_health(record: Record, agreed: list[Person]) -> list[Person]:
    told = who_may_be_told_of(record)
    return [person for person in agreed if person.id not in told]
