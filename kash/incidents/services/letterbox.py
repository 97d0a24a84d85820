"""Taking away the order in which reports arrived from where the databases keep it. PostgreSQL
writes beside each row the number of the transaction that wrote it, and lays rows down in their
order; SQLite takes the pages of a file in their order. Set beside sessions and the audit, whose
times are known, either would tell when a report arrived, and so perhaps who sent it. Once an hour
everything is therefore written anew, at once and in the order of random keys. Spending of the day's
quota inside the transaction that files, and keeping it unreadable. Reminders: an hour in clear, of
which nobody can tell what it is about, and a mail that says no more than that something is due. The
letterbox: where filings lie until they become visible, and how they do. A row for each filing would
say when one came: two copies of the database, taken before and after somebody was signed in by
herself, would name her. So all of them lie in one sealed text of a fixed size, which is written
anew once a minute whatever happens. At fixed hours what was sent becomes incidents, all in one
transaction and in no order."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kash.accounts.queries import accounts as accounts_queries
from kash.accounts.queries.accounts import email_of
from kash.accounts.rules import is_address
from kash.incidents.models import (
    FilingQuota,
    Incident,
    IncidentDraft,
    IncidentDraftScreen,
    Letterbox,
    delete_where,
)
from kash.incidents.queries.letterbox import KIND as LETTERBOX_KIND
from kash.incidents.queries.letterbox import PLACE as LETTERBOX_PLACE
from kash.incidents.queries.letterbox import box_in, court_days, custodians, opened_box, roster
from kash.incidents.queries.officers import KIND, PLACE, may_work, officers, spent_in, who_may_file
from kash.incidents.rules.casework import OPEN, OVER
from kash.incidents.rules.clocks import MORNING, clocks_of, due_days, remind_at, whole_hour
from kash.incidents.rules.consents import Seen
from kash.incidents.rules.filing import SCREENS
from kash.incidents.rules.letterbox import (
    Box,
    BoxFull,
    Draft,
    Fate,
    Letter,
    Owned,
    Talk,
    in_bytes,
    in_text,
)
from kash.incidents.rules.letterbox import as_bytes as letterbox_as_bytes
from kash.incidents.rules.line_of_time import line_of_time, sentences_of, still_told
from kash.incidents.rules.quota import Spent, as_bytes, begin, joined, spend, spend_minute
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import (
    IDLE_HELD,
    MOST_DAILY,
    first_in_line,
    in_order,
    is_held,
    next_ring,
)
from kash.people.rules.directory import minute_of_week
from kash.platform.database import after_commit, db, insertion, utc_now, without_order, writing
from kash.platform.jobs import Progress, enqueue
from kash.platform.jobs.models import Job
from kash.platform.messages import mail_is_set_up, send_mail
from kash.platform.vault import (
    Compartment,
    CompartmentName,
    DocumentKey,
    Prepared,
    SealedDocument,
    add_document,
    prepare_document,
    scrub,
    seal,
)
from kash.platform.vault.documents import empty_log
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today, to_local, zone
from kash.platform.web.programme import brand, programme_languages
from kash.policy import Actor

OneRow = TypeVar("OneRow", FilingQuota, Letterbox)

_log = structlog.get_logger("kash.incidents")

# For so long the page of officers tells who was not reached.
RINGS_TOLD = timedelta(days=7)
# Milliseconds for which one try may keep everybody from reports.
_LOCK_WAIT = 2000
_TRIES = 3

# Each table with a column that is written anew, so that all of its rows share one transaction. A
# body is put together anew as well: where it lies apart, its number would tell its place.
_TABLES = {
    "vault_document": "body = body || ''::bytea",
    "vault_document_key": "wrapped = wrapped || ''::bytea",
    "incident": "state = state",
    "letterbox": "body = body || ''::bytea",
    "filing_quota": "body = body || ''::bytea",
    "incident_draft": "code_hash = code_hash",
    "incident_draft_screen": "screen = screen",
}


def mix_reports() -> None:
    """Write all sealed documents and what names them anew, if any arrived since the last time."""
    db.session.rollback()
    with _alone() as connection:
        if connection.dialect.name == "postgresql":
            _mix_on_postgresql(connection)
        else:
            _mix_on_sqlite(connection)


@contextmanager
def _alone() -> Iterator[Connection]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _mix_on_postgresql(connection: Connection) -> None:
    if not any(_arrived(connection, table) for table in _TABLES):
        return
    for table, anew in _TABLES.items():
        # In the order of keys first, so that what is put together anew is so in that order too.
        if not _clustered(connection, table):
            return
        connection.execute(text(f"UPDATE {table} SET {anew}"))  # noqa: S608 - names of our own
        if not _clustered(connection, table):
            # The next hour has to see that something is left.
            first = f"ctid = (SELECT ctid FROM {table} LIMIT 1)"  # noqa: S608 - the same
            connection.execute(text(f"UPDATE {table} SET {anew} WHERE {first}"))  # noqa: S608
            return


def _clustered(connection: Connection, table: str) -> bool:
    """Lay a table's rows down in the order of their keys; whether that is done.

    It waits for the person who reads the table, such as a backup, and everybody else waits behind
    it, so it waits for a moment only."""
    connection.execute(text(f"SET lock_timeout = '{_LOCK_WAIT}ms'"))
    try:
        for _ in range(_TRIES):
            try:
                connection.execute(text(f"CLUSTER {table} USING pk_{table}"))
            except OperationalError:
                continue
            return True
    finally:
        connection.execute(text("RESET lock_timeout"))
    _log.info("reports_not_mixed", error="TableHeldUp")
    return False


def _arrived(connection: Connection, table: str) -> bool:
    written = text(f"SELECT count(DISTINCT xmin::text) > 1 FROM {table}")  # noqa: S608
    return bool(connection.execute(written).scalar())


def _mix_on_sqlite(connection: Connection) -> None:
    filed = select(DocumentKey.document_id).where(DocumentKey.form == "filed").limit(1)
    if connection.execute(filed).first() is None:
        return
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - for the type: the connection is open
    if raw.in_transaction:
        raw.rollback()
    try:
        raw.execute("VACUUM")
    except sqlite3.OperationalError as error:
        # Somebody is writing: the next hour does it.
        _log.info("reports_not_mixed", error=type(error).__name__)
        return
    if not empty_log(raw):
        _log.info("reports_not_mixed", error="LogHeldUp")


_DICE = secrets.SystemRandom()


class TooManyReports(Problem):
    """The account's circle has no token left for today."""

    status = 429
    sentence = _l(
        "So many reports were begun today that no new one is taken before tomorrow. If somebody is"
        " held or in danger now, say so: that is always taken. Otherwise call somebody at the"
        " programme, or use paper."
    )


def spend_token(session: Session, by: Actor, now: datetime, *, urgent: bool = False) -> bool:
    """Spend one token of the day for a report that is begun.

    What is urgent is taken beyond them, a few in a minute; False then. Raises TooManyReports and
    WaitAMinute.
    """
    quota, spent = _locked(session, now, by.public_id)
    after = spend(spent, by.public_id)
    within = after is not None
    if after is None and urgent:
        after = spend_minute(spent, by.public_id, int(now.timestamp()) // 60)
        if after is None:
            raise Problem(
                _l("Very many reports came in this minute. Send this one in a minute."), status=429
            )
    if after is None:
        raise TooManyReports
    _put(session, quota, after)
    return within


def tend_quota(session: Session, now: datetime) -> None:
    """Seal what was spent today anew, and forget what was spent before."""
    quota, spent = _locked(session, now)
    _put(session, quota, spent)


def _locked(session: Session, now: datetime, *besides: str) -> tuple[FilingQuota, Spent]:
    quota = _only_row(session, FilingQuota)
    today, everybody = to_local(now).date(), {*who_may_file(session), *besides}
    spent = spent_in(quota.body)
    if spent is None or spent.day != today:
        return quota, begin(today, spent.circles if spent else (), everybody, _DICE)
    return quota, joined(spent, everybody)


def _only_row(session: Session, table: type[OneRow]) -> OneRow:
    """The row of a table that has one only, locked; added if it is not there yet."""
    query = select(table).with_for_update().execution_options(populate_existing=True)
    only = session.scalar(query)
    if only is None:
        session.execute(insertion(session, table).values(id=1, body=b"").on_conflict_do_nothing())
        only = session.scalars(query).one()
    return only


def _put(session: Session, row: FilingQuota, spent: Spent) -> None:
    row.body = seal(as_bytes(spent), kind=KIND, public_id=PLACE)
    session.flush()


def next_reminder(
    record: Record, state: str, now: datetime, *, newly: bool = False
) -> datetime | None:
    """The whole hour at which members are reminded of a case next; None if never.

    `newly`: it has only just come in. Asks the database only if a clock may run.
    """
    days = due_days(record)
    runs = any(person.arrested_at or person.exposed_at for person in record.persons)
    if state in OVER or not (days or runs):
        return None
    there = zone()
    clocks = clocks_of(record, there, court_days()) if runs else []
    return remind_at(clocks, days, now, there, newly=newly)


def next_morning(now: datetime) -> datetime:
    """The next eight o'clock of the programme's zone, after `now`, in UTC."""
    today = datetime.combine(to_local(now).date(), MORNING, tzinfo=zone()).astimezone(UTC)
    tomorrow = to_local(now).date() + timedelta(days=1)
    if today > now:
        return today
    return datetime.combine(tomorrow, MORNING, tzinfo=zone()).astimezone(UTC)


def _is_morning(now: datetime) -> bool:
    """True if nobody was told yet in the hour of the morning mail, which goes out every day."""
    begun = whole_hour(now)
    if to_local(begun).time() != MORNING:
        return False
    told = select(Job.id).where(Job.kind == "incidents.reminder", Job.created_at >= begun)
    return db.session.scalar(told.limit(1)) is None


def remind_members(now: datetime) -> int:
    """Clear the hours that have come and have members told, once however many those were; how
    many are told. Hours are whole, so that nobody gets more than one mail an hour. In the morning
    they are told every day, so that this mail does not say that a report came."""
    due = Incident.remind_at <= now
    morning = _is_morning(now)
    if not morning and db.session.scalar(select(Incident.id).where(due).limit(1)) is None:
        db.session.rollback()
        return 0
    with writing() as session:
        done = session.execute(
            update(Incident)
            .where(due)
            .values(remind_at=None)
            .execution_options(synchronize_session=False)
        )
        if not (morning or done.rowcount) or not mail_is_set_up():  # type: ignore[attr-defined]
            return 0
        told = [officer for officer in officers() if officer.works or officer.custodian]
        for one in told:
            enqueue(session, "incidents.reminder", owner="system", title="", account=one.public_id)
        return len(told)


def send_reminder(_progress: Progress, *, account: str) -> None:
    """Tell one member, in her language, nothing but that something is due. Raises MailFailed."""
    officer = accounts_queries.account(account)
    if not is_address(email_of(officer)):
        # Her own Today says it.
        return
    with force_locale(officer.language or programme_languages()[0]):
        text = _("Sign in to see whether something waits.")
        send_mail(email_of(officer), brand(), text + "\n")


@contextmanager
def letterbox(session: Session) -> Iterator[Box]:
    """The letterbox inside a write transaction, locked; it is sealed anew when the block ends.

    Raises Problem and SealError.
    """
    stored = _only_row(session, Letterbox)
    box = box_in(stored.body)
    yield box
    try:
        stored.body = seal(letterbox_as_bytes(box), kind=LETTERBOX_KIND, public_id=LETTERBOX_PLACE)
    except BoxFull:
        raise Problem(
            _l("Too many reports wait at the moment. Try again later."), field="purposes"
        ) from None
    session.flush()


def note_step(session: Session, reference: str) -> None:
    """Note in a write transaction that something was done in a case, so that phones ring for it
    only if nothing follows. Like all that is noted here, not inside a `letterbox` block."""
    with letterbox(session) as box:
        if reference in box.owners:
            owned, now = box.owners[reference], utc_now()
            owned.ring_at, owned.rung = next_ring(now, held=owned.held), 0


def note_texts_read(session: Session, reference: str) -> None:
    """Note that the owner of a case read what its reporter answered, if anything is new."""
    talk = opened_box(session).talks.get(reference)
    if talk is not None and talk.new:
        with letterbox(session) as box:
            box.talks[reference].new = False


def forget_texts(session: Session, reference: str) -> None:
    """Forget what the holder of a receipt may read, in which nobody can strike a word."""
    with letterbox(session) as box:
        if reference in box.talks:
            box.talks[reference].texts = []


def set_owner(session: Session, reference: str, account: str) -> None:
    """Give an open case to an account (a public id), whose phone rings within a minute."""
    with letterbox(session) as box:
        before = box.owners.get(reference) or Owned(account=account, ring_at=utc_now())
        now_owned = {"account": account, "ring_at": utc_now(), "rung": -1}
        box.owners[reference] = before.model_copy(update=now_owned)


def keep_owner(
    session: Session,
    reference: str,
    state: str,
    record: Record,
    seen: Seen,
    now: datetime,
    *,
    by: str,
    took: bool = False,
    step: bool = False,
) -> None:
    """Note whose a case is as it is saved: hers to whom it was given, else of the person who `took`
    it, else of the one who had it, as long as she may work on it. `step`: its saving is one; what
    the record tells no more by it, the receipt tells no more. Whose phone did not know of it rings
    within a minute."""
    opened = opened_box(session)
    before, told = opened.owners.get(reference), opened.told.get(reference, [])
    # A mediator's answers stand in a record that is saved by a step.
    stays = still_told(told, sentences_of(line_of_time(record))) if step else told
    owned: Owned | None = None
    if state not in OVER:
        takes = took or (step and before is None)
        account = record.assigned_to or (by if takes else before.account if before else "")
        if not record.assigned_to:
            may = {officer.public_id for officer in may_work(officers(), seen)}
            if account not in may:
                order = in_order(roster(), minute_of_week(to_local(now)))
                account = first_in_line(may, order, account or by)
        somebody_held = is_held(record)
        # A draft is its writer's own.
        rung = MOST_DAILY if state == "draft" else 0
        # Only what is settled waits for the day on which she is asked how she is.
        days = due_days(record, asking=state in ("resolved", "unresolved"))
        # A day begins by the clocks of the place.
        ring_at = next_ring(to_local(now), min(days, default=None), held=somebody_held, rung=rung)
        ring_at = ring_at.astimezone(UTC)
        due_on = min(due_days(record), default=None)
        owned = Owned(account=account, ring_at=ring_at, held=somebody_held, due_on=due_on)
        if account not in (by, before.account if before else ""):
            owned.ring_at, owned.rung = now, -1
        elif before is not None and (not step or (before.rung < 0 and account != by)):
            # A step of somebody else's tells the owner nothing of what she does not know yet.
            owned.ring_at, owned.rung = min(ring_at, before.ring_at), before.rung
    if owned != before or stays != told:
        with letterbox(session) as box:
            box.told[reference] = stays
            box.owners.pop(reference, None)
            if owned is not None:
                box.owners[reference] = owned


def letter(session: Session, kind: str, plaintext: bytes) -> Letter:
    """A text sealed for members, to be put into the letterbox. Raises NobodyCanOpen."""
    prepared = prepare_document(session, kind, plaintext)
    return Letter(
        public_id=prepared.public_id,
        kind=kind,
        compartment_id=prepared.compartment_id,
        body=in_text(prepared.body),
        wrapped=in_text(prepared.wrapped),
    )


def deliver(session: Session, box: Box, receipts: Collection[str], now: datetime) -> list[str]:
    """Make incidents of sent filings, all together and in no order; their references.

    Members are reminded of it on the next morning, when they get that mail whether or not
    anything came: a mail that followed an alert would tell it from a drill.
    """
    keys = [key for key in receipts if key in box.sent]
    secrets.SystemRandom().shuffle(keys)
    there = set(session.scalars(select(Compartment.id)))
    remind_at = next_morning(now)
    order = in_order(roster(), minute_of_week(to_local(now))) if keys else []
    owner = order[0].account if order else next(iter(custodians()), "") if keys else ""
    references = []
    for key in keys:
        sent = box.sent.pop(key)
        if sent.record.compartment_id not in there:
            # What it was sealed to is gone for good: nobody could ever open it.
            _log.error("report_opens_for_nobody")
            continue
        for screen in sent.screens:
            if screen.compartment_id in there:
                _add(session, screen)
        incident = Incident(
            state="submitted",
            document_id=_add(session, sent.record),
            receipt_hash=key,
            remind_at=remind_at,
        )
        session.add(incident)
        session.flush()
        without_order(session, Incident, incident.id)
        box.owners[incident.public_id] = Owned(
            account=owner, ring_at=next_ring(now, held=sent.held), held=sent.held
        )
        if sent.seal_to:
            box.talks[incident.public_id] = Talk(seal_to=sent.seal_to)
        if sent.adds_to:
            box.additions[incident.public_id] = sent.adds_to
        if sent.until is not None:
            screens = [screen.public_id for screen in sent.screens]
            # Such as a custodian alone reads have no last day before she did.
            box.fates[incident.public_id] = Fate(
                until=sent.until, documents=screens, as_asked=True, for_officers=True
            )
        references.append(incident.public_id)
    return references


def _add(session: Session, letter: Letter) -> int:
    document = add_document(
        session,
        Prepared(
            letter.public_id,
            CompartmentName.CASE,
            letter.kind,
            in_bytes(letter.body),
            in_bytes(letter.wrapped),
            letter.compartment_id,
        ),
    )
    if letter.form != "filed":
        session.get_one(DocumentKey, document.id).form = letter.form
    return document.id


def tend_letterbox(now: datetime) -> int:
    """Make visible what is due, forget drafts whose day has passed or for which there
    is no room, and write all of it anew; how
    many reports became visible. Bookkeeping: no entry says that anything came."""
    with writing() as session:
        if db.engine.dialect.name == "sqlite":
            after_commit(_scrub)
        with letterbox(session) as box:
            # In the order in which the person who files locks them: the letterbox, then the quota.
            tend_quota(session, now)
            _take_over(session, box)
            box.forget_old(local_today(), now)
            box.rings = {
                account: ring
                for account, ring in box.rings.items()
                if ring.last is not None and abs(now - ring.last) < RINGS_TOLD
            }
            box.make_room()
            came = len(deliver(session, box, box.due(now), now))
            _tend_owners(session, box, now)
            return came


def _tend_owners(session: Session, box: Box, now: datetime) -> None:
    """Have each open case owned by somebody who may own one: what nobody owns yet, or somebody who
    left or was locked out, goes to the officer on duty. A clock that was wrong silences nobody."""
    states = dict(
        session.execute(
            select(Incident.public_id, Incident.state).where(Incident.state.in_(OPEN))
        ).all()
    )
    box.owners = {key: owned for key, owned in box.owners.items() if key in states}
    everybody, keepers = roster(), custodians()
    order = in_order(everybody, minute_of_week(to_local(now)))
    able = [officer.account for officer in order] + keepers
    present = {*keepers, *(officer.account for officer in everybody)}
    for key, state in states.items():
        owned = box.owners.get(key)
        if owned is None and state != "draft" and able:
            box.owners[key] = Owned(account=able[0], ring_at=next_ring(now, held=False))
        elif owned is not None and owned.account not in present and able:
            owned.account, owned.ring_at, owned.rung = able[0], now, -1
        if owned is not None and owned.held:
            owned.ring_at = now if owned.ring_at > now + IDLE_HELD else owned.ring_at


def _scrub() -> None:
    # By the worker, which nobody waits for.
    scrub(patience=20, pages=False)


def _take_over(session: Session, box: Box) -> None:
    """Bring in drafts that lie in rows of their own, as an earlier version left them."""
    rows = session.execute(
        select(
            IncidentDraft.id,
            IncidentDraft.code_hash,
            IncidentDraft.kept_until,
            IncidentDraftScreen.screen,
            SealedDocument,
            DocumentKey,
        )
        .join(IncidentDraftScreen, IncidentDraftScreen.draft_id == IncidentDraft.id)
        .join(SealedDocument, SealedDocument.id == IncidentDraftScreen.document_id)
        .join(DocumentKey, DocumentKey.document_id == SealedDocument.id)
        .where(IncidentDraftScreen.screen.in_(SCREENS))
        .limit(500)
    ).all()
    for _id, code_hash, kept_until, screen, document, key in rows:
        draft = box.drafts.setdefault(code_hash, Draft(kept_until=kept_until))
        draft.screens.setdefault(
            screen,
            Letter(
                public_id=document.public_id,
                kind=document.kind,
                compartment_id=key.compartment_id,
                form=key.form,
                body=in_text(document.body),
                wrapped=in_text(key.wrapped),
            ),
        )
    drafts = {stored[0] for stored in rows}
    documents = {stored[4].id for stored in rows}
    for stored in rows:
        session.expunge(stored[4])
        session.expunge(stored[5])
    for column in (IncidentDraftScreen.document_id, DocumentKey.document_id, SealedDocument.id):
        delete_where(session, column, documents)
    left = select(IncidentDraftScreen.draft_id)
    session.execute(
        delete(IncidentDraft)
        .where(IncidentDraft.id.in_(drafts), IncidentDraft.id.not_in(left))
        .execution_options(synchronize_session=False)
    )
