"""Identities of those on record: each a document of the compartment `identity`, which only
custodians open.

An officer writes it and cannot read it again. What a custodian lets her see for an hour goes
through the room of members.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from kash.incidents.errors import Damaged, NobodyHoldsKeys
from kash.incidents.queries.cases import Case
from kash.incidents.rules.record import Person
from kash.incidents.services.cases import changing
from kash.platform.database import db
from kash.platform.vault import (
    CompartmentName,
    NobodyCanOpen,
    NoSuchDocument,
    OpenVault,
    SealError,
    audited,
    fetch_one,
    file_document,
    keep_keys,
    open_document,
    shred,
)
from kash.platform.web.errors import NotFound
from kash.policy import Actor

KIND = "identity"
FIELDS = ("legal_name", "number", "born_on", "phone", "address", "note")


def person_of(case: Case, person: str) -> Person:
    """Somebody on record, by her short id. Raises NotFound."""
    for one in case.record.persons:
        if one.id == person:
            return one
    raise NotFound


def file_identity(
    reference: str,
    person: str,
    facts: Mapping[str, str],
    *,
    by: Actor,
    vault: OpenVault,
    version: int | None = None,
) -> None:
    """Seal who somebody is, in place of what was sealed before. Raises NobodyHoldsKeys if no
    custodian holds keys yet, NotFound and CaseChangedMeanwhile."""
    kept = {name: facts[name] for name in FIELDS if facts.get(name)}
    plaintext = json.dumps(kept, ensure_ascii=False).encode()
    with changing("incidents.identity_filed", by, vault, reference, version=version) as change:
        session = change.change.session
        found = person_of(change.case, person)
        before = found.identity
        try:
            row = file_document(session, KIND, plaintext, compartment=CompartmentName.IDENTITY)
        except NobodyCanOpen:
            raise NobodyHoldsKeys from None
        found.identity = row.public_id
        if before:
            shred(session, [before])
        change.happened("identity", about=person)


def read_identity(case: Case, person: str, *, by: Actor, vault: OpenVault) -> dict[str, str]:
    """Read an identity with a custodian's own keys; noted. Raises NotFound and Damaged."""
    found = person_of(case, person)
    if not found.identity or not vault.holds(CompartmentName.IDENTITY):
        raise NotFound
    facts = _opened(db.session(), vault, found.identity)
    with audited("incidents.identity_opened", by) as change:
        keep_keys(change.session, vault, [fetch_one(change.session, found.identity, KIND)])
        change.about(case.reference, found.identity)
    return facts


def facts_from(plaintext: bytes) -> dict[str, str]:
    """Facts of an identity document. Raises Damaged."""
    try:
        kept = json.loads(plaintext)
        return {name: str(kept[name]) for name in FIELDS if kept.get(name)}
    except (ValueError, AttributeError):
        raise Damaged from None


def _opened(session: Session, vault: OpenVault, document: str) -> dict[str, str]:
    try:
        return facts_from(open_document(vault, fetch_one(session, document, KIND)))
    except NoSuchDocument:
        raise NotFound from None
    except SealError:
        raise Damaged from None
