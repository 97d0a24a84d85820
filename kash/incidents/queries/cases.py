"""Cases as a member sees them: opened in memory, without those she must be kept away from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.errors import Damaged
from kash.incidents.models import Incident
from kash.incidents.queries.additions import Additions
from kash.incidents.queries.officers import (
    Officer,
    custodian_is_free,
    kept_away,
    officers,
)
from kash.incidents.queries.readers import reader_of
from kash.incidents.queries.screens import Screens, ScreensOf
from kash.incidents.queries.withdrawals import Withdrawals
from kash.incidents.rules.additions import adds_to, as_one
from kash.incidents.rules.conflicts import Reader, conflict_of
from kash.incidents.rules.custodian_only import ForCustodian, Seen, for_custodian, may_read
from kash.incidents.rules.letterbox import TakenBack
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.platform.database import db
from kash.platform.vault import (
    OpenVault,
    Sealed,
    SealedDocument,
    SealError,
    fetch,
    fetch_each,
    open_each,
)
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor, Reach, Role

KIND = "incident"


@dataclass
class Case:
    """One incident, opened. `version` is that of the sealed record."""

    reference: str
    state: str
    remind_at: datetime | None
    record: Record = field(repr=False)
    sealed: Sealed = field(repr=False)
    # The screens of a phone from which the record was put together and that lie there still.
    screens: list[Sealed] = field(default_factory=list, repr=False)
    # What was taken back by its receipt: it stands in the record here, and waits to be saved.
    taken_back: TakenBack | None = field(default=None, repr=False)
    # The record before what was taken back was put into it; empty if it is one of many.
    opened: bytes = field(default=b"", repr=False)
    # The last day on which it is kept, once it was noted that nothing keeps it.
    until: date | None = None
    # The reports that belong to it, by reference, as far as who may see it depends on them.
    others: dict[str, Seen] = field(default_factory=dict, repr=False)

    @property
    def version(self) -> int:
        """Version of the record."""
        return self.sealed.version

    @property
    def seen(self) -> Seen:
        """Sight of the case for whoever may have to do with it: the record as it stands now, and
        all that belong to it."""
        return as_one(self.record, self.others)

    @property
    def documents(self) -> list[Sealed]:
        """All the documents of which the record is made."""
        return [self.sealed, *self.screens]


@dataclass(frozen=True)
class DamagedCase:
    """One incident whose record does not open."""

    reference: str
    state: str


def open_cases(by: Actor, vault: OpenVault) -> tuple[list[Case], list[DamagedCase]]:
    """Every case that the actor may see, and those that do not open, in no particular order.

    A few queries, however many cases there are. Whoever shows them notes the opening
    (`services.note_opening`).
    """
    cases, damaged = _every_case(vault)
    access = access_of(by)
    return [one for one in cases if access.includes(one.seen)], damaged


def marks_told(vault: OpenVault, marks: Collection[str]) -> set[str]:
    """Those of these marks that stand in the account of any case, whoever may see it: of no case is
    anything told by it but that it is here."""
    accounts = [one.record.narrative for one in _every_case(vault)[0]]
    return {mark for mark in marks if any(mark in account for account in accounts)}


def cases_to_tell(by: Actor, vault: OpenVault) -> dict[str, Case]:
    """The cases of which the actor may write something for others to read, or read it first, by
    reference: as `case_to_tell`."""
    reader, (cases, _damaged) = reader_of(by), _every_case(vault)
    return {one.reference: one for one in cases if _may_tell(reader, one)}


def _may_tell(reader: Reader, case: Case) -> bool:
    return conflict_of(reader, case.seen) is None and for_custodian(case.seen) is None


def _every_case(vault: OpenVault) -> tuple[list[Case], list[DamagedCase]]:
    rows = {
        row.document_id: row
        for row in db.session.execute(
            select(
                Incident.document_id, Incident.public_id, Incident.state, Incident.remind_at
            ).where(Incident.document_id.is_not(None))
        )
    }
    found = (sealed for sealed in fetch_each(db.session(), KIND) if sealed.id in rows)
    screens, withdrawals = Screens(db.session(), vault), Withdrawals(db.session(), vault)
    cases: list[Case] = []
    adds: dict[str, str] = {}
    damaged: list[DamagedCase] = []
    for sealed, plaintext in open_each(vault, found):
        row = rows[sealed.id]
        try:
            record, parts = screens.put_together(_record(plaintext))
        except Damaged:
            damaged.append(DamagedCase(row.public_id, row.state))
            continue
        said = withdrawals.put_into(sealed.id, record)
        until = withdrawals.last_days.get(row.public_id)
        adds[row.public_id] = adds_to(record)
        cases.append(
            Case(row.public_id, row.state, row.remind_at, record, sealed, parts, said, until=until)
        )
    additions = Additions(
        db.session(), vault, adds | withdrawals.additions, withdrawals.for_officers
    )
    for one in cases:
        one.others = additions.others(one.reference)
    return cases, damaged


def open_case(by: Actor, vault: OpenVault, reference: str, session: Session | None = None) -> Case:
    """One case. Raises NotFound, also if the actor must be kept away from it, and Damaged."""
    session = session or db.session()
    found = open_for_nobody(vault, reference, session)
    if not access_of(by).includes(found.seen):
        raise NotFound
    return found


def case_to_tell(
    by: Actor, vault: OpenVault, reference: str, session: Session | None = None
) -> Case:
    """One case for whoever writes something of it for others to read, or reads that first, whether
    or not she works on cases. Raises NotFound, also if she has a part in it and if it is for a
    custodian alone, and Damaged."""
    found = open_for_nobody(vault, reference, session or db.session())
    if not _may_tell(reader_of(by), found):
        raise NotFound
    return found


def went_to_custodian(by: Actor, vault: OpenVault, reference: str) -> bool:
    """True if a case is there that a custodian alone reads now, and in which the actor has no part:
    then it may be told to whoever was writing on it. Raises Damaged."""
    try:
        seen = open_for_nobody(vault, reference, db.session()).seen
    except NotFound:
        return False
    access = access_of(by)
    return conflict_of(access.reader, seen) is None and access.leaves_to_custodian(seen)


def open_for_nobody(vault: OpenVault, reference: str, session: Session) -> Case:
    """A case, whoever may see it, of which nothing is shown. Raises NotFound and Damaged."""
    row = one_or_404(
        session.execute(
            select(Incident.public_id, Incident.state, Incident.remind_at, SealedDocument.public_id)
            .join(SealedDocument, SealedDocument.id == Incident.document_id)
            .where(Incident.public_id == reference)
        ).one_or_none()
    )
    found = fetch(session, row[3], kind=KIND)
    if not found:
        raise NotFound
    ((sealed, plaintext),) = open_each(vault, found)
    record = _record(plaintext)
    record, screens = ScreensOf(session, vault, record).put_together(record)
    opened = as_bytes(record)
    withdrawals = Withdrawals(session, vault)
    said = withdrawals.put_into(sealed.id, record)
    adds = {reference: adds_to(record)} | withdrawals.additions
    additions = Additions(session, vault, adds, withdrawals.for_officers, reference)
    until, others = withdrawals.last_days.get(reference), additions.others(reference)
    return Case(row[0], row[1], row[2], record, sealed, screens, said, opened, until, others)


def _record(plaintext: bytes | SealError) -> Record:
    if isinstance(plaintext, SealError):
        raise Damaged
    try:
        return from_bytes(plaintext)
    except ValidationError:
        raise Damaged from None


@dataclass(frozen=True)
class CaseAccess:
    """Sight of an actor: the cases within her reach, none in which she has a part, and none that is
    for a custodian alone unless she is one.

    A custodian who is nothing else sees what concerns her: those, money that officers demanded or
    took, and cases from which somebody is or may have to be kept away.
    """

    by: Actor
    reader: Reader

    @property
    def whole(self) -> bool:
        """True if she sees every case but those in which she has a part."""
        return self.by.reach("incidents.see") is Reach.ALL

    @cached_property
    def others(self) -> Sequence[Officer]:
        """Everybody with keys, asked for only if it matters."""
        return officers()

    def includes(self, record: Seen) -> bool:
        """True if she sees a case."""
        if conflict_of(self.reader, record) is not None or self.leaves_to_custodian(record):
            return False
        if self.whole:
            return True
        narrow = self.by.reach("incidents.see") is Reach.OWN
        return narrow and concerns_custodian(record, self.others)

    def leaves_to_custodian(self, record: Seen) -> bool:
        """True if a case is for a custodian alone, which the actor is not."""
        return not may_read(
            record,
            custodian=Role.CUSTODIAN in self.by.roles,
            somebody_free=lambda: custodian_is_free(self.others, record),
        )

    def hears_of(self, record: Seen) -> bool:
        """True if an officer without a part in a child's case is told that a custodian has it. Of
        one about somebody of the programme nobody hears anything."""
        works = self.by.reach("incidents.edit") is Reach.ALL
        free = conflict_of(self.reader, record) is None
        return works and free and for_custodian(record) is ForCustodian.MINOR


def access_of(by: Actor) -> CaseAccess:
    """Sight of an actor, in two queries; three more once it depends on who else has keys."""
    return CaseAccess(by, reader_of(by))


def is_kept_away(by: Actor, vault: OpenVault, identity: str) -> bool:
    """True if the actor has a part in the case whose person an `identity` document is about."""
    for sealed, plaintext in open_each(vault, fetch_each(db.session(), KIND)):
        if isinstance(plaintext, SealError) or identity.encode() not in plaintext:
            continue
        try:
            record = from_bytes(plaintext)
        except ValidationError:
            continue
        if any(identity in record.identities_of(one.id) for one in record.persons):
            session = db.session()
            found = select(Incident.public_id).where(Incident.document_id == sealed.id)
            reference = session.scalar(found)
            seen = open_for_nobody(vault, reference, session).seen if reference else record
            return conflict_of(reader_of(by), seen) is not None
    return False


def concerns_custodian(record: Seen, others: Sequence[Officer]) -> bool:
    """True if a case is one for the custodian: for her alone, money that officers demanded or took,
    or a conflict of interest of anybody."""
    if for_custodian(record) is not None or record.asks_for_a_decision():
        return True
    known = any(party.account or party.person for party in record.parties)
    return known or bool(record.declared or kept_away(others, record))


def references(cases: Sequence[Case]) -> list[str]:
    """The references of cases."""
    return [case.reference for case in cases]
