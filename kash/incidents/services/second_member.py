"""Acts that one member asks for and a second decides about, and holds.

What waits lies in the sealed record of its case: who reads the database, or the audit trail without
keys, learns not even that anything was asked.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.incidents.errors import NotNow
from kash.incidents.queries.cases import Case
from kash.incidents.queries.second_member import standings
from kash.incidents.rules.parts import Hold, MemberAnswer, MemberProposal, next_id
from kash.incidents.rules.record import Record
from kash.incidents.rules.second_member import (
    END_HOLD,
    HOLD,
    REPLACE,
    SHRED,
    is_a_paper,
    is_possible,
    is_stopped,
    lifts_alone,
    proposed,
)
from kash.incidents.services.cases import CaseChange, changing
from kash.platform.approvals.rules import Standing
from kash.platform.database import utc_now
from kash.platform.vault import OpenVault, shred
from kash.platform.web.errors import NotFound, Problem
from kash.policy import Actor


class OnHold(Problem):
    """A member holds the case."""

    status, field = 409, ""
    sentence = _l(
        "This case is held: nobody closes or shreds it, removes evidence, replaces a name or takes"
        " words out, until the hold is lifted."
    )


class ProposedAlready(Problem):
    """The same waits for a second member already."""

    status, field = 409, ""
    sentence = _l("This was asked for already, and waits for a second member.")


class DecidedMeanwhile(Problem):
    """Nothing waits under this id any more, or what it was about has changed."""

    status, field = 409, ""
    sentence = _l("This waits no more: it was decided, taken back, or the case has changed since.")


class AnotherDecides(Problem):
    """She asked for it herself, or one of the two stands behind the other."""

    status, field = 409, ""
    sentence = _l(
        "Another member decides this: not who asked, and nobody who brought the other's account in"
        " or gave it its roles."
    )


def propose(change: CaseChange, new: MemberProposal) -> bool:
    """Put a proposal into a case that is being changed; False if she asked for the same already.

    Raises OnHold, NotNow if it cannot be done with the case as it stands, NotFound if what it is
    about is not there, and ProposedAlready if somebody else did. A new identity comes
    beside one that waits.
    """
    record = change.record
    if is_stopped(record, new.act):
        raise OnHold
    if not is_possible(record, change.row.state, new.act, new.about, new.replaces):
        raise NotNow if new.act in (SHRED, HOLD) else NotFound
    for one in record.proposals:
        same = (one.act, one.about, one.words) == (new.act, new.about, new.words)
        if same and new.act != REPLACE:
            if one.by == new.by:
                return False
            raise ProposedAlready
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
    now, by = change.change.now, change.by.public_id
    if not propose(change, MemberProposal(id="", act=act, by=by, at=now, reason=reason, **more)):
        change.change.nothing()


def agreed(session: Session, by: Actor, case: Case, proposal: str, *acts: str) -> MemberProposal:
    """The proposal of one of these acts to which a member agrees, as it can be done now, taken out
    of its case, and the answer kept for whoever asked. Raises DecidedMeanwhile, AnotherDecides and
    OnHold."""
    found = proposed(case.record, proposal)
    if found is None or found.act not in acts:
        raise DecidedMeanwhile
    if standings(session, by.public_id, [found.by])[found.by] is not Standing.MAY:
        raise AnotherDecides
    if is_stopped(case.record, found.act):
        raise OnHold
    if not is_possible(case.record, case.state, found.act, found.about, found.replaces):
        raise DecidedMeanwhile
    answer(case.record, found, by, agrees=True)
    return found


def answer(
    record: Record, asked: MemberProposal, by: Actor, *, agrees: bool, reason: str = ""
) -> None:
    """Take a request out of a record, and keep for whoever asked what another said to it."""
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
    it is gone. Raises NotFound and DecidedMeanwhile."""
    with changing("incidents.second_refused", by, vault, reference) as change:
        found = proposed(change.record, proposal)
        if found is None:
            raise DecidedMeanwhile
        answer(change.record, found, by, agrees=False, reason=reason)
        if found.document:
            shred(change.change.session, [found.document])
        what = "second_taken_back" if found.by == by.public_id else "second_refused"
        change.happened(what, about=found.about, reason=reason)


# --- Holds ------------------------------------------------------------------------------------


def hold(
    by: Actor, vault: OpenVault, reference: str, reason: str, *, paper: str = "", details: str = ""
) -> bool:
    """Hold a case: at once, or with a paper once a second member agrees; whether it holds now.

    One hold of each member is enough. Raises NotFound, NotNow for a paper that is none or where one
    holds already, and ProposedAlready.
    """
    with changing("incidents.held", by, vault, reference) as change:
        record, now = change.record, change.change.now
        if paper:
            if not is_a_paper(paper):
                raise NotNow
            put_before_a_second(change, HOLD, reason, paper=paper, details=details)
            return False
        if any(lifts_alone(one, by.public_id) for one in record.holds):
            change.change.nothing()
            return True
        record.holds.append(
            Hold(id=next_id(record.holds, "h"), by=by.public_id, at=now, reason=reason)
        )
        change.happened("held", reason=reason)
    return True


def lift(by: Actor, vault: OpenVault, reference: str, hold_id: str, reason: str) -> bool:
    """Lift one's own hold at once, or ask for a second member to end another's or a paper's;
    whether it is lifted now. Raises NotFound and ProposedAlready."""
    with changing("incidents.hold_ended", by, vault, reference) as change:
        found = next((one for one in change.record.holds if one.id == hold_id), None)
        if found is None:
            raise NotFound
        if lifts_alone(found, by.public_id):
            change.record.holds.remove(found)
            change.happened("hold_ended", reason=reason)
            return True
        put_before_a_second(change, END_HOLD, reason, about=hold_id)
    return False


def agree_to_hold(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree to a hold with a paper, or to the end of a hold. Raises as `agreed`."""
    with changing("incidents.held", by, vault, reference) as change:
        record = change.record
        found = agreed(change.change.session, by, change.case, proposal, HOLD, END_HOLD)
        if found.act == END_HOLD:
            record.holds[:] = [one for one in record.holds if one.id != found.about]
            change.happened("hold_ended", reason=found.reason)
            return
        record.holds.append(
            Hold(
                id=next_id(record.holds, "h"),
                by=found.by,
                at=change.change.now,
                reason=found.reason,
                paper=found.paper,
                details=found.details,
                second=by.public_id,
            )
        )
        change.happened("held", reason=found.reason)
