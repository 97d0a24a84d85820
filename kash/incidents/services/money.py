"""Cash bail, terms that were set aside, and what the custodian notes of the duty to report."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from kash.accounts.services.accounts import change_settings
from kash.incidents.queries.cases import Case
from kash.incidents.queries.mediation import POLICY
from kash.incidents.rules.clocks import (
    DAMAGED,
    DECIDED,
    MOST,
    Policy,
    ReportNote,
    notes_as_bytes,
    notes_from,
)
from kash.incidents.rules.parts import CashBail, Term, by_id
from kash.incidents.services.cases import CaseChange, changing
from kash.incidents.services.saved_views import CaseChangedMeanwhile, NobodyHoldsKeys, NotNow
from kash.platform.database import db
from kash.platform.vault import (
    CompartmentName,
    NobodyCanOpen,
    OpenVault,
    SealError,
    fetch,
    file_document,
    open_each,
    save_document,
    shred,
)
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor

# Says nothing in clear of what is in it.
KIND = "incident.note"


# --- cash bail ------------------------------------------------------------------------------------


def write_down_bail(
    by: Actor, vault: OpenVault, reference: str, bail: CashBail, *, version: int | None = None
) -> None:
    """Write down cash bail, or correct what is there under its id; with `version`, only if nobody
    saved the case since that was shown, unless this very thing.

    Raises Problem, NotFound, Damaged and CaseChangedMeanwhile.
    """
    with changing("incidents.bail_written", by, vault, reference) as case:
        case.refuse_closed()
        before = by_id(case.record.bail, bail.id)
        if before == bail:
            case.nothing()
            return
        _refuse_older(case, version)
        _put(case, bail)
        case.happened("bail_changed" if before is not None else "bail_added")


def _refuse_older(case: CaseChange, version: int | None) -> None:
    if version is not None and version != case.case.version:
        raise CaseChangedMeanwhile


def _put(case: CaseChange, bail: CashBail) -> None:
    written = case.record.bail
    at = next((place for place, one in enumerate(written) if one.id == bail.id), None)
    if at is None and len(written) >= MOST:
        raise NotNow
    if at is None:
        written.append(bail)
        return
    if bail.receipt:
        _still_ask(case, written[at])
    written[at] = written[at].model_copy(update=dict(bail))


def _still_ask(case: CaseChange, bail: CashBail) -> None:
    """Keep the question: what was taken without a receipt may have been a bribe, whatever is
    written of it later."""
    if not bail.receipt:
        case.record.question()


def take_off_bail(
    by: Actor, vault: OpenVault, reference: str, key: str, *, version: int | None = None
) -> None:
    """Take off cash bail that was written down wrongly. Raises as `write_down_bail`."""
    with changing("incidents.bail_written", by, vault, reference, version=version) as case:
        case.refuse_closed()
        found = one_or_404(by_id(case.record.bail, key))
        _still_ask(case, found)
        case.record.bail = [bail for bail in case.record.bail if bail.id != key]
        case.happened("bail_removed")


# --- terms that were set aside --------------------------------------------------------------------


def _questioned(case: CaseChange, key: str) -> Term:
    for term in case.record.questioned_terms:
        if term.id == key:
            case.record.questioned_terms.remove(term)
            return term
    raise NotFound


def take_out_term(by: Actor, vault: OpenVault, reference: str, key: str, reason: str) -> None:
    """Take out a term that was set aside, with why.

    Raises NotFound, Damaged and CaseChangedMeanwhile.
    """
    with changing("incidents.term_decided", by, vault, reference) as case:
        _questioned(case, key)
        # What it said may have been a bribe, whatever becomes of the term.
        case.record.question()
        case.happened("term_taken_out", reason=reason)


def make_bail_of_term(
    by: Actor, vault: OpenVault, reference: str, key: str, bail: CashBail
) -> None:
    """Write down as cash bail what was kept as a term: it needs its receipt. Raises as
    `take_out_term`."""
    with changing("incidents.term_decided", by, vault, reference) as case:
        _questioned(case, key)
        _put(case, bail)
        case.happened("term_became_bail")


# --- the duty to report ---------------------------------------------------------------------------


def report_notes(case: Case, vault: OpenVault) -> list[ReportNote]:
    """Notes of custodians on a case, the oldest first; none for anybody else."""
    return notes_of([case], vault).get(case.reference, [])


def notes_of(cases: Iterable[Case], vault: OpenVault) -> dict[str, list[ReportNote]]:
    """Notes of custodians, by the references of cases: one query. Of notes that do not open, one
    says so."""
    named = {case.record.duty_note: case.reference for case in cases if case.record.duty_note}
    if not named or not vault.holds(CompartmentName.IDENTITY):
        return {}
    notes_by_case = {key: [ReportNote(kind=DAMAGED)] for key in named.values()}
    for sealed, plaintext in open_each(vault, fetch(db.session(), *named, kind=KIND)):
        notes = _read(plaintext)
        if notes is not None:
            notes_by_case[named[sealed.place.public_id]] = notes
    return notes_by_case


def _read(plaintext: bytes | SealError) -> list[ReportNote] | None:
    if isinstance(plaintext, SealError):
        return None
    try:
        return notes_from(plaintext)
    except ValidationError:
        return None


def name_policy(by: Actor, policy: Policy) -> None:
    """Name the programme's written policy, in place of the one before."""
    change_settings(by, "reporting", POLICY, policy.as_kept())


def note_decision(
    by: Actor, vault: OpenVault, reference: str, note: ReportNote, *, version: int | None = None
) -> None:
    """Note what is decided about a report, sealed so that custodians alone open it, and in no
    timeline; the record keeps on what it was decided. The same twice is noted once, unless
    something asks anew; notes that do not open any more give way.

    With `version`, only if nobody saved the case since that was shown. Raises NobodyHoldsKeys if no
    custodian holds keys, NotFound, Damaged and CaseChangedMeanwhile.
    """
    with changing("incidents.note_kept", by, vault, reference) as case:
        session, document = case.session, case.record.duty_note
        new = note.model_copy(update={"by": by.public_id, "at": case.now})
        opened = list(open_each(vault, fetch(session, document, kind=KIND))) if document else []
        notes = _read(opened[0][1]) if opened else None
        waited = case.record.waits_for_a_decision()
        only_waits = note.kind not in DECIDED
        as_kept = case.record.duty_waits if only_waits else not waited
        if notes and notes[-1].is_as(note) and as_kept:
            case.nothing()
            return
        _refuse_older(case, version)
        case.record.decided(only_waits=only_waits)
        if notes is not None:
            save_document(session, vault, opened[0][0], notes_as_bytes([*notes, new]))
            return
        # The first, or what was there does not open any more.
        shred(session, [document] if document else [])
        try:
            sealed = file_document(
                session, KIND, notes_as_bytes([new]), compartment=CompartmentName.IDENTITY
            )
        except NobodyCanOpen:
            raise NobodyHoldsKeys from None
        case.record.duty_note = sealed.public_id
