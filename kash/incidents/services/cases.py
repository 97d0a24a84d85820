"""A case that becomes one for a custodian alone, by what somebody else writes. History that every
save of a record leaves beside it: her first account, and what was changed since. Both are sealed
documents of their own, which the record names: lists never open them. A first account is written
once and never again; changes are added to. Opening cases, and changing one: what every service
about a case shares. Working on a case together: who has it, who must not, what they write to each
other. Links of a case to other cases, and to the workshop or meeting where it came up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import Incident, occasions_of, take_over_everything
from kash.incidents.queries.cases import Case, access_of, open_case, open_for_nobody
from kash.incidents.queries.letterbox import owner_of
from kash.incidents.queries.officers import may_work, officers, readers
from kash.incidents.rules import casework as changes
from kash.incidents.rules import filing as first_account
from kash.incidents.rules.casework import OVER, RecordChange, differences, values_of
from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.consents import ForCustodian, Seen, conflict_of, for_custodian
from kash.incidents.rules.filing import FirstAccount, Source, new_code, source_of
from kash.incidents.rules.letterbox import in_bytes
from kash.incidents.rules.mediation import asked_by
from kash.incidents.rules.mediation_gate import asks_too_much
from kash.incidents.rules.one_line import what_came
from kash.incidents.rules.parts import Comment, Event, Link, next_id
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.services.alerts import raise_alert
from kash.incidents.services.brief_endings import (
    end_what_is_settled,
    end_what_tells_who_must_not_know,
    note_answers_read,
    tells_who_must_not_know,
)
from kash.incidents.services.letterbox import keep_owner, letterbox, next_reminder, note_texts_read
from kash.incidents.services.retention import (
    end_what_nobody_agrees_to,
    note_days,
    settle,
    stand_alone,
)
from kash.incidents.services.saved_views import CaseChangedMeanwhile, Damaged, NotNow
from kash.platform.vault import (
    Change,
    NoSuchDocument,
    OpenVault,
    SavedMeanwhile,
    Sealed,
    SealError,
    audited,
    fetch,
    file_document,
    keep_keys,
    open_document,
    save_document,
    shred,
)
from kash.platform.web.errors import NotFound, Problem, get_or_404
from kash.policy import Actor


class HandsOver(Problem):
    """With this saving the case goes to a custodian, and its writer does not see it any more. She
    is told before, and says that she knows. `custodians` are the names of those who are free."""

    sentence = _l("With saving, this case goes to a custodian.")

    def __init__(self, why: ForCustodian, custodians: Sequence[str]) -> None:
        super().__init__()
        self.why, self.custodians = why, custodians


class OpensToOfficers(Problem):
    """With this saving a case is no longer for a custodian alone. A person who saves it is told
    before, and says that she knows."""

    sentence = _l("With saving, this case is no longer for a custodian alone.")


def refuse_opening_unknown(before: ForCustodian | None, seen: Seen, *, knows: bool) -> None:
    """Raise OpensToOfficers if what was written makes a case, which was `before` for a custodian
    alone, one that all officers and directors read, unless its writer `knows`. `seen`: the case
    with all that belong to it."""
    if before is not None and for_custodian(seen) is None and not knows:
        raise OpensToOfficers


def goes_to_custodian(by: Actor, seen: Seen, *, knows: bool) -> bool:
    """True if what was written makes a case, with all that belong to it, one for a custodian alone,
    which the writer is not.

    Raises HandsOver unless she `knows`.
    """
    access = access_of(by)
    if not access.leaves_to_custodian(seen):
        return False
    why = for_custodian(seen)
    if why is not None and not knows:
        raise HandsOver(why, [officer.name for officer in may_work(access.others, seen)])
    return True


def tell_of_who_is_held(change: Change, record: Record) -> None:
    """If somebody of a case that is handed over is held, have the person who is on duty and the
    custodians told, until a custodian has it."""
    if who_is_held(record):
        record.filing.held = True
        raise_alert(change.session, change.now)


CASE_CLOSED = _l("This case is closed. Open it again before you change it.")


class History:
    """History of one case until it is saved: what is done to it, who did it and why."""

    def __init__(self, case: Case) -> None:
        self._case, self._state = case, case.state
        self._values = values_of(from_bytes(case.opened) if case.opened else case.record)
        self._changes: list[RecordChange] = []

    def note(self, by: str, at: datetime, why: str = "") -> None:
        """Take down what changed of the record since the last time, as done by this account (a
        public id; empty: it was only taken over)."""
        now = values_of(self._case.record)
        places = differences(self._values, now)
        if places:
            self._changes.append(RecordChange(by=by, at=at, why=why, places=places))
            self._values = now

    def begin_again(self) -> None:
        """Take the record as it stands now for what it was: what it says no more is nowhere."""
        self._values = values_of(self._case.record)

    def seal(self, session: Session, vault: OpenVault, by: Actor, at: datetime) -> None:
        """Seal what has to be kept, and name it in the record. Raises NobodyCanOpen, and
        SavedMeanwhile or NoSuchDocument if somebody else was first."""
        self._keep_first_account(session, vault, by, at)
        if self._changes:
            _add(session, vault, self._case.record, self._changes)
            self._changes = []

    def _keep_first_account(
        self, session: Session, vault: OpenVault, by: Actor, at: datetime
    ) -> None:
        case = self._case
        source = source_of(
            case.record,
            before=self._state,
            state=case.state,
            version=case.version,
            screens=bool(case.screens),
        )
        if source is None:
            return
        account = first_account.first_account(case.record, at, by.public_id)
        if source is Source.SCREENS:
            account.screens = _screens(vault, case)
        else:
            opened = source is Source.OPENED and case.opened
            account.written = (case.opened if opened else as_bytes(case.record)).decode()
        keep_first_account(session, vault, case.record, account)


def _screens(vault: OpenVault, case: Case) -> dict[str, str]:
    """Screens that a phone sent, letter for letter, but for what they were padded with."""
    named = from_bytes(open_document(vault, case.sealed)).filing.screens
    names = {document: name for name, document in named.items()}
    return {
        names[screen.place.public_id]: open_document(vault, screen).decode().rstrip(" ")
        for screen in case.screens
    }


def keep_first_account(
    session: Session, vault: OpenVault, record: Record, account: FirstAccount
) -> None:
    """Seal a first account and name it in its record. Raises NobodyCanOpen."""
    plaintext = first_account.first_account_as_bytes(account)
    record.first_accounts.append(file_beside(session, vault, first_account.KIND, plaintext))


def _add(session: Session, vault: OpenVault, record: Record, new: list[RecordChange]) -> None:
    """Add to the newest document of changes, or to another where that is full or does not open."""
    last = record.sealed_changes[-1:]
    for sealed in fetch(session, *last, kind=changes.KIND) if last else ():
        try:
            plaintext = open_document(vault, sealed)
            changed = changes.changes_from(plaintext)
        except (SealError, ValidationError):
            break
        if len(plaintext) < changes.ENOUGH:
            save_document(session, vault, sealed, changes.as_bytes([*changed, *new]))
            return
    record.sealed_changes.append(file_beside(session, vault, changes.KIND, changes.as_bytes(new)))


def file_beside(session: Session, vault: OpenVault, kind: str, plaintext: bytes) -> str:
    """Seal a document that lies beside a record; its public id. Raises NobodyCanOpen."""
    # Its maker could open it, so that nothing is told by its key being kept at once; one that stays
    # as it was filed would have everything written anew each hour.
    document = file_document(session, kind, plaintext).public_id
    keep_keys(session, vault, fetch(session, document, kind=kind))
    return document


def note_opening(
    by: Actor, vault: OpenVault, case: Case, what: str = "opened", *, answers: bool = False
) -> None:
    """Note that a case was shown; its key is kept from now on if it was only filed before, what was
    taken back by its receipt is taken over, what a mediator was asked ends if it may not be asked,
    who has it and must not, by what a phone told since, has it no more, whether anything keeps it
    is noted, and its next reminder is set if the last one was given. With `answers` the actor has
    read what second members said to what she asked for.

    All of that is done to the case as it stands now: what is shown may be older than what another
    member saved meanwhile. Raises NotFound if it is gone, or not hers to see any more, and Damaged.
    """
    with audited(f"incidents.{what}", by) as change:
        session = change.session
        # As any change of a case: first its row, then whatever belongs to it.
        incident = locked_incident(session, case.reference)
        opened = open_case(by, vault, case.reference, session)
        keep_keys(session, vault, opened.documents)
        owner = owner_of(case.reference)
        note_answers_read(session, opened.record, by.public_id, owner)
        if by.public_id == owner:
            note_texts_read(session, case.reference)
        waiting = [answer for answer in opened.record.member_answers if answer.by != by.public_id]
        read = answers and waiting != opened.record.member_answers
        if read:
            opened.record.member_answers = waiting
        saves = read or opened.taken_back is not None or asks_too_much(opened.record)
        saves = saves or bool(opened.answers)
        if saves or _is_left(opened):
            # With saving it is settled; if somebody saved it in this moment, by the next opening.
            _take_over(CaseChange(change, opened, incident, vault, by), shown=case)
        else:
            _settle(session, vault, opened)
            _keep_owner(change, by, opened)
        if incident.remind_at is None:
            incident.remind_at = next_reminder(opened.record, opened.state, change.now)
        case.until = opened.until
        change.about(case.reference)


def note_search(
    by: Actor,
    vault: OpenVault,
    sealed: Sequence[Sealed],
    additions: Mapping[str, str] | None = None,
    *,
    unsettled: Collection[str] = (),
    shredded_read: Collection[str] = (),
) -> None:
    """Note that cases were listed or searched: one entry, without ids. `sealed` are the documents
    that were opened and whose keys are still as they were filed; `additions` are reports that add
    to another, of which that is noted from now on. `unsettled` are cases of which it is noted that
    nothing keeps them any more (`CaseRegister.unsettled`). `shredded_read` are cases of which the
    actor has read that they were shredded as she asked."""
    with audited("incidents.searched", by) as change:
        # As any change of a case: first its row, then whatever belongs to it.
        rows = _locked_incidents(change.session, unsettled)
        keep_keys(change.session, vault, sealed)
        for reference in rows:
            with suppress(NotFound, Damaged):
                unsettled_case = open_for_nobody(vault, reference, change.session)
                screens = [screen.place.public_id for screen in unsettled_case.screens]
                note_days(
                    change.session,
                    vault,
                    reference,
                    unsettled_case.state,
                    unsettled_case.record,
                    screens,
                )
        if additions or shredded_read:
            with letterbox(change.session) as box:
                box.additions = {**(additions or {}), **box.additions}
                for reference in shredded_read:
                    box.shredded_for.get(by.public_id, {}).pop(reference, None)


@dataclass
class CaseChange:
    """A case that is being changed: alter `record` (and `row.state`, `row.remind_at`); it is saved
    when the block ends."""

    change: Change
    case: Case
    row: Incident
    vault: OpenVault
    by: Actor
    # Why the record is changed, as it was said; kept with what changed.
    why: str = ""
    history: History | None = None

    @property
    def record(self) -> Record:
        """The record as it stands now, no matter who saved it last."""
        return self.case.record

    @property
    def session(self) -> Session:
        """The session of the transaction that saves it."""
        return self.change.session

    @property
    def now(self) -> datetime:
        """The moment of the change."""
        return self.change.now

    def nothing(self) -> None:
        """Note that nothing was changed after all."""
        self.change.nothing()

    def refuse_closed(self) -> None:
        """Raise Problem if the case is over."""
        if self.row.state in OVER:
            raise Problem(CASE_CLOSED, field="")

    def went_on(self, gone_on: GoneOn | None) -> None:
        """Add to the timeline what worried before the step that follows, and why it is taken."""
        for worry in gone_on.worries if gone_on else ():
            self.happened(f"worry_{worry}", reason=gone_on.why if gone_on else "")

    def happened(
        self, what: str, about: str = "", reason: str = "", on: datetime | None = None
    ) -> None:
        """Add a step to the case's timeline, with the state as it is now; `on`: when it happened,
        if that was another time."""
        self.why = self.why or reason
        self.record.timeline.append(
            Event(
                what=what,
                by=self.by.public_id,
                at=self.change.now,
                state=self.row.state,
                about=about,
                reason=reason,
                on=on,
            )
        )


@dataclass(frozen=True)
class GoneOn:
    """A step that was taken although something worried: the questions (of `SAFETY`), and why."""

    worries: tuple[str, ...]
    why: str = field(repr=False)


def _kept_from(case: Case) -> set[str]:
    """Of those who have a case, asked a mediator about it or were asked to mediate, who must not
    know of it any more: who turns out to have a part in it or in what belongs to it; and where it
    is for a custodian alone, all others who have it or are to be called."""
    open_requests = [
        intervention for intervention in case.record.interventions if intervention.brief
    ]
    works = {
        case.record.assigned_to,
        *(asked_by(case.record, intervention) for intervention in open_requests),
    }
    readers_known = readers(
        works.union(intervention.mediator for intervention in open_requests) - {""}
    )
    away = {
        key for key, reader in readers_known.items() if conflict_of(reader, case.seen) is not None
    }
    if for_custodian(case.seen) is not None:
        away |= works - {officer.public_id for officer in may_work(officers(), case.seen)}
    return away


def _is_somebodys(record: Record) -> bool:
    """True if somebody has a case, or a mediator is asked about it."""
    return bool(record.assigned_to) or any(
        intervention.brief for intervention in record.interventions
    )


def _kept_along(case: Case) -> set[str]:
    """Of the reports that belong to a case those that may have to be kept from those who have them,
    once it is changed."""
    return {
        key
        for key, other in case.others.items()
        if isinstance(other, Record) and _is_somebodys(other)
    }


def _is_left(case: Case) -> bool:
    """True if somebody has a case, is named to a mediator or was asked to mediate, who must not
    know of it any more."""
    alone = for_custodian(case.seen) is not None
    if not _is_somebodys(case.record) or not (alone or case.others):
        return False
    away, holder = _kept_from(case), case.record.assigned_to
    return bool(tells_who_must_not_know(case.record, away) or (holder and holder in away))


def _keep_away(found: CaseChange) -> None:
    # Who turns out to have a part in a case does not keep it, mediates in it no more, and is named
    # to no mediator.
    if not _is_somebodys(found.record):
        return
    away, holder = _kept_from(found.case), found.record.assigned_to
    why = for_custodian(found.case.seen)
    end_what_tells_who_must_not_know(found.session, found.record, why, away)
    if holder and holder in away:
        found.record.assigned_to = ""
        found.happened("unassigned", about=holder)


def _keep_away_from_others(found: CaseChange) -> None:
    """Keep from others what is written of one report, for all that belong to it: the person who
    must not know of it any more does not keep another one of them."""
    case, change = found.case, found.change
    # They were locked with the case itself.
    for key, incident in _locked_incidents(change.session, _kept_along(case)).items():
        # What is damaged, or was kept from her already, a custodian settles by opening it.
        with suppress(NotFound, Damaged):
            other = open_case(found.by, found.vault, key, change.session)
            other.others[case.reference] = case.record
            if _is_left(other):
                history = History(other)
                history.note("", change.now)
                left = CaseChange(change, other, incident, found.vault, found.by)
                _keep_away(left)
                history.note(found.by.public_id, change.now)
                save_record(change, found.by, found.vault, other, history)
                change.about(key)


def save_record(
    change: Change,
    by: Actor,
    vault: OpenVault,
    case: Case,
    history: History | None = None,
    *,
    took: bool = False,
    step: bool = False,
) -> None:
    """Seal the record as it stands now, under a reference for papers if it has none, and what the
    case's history has to keep of it; what nobody has noted there was only taken over. Whose it is
    is noted with it: `took` and `step` as `keep_owner` asks them.

    Raises CaseChangedMeanwhile and NotFound.
    """
    session = change.session
    if not case.record.paper_reference:
        case.record.paper_reference = new_code()
    history = history or History(case)
    history.note("", change.now)
    try:
        history.seal(session, vault, by, change.now)
        version = save_document(session, vault, case.sealed, as_bytes(case.record))
    except SavedMeanwhile:
        raise CaseChangedMeanwhile from None
    except NoSuchDocument:
        raise NotFound from None
    case.sealed = case.sealed._replace(version=version)
    # What a phone sent screen by screen stands in the record now, and what was taken back.
    shred(session, [screen.place.public_id for screen in case.screens])
    case.screens = []
    forget_what_was_taken_in(session, case)
    end_what_nobody_agrees_to(session, case)
    _settle(session, vault, case)
    _keep_owner(change, by, case, took=took, step=step)


def forget_what_was_taken_in(session: Session, case: Case) -> None:
    """Forget what was taken back by the receipt, or answered, and stands in the record, so that it
    waits no more; what it says of itself goes where only the receipt finds it."""
    if case.answers:
        with letterbox(session) as box:
            if talk := box.talks.get(case.reference):
                talk.answers = [text for text in talk.answers if text.public_id not in case.answers]
        case.answers = []
    if case.taken_back is None:
        return
    incident = locked_incident(session, case.reference)
    read = {withdrawal.public_id for withdrawal in case.taken_back.withdrawals}
    with letterbox(session) as box:
        waiting = box.taken_back.get(incident.receipt_hash or "")
        if waiting is None:
            return
        waiting.withdrawals = [
            withdrawal for withdrawal in waiting.withdrawals if withdrawal.public_id not in read
        ]
        if not waiting.withdrawals:
            incident.receipt_notes = in_bytes(waiting.notes)
            del box.taken_back[incident.receipt_hash or ""]
    case.taken_back = None


def _keep_owner(
    change: Change, by: Actor, case: Case, *, took: bool = False, step: bool = False
) -> None:
    keep_owner(
        change.session,
        case.reference,
        case.state,
        case.record,
        case.seen,
        change.now,
        by=by.public_id,
        took=took,
        step=step,
    )


def _settle(session: Session, vault: OpenVault, case: Case) -> None:
    screens = [screen.place.public_id for screen in case.screens]
    case.until = settle(session, vault, case.reference, case.state, case.record, screens)


def _take_over(opened: CaseChange, *, shown: Case) -> None:
    case, change = opened.case, opened.change
    as_shown = case.version == shown.version
    # Nothing of it goes if it is not saved.
    with suppress(CaseChangedMeanwhile), change.session.begin_nested():
        take_over_everything(change.session, case.record)
        _keep_away(opened)
        save_record(change, opened.by, opened.vault, case)
        if as_shown:
            shown.record, shown.sealed = case.record, case.sealed
            shown.screens, shown.taken_back = case.screens, case.taken_back
            shown.answers = case.answers


def locked_incident(session: Session, reference: str) -> Incident:
    """The row of a case, locked, so that the person who changes the case waits. Raises NotFound."""
    return get_or_404(session, Incident, reference, lock=True)


def _locked_incidents(session: Session, references: Collection[str]) -> dict[str, Incident]:
    """The rows of those of these cases that are there, locked in the order of their ids."""
    if not references:
        return {}
    query = select(Incident).where(Incident.public_id.in_(references)).order_by(Incident.id)
    return {incident.public_id: incident for incident in session.scalars(query.with_for_update())}


def _locked_case(
    session: Session, by: Actor, vault: OpenVault, reference: str, also: Collection[str]
) -> tuple[Incident, Case]:
    """A case and its row, locked along with all that may be changed with it and before anything is
    saved, which locks the letterbox.

    Rows are locked in one order, as two who each wait for what the other holds would wait without
    an end. Which they are says only the case itself: those that belong to it are locked in a second
    attempt, after the locks of the first were given back. Raises NotFound and Damaged.
    """
    wanted = {reference, *also}
    while True:
        with session.begin_nested() as attempt:
            rows = _locked_incidents(session, wanted)
            if reference not in rows:
                raise NotFound
            case = open_case(by, vault, reference, session)
            along = _kept_along(case)
            for other in also:
                with suppress(NotFound, Damaged):
                    along |= _kept_along(open_case(by, vault, other, session))
            if along <= wanted:
                return rows[reference], case
            wanted |= along
            attempt.rollback()


@contextmanager
def changing(
    action: str,
    by: Actor,
    vault: OpenVault,
    reference: str,
    *,
    version: int | None = None,
    also: Collection[str] = (),
) -> Iterator[CaseChange]:
    """Change one case: one transaction, one audit entry that names its reference. `also` are other
    cases that are changed within it.

    With `version`, only if nobody saved since that version was read: else CaseChangedMeanwhile.
    Raises NotFound and Damaged.
    """
    with (
        audited(action, by) as change,
        changing_within(change, by, vault, reference, version=version, also=also) as changed,
    ):
        yield changed


@contextmanager
def changing_within(
    change: Change,
    by: Actor,
    vault: OpenVault,
    reference: str,
    *,
    version: int | None = None,
    also: Collection[str] = (),
) -> Iterator[CaseChange]:
    """The same inside a change of something else, such as of the case that it is linked to."""
    incident, case = _locked_case(change.session, by, vault, reference, also)
    if version is not None and version != case.version:
        raise CaseChangedMeanwhile
    history = History(case)
    changed = CaseChange(change, case, incident, vault, by, history=history)
    # What was taken back by its receipt meanwhile.
    history.note("", change.now)
    before = what_came(case.record)
    yield changed
    for what in sorted({line.what for line in what_came(case.record) - before}):
        end_what_is_settled(change.session, case.record, what, change.now, by.public_id, change.now)
    history.note(by.public_id, change.now, changed.why)
    take_over_everything(change.session, case.record)
    _keep_away(changed)
    _keep_away_from_others(changed)
    incident.remind_at = next_reminder(case.record, incident.state, change.now)
    took = case.state == "submitted" and incident.state not in {"submitted", *OVER}
    case.state = incident.state
    save_record(change, by, vault, case, history, took=took, step=True)
    change.about(reference)


MOST_COMMENTS = 500


def assign(
    reference: str,
    account: str,
    *,
    by: Actor,
    vault: OpenVault,
    version: int | None = None,
    line: str = "",
) -> None:
    """Give a case to somebody who may work on it (an account's public id), or to nobody, with a
    line that the timeline keeps.

    Raises NotFound if she must be kept away or holds no keys, NotNow if the case is closed.
    """
    with changing("incidents.changed", by, vault, reference, version=version) as change:
        if change.row.state in OVER:
            raise NotNow
        if account and account not in {
            officer.public_id for officer in may_work(officers(), change.case.seen)
        }:
            raise NotFound
        if change.record.assigned_to == account:
            change.nothing()
            return
        change.record.assigned_to = account
        change.happened("assigned" if account else "unassigned", about=account, reason=line)


def declare_conflict(reference: str, *, by: Actor, vault: OpenVault) -> None:
    """Say "I must not work on this": from then on she does not see the case, and it is nobody's if
    it was hers."""
    with changing("incidents.changed", by, vault, reference) as change:
        record = change.record
        if by.public_id not in record.declared:
            record.declared.append(by.public_id)
        if record.assigned_to == by.public_id:
            record.assigned_to = ""
        change.happened("declared", about=by.public_id)


def comment(reference: str, text: str, *, by: Actor, vault: OpenVault) -> None:
    """Write to the others. Comments never get into each other's way, so no version is asked."""
    with changing("incidents.changed", by, vault, reference) as change:
        comments = change.record.comments
        if len(comments) >= MOST_COMMENTS:
            raise NotNow
        newest = comments[-1] if comments else None
        if newest and (newest.by, newest.text) == (by.public_id, text):
            # The same was sent twice.
            change.nothing()
            return
        comments.append(
            Comment(id=next_id(comments, "c"), by=by.public_id, at=change.now, text=text)
        )


MOST_LINKS = 50


def add_link(reference: str, kind: str, target: str, *, by: Actor, vault: OpenVault) -> None:
    """Link a case to another case (both then show it), or to an occasion by its public id.

    Raises NotFound if there is none, or if she must be kept away from it.
    """
    also = [target] if kind == "incident" else []
    with changing("incidents.changed", by, vault, reference, also=also) as change:
        record = change.record
        if any((link.kind, link.id) == (kind, target) for link in record.links):
            change.nothing()
            return
        if len(record.links) >= MOST_LINKS:
            raise NotNow
        if kind == "incident":
            with _other(change, target) as other:
                _drop(other, reference)
                other.record.links.append(Link(kind="incident", id=reference))
                other.happened("linked", about=reference)
        else:
            source = occasions_of(kind)
            if source is None or not source.named([target], by):
                raise NotFound
        record.links.append(Link(kind=kind, id=target))
        change.happened("linked", about=target)


def remove_link(reference: str, kind: str, target: str, *, by: Actor, vault: OpenVault) -> None:
    """Take a link away, on both sides. Raises NotFound if there is none."""
    also = [target] if kind == "incident" else []
    with changing("incidents.changed", by, vault, reference, also=also) as change:
        record = change.record
        links = [link for link in record.links if (link.kind, link.id) != (kind, target)]
        if len(links) == len(record.links):
            raise NotFound
        record.links = links
        change.happened("unlinked", about=target)
        if kind == "incident":
            stand_alone(change.session, reference)
            # It may have been shredded, or be not for her: her side goes, the other stays.
            with suppress(NotFound), _other(change, target) as other:
                _drop(other, reference)
                other.happened("unlinked", about=reference)


@contextmanager
def _other(change: CaseChange, target: str) -> Iterator[CaseChange]:
    """The other side, changed as any case is: it may be one that nobody has saved yet."""
    if target == change.case.reference:
        raise NotFound
    with changing_within(change.change, change.by, change.vault, target) as other:
        yield other


def _drop(other: CaseChange, reference: str) -> None:
    other.record.links = [
        link for link in other.record.links if (link.kind, link.id) != ("incident", reference)
    ]
