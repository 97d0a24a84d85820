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
from kash.incidents.rules.parts import EarlierIdentity, MemberProposal, Person
from kash.incidents.rules.second_member import REPLACE
from kash.incidents.services.cases import changing
from kash.incidents.services.second_member import agreed, propose
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
    reason: str = "",
    version: int | None = None,
) -> bool:
    """Seal who somebody is; whether that holds now. In place of what was sealed before it comes,
    for the reason, once a second member agrees. Raises NobodyHoldsKeys if no custodian holds keys
    yet, NotFound, CaseChangedMeanwhile and OnHold."""
    kept = {name: facts[name] for name in FIELDS if facts.get(name)}
    plaintext = json.dumps(kept, ensure_ascii=False).encode()
    with changing("incidents.identity_filed", by, vault, reference, version=version) as change:
        session = change.change.session
        found = person_of(change.case, person)
        try:
            row = file_document(session, KIND, plaintext, compartment=CompartmentName.IDENTITY)
        except NobodyCanOpen:
            raise NobodyHoldsKeys from None
        if not found.identity:
            found.identity = row.public_id
            change.happened("identity", about=person)
            return True
        propose(
            change,
            MemberProposal(
                id="",
                act=REPLACE,
                by=by.public_id,
                at=change.change.now,
                reason=reason,
                about=person,
                document=row.public_id,
                replaces=found.identity,
            ),
        )
    return False


def replace_identity(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree that a sealed identity comes in the place of another, which stays as a version. Raises
    NotFound, DecidedMeanwhile, AnotherDecides and OnHold."""
    with changing("incidents.identity_replaced", by, vault, reference) as change:
        asked = agreed(change.change.session, by, change.case, proposal, REPLACE)
        found = person_of(change.case, asked.about)
        change.record.earlier_identities.append(
            EarlierIdentity(
                person=found.id,
                document=found.identity,
                at=change.change.now,
                by=asked.by,
                second=by.public_id,
                reason=asked.reason,
            )
        )
        found.identity = asked.document
        change.happened("identity_replaced", about=found.id, reason=asked.reason)


def read_identity(
    case: Case, person: str, *, by: Actor, vault: OpenVault, document: str = ""
) -> dict[str, str]:
    """Read an identity with a custodian's own keys, or with its `document` an earlier version or
    one that waits; noted. Raises NotFound and Damaged."""
    document = document or person_of(case, person).identity
    there = document in case.record.identities_of(person)
    if not there or not vault.holds(CompartmentName.IDENTITY):
        raise NotFound
    facts = _opened(db.session(), vault, document)
    with audited("incidents.identity_opened", by) as change:
        keep_keys(change.session, vault, [fetch_one(change.session, document, KIND)])
        change.about(case.reference, document)
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
