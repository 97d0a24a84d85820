"""Reports that belong together, opened in memory: who sees one sees the others. Cases as a member
sees them: opened in memory, without those she must be kept away from. Her first account and what
was changed since, opened for the one page that shows them. Links of a case, as far as the actor
may know of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask import url_for
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.accounts.members.vault_sessions import current_vault
from kash.incidents.models import Incident, Occasion, occasions_of
from kash.incidents.queries.letterbox import Screens, ScreensOf, Withdrawals, opened_box
from kash.incidents.queries.officers import (
    Officer,
    custodian_is_free,
    kept_away,
    officers,
    reader_of,
)
from kash.incidents.rules import casework as changes
from kash.incidents.rules import filing as first_account
from kash.incidents.rules.case_file import everybody, who_keeps_back
from kash.incidents.rules.casework import RecordChange
from kash.incidents.rules.consents import (
    ForCustodian,
    Reader,
    Seen,
    conflict_of,
    for_custodian,
    may_read,
)
from kash.incidents.rules.filing import FirstAccount, account_from, fingerprint
from kash.incidents.rules.letterbox import (
    SHREDDED,
    UNOPENED,
    TakenBack,
    adds_to,
    as_one,
    together_with,
)
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.services.saved_views import Damaged
from kash.platform.database import db
from kash.platform.vault import (
    OpenVault,
    Sealed,
    SealedDocument,
    SealError,
    fetch,
    fetch_each,
    open_document,
    open_each,
)
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.formats import short_date_text, zone
from kash.policy import Actor, Reach, Role
from kash.workshops.models import Workshop


class Additions:
    """All of which `adds` says that one adds to another, or of them those that belong to one of
    these cases: two queries, and one more if screens of phones lie there; none if there are none.
    `for_officers`: which of those that were shredded were for officers.
    """

    def __init__(
        self,
        session: Session,
        vault: OpenVault,
        adds: Mapping[str, str],
        for_officers: Collection[str],
        *of: str,
    ) -> None:
        self._for_officers = for_officers
        # Most reports add to none; with each of them looked for, the time grew with their square.
        adds = {more: first for more, first in adds.items() if first}
        wanted = of or [*adds, *adds.values()]
        self._groups = {
            wish: group for wish in wanted if len(group := together_with(wish, adds)) > 1
        }
        self._records: dict[str, Seen] = {}
        if self._groups:
            self._read(session, vault)

    def __contains__(self, reference: str) -> bool:
        return reference in self._groups

    def seen(self, reference: str, record: Seen) -> Seen:
        """A record with all that belong to it, as far as who may see it depends on it."""
        return as_one(record, self.others(reference))

    def others(self, reference: str) -> dict[str, Seen]:
        """Reports that belong to a report, by reference. Of what was shredded only that it was not
        for officers."""
        others = sorted(self._groups.get(reference, {reference}) - {reference})
        reports = {other: self._records.get(other, SHREDDED) for other in others}
        gone = [reference for reference in self._for_officers if reports.get(reference) is SHREDDED]
        return {key: report for key, report in reports.items() if key not in gone}

    def _read(self, session: Session, vault: OpenVault) -> None:
        references = {reference for group in self._groups.values() for reference in group}
        rows = session.execute(
            select(SealedDocument.public_id, Incident.public_id)
            .join(Incident, Incident.document_id == SealedDocument.id)
            .where(Incident.public_id.in_(references))
        )
        of = {document[0]: document[1] for document in rows}
        screens = Screens(session, vault)
        for sealed, plaintext in open_each(vault, fetch(session, *of) if of else []):
            reference = of[sealed.place.public_id]
            self._records[reference] = UNOPENED
            if not isinstance(plaintext, SealError):
                try:
                    whole, _parts = screens.put_together(from_bytes(plaintext))
                except ValidationError:
                    continue
                self._records[reference] = whole


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
    # Public ids of what her reporter answered: it stands in the record here, and waits to be saved.
    answers: list[str] = field(default_factory=list)
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
        """Sight of the case for all who may have to do with it: the record as it stands now, and
        all that belong to it."""
        return as_one(self.record, self.others)

    @property
    def documents(self) -> list[Sealed]:
        """All the documents of which the record is made."""
        return [self.sealed, *self.screens]


def open_cases(by: Actor, vault: OpenVault) -> tuple[list[Case], list[Any]]:
    """Every case that the actor may see, and the rows of those that do not open, in no order.

    A few queries, however many cases there are. A page that shows them notes the opening
    (`services.note_opening`)."""
    cases, damaged = _every_case(vault)
    access = access_of(by)
    return [case for case in cases if access.includes(case.seen)], damaged


def cases_to_tell(by: Actor, vault: OpenVault) -> dict[str, Case]:
    """The cases of which the actor may write something for others to read, or read it first, by
    reference: as `case_to_tell`."""
    reader, (cases, _damaged) = reader_of(by), _every_case(vault)
    return {case.reference: case for case in cases if _may_tell(reader, case)}


def _may_tell(reader: Reader, case: Case) -> bool:
    return conflict_of(reader, case.seen) is None and for_custodian(case.seen) is None


def cases_by_document(session: Session) -> dict[int, Any]:
    """Reference, state and reminder of every case that is there, by the number of its document."""
    query = select(Incident.document_id, Incident.public_id, Incident.state, Incident.remind_at)
    rows = session.execute(query.where(Incident.document_id.is_not(None)))
    return {incident.document_id: incident for incident in rows if incident.document_id is not None}


def _every_case(vault: OpenVault) -> tuple[list[Case], list[Any]]:
    rows = cases_by_document(db.session())
    sealed_records = (sealed for sealed in fetch_each(db.session(), KIND) if sealed.id in rows)
    screens, withdrawals = Screens(db.session(), vault), Withdrawals(db.session(), vault)
    cases: list[Case] = []
    adds: dict[str, str] = {}
    damaged: list[Any] = []
    for sealed, plaintext in open_each(vault, sealed_records):
        incident = rows[sealed.id]
        try:
            record, parts = screens.put_together(_record(plaintext))
        except Damaged:
            damaged.append(incident)
            continue
        taken_back = withdrawals.put_into(sealed.id, record)
        until = withdrawals.last_days.get(incident.public_id)
        adds[incident.public_id] = adds_to(record)
        cases.append(
            Case(
                incident.public_id,
                incident.state,
                incident.remind_at,
                record,
                sealed,
                parts,
                taken_back,
                until=until,
            )
        )
    additions = Additions(
        db.session(), vault, adds | withdrawals.additions, withdrawals.for_officers
    )
    for case in cases:
        case.others = additions.others(case.reference)
    return cases, damaged


def open_case(by: Actor, vault: OpenVault, reference: str, session: Session | None = None) -> Case:
    """One case. Raises NotFound, also if the actor must be kept away from it, and Damaged."""
    session = session or db.session()
    case = open_for_nobody(vault, reference, session)
    if not access_of(by).includes(case.seen):
        raise NotFound
    return case


def case_to_tell(
    by: Actor, vault: OpenVault, reference: str, session: Session | None = None
) -> Case:
    """One case for the person who writes something of it for others to read, or reads that first,
    whether or not she works on cases. Raises NotFound, also if she has a part in it and if it is
    for a custodian alone, and Damaged."""
    case = open_for_nobody(vault, reference, session or db.session())
    if not _may_tell(reader_of(by), case):
        raise NotFound
    return case


def went_to_custodian(by: Actor, vault: OpenVault, reference: str) -> bool:
    """True if a case is there that a custodian alone reads now, and in which the actor has no part:
    then it may be told to the person who was writing on it. Raises Damaged."""
    try:
        seen = open_for_nobody(vault, reference, db.session()).seen
    except NotFound:
        return False
    access = access_of(by)
    return conflict_of(access.reader, seen) is None and access.leaves_to_custodian(seen)


def open_for_nobody(vault: OpenVault, reference: str, session: Session) -> Case:
    """A case, no matter who may see it, to show nothing of it. Raises NotFound and Damaged."""
    incident = one_or_404(
        session.execute(
            select(Incident.public_id, Incident.state, Incident.remind_at, SealedDocument.public_id)
            .join(SealedDocument, SealedDocument.id == Incident.document_id)
            .where(Incident.public_id == reference)
        ).one_or_none()
    )
    sealed_record = fetch(session, incident[3], kind=KIND)
    if not sealed_record:
        raise NotFound
    ((sealed, plaintext),) = open_each(vault, sealed_record)
    record = _record(plaintext)
    record, screens = ScreensOf(session, vault, record).put_together(record)
    opened = as_bytes(record)
    withdrawals = Withdrawals(session, vault)
    taken_back = withdrawals.put_into(sealed.id, record)
    adds = {reference: adds_to(record)} | withdrawals.additions
    additions = Additions(session, vault, adds, withdrawals.for_officers, reference)
    until, others = withdrawals.last_days.get(reference), additions.others(reference)
    answers = withdrawals.put_texts_into(reference, record)
    return Case(
        incident[0],
        incident[1],
        incident[2],
        record,
        sealed,
        screens,
        taken_back,
        opened,
        answers,
        until,
        others,
    )


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
        if any(identity in record.identities_of(person.id) for person in record.persons):
            session = db.session()
            query = select(Incident.public_id).where(Incident.document_id == sealed.id)
            reference = session.scalar(query)
            seen = open_for_nobody(vault, reference, session).seen if reference else record
            return conflict_of(reader_of(by), seen) is not None
    return False


def concerns_custodian(record: Seen, others: Sequence[Officer]) -> bool:
    """True if a case is one for the custodian: for her alone, money that officers demanded or took,
    or a conflict of interest of anybody."""
    if for_custodian(record) is not None or record.asks_for_a_decision():
        return True
    is_known = any(party.account or party.person for party in record.parties)
    return is_known or bool(record.declared or kept_away(others, record))


def references(cases: Sequence[Case]) -> list[str]:
    """The references of cases."""
    return [case.reference for case in cases]


@dataclass(frozen=True)
class KeptAccount:
    """A first account with its SHA-256."""

    account: FirstAccount = field(repr=False)
    fingerprint: str
    plaintext: bytes = field(repr=False)


def history_of(vault: OpenVault, case: Case) -> tuple[list[KeptAccount], list[RecordChange], int]:
    """Everything that came in first, usually one account; all changes, the newest first; and how
    many documents of these do not open. One query. A page that shows it notes the opening."""
    accounts, changed = _opened(vault, case.record.first_accounts, case.record.sealed_changes)
    firsts, done, damaged = [], [], 0
    for plaintext in accounts:
        try:
            firsts.append(_kept(plaintext))
        except ValidationError:
            damaged += 1
    for plaintext in changed:
        try:
            done += changes.changes_from(plaintext or b"")
        except ValidationError:
            damaged += 1
    return firsts, done[::-1], damaged


def first_account_of(vault: OpenVault, case: Case) -> KeptAccount | None:
    """The first account of a case; None if none was kept, or it does not open. One query."""
    accounts, _changes = _opened(vault, case.record.first_accounts[:1], [])
    try:
        return _kept(accounts[0])
    except (IndexError, ValidationError):
        return None


def all_accounts_of(vault: OpenVault, record: Record) -> list[KeptAccount]:
    """Everything that came in first; none where one of them does not open. One query."""
    accounts, _changes = _opened(vault, record.first_accounts, [])
    try:
        return [_kept(account) for account in accounts]
    except ValidationError:
        return []


def _kept(plaintext: bytes | None) -> KeptAccount:
    plaintext = plaintext or b""
    return KeptAccount(account_from(plaintext), fingerprint(plaintext), plaintext)


def whom_accounts_tell_of(record: Record, accounts: Iterable[KeptAccount]) -> list[str]:
    """Everybody on record, and in what came in first (ids); an empty one where nobody is."""
    told = dict.fromkeys(everybody(record))
    for account in accounts:
        try:
            told |= dict.fromkeys(p.id for p in account.account.as_record(zone()).persons)
        except ValidationError:
            # Nobody knows who it tells of.
            told["?"] = None
    return list(told)


def who_keeps_accounts(record: Record, accounts: Iterable[KeptAccount]) -> list[str]:
    """Those of them without whose consent first accounts stay here."""
    return who_keeps_back(record, whom_accounts_tell_of(record, accounts))


def _opened(
    vault: OpenVault, accounts: list[str], changed: list[str]
) -> tuple[list[bytes | None], list[bytes | None]]:
    """Contents of these documents, in this order; None for what is not there or does not open."""
    contents: dict[str, bytes | None] = {}
    wanted = [*accounts, *changed]
    for sealed in fetch(db.session(), *wanted) if wanted else ():
        if sealed.place.kind in (first_account.KIND, changes.KIND):
            try:
                contents[sealed.place.public_id] = open_document(vault, sealed)
            except SealError:
                continue
    return [contents.get(account) for account in accounts], [
        contents.get(document) for document in changed
    ]


MOST_FOUND = 10


@dataclass(frozen=True)
class Linked:
    """One thing that a case is linked to. `state` is a case's; a page is none if `url` is empty."""

    kind: str
    id: str
    title: str
    when: str = ""
    url: str = ""
    state: str = ""


def linked_to(record: Record, by: Actor) -> list[Linked]:
    """Links of a case in their order, without cases from which the actor must be kept away."""
    shown_links: dict[tuple[str, str], Linked] = {}
    kinds: dict[str, list[str]] = {}
    for link in record.links:
        kinds.setdefault(link.kind, []).append(link.id)
    for kind, ids in kinds.items():
        if kind == "incident":
            shown_links |= {(kind, linked.id): linked for linked in _cases(ids, by)}
            continue
        source = occasions_of(kind)
        for name in source.named(ids, by) if source is not None else ():
            shown_links[kind, name.id] = Linked(kind, name.id, name.title, name.when, name.url)
    return [
        shown_links[key] for link in record.links if (key := (link.kind, link.id)) in shown_links
    ]


def _cases(references: Sequence[str], by: Actor) -> list[Linked]:
    """Of other cases only that they are there, and their state: their records are looked into for
    conflicts of interest, and nothing of them is shown."""
    rows = db.session.execute(
        select(Incident.public_id, Incident.state, SealedDocument.public_id)
        .outerjoin(SealedDocument, SealedDocument.id == Incident.document_id)
        .where(Incident.public_id.in_(references))
    ).all()
    vault = current_vault()
    if vault is None:
        return []
    documents = [linked[2] for linked in rows if linked[2]]
    access, hidden = access_of(by), set()
    screens = Screens(db.session(), vault)
    called = {linked[2]: linked[0] for linked in rows}
    box = opened_box(db.session())
    additions = Additions(db.session(), vault, box.additions, box.for_officers, *references)
    # Without ids all documents are fetched.
    sealed_records = fetch(db.session(), *documents, kind=KIND) if documents else []
    for sealed, plaintext in open_each(vault, sealed_records):
        try:
            # With what a phone said and nobody saved yet: how old she is may stand there only.
            if isinstance(plaintext, SealError):
                raise ValueError
            record, _parts = screens.put_together(from_bytes(plaintext))
            if not access.includes(additions.seen(called[sealed.place.public_id], record)):
                hidden.add(sealed.place.public_id)
        except ValueError:
            hidden.add(sealed.place.public_id)
    return [
        Linked(
            "incident",
            reference,
            reference,
            url=url_for("incidents.case", reference=reference) if document else "",
            state=state,
        )
        for reference, state, document in rows
        if document not in hidden
    ]


def find_workshops(words: str, by: Actor) -> list[Occasion]:
    """Workshops by words of their titles, which are open data; the newest first."""
    query = select(Workshop.public_id, Workshop.title, Workshop.starts_on)
    for word in words.split()[:8]:
        query = query.where(func.lower(Workshop.title).contains(word.lower(), autoescape=True))
    query = query.order_by(Workshop.starts_on.desc(), Workshop.id.desc()).limit(MOST_FOUND)
    return [_workshop(workshop, by) for workshop in db.session.execute(query)]


def workshops_named(public_ids: Any, by: Actor) -> list[Occasion]:
    """Workshops by their public ids."""
    query = select(Workshop.public_id, Workshop.title, Workshop.starts_on)
    return [
        _workshop(workshop, by)
        for workshop in db.session.execute(query.where(Workshop.public_id.in_(public_ids)))
    ]


def _workshop(row: Any, by: Actor) -> Occasion:
    reads = by.reach("workshops.see") is Reach.ALL
    url = url_for("workshops.workshop", public_id=row.public_id) if reads else ""
    return Occasion(row.public_id, row.title, short_date_text(row.starts_on), url)
