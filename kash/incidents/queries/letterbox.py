"""A look into the letterbox, as far as the server can look. Reads of alerts: who is told, and how
alerts were answered. Unfinished forms that a member finds again. Which of the sealed texts is hers
stands inside them only: nothing in clear ties one to an account or a case. So all are opened in
memory, of which there are never more than a few. When courts sit, as the programme knows it. Reads
of what is being filed: by codes that the server knows only hashed. Receipts, and what each opens:
found only by its code and its second word together. The screens of phones, put together with the
records that name them, in memory. Consents that were taken back by a receipt and wait to be read,
put into records in memory."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import ValidationError
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, selectinload

from kash.accounts.models import Account, AccountRole
from kash.incidents.models import Alert, Incident, Letterbox, OfficerDuty
from kash.incidents.queries.officers import (
    may_work,
    officers,
    part_of,
    proposed_contacts,
    proposed_in,
    settings_of,
    standings,
)
from kash.incidents.rules.casework import OVER
from kash.incidents.rules.clocks import CourtDays, end_referrals
from kash.incidents.rules.consents import PURPOSES, Seen, for_custodian
from kash.incidents.rules.filing import ALL_SCREENS, code_from, compose, word_as_read, word_from
from kash.incidents.rules.letterbox import (
    MOST_TEXTS,
    Box,
    Draft,
    Letter,
    Ring,
    TakenBack,
    Talk,
    from_bytes,
    in_bytes,
    in_text,
)
from kash.incidents.rules.mediation import Contact
from kash.incidents.rules.parts import HOLDER, Event, ReceiptText
from kash.incidents.rules.record import (
    Notes,
    Record,
    Withdrawal,
    notes_as_bytes,
    notes_from_bytes,
    take_back,
)
from kash.incidents.rules.record import withdrawing_from_bytes as withdrawal_from
from kash.incidents.rules.totals import MOST_DRILLS, USUAL_DRILLS, OnRoster, what_keeps
from kash.people.rules.directory import Stretch
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    AuditEntry,
    Compartment,
    CompartmentName,
    OpenVault,
    Sealed,
    SealError,
    SealingPlace,
    fetch,
    lookup,
    open_body,
    open_document,
    open_each,
    open_from,
    open_sealed,
    seal_body,
    seal_to_key,
    stretched,
)
from kash.platform.vault.queries import entries_about
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import to_local, zone
from kash.policy import Actor, Role
from kash.workshops.holidays.queries import local_days

KIND, PLACE = "incidents.letterbox", "all"


def opened_box(session: Session) -> Box:
    """Letterbox as it is now. Raises SealError."""
    return box_in(session.scalar(select(Letterbox.body).where(Letterbox.id == 1)))


def box_in(body: bytes | None) -> Box:
    """Letterbox in a sealed body; an empty one if there is none yet."""
    return from_bytes(open_sealed(body, kind=KIND, public_id=PLACE)) if body else Box()


def compartments_of_letters(session: Session) -> set[int]:
    """The compartments to which something in the letterbox is sealed."""
    return {letter.compartment_id for letter in opened_box(session).letters()}


def owner_of(reference: str) -> str:
    """The account (a public id) that owns an open case; empty of any other."""
    owned = opened_box(db.session()).owners.get(reference)
    return owned.account if owned is not None else ""


def sentences_let_out(reference: str) -> list[str] | None:
    """The codes of sentences that the holder of a case's receipt may read, None if nobody holds
    one."""
    has_receipt = select(Incident.receipt_hash).where(Incident.public_id == reference)
    if db.session.scalar(has_receipt) is None:
        return None
    return opened_box(db.session()).told.get(reference, [])


COUNTED = timedelta(weeks=13)
SETTINGS, DRILLS, NUMBER = "alerts", "drills", "number"
NO_NUMBER = "none"


def roster() -> list[OnRoster]:
    """Every documentation officer who holds keys, in the order in which they are told; four
    queries. Who was given no place yet comes after the others, by name."""
    rows = {
        duty.account.public_id: duty
        for duty in db.session.scalars(
            select(OfficerDuty).options(
                selectinload(OfficerDuty.hours), selectinload(OfficerDuty.account)
            )
        )
    }
    last = max((duty.position for duty in rows.values()), default=0) + 1
    on_duty = []
    for officer in officers():
        if not officer.works:
            continue
        duty = rows.get(officer.public_id)
        on_duty.append(
            OnRoster(
                account=officer.public_id,
                name=officer.name,
                position=duty.position if duty is not None else last,
                stretches=tuple(Stretch(stretch.opens, stretch.closes) for stretch in duty.hours)
                if duty is not None
                else (),
                active=duty is None or duty.active,
            )
        )
    return sorted(on_duty, key=lambda one: (one.position, one.name, one.account))


def on_roster(account: str) -> OnRoster:
    """One officer. Raises NotFound."""
    for officer in roster():
        if officer.account == account:
            return officer
    raise NotFound


def custodians() -> list[str]:
    """The accounts of custodians who hold keys."""
    return [officer.public_id for officer in officers() if officer.custodian]


def _directors() -> dict[str, str]:
    query = (
        select(Account.public_id, Account.name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.active.is_(True), AccountRole.role == str(Role.DIRECTOR))
        .order_by(Account.name, Account.public_id)
    )
    return {account.public_id: account.name for account in db.session.execute(query)}


def directors() -> list[str]:
    """The accounts of directors."""
    return list(_directors())


def also_told() -> dict[str, str]:
    """Custodians and directors who are told of alerts besides the roster, by account: names."""
    everybody = officers()
    keepers = {officer.public_id: officer.name for officer in everybody if officer.custodian}
    on_duty = {officer.public_id for officer in everybody if officer.works}
    others = {**keepers, **_directors()}
    return {account: name for account, name in others.items() if account not in on_duty}


def somebody_is_left_silent() -> bool:
    """True if custodians' phones rang for a case of an officer in which somebody is held, and no
    step was noted since."""
    owned = [case for case in opened_box(db.session()).owners.values() if case.held]
    keepers = custodians() if any(case.rung > 1 for case in owned) else []
    return any(case.rung > 1 and case.account not in keepers for case in owned)


def rings() -> dict[str, Ring]:
    """How phones rang of late, by account."""
    return opened_box(db.session()).rings


def duty_number() -> str:
    """The programme's own number, E.164, that is called where no phone rings by itself; empty if
    none is set."""
    return str(settings_of(SETTINGS).get(NUMBER, ""))


def proposed_numbers() -> dict[str, Contact]:
    """Numbers of the programme that wait for a second person, as `officers.proposed_contacts`."""
    return proposed_contacts(SETTINGS)


def number_of(proposed: Contact) -> str:
    """The number that is proposed, empty if it is that there be none."""
    return "" if proposed.reach == NO_NUMBER else proposed.reach


def number_waits_for(by: Actor, everything: Mapping[str, Any]) -> bool:
    """True if a director or a custodian may agree to a number that waits in these settings."""
    if not by.may("incidents.outside"):
        return False
    proposed = proposed_in(part_of(everything, SETTINGS))
    return Standing.MAY in standings(by, proposed.values()).values()


def accounts_named(public_ids: Collection[str]) -> dict[str, Account]:
    """These accounts by their public ids, as far as they are in use."""
    rows = db.session.scalars(
        select(Account).where(Account.public_id.in_(public_ids), Account.active.is_(True))
    )
    return {account.public_id: account for account in rows}


def drills_a_week() -> int:
    """How many drills come in a week, on average."""
    chosen = settings_of(SETTINGS).get(DRILLS, USUAL_DRILLS)
    return chosen if isinstance(chosen, int) and 0 <= chosen <= MOST_DRILLS else USUAL_DRILLS


def open_alerts() -> list[tuple[int, datetime, int]]:
    """Alerts that are not over: number, minute, and how many steps were taken."""
    rows = db.session.execute(
        select(Alert.id, Alert.raised_at, Alert.told).where(Alert.raised_at.is_not(None))
    )
    return [(number, raised_at, told) for number, raised_at, told in rows if raised_at is not None]


def answered_since(today: date) -> dict[str, int]:
    """How many alerts of the last thirteen weeks, drills and others together, were answered
    `in_time`, and how many `late`."""
    rows = db.session.execute(
        select(Alert.in_time, func.count())
        .where(Alert.in_time.is_not(None), Alert.week >= today - COUNTED)
        .group_by(Alert.in_time)
    )
    counts = {bool(in_time): int(count) for in_time, count in rows}
    return {"in_time": counts.get(True, 0), "late": counts.get(False, 0)}


AUTOSAVES_KIND = "incident.autosave"
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Autosave:
    """A form as it was last kept. `document` is the public id of its sealed document; `case` is
    the reference of the case it changes, empty for a new one; `by` typed it."""

    document: str
    by: str
    case: str
    token: str
    saved_at: datetime
    fields: Fields = field(repr=False)


def as_kept(by: Actor, case: str, token: str, fields: Fields, now: datetime) -> bytes:
    """Seal what is kept of an unfinished form."""
    content = {
        "by": by.public_id,
        "case": case,
        "token": token,
        "saved_at": now.isoformat(),
        "fields": fields,
    }
    return json.dumps(content).encode()


def times_words_were_taken_out(session: Session, case: str) -> int:
    """How often two members took words out of a case, which needs no keys; 0 of a new one."""
    entries = entries_about(case).where(AuditEntry.action == "incidents.words_taken_out")
    return session.scalar(select(func.count()).select_from(entries.subquery())) or 0


def is_kept(document: str) -> bool:
    """True if an unfinished form of anybody lies under this id."""
    return bool(fetch(db.session(), document, kind=AUTOSAVES_KIND))


def own_autosaves(by: Actor, vault: OpenVault, case: str = "") -> list[Autosave]:
    """The actor's own unfinished forms for one case, or for new ones; the latest first.

    One query. A page that shows what one holds notes the opening."""
    return [autosave for autosave in _autosaves(vault, case) if autosave.by == by.public_id]


def autosaves_left(by: Actor, vault: OpenVault, case: str, record: Seen) -> list[Autosave]:
    """Autosaves of others in a case before it went to custodians, of which the actor is one: their
    writers do not reach them any more. The latest first; nothing of any other case."""
    if Role.CUSTODIAN not in by.roles or for_custodian(record) is None:
        return []
    others = [autosave for autosave in _autosaves(vault, case) if autosave.by != by.public_id]
    still = {officer.public_id for officer in may_work(officers(), record)} if others else set()
    return [other for other in others if other.by not in still]


def _autosaves(vault: OpenVault, case: str) -> list[Autosave]:
    autosaves = []
    for sealed, plaintext in open_each(vault, fetch(db.session(), kind=AUTOSAVES_KIND)):
        if isinstance(plaintext, SealError):
            continue
        content = json.loads(plaintext)
        if content["case"] == case:
            autosaves.append(
                Autosave(
                    document=sealed.place.public_id,
                    by=content["by"],
                    case=content["case"],
                    token=content["token"],
                    saved_at=datetime.fromisoformat(content["saved_at"]),
                    fields=[(name, value) for name, value in content["fields"]],
                )
            )
    return sorted(autosaves, key=lambda one: one.saved_at, reverse=True)


def autosaves_of_case(session: Session, vault: OpenVault, case: str) -> list[str]:
    """Public ids of everybody's unfinished forms for a case, in one query. Nothing of them is
    told, so that no opening is to be noted."""
    documents = []
    for sealed, plaintext in open_each(vault, fetch(session, kind=AUTOSAVES_KIND)):
        if not isinstance(plaintext, SealError) and json.loads(plaintext)["case"] == case:
            documents.append(sealed.place.public_id)
    return documents


def court_days() -> CourtDays:
    """Kenyan court days, without the days that the programme added to the holidays."""
    return CourtDays(closed=local_days())


def draft_hash(code: str) -> str:
    """Hash that is kept of a draft's code."""
    return lookup(code, kind="incidents.draft")


def draft_of(code: str) -> Draft | None:
    """The unfinished filing of a code, None if there is none."""
    return opened_box(db.session()).drafts.get(draft_hash(code))


def answered_screens(code: str) -> list[str] | None:
    """Screens of a draft that were answered, in their order; None if there is no draft."""
    draft = draft_of(code)
    return None if draft is None else [name for name in ALL_SCREENS if name in draft.screens]


def state_of(receipt_hash: str) -> str | None:
    """The state of what was filed under a receipt; what waits for its hour has arrived."""
    waits = receipt_hash in opened_box(db.session()).sent
    state = db.session.scalar(select(Incident.state).where(Incident.receipt_hash == receipt_hash))
    return "submitted" if waits else state


def is_sent(session: Session, box: Box, receipt_hash: str) -> bool:
    """True if something was filed under a receipt."""
    query = select(Incident.id).where(Incident.receipt_hash == receipt_hash)
    return receipt_hash in box.sent or session.scalar(query) is not None


@dataclass(frozen=True)
class Receipt:
    """Receipt that is given to somebody who sent a report. It is kept nowhere."""

    code: str = field(repr=False)
    word: str = field(repr=False)


@dataclass(frozen=True)
class ReceiptKeys:
    """Keys that code and word make together: `hash` is kept of them, `notes` opens what is noted
    for the person who holds both."""

    hash: str
    notes: bytes = field(repr=False)

    @property
    def pair(self) -> X25519PrivateKey:
        """The pair to whose public half is sealed what only the person reads who holds both."""
        secret = lookup(self.notes.hex(), kind="incidents.receipt.texts")
        return X25519PrivateKey.from_private_bytes(bytes.fromhex(secret))

    @property
    def seal_to(self) -> str:
        """The public half, as it lies in the letterbox."""
        return in_text(self.pair.public_key().public_bytes_raw())


@lru_cache(maxsize=4)
def drawn_words(language: str) -> tuple[str, ...]:
    """The words from which a second word is drawn, of a language or else in English."""
    folder = files("kash.incidents").joinpath("drawn")
    listed = folder.joinpath(f"{language}.txt")
    return tuple((listed if listed.is_file() else folder.joinpath("en.txt")).read_text().split())


def receipt_by(draft: str, token: str, language: str) -> Receipt:
    """The receipt with a drawn word that a page gives which sends a draft.

    It follows from the draft's code, the page's token and the server's key: a person who has only
    one or two of them learns nothing of it."""
    seed = bytes.fromhex(lookup(f"{draft} {token}", kind="incidents.sending"))
    return Receipt(code_from(seed), word_from(seed, drawn_words(language)))


def page_hash(draft: str, token: str) -> str:
    """Hash that is kept for an hour of a page by which a draft was sent."""
    return lookup(f"{draft} {token}", kind="incidents.sent_page")


def keys_of(code: str, word: str) -> ReceiptKeys:
    """Keys that a code and a word make with the server's key: one run of argon2id, so that a person
    who has a code, the database and the key tries words slowly, and without the key not at all.

    Never to be called inside a write transaction."""
    salt = bytes.fromhex(lookup(code, kind="incidents.receipt.salt"))[:16]
    slow = stretched(f"{code} {word_as_read(word)}", salt).hex()
    return ReceiptKeys(
        lookup(slow, kind="incidents.receipt"),
        bytes.fromhex(lookup(slow, kind="incidents.receipt.notes")),
    )


SCREEN_KIND = "incident.screen"
# Stands in a sealed record that names screens which nobody has put together.
SCREENS_NAMED = b'"screens":{'


class Screens:
    """All that phones sent and nobody has put together yet: one query, once it is needed at all."""

    def __init__(self, session: Session, vault: OpenVault) -> None:
        self._session, self._vault, self._zone = session, vault, zone()
        self._found: Mapping[str, Sealed] | None = None

    def put_together(self, record: Record) -> tuple[Record, list[Sealed]]:
        """The record with what its screens say, and the documents in which that lies.

        A screen that does not open stays named in `filing.screens`.
        """
        named = dict(record.filing.screens)
        if not named:
            return record, []
        sealed_screens = {name: sealed for name, key in named.items() if (sealed := self._one(key))}
        answered = {}
        for name, sealed in sealed_screens.items():
            try:
                answered[name] = open_document(self._vault, sealed)
            except SealError:
                continue
        whole = compose(record, answered, self._zone)
        left = whole.filing.screens
        return whole, [sealed for name, sealed in sealed_screens.items() if name not in left]

    def _one(self, public_id: str) -> Sealed | None:
        if self._found is None:
            sealed_screens = fetch(self._session, kind=SCREEN_KIND)
            self._found = {sealed.place.public_id: sealed for sealed in sealed_screens}
        return self._found.get(public_id)


class ScreensOf(Screens):
    """The same for one record, of which only its own are asked for."""

    def __init__(self, session: Session, vault: OpenVault, record: Record) -> None:
        super().__init__(session, vault)
        named = record.filing.screens.values()
        sealed_screens = fetch(session, *named, kind=SCREEN_KIND) if named else []
        self._found = {sealed.place.public_id: sealed for sealed in sealed_screens}


WITHDRAWALS_KIND = "incident.withdrawal"
_NOTES = "incident.receipt_notes"


class Withdrawals:
    """All that waits, of every case: one query, and one more if anything waits."""

    def __init__(self, session: Session, vault: OpenVault) -> None:
        box = opened_box(session)
        waiting = box.taken_back
        # The last days of cases that nothing keeps, by reference: the same look tells both.
        self.last_days = {key: fate.until for key, fate in box.fates.items()}
        # And which reports were sent after another, and which of those that were shredded were for
        # officers.
        self.additions, self.for_officers = box.additions, box.for_officers
        self.shredded_for = box.shredded_for
        self.owners = {key: owned.account for key, owned in box.owners.items()}
        self._vault, self._talks = vault, box.talks
        self._generations: dict[int, int] = {}
        self._of: dict[int, TakenBack] = {}
        if not waiting and not any(talk.answers for talk in box.talks.values()):
            return
        rows = session.execute(
            select(Incident.document_id, Incident.receipt_hash).where(
                Incident.receipt_hash.in_(waiting), Incident.document_id.is_not(None)
            )
        )
        self._of = {
            incident[0]: waiting[incident[1]] for incident in rows if incident[0] and incident[1]
        }
        self._generations = {
            compartment[0]: compartment[1]
            for compartment in session.execute(select(Compartment.id, Compartment.generation))
        }

    def waits(self, document_id: int) -> bool:
        """True if something was taken back of a case that no member has read yet."""
        return document_id in self._of

    def begins_days(self, document_id: int, reference: str, state: str, record: Record) -> bool:
        """True if nothing keeps a case (as `put_into` left it) since something was taken back of
        it that nobody has read, and its days are not noted."""
        if document_id not in self._of or reference in self.last_days:
            return False
        return what_keeps(record, state) is None

    def put_into(self, document_id: int, record: Record) -> TakenBack | None:
        """Put into a record what was taken back of it, and what that is; None if nothing waits.

        A withdrawal that does not open takes back everything: nobody acts on a consent of which it
        is not known whether it still holds.
        """
        taken_back = self._of.get(document_id)
        if taken_back is None:
            return None
        for withdrawal in taken_back.withdrawals:
            said = self._read(withdrawal)
            take_back(record, said)
            end_referrals(record, said.at, to_local(said.at).date())
        return taken_back

    def put_texts_into(self, reference: str, record: Record) -> list[str]:
        """Put into a record what its reporter answered under her receipt; public ids of it."""
        talk = self._talks.get(reference)
        answers = talk.answers if talk is not None else []
        for letter in answers:
            try:
                text = ReceiptText.model_validate_json(self._opened(letter))
            except (SealError, ValidationError):
                text = ReceiptText(by=HOLDER, at=utc_now(), is_damaged=True)
            record.texts.append(text)
            record.timeline.append(Event(what="text_answered", by="", at=text.at))
        return [letter.public_id for letter in answers]

    def _opened(self, letter: Letter) -> bytes:
        sealed = Sealed(
            0,
            SealingPlace(CompartmentName.CASE, letter.kind, letter.public_id),
            1,
            in_bytes(letter.body),
            letter.form,
            in_bytes(letter.wrapped),
            letter.compartment_id,
            self._generations.get(letter.compartment_id, 0),
        )
        return open_document(self._vault, sealed)

    def _read(self, letter: Letter) -> Withdrawal:
        try:
            return withdrawal_from(self._opened(letter))
        except (SealError, ValidationError):
            now = utc_now().replace(minute=0, second=0, microsecond=0)
            return Withdrawal(purposes=list(PURPOSES), at=now)


def sealed_notes(notes: Notes, key: bytes) -> bytes:
    """Notes under what a receipt makes."""
    return seal_body(notes_as_bytes(notes), key, _place(), 1)


def notes_in(sealed: bytes | None, key: bytes) -> Notes:
    """Notes in a sealed text; none if there are none or they do not open."""
    try:
        return notes_from_bytes(open_body(sealed, key, _place(), 1)) if sealed else Notes()
    except (SealError, ValidationError):
        return Notes()


def _place() -> SealingPlace:
    return SealingPlace(CompartmentName.CASE, _NOTES, "receipt")


TEXTS_KIND = "incident.receipt_text"
_TEXTS_INFO = b"kash receipt text"
# Opened in the place of a text that is not there, so that the time tells nothing.
_NO_TEXT = in_text(bytes([9]) * 200)


def sealed_text(text: ReceiptText, seal_to: str) -> str:
    """A text as only the holder of the receipt reads it: without the account of who asked."""
    copy = text.model_copy(update={"by": HOLDER if text.is_answer else ""})
    return in_text(seal_to_key(in_bytes(seal_to), copy.model_dump_json().encode(), _TEXTS_INFO))


def texts_for_holder(keys: ReceiptKeys, talk: Talk | None) -> list[ReceiptText]:
    """Texts under a receipt, as its holder reads them, the oldest first; after the same work
    however many there are. One that these keys do not open is damaged."""
    texts = talk.texts if talk is not None else []
    pair, opened = keys.pair, []
    for sealed in [*texts, *[_NO_TEXT] * (MOST_TEXTS - len(texts))]:
        try:
            plaintext = open_from(pair, in_bytes(sealed), _TEXTS_INFO)
            opened.append(ReceiptText.model_validate_json(plaintext))
        except (SealError, ValidationError):
            opened.append(ReceiptText(by="", at=utc_now(), is_damaged=True))
    return opened[: len(texts)]


def takes_texts(reference: str) -> bool:
    """True if the person who holds the receipt of a case can be asked."""
    return reference in opened_box(db.session()).talks


def own_in_letterbox(by: Actor, today: date) -> tuple[list[str], int]:
    """Of the cases that an actor owns: references of those that she has not opened since their
    reporter answered, and how many have something due. Nothing of it needs a key."""
    box = opened_box(db.session())
    own = {key: owned for key, owned in box.owners.items() if owned.account == by.public_id}
    unread = [key for key, talk in box.talks.items() if talk.new and key in own]
    return unread, sum(case.due_on is not None and case.due_on <= today for case in own.values())


def anything_open(session: Session) -> bool:
    """True if a case is open, or a report waits for its hour or is being written. Raises
    SealError."""
    is_open = exists().where(Incident.state.not_in(OVER))
    box = opened_box(session)
    return bool(box.sent or box.drafts or session.scalar(select(is_open)))
