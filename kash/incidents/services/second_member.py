"""Acts that one member asks for and a second decides about, and holds. What waits lies in the
sealed record of its case: who reads the database, or the audit trail without keys, learns not even
that anything was asked. The end of a case: its keys, its documents and its files, for good. The
steps of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import (
    Incident,
    IncidentDraft,
    IncidentDraftScreen,
    MediationBrief,
    delete_where,
    end_with_closing,
    remains_of,
)
from kash.incidents.queries.cases import Case, open_case
from kash.incidents.queries.letterbox import autosaves_of_case, court_days, opened_box
from kash.incidents.queries.mediation import standings
from kash.incidents.queries.officers import decides_alone, reader_of
from kash.incidents.rules.casework import (
    DECISIONS,
    END_HOLD,
    HOLD,
    REPLACE,
    SHRED,
    STEPS,
    WITHOUT_ENDINGS,
    Refusal,
    is_a_paper,
    is_possible,
    is_stopped,
    lifts_alone,
    refusal_of,
    target_of,
)
from kash.incidents.rules.clocks import clocks_of, endings_fit, what_is_open
from kash.incidents.rules.consents import conflict_of
from kash.incidents.rules.letterbox import Fate
from kash.incidents.rules.mediation_gate import standing_of
from kash.incidents.rules.parts import (
    CaseDecision,
    Hold,
    MemberAnswer,
    MemberProposal,
    by_id,
    next_id,
)
from kash.incidents.rules.record import Record, unprotected
from kash.incidents.rules.totals import is_over
from kash.incidents.services.cases import CaseChange, changing, forget_what_was_taken_in
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.retention import forget, forget_shredded
from kash.incidents.services.saved_views import NotNow
from kash.platform import storage
from kash.platform.approvals.rules import Standing
from kash.platform.database import after_commit, db, utc_now
from kash.platform.vault import OpenVault, SealedDocument, audited, shred
from kash.platform.web.errors import NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.formats import to_local, zone
from kash.policy import SYSTEM, Actor, Role


class OnHold(Problem):
    """A member holds the case."""

    status, field = 409, ""
    sentence = _l(
        "This case is held: nobody closes or shreds it, removes evidence, replaces a name or "
        "takes words out."
    )


DECIDED = _l("This waits no more: it was decided, taken back, or the case has changed.")
ANOTHER_DECIDES = _l(
    "Another member decides this, who has no part in bringing your account in or in its roles, "
    "nor you in theirs."
)


def propose(change: CaseChange, new: MemberProposal) -> bool:
    """Put a proposal into a case that is being changed; False if she asked for the same already.

    Raises OnHold, NotNow if it cannot be done with the case as it stands, NotFound if what it is
    about is not there, and Problem if somebody else did. A new identity comes beside one that
    waits.
    """
    record = change.record
    if is_stopped(record, new.act):
        raise OnHold
    if not is_possible(record, change.row.state, new.act, new.about, new.replaces):
        raise NotNow if new.act in (SHRED, HOLD) else NotFound
    for proposal in record.proposals:
        same = (proposal.act, proposal.about, proposal.words) == (new.act, new.about, new.words)
        if same and new.act != REPLACE:
            if proposal.by == new.by:
                return False
            raise Problem(
                _l("This was asked for already, and waits for a second member."), field=""
            )
    new.id = next_id(record.proposals, "s")
    record.proposals.append(new)
    change.happened(f"asked_{new.act}", about=new.about, reason=new.reason)
    return True


def ask(
    by: Actor, vault: OpenVault, reference: str, act: str, reason: str, *, about: str = ""
) -> None:
    """Ask for something that takes a second member. Raises as `propose`, and NotFound."""
    with changing("incidents.second_asked", by, vault, reference) as change:
        put_before_a_second(change, act, reason, about=about)


def put_before_a_second(change: CaseChange, act: str, reason: str, **more: str) -> None:
    """Ask within a change; nothing if she asked for the same already. Raises as `propose`."""
    now, by = change.now, change.by.public_id
    if not propose(change, MemberProposal(id="", act=act, by=by, at=now, reason=reason, **more)):
        change.nothing()


def agreed(session: Session, by: Actor, case: Case, proposal: str, *acts: str) -> MemberProposal:
    """The proposal of one of these acts to which a member agrees, as it can be done now, taken out
    of its case, and the answer kept for the person who asked. Raises Problem and OnHold."""
    waiting = by_id(case.record.proposals, proposal)
    if waiting is None or waiting.act not in acts:
        raise Problem(DECIDED, field="")
    if standings(session, by.public_id, [waiting.by])[waiting.by] is not Standing.MAY:
        raise Problem(ANOTHER_DECIDES, field="")
    if is_stopped(case.record, waiting.act):
        raise OnHold
    if not is_possible(case.record, case.state, waiting.act, waiting.about, waiting.replaces):
        raise Problem(DECIDED, field="")
    answer(case.record, waiting, by, agrees=True)
    return waiting


def answer(
    record: Record, asked: MemberProposal, by: Actor, *, agrees: bool, reason: str = ""
) -> None:
    """Take a request out of a record, and keep for the person who asked what another said to it."""
    record.proposals.remove(asked)
    if asked.by != by.public_id:
        record.member_answers.append(
            MemberAnswer(
                act=asked.act,
                by=asked.by,
                second=by.public_id,
                at=utc_now(),
                agreed=agrees,
                reason=reason,
            )
        )


def refuse(by: Actor, vault: OpenVault, reference: str, proposal: str, reason: str) -> None:
    """Refuse what another asked for, or take back what one asked for oneself. What was sealed for
    it is gone. Raises NotFound and Problem."""
    with changing("incidents.second_refused", by, vault, reference) as change:
        waiting = by_id(change.record.proposals, proposal)
        if waiting is None:
            raise Problem(DECIDED, field="")
        answer(change.record, waiting, by, agrees=False, reason=reason)
        if waiting.document:
            shred(change.session, [waiting.document])
        what = "second_taken_back" if waiting.by == by.public_id else "second_refused"
        change.happened(what, about=waiting.about, reason=reason)


# --- Holds ------------------------------------------------------------------------------------


def hold(
    by: Actor, vault: OpenVault, reference: str, reason: str, *, paper: str = "", details: str = ""
) -> bool:
    """Hold a case: at once, or with a paper once a second member agrees; whether it holds now.

    One hold of each member is enough. Raises NotFound, NotNow for a paper that is none or where one
    holds already, and Problem.
    """
    with changing("incidents.held", by, vault, reference) as change:
        record, now = change.record, change.now
        if paper:
            if not is_a_paper(paper):
                raise NotNow
            put_before_a_second(change, HOLD, reason, paper=paper, details=details)
            return False
        if any(lifts_alone(hold, by.public_id) for hold in record.holds):
            change.nothing()
            return True
        record.holds.append(
            Hold(id=next_id(record.holds, "h"), by=by.public_id, at=now, reason=reason)
        )
        change.happened("held", reason=reason)
    return True


def lift(by: Actor, vault: OpenVault, reference: str, hold_id: str, reason: str) -> bool:
    """Lift one's own hold at once, or ask for a second member to end another's or a paper's;
    whether it is lifted now. Raises NotFound and Problem."""
    with changing("incidents.hold_ended", by, vault, reference) as change:
        case_hold = one_or_404(by_id(change.record.holds, hold_id))
        if lifts_alone(case_hold, by.public_id):
            change.record.holds.remove(case_hold)
            change.happened("hold_ended", reason=reason)
            return True
        put_before_a_second(change, END_HOLD, reason, about=hold_id)
    return False


def agree_to_hold(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree to a hold with a paper, or to the end of a hold. Raises as `agreed`."""
    with changing("incidents.held", by, vault, reference) as change:
        record = change.record
        proposed = agreed(change.session, by, change.case, proposal, HOLD, END_HOLD)
        if proposed.act == END_HOLD:
            record.holds[:] = [hold for hold in record.holds if hold.id != proposed.about]
            change.happened("hold_ended", reason=proposed.reason)
            return
        record.holds.append(
            Hold(
                id=next_id(record.holds, "h"),
                by=proposed.by,
                at=change.now,
                reason=proposed.reason,
                paper=proposed.paper,
                details=proposed.details,
                second=by.public_id,
            )
        )
        change.happened("held", reason=proposed.reason)


@dataclass
class Shredded:
    """Shredding as it went: sealed documents and files; `left` are files that could not be
    deleted."""

    documents: int = 0
    files: int = 0
    left: int = 0


def shred_case(reference: str, *, by: Actor, vault: OpenVault, proposal: str) -> Shredded:
    """Agree that a closed case is shredded, and shred it; the entry names both members. Raises
    NotFound, Damaged, NotNow, DecidedMeanwhile, AnotherDecides and OnHold."""
    done = Shredded()
    with audited("incidents.shredded", by) as change:
        session = change.session
        incident = get_or_404(session, Incident, reference, lock=True)
        case = open_case(by, vault, reference, session)
        if refusal_of("shred", incident.state, by=by.public_id) is not None:
            raise NotNow
        proposed = agreed(session, by, case, proposal, SHRED)
        remains = remains_of(session, case.record)
        # What somebody was writing of it when it ended, which only opening tells.
        unfinished = autosaves_of_case(session, vault, reference)
        forget_what_was_taken_in(session, case)
        forget(session, reference, case.record, proposed.by, to_local(change.now).date())
        ids = [
            *(document.place.public_id for document in case.documents),
            *remains.documents,
            *unfinished,
        ]
        done.documents = _shred(session, [incident], ids, remains.briefs)
        change.about(reference, proposed.by)
        files = list(remains.files)
        after_commit(lambda: _delete(files, done))
    return done


def _shred(
    session: Session, rows: Sequence[Incident], ids: Sequence[str], briefs: Sequence[str]
) -> int:
    """End cases, and the documents and briefs that belong to them; how many documents went."""
    delete_where(session, MediationBrief.public_id, briefs)
    for incident in rows:
        incident.state, incident.document_id, incident.remind_at = "shredded", None, None
    session.flush()
    numbers = select(SealedDocument.id).where(SealedDocument.public_id.in_(ids))
    drafts = session.scalars(
        select(IncidentDraftScreen.draft_id).where(IncidentDraftScreen.document_id.in_(numbers))
    ).all()
    delete_where(session, IncidentDraftScreen.document_id, numbers)
    delete_where(session, IncidentDraft.id, drafts)
    return shred(session, ids)


def _delete(files: list[str], done: Shredded) -> None:
    for name in files:
        try:
            storage.delete(name)
            done.files += 1
        except storage.StorageError:
            # Without its key it is noise; a chore of the person who keeps files may try again.
            done.left += 1


# --- What nothing keeps -----------------------------------------------------------------------


def shred_unkept(today: date) -> int:
    """Shred every case that nothing keeps and whose last day has passed; how many.

    No key is needed: what belongs to each was noted while somebody could read it. One transaction,
    and one entry of the audit, without ids. Files go after the commit.
    """
    due = [
        key for key, fate in opened_box(db.session()).fates.items() if is_over(fate.until, today)
    ]
    db.session.rollback()
    if not due:
        return 0
    with audited("incidents.shredded_unkept", SYSTEM) as change:
        session = change.session
        # As any change of a case: first its row, then the letterbox.
        query = select(Incident).where(Incident.public_id.in_(due)).order_by(Incident.id)
        rows = {
            incident.public_id: incident for incident in session.scalars(query.with_for_update())
        }
        fates: dict[str, Fate] = {}
        with letterbox(session) as box:
            for reference in due:
                # Somebody may have kept it meanwhile.
                fate = box.fates.get(reference)
                if fate is None or not is_over(fate.until, today) or box.is_held(reference):
                    continue
                incident = rows.get(reference)
                if incident is None or incident.document_id is None:
                    del box.fates[reference]
                    continue
                fates[reference] = fate
                if incident.receipt_hash:
                    box.taken_back.pop(incident.receipt_hash, None)
                    if fate.as_asked:
                        box.shredded[incident.receipt_hash] = today
            forget_shredded(session, box, {key: fate.for_officers for key, fate in fates.items()})
        if not fates:
            change.nothing()
        records = [incident.document_id for key, incident in rows.items() if key in fates]
        ids = [
            *session.scalars(
                select(SealedDocument.public_id).where(SealedDocument.id.in_(records))
            ),
            *(document for fate in fates.values() for document in fate.documents),
        ]
        briefs = [brief for fate in fates.values() for brief in fate.briefs]
        files = [file for fate in fates.values() for file in fate.files]
        _shred(session, [rows[key] for key in fates], ids, briefs)
        after_commit(lambda: _delete(files, Shredded()))
    return len(fates)


_SENTENCES = {
    Refusal.STATE: _l("The case is not at this step any more. Look at it again."),
    Refusal.SAME_PERSON: _l(
        "A person who filed or triaged a case does not verify it. Give it to somebody else."
    ),
    Refusal.OUTCOME: _l("This outcome does not fit the case. Choose another."),
    Refusal.REASON: _l("Write the reason."),
    Refusal.CHILD: _l(
        "Somebody here is or may be under 18, and it is not known that child protection reached "
        "her. Tell how the referral went, or why the case ends all the same."
    ),
    Refusal.CHILD_CUSTODIAN: _l(
        "Somebody here is or may be under 18, and it is not known that child protection reached "
        "her. Tell how the referral went; otherwise a custodian closes this case."
    ),
    Refusal.STILL_OPEN: _l(
        "Something is open still: somebody is held, a limit runs, or an outcome is missing. The "
        "page lists it."
    ),
    Refusal.ASK_FIRST: _l("It is not known yet what is wanted. Ask, and note it."),
    Refusal.ENDINGS: _l("Say for each person how it ended."),
    Refusal.NOT_WANTED: _l(
        "Mediation is only for those who want it and agreed to it. Ask what is wanted, and note "
        "both."
    ),
}


class StepRefused(NotNow):
    """A step that is not open: `why` says which of the rules stands against it."""

    field = ""

    def __init__(self, why: Refusal) -> None:
        super().__init__(str(_SENTENCES[why]))
        self.why = why


def take_step(
    reference: str,
    verb: str,
    *,
    by: Actor,
    vault: OpenVault,
    version: int | None = None,
    reason: str = "",
    outcome: str = "",
    urgent: bool | None = None,
    endings: dict[str, str] | None = None,
) -> str:
    """Take a case a step on (or back); the state that it is in now. Shredding is done elsewhere.

    `urgent` may be said at triage; `endings` say at closing how it ended for each person. Raises
    NotFound, Damaged, CaseChangedMeanwhile, StepRefused and OnHold.
    """
    if verb not in STEPS or verb == "shred":
        raise NotFound
    with changing("incidents.moved", by, vault, reference, version=version) as change:
        record, seen, now = change.record, change.case.seen, change.now
        why = refusal_of(
            verb,
            change.row.state,
            by=by.public_id,
            filed_by=record.filing.author,
            triaged_by=record.triage.by,
            conflict=conflict_of(reader_of(by), seen) is not None,
            alone=decides_alone(by.public_id, seen),
            unprotected=bool(unprotected(record)),
            custodian=Role.CUSTODIAN in by.roles,
            outcome=outcome,
            reason=reason,
            standing=standing_of(record),
            still_open=bool(what_is_open(record, clocks_of(record, zone(), court_days()))),
            endings_fit=endings_fit(record, endings or {}),
        )
        if why is Refusal.CONFLICT:
            raise NotFound
        if why is not None:
            raise StepRefused(why)
        if verb == "close" and record.holds:
            raise OnHold
        # A person who takes it on does not want it gone as it was.
        for proposal in [proposal for proposal in record.proposals if proposal.act == SHRED]:
            answer(record, proposal, by, agrees=False, reason=reason)
        target = target_of(STEPS[verb], verified=record.verification.outcome == "verified")
        decision = CaseDecision(by=by.public_id, at=now, outcome=outcome or target, reason=reason)
        change.row.state = target
        if verb == "triage":
            record.triage = decision
            if urgent is not None:
                record.urgent = urgent
        elif target in DECISIONS and verb != "reopen":
            record.verification = decision
        elif target == "triaged":
            record.verification = CaseDecision()
        if verb == "close":
            record.closing = decision
            if outcome not in WITHOUT_ENDINGS:
                decision.endings = endings or {}
            end_with_closing(change.session, record)
        elif verb == "reopen":
            record.closing = CaseDecision()
        change.happened(verb, reason=reason)
    return target


def mark_urgent(
    reference: str, urgent: bool, *, by: Actor, vault: OpenVault, version: int | None = None
) -> None:
    """Say that a case cannot wait, or that it can. Raises as `changing`."""
    with changing("incidents.changed", by, vault, reference, version=version) as change:
        _still_open(change)
        if change.record.urgent is urgent:
            change.nothing()
            return
        change.record.urgent = urgent
        change.happened("urgent" if urgent else "not_urgent")


def _still_open(change: CaseChange) -> None:
    if change.row.state in ("closed", "shredded"):
        raise StepRefused(Refusal.STATE)
