"""Notes of case files that were printed, and the names that a custodian shows in one."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from pydantic import ValidationError

from kash.incidents.errors import NobodyAgreed
from kash.incidents.queries.cases import Case, open_case
from kash.incidents.queries.evidence import KIND as EVIDENCE
from kash.incidents.queries.mediation import with_answers
from kash.incidents.rules.asked_again import CourtPaper
from kash.incidents.rules.case_file import may_print, who_agreed
from kash.incidents.rules.evidence import from_bytes
from kash.incidents.rules.record import Evidence, Person
from kash.incidents.services.cases import locked_incident, save_record
from kash.incidents.services.court_asks import refuse_unasked
from kash.incidents.services.identities import KIND, facts_from
from kash.platform.database import db
from kash.platform.vault import CompartmentName, OpenVault, audited, fetch, keep_keys, open_each
from kash.platform.vault.envelope import SealError
from kash.policy import Actor


def may_show_identities(case: Case, vault: OpenVault) -> bool:
    """True if this vault opens names, and somebody who agreed has one that is sealed."""
    return vault.holds(CompartmentName.IDENTITY) and any(
        one.identity for one in who_agreed(case.record)
    )


def _with_identity(case: Case, persons: Collection[str]) -> list[Person]:
    return [one for one in who_agreed(case.record) if one.id in persons and one.identity]


def identities_shown(case: Case, persons: Collection[str], vault: OpenVault) -> dict[str, str]:
    """Names and numbers of those persons who agreed, by their ids; one query.

    Empty if this vault does not open them: then two people have to unseal each name by itself.
    """
    if not vault.holds(CompartmentName.IDENTITY):
        return {}
    named = {one.identity: one.id for one in _with_identity(case, persons)}
    found: dict[str, str] = {}
    if not named:
        return found
    for sealed, plaintext in open_each(vault, fetch(db.session(), *named, kind=KIND)):
        if not isinstance(plaintext, SealError):
            facts = facts_from(plaintext)
            shown = (facts.get("legal_name", ""), facts.get("number", ""))
            found[named[sealed.place.public_id]] = ", ".join(filter(None, shown))
    return found


def hashes_of(vault: OpenVault, pieces: Collection[Evidence]) -> dict[str, str]:
    """SHA-256 of the originals of these pieces, by their documents; one query. What is damaged has
    none."""
    found: dict[str, str] = {}
    documents = [one.document for one in pieces]
    if not documents:
        return found
    for sealed, plaintext in open_each(vault, fetch(db.session(), *documents, kind=EVIDENCE)):
        if not isinstance(plaintext, SealError):
            with suppress(ValidationError):
                found[sealed.place.public_id] = from_bytes(plaintext).original.sha256
    return found


def note_printed(
    by: Actor,
    vault: OpenVault,
    reference: str,
    paper: CourtPaper,
    told_of: Collection[str],
    identities: Collection[str] = (),
    evidence: Collection[str] = (),
) -> Case:
    """Note that a case file is printed: one entry, which also names the sealed names in it and the
    pieces of evidence that it lists; the case as it then is, with a reference for its papers and
    what mediators answered.

    Everybody whom it tells of (ids of persons) was asked again about this paper. `identities` are
    ids of persons on record. Raises NobodyAgreed, AskAgain, CaseChangedMeanwhile, NotFound and
    Damaged.
    """
    with audited("incidents.case_file_printed", by) as change:
        locked_incident(change.session, reference)
        case = open_case(by, vault, reference, change.session)
        if not may_print(case.record):
            raise NobodyAgreed
        refuse_unasked(case.record, paper, told_of, change.now)
        documents = [one.identity for one in _with_identity(case, identities)]
        keep_keys(change.session, vault, [case.sealed])
        if documents:
            keep_keys(change.session, vault, fetch(change.session, *documents, kind=KIND))
        if not case.record.paper_reference:
            save_record(change, by, vault, case)
        change.about(reference, *documents, *evidence)
        case.record = with_answers(case.record, change.session)
    return case
