"""Writing a case in the full form: a new
one, or over one that is there. Referrals and what was agreed: added, and told how they went,
without the full form. Identities of those on record: each a document of the compartment
`identity`, which only custodians open. An officer writes it and cannot read it again. What a
custodian lets her see for an hour goes through the room of members. Limits of time of each person:
what came of them, and tries to hear of somebody who is held. Counts of what waits for a member
whose vault is open, as Today shows it, and no case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.incidents.models import Incident
from kash.incidents.queries.cases import KIND as CASES_KIND
from kash.incidents.queries.cases import Case, open_case
from kash.incidents.queries.mediation import standings
from kash.incidents.queries.register import register
from kash.incidents.rules.casework import NOT_KNOWN, OVER, REPLACE, asks_why
from kash.incidents.rules.clocks import (
    answer_due,
    may_be_given_up,
    may_be_sent,
    name_the_only_one,
    who_is_held,
)
from kash.incidents.rules.consents import for_custodian
from kash.incidents.rules.filing import KIND as FIRST_ACCOUNT
from kash.incidents.rules.filing import account_from, first_account
from kash.incidents.rules.mediation_gate import terms_refused
from kash.incidents.rules.money import refusal_of, refusals
from kash.incidents.rules.parts import (
    NOT_WANTED,
    Act,
    EarlierIdentity,
    Event,
    FollowUp,
    MemberProposal,
    Person,
    Referral,
    SearchTry,
    Term,
    by_id,
)
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.rules.records import (
    digests,
    identities_of_who_refused,
    persons_with_identity_taken_off,
    write,
)
from kash.incidents.rules.totals import ALL, SOON, Filters, days_left
from kash.incidents.services.autosaves import forget_typed
from kash.incidents.services.cases import (
    CaseChange,
    GoneOn,
    add_link,
    changing,
    goes_to_custodian,
    keep_first_account,
    note_search,
    refuse_opening_unknown,
    tell_of_who_is_held,
)
from kash.incidents.services.letterbox import keep_owner, next_reminder
from kash.incidents.services.retention import settle
from kash.incidents.services.saved_views import (
    NOT_TO_BE_AGREED,
    CaseChangedMeanwhile,
    Damaged,
    NobodyHoldsKeys,
)
from kash.incidents.services.second_member import agreed, answer, propose, put_before_a_second
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, new_public_id, public_id_from
from kash.platform.vault import (
    CompartmentName,
    NobodyCanOpen,
    NoSuchDocument,
    OpenVault,
    SealedDocument,
    SealError,
    audited,
    fetch,
    fetch_one,
    file_document,
    keep_keys,
    open_document,
    shred,
)
from kash.platform.web.errors import NotFound, Problem, one_or_404
from kash.platform.web.formats import from_local, to_local, zone
from kash.policy import Actor

IDENTITY_WOULD_BE_LEFT = _l("A person whose name is kept sealed cannot be taken off here.")


NOT_WITHOUT_HER_YES = _l(
    "Nobody is told of her without her yes. If she cannot be asked, only child protection is "
    "told (under 18), and an advocate (of somebody held)."
)


NO_TERM = _l("Nothing is owed to police, prison or county officers. Look at what was agreed.")


WHY_IS_MISSING = _l("This case was verified. Say why the record is changed.")


@dataclass(frozen=True)
class SentPage:
    """Sending of a page: what was typed, and the page that it was typed on.

    `submit` hands a draft in; `token` names what was kept of this page meanwhile; `why` says why a
    record is changed. `hands_over`: she knows that a custodian alone reads it from then on;
    `opens`: that all officers read it, and no custodian alone.
    """

    typed: Record
    token: str
    submit: bool = False
    why: str = ""
    hands_over: bool = False
    opens: bool = False


def refuse_bribes(record: Record) -> None:
    """Raise Problem if a record holds a term that a public officer would gain by: whatever a form
    saw, this is what would be saved."""
    if any(refusals(record.terms, record.parties)):
        raise Problem(NO_TERM, field="")


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _reference(by: Actor, token: str) -> str:
    """The reference that the case of a page gets: as random as the page's token, and the same for
    the same page sent twice."""
    return public_id_from(hashlib.sha256(f"case:{by.public_id}:{token}".encode()).digest())


def _documentation_is_there(
    session: Session, vault: OpenVault, reference: str, new: Record
) -> bool:
    """True if the very same was saved before: the button was pressed twice.

    If it was handed over, its writer does not see it any more, and somebody may have written on it
    since: so it is compared with what was handed in as well, and nothing of it is shown.
    """
    named = select(SealedDocument.public_id).join(
        Incident, Incident.document_id == SealedDocument.id
    )
    document = session.scalar(named.where(Incident.public_id == reference))
    try:
        written = [
            from_bytes(open_document(vault, sealed))
            for sealed in (fetch(session, document, kind=CASES_KIND) if document else ())
        ]
        first = [key for record in written for key in record.first_accounts]
        written += [
            account_from(open_document(vault, sealed)).as_record(zone())
            for sealed in (fetch(session, *first, kind=FIRST_ACCOUNT) if first else ())
        ]
    except (SealError, ValidationError):
        return False
    return digests(new) in [digests(record) for record in written]


def add_case(by: Actor, vault: OpenVault, written: SentPage, language: str) -> str:
    """Add a case of the actor's own, a draft unless it is handed in or over; its reference.

    The same page sent twice adds one case. Raises NobodyHoldsKeys, HandsOver and Problem.
    """
    try:
        return _added(by, vault, written, language)
    except IntegrityError:
        # Sent twice at once, and the other was first.
        return _added(by, vault, written, language)


def _added(by: Actor, vault: OpenVault, written: SentPage, language: str) -> str:
    record = Record()
    write(record, written.typed)
    record.declared = list(written.typed.declared)
    refuse_bribes(record)
    if terms_refused(record, Record()):
        raise Problem(NOT_TO_BE_AGREED, field="kind")
    goes = goes_to_custodian(by, record, knows=written.hands_over)
    state = "submitted" if written.submit or written.hands_over else "draft"
    with audited("incidents.case_added", by) as change:
        reference = _reference(by, written.token)
        taken = select(Incident.id).where(Incident.public_id == reference)
        if change.session.scalar(taken) is not None:
            if _documentation_is_there(change.session, vault, reference, record):
                change.nothing()
                return reference
            reference = new_public_id()
        record.filing.author = by.public_id
        record.filing.language = language
        record.filing.filed_at = _hour(change.now)
        if written.typed.filing.held:
            # By telephone, of somebody who is held: for how long counts in minutes.
            record.filing.held, record.urgent = True, written.typed.urgent
            record.reach = written.typed.reach
            record.filing.filed_at = change.now.replace(second=0, microsecond=0)
        record.timeline.append(Event(what="added", by=by.public_id, at=change.now, state=state))
        if goes:
            tell_of_who_is_held(change, record)
        try:
            if state == "submitted":
                account = first_account(record, change.now, by.public_id)
                account.written = as_bytes(record).decode()
                keep_first_account(change.session, vault, record, account)
            document = file_document(change.session, CASES_KIND, as_bytes(record))
        except NobodyCanOpen:
            raise NobodyHoldsKeys from None
        incident = Incident(
            public_id=reference,
            state=state,
            document_id=document.id,
            remind_at=next_reminder(record, state, change.now, newly=True),
        )
        change.session.add(incident)
        change.session.flush()
        forget_typed(change.session, by, written.token)
        settle(change.session, vault, reference, state, record)
        keep_owner(
            change.session, reference, state, record, record, change.now, by=by.public_id, took=True
        )
        change.about(reference)
        return reference


def write_case(
    by: Actor, vault: OpenVault, reference: str, version: int, written: SentPage
) -> None:
    """Put what was typed into a case.

    Raises CaseChangedMeanwhile if somebody saved since `version` was read, Problem, HandsOver,
    OpensToOfficers, NotFound and Damaged.
    """
    with changing("incidents.case_written", by, vault, reference, version=version) as case:
        case.refuse_closed()
        if asks_why(case.record) and not written.why:
            raise Problem(WHY_IS_MISSING, field="why")
        case.why = written.why
        if persons_with_identity_taken_off(case.record, written.typed):
            raise Problem(IDENTITY_WOULD_BE_LEFT, field="")
        shred(case.session, identities_of_who_refused(case.record, written.typed))
        before, alone = case.record.model_copy(), for_custodian(case.case.seen)
        write(case.record, written.typed)
        refuse_bribes(case.record)
        if terms_refused(case.record, before):
            raise Problem(NOT_TO_BE_AGREED, field="kind")
        refuse_opening_unknown(alone, case.case.seen, knows=written.opens)
        goes = goes_to_custodian(by, case.case.seen, knows=written.hands_over)
        if goes:
            tell_of_who_is_held(case.change, case.record)
        if (written.submit or written.hands_over) and case.row.state == "draft":
            case.row.state = "submitted"
            case.happened("submit")
        elif goes:
            case.happened("handed_over")
        else:
            case.happened("written")
        forget_typed(case.session, by, written.token)


class ReferralOutcome(NamedTuple):
    """How a referral went: a code of `REFERRAL_OUTCOMES` but that it was not wanted, or `ACCEPTED`;
    the day, and why or a note."""

    outcome: str
    on: date | None
    note: str = ""


def told_of(referral: Referral) -> str:
    """All that was told of how a referral went, to know whether somebody else told it since."""
    accepted = referral.accepted_on or ""
    return f"{referral.outcome}|{referral.outcome_on or ''}|{referral.note}|{accepted}"


# The service takes her, and what comes of it is still to be told.
ACCEPTED = "accepted"
_TOLD = {
    ACCEPTED: "referral_accepted",
    "refused": "referral_refused",
    "reached": "referral_done",
    "helped": "referral_done",
    "not_reached": "referral_not_done",
}


def refer(
    by: Actor,
    vault: OpenVault,
    reference: str,
    referral: Referral,
    *,
    gone_on: GoneOn | None = None,
) -> None:
    """Add a referral, with a day by which the service answers; one that she does not want is kept
    as that, and nobody is told of her. Sent twice under the same id, it is added once.

    Raises Problem without her yes where one is needed, Problem, NotFound, Damaged and
    CaseChangedMeanwhile.
    """
    with changing("incidents.referred", by, vault, reference) as case:
        case.refuse_closed()
        if any(other.id == referral.id for other in case.record.referrals):
            case.nothing()
            return
        referral.by, referral.at = by.public_id, case.now
        today = to_local(case.now).date()
        if referral.agreed == "no":
            referral.outcome, referral.outcome_on = NOT_WANTED, today
            referral.made_on = referral.due_on = None
        elif not may_be_sent(case.record, referral):
            raise Problem(NOT_WITHOUT_HER_YES, field="agreed")
        else:
            told_on = referral.made_on or today
            referral.due_on = referral.due_on or answer_due(case.record, referral, told_on)
        case.record.referrals.append(referral)
        if not referral.outcome:
            case.went_on(gone_on)
        case.happened("referral_not_wanted" if referral.outcome else "referred", referral.id)


def say_outcome(
    by: Actor,
    vault: OpenVault,
    reference: str,
    referral_id: str,
    outcome: ReferralOutcome,
    *,
    seen: str | None = None,
) -> None:
    """Say how a referral went, or take that back by an empty outcome; with `seen`, only if that is
    what was told of it until now. Raises as `refer`, and Problem of one that was not wanted."""
    with changing("incidents.referral_updated", by, vault, reference) as case:
        referral = one_or_404(by_id(case.record.referrals, referral_id))
        before, accepted = told_of(referral), outcome.outcome == ACCEPTED
        if referral.outcome == NOT_WANTED:
            raise Problem(_l("She did not want this. If she says yes now, refer her anew."))
        referral.outcome = "" if accepted else outcome.outcome
        referral.outcome_on = outcome.on if referral.outcome else None
        if accepted:
            # The service has as long again to tell what came of it.
            referral.accepted_on = outcome.on or to_local(case.now).date()
            referral.due_on = answer_due(case.record, referral, referral.accepted_on)
        elif not referral.outcome:
            referral.accepted_on = None
        referral.note = outcome.note
        if told_of(referral) == before:
            # The same was sent twice.
            case.nothing()
            return
        if seen is not None and seen != before:
            raise CaseChangedMeanwhile
        case.happened(_TOLD.get(outcome.outcome, "referral_outcome"), referral.id, outcome.note)


def keep_contact(
    by: Actor, vault: OpenVault, reference: str, version: int, contact: Mapping[str, Any]
) -> None:
    """Keep how she is reached safely, by the fields of `Whereabouts`. Raises as `refer`, and
    CaseChangedMeanwhile if somebody saved since `version` was read."""
    with changing("incidents.changed", by, vault, reference, version=version) as case:
        case.refuse_closed()
        reach = case.record.reach.model_copy(update=dict(contact))
        if reach == case.record.reach:
            case.nothing()
            return
        case.record.reach = reach
        case.happened("contact_kept")


def note_follow_up(by: Actor, vault: OpenVault, reference: str, asked: FollowUp) -> None:
    """Note what she said when she was asked how she is; sent twice under the same id, once. Raises
    as `refer`."""
    with changing("incidents.changed", by, vault, reference) as case:
        case.refuse_closed()
        if any(other.id == asked.id for other in case.record.follow_ups):
            case.nothing()
            return
        case.record.follow_ups.append(asked)
        case.happened(f"asked_safe_{asked.safe}", asked.id, asked.to_do)


RETALIATION = "R3"


def write_down_retaliation(
    by: Actor, vault: OpenVault, reference: str, follow_up: str, language: str
) -> str:
    """Make a draft of a retaliation of which she told, linked to her first case; its reference, of
    the same draft if it was made before. It has the people of the first case, so that it is kept
    from the same members. Raises as `add_case` and `add_link`, and NotFound."""
    record = open_case(by, vault, reference).record
    asked = one_or_404(by_id(record.follow_ups, follow_up))
    if asked.case:
        return asked.case
    persons = [
        Person(id=person.id, code=person.code, age_band=person.age_band, person=person.person)
        for person in record.persons
    ]
    parties = [
        party.model_copy(update={"involvement": "unclear", "description": ""})
        for party in record.parties
    ]
    act = Act(id="a1", code=RETALIATION)
    typed = Record(persons=persons, parties=parties, acts=[act], declared=record.declared)
    new = add_case(by, vault, SentPage(typed, f"{reference}:{follow_up}"), language)
    add_link(reference, "incident", new, by=by, vault=vault)
    with changing("incidents.changed", by, vault, reference) as case:
        one_or_404(by_id(case.record.follow_ups, follow_up)).case = new
        case.happened("retaliation", follow_up)
    return new


def agree(by: Actor, vault: OpenVault, reference: str, term: Term) -> None:
    """Add what was agreed; sent twice under the same id, it is added once.

    Raises as `refer`, Problem if a public officer would gain by it, and Problem where the gate of
    mediation is shut for it.
    """
    with changing("incidents.term_agreed", by, vault, reference) as case:
        case.refuse_closed()
        if any(agreed_term.id == term.id for agreed_term in case.record.terms):
            case.nothing()
            return
        if refusal_of(term, case.record.parties) is not None:
            raise Problem(NO_TERM, field="")
        before = case.record.model_copy()
        case.record.terms = [*before.terms, term]
        if terms_refused(case.record, before):
            raise Problem(NOT_TO_BE_AGREED, field="kind")
        case.happened("agreed", term.kind)


def fulfil(
    by: Actor,
    vault: OpenVault,
    reference: str,
    term_id: str,
    fulfilled_on: date | None,
    agreed_on: date | None,
) -> None:
    """Say when a term was kept, None if it was not after all, and when she agreed to it herself,
    None if she did not. Raises as `refer`."""
    with changing("incidents.term_updated", by, vault, reference) as case:
        found = one_or_404(by_id(case.record.terms, term_id))
        if found.agreed_on != agreed_on:
            found.agreed_on = agreed_on
            case.happened("her_agreement", found.kind)
        if found.fulfilled_on != fulfilled_on:
            found.fulfilled_on = fulfilled_on
            case.happened("fulfilled" if fulfilled_on else "not_fulfilled", found.kind)


def say_who_was_released(_session: Session, record: Record) -> None:
    """Before a record is saved: a release that names nobody is that of the only one on record."""
    name_the_only_one(record)


KIND = "identity"
FIELDS = ("legal_name", "number", "born_on", "phone", "address", "note")


def person_of(case: Case, person: str) -> Person:
    """Somebody on record, by her short id. Raises NotFound."""
    for somebody in case.record.persons:
        if somebody.id == person:
            return somebody
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
    known_facts = {name: facts[name] for name in FIELDS if facts.get(name)}
    plaintext = json.dumps(known_facts, ensure_ascii=False).encode()
    with changing("incidents.identity_filed", by, vault, reference, version=version) as change:
        session = change.session
        somebody = person_of(change.case, person)
        try:
            sealed = file_document(session, KIND, plaintext, compartment=CompartmentName.IDENTITY)
        except NobodyCanOpen:
            raise NobodyHoldsKeys from None
        if not somebody.identity:
            somebody.identity = sealed.public_id
            change.happened("identity", about=person)
            return True
        propose(
            change,
            MemberProposal(
                id="",
                act=REPLACE,
                by=by.public_id,
                at=change.now,
                reason=reason,
                about=person,
                document=sealed.public_id,
                replaces=somebody.identity,
            ),
        )
    return False


def replace_identity(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree that a sealed identity comes in the place of another, which stays as a version. Raises
    NotFound, Problem and OnHold."""
    with changing("incidents.identity_replaced", by, vault, reference) as change:
        proposed = agreed(change.session, by, change.case, proposal, REPLACE)
        person = person_of(change.case, proposed.about)
        change.record.earlier_identities.append(
            EarlierIdentity(
                person=person.id,
                document=person.identity,
                at=change.now,
                by=proposed.by,
                second=by.public_id,
                reason=proposed.reason,
            )
        )
        person.identity = proposed.document
        change.happened("identity_replaced", about=person.id, reason=proposed.reason)


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
        content = json.loads(plaintext)
        return {name: str(content[name]) for name in FIELDS if content.get(name)}
    except (ValueError, AttributeError):
        raise Damaged from None


def _opened(session: Session, vault: OpenVault, document: str) -> dict[str, str]:
    try:
        return facts_from(open_document(vault, fetch_one(session, document, KIND)))
    except NoSuchDocument:
        raise NotFound from None
    except SealError:
        raise Damaged from None


NOT_HELD = _l("She is not held any more, as far as the record says.")


@dataclass(frozen=True)
class WhatCame:
    """All that came of the limits of a person (an id). `arrested_on` is a day without an hour."""

    person: str
    arrested_on: date | None = None
    before_court_at: datetime | None = None
    court: str = ""
    court_result: str = ""
    released_at: datetime | None = None
    pep: str = ""
    contraception: str = ""


def tell_what_came(
    by: Actor, vault: OpenVault, reference: str, said: WhatCame, version: int | None = None
) -> None:
    """Say what came of somebody's limits. Who was let go by a court is free from that moment.

    Raises NotFound, Damaged, Problem and CaseChangedMeanwhile.
    """
    with changing("incidents.limits_told", by, vault, reference, version=version) as change:
        person = _person(change, said.person)
        before = person.model_copy(deep=True)
        if said.arrested_on is not None:
            person.arrested_at = from_local(said.arrested_on, time())
            person.hours_unknown = [*{*person.hours_unknown, "arrested_at"}]
        person.before_court_at = said.before_court_at
        person.court, person.court_result = said.court, said.court_result
        person.released_at = said.released_at
        if said.court_result == "released" and said.released_at is None:
            person.released_at = said.before_court_at
        told = {"pep": said.pep, "contraception": said.contraception}
        person.limits = {kind: result for kind, result in told.items() if result}
        for moment in (person.before_court_at, person.released_at):
            if moment and person.arrested_at and moment < person.arrested_at:
                raise Problem(_l("This is before she was arrested."), field="before_court_at")
        if person == before:
            change.nothing()
            return
        came = ("before_court_at", "court_result", "released_at")
        if any(getattr(person, name) != getattr(before, name) for name in came):
            heard_of(change, person)
        change.happened("limits_told", about=person.id)


def note_try(
    by: Actor, vault: OpenVault, reference: str, person_id: str, what: str, *, heard: bool = False
) -> None:
    """Note a try to hear of somebody who is held, or not known any more. Once she was `heard` of,
    nobody says so. Raises NotFound, Damaged and Problem."""
    with changing("incidents.try_noted", by, vault, reference) as change:
        person = _person(change, person_id)
        if not (person.not_known_at or person in who_is_held(change.record)):
            raise Problem(NOT_HELD, field="")
        new = SearchTry(at=change.now, by=by.public_id, what=what, heard=heard)
        person.tries = [*person.tries, new]
        if heard:
            heard_of(change, person, what)
        change.happened("heard_of" if heard else "tried", about=person.id)


def heard_of(change: CaseChange, person: Person, what: str = "") -> None:
    """End all that was said, or waits to be said, of nobody knowing where she is; the person who
    asked for it reads that it was not done."""
    person.not_known_at = None
    for proposal in [*change.record.proposals]:
        if (proposal.act, proposal.about) == (NOT_KNOWN, person.id):
            answer(change.record, proposal, change.by, agrees=False, reason=what)


def ask_not_known(by: Actor, vault: OpenVault, reference: str, person_id: str, reason: str) -> None:
    """Ask a second member to agree that nobody knows any more where somebody is who was held.

    Raises NotFound, Damaged and Problem.
    """
    with changing("incidents.second_asked", by, vault, reference) as change:
        person = _person(change, person_id)
        if person not in who_is_held(change.record):
            raise Problem(NOT_HELD, field="")
        if not may_be_given_up(person):
            raise Problem(_l("Try twice to hear of her first, and note each try."), field="")
        put_before_a_second(change, NOT_KNOWN, reason, about=person.id)


def agree_not_known(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree to it. Raises as `second_member.agreed`."""
    with changing("incidents.not_known_said", by, vault, reference) as change:
        proposed = agreed(change.session, by, change.case, proposal, NOT_KNOWN)
        _person(change, proposed.about).not_known_at = change.now
        change.happened("not_known", about=proposed.about, reason=proposed.reason)


def _person(change: CaseChange, person_id: str) -> Person:
    change.refuse_closed()
    return one_or_404(by_id(change.record.persons, person_id))


@dataclass(frozen=True)
class WaitingCases:
    """How many cases wait: with somebody held or in danger, new ones that nobody took up, her own,
    with a clock that runs, her own in which something is due, verified ones in which somebody is to
    be asked what is wanted, such in which a mediator said no and nobody else is asked; of those for
    a custodian alone, which nobody took up, the ones with somebody who is or may be under 18, and
    about somebody of the programme; those of which a custodian has to decide something (0 for
    others); such as are shredded within two days if nothing keeps them until then; such of which
    something was taken back that nobody has read yet; such in which each is to be asked whether it
    may stay; how many people of open cases are asked again, whose yes was to earlier words; such in
    which the actor may be the second member; and answers to what she asked a second member. Those
    of what was taken back, of each who is asked, of the second member and the answers also where
    they are closed."""

    over: int = 0
    held: int = 0
    new: int = 0
    mine: int = 0
    clocks: int = 0
    due: int = 0
    to_ask: int = 0
    refused: int = 0
    minors: int = 0
    decisions: int = 0
    programme: int = 0
    ending: int = 0
    taken_back: int = 0
    to_ask_each: int = 0
    ask_again: int = 0
    seconds: int = 0
    answers: int = 0


def what_waits(by: Actor, vault: OpenVault, now: datetime) -> WaitingCases:
    """Count what waits among the cases that the actor may see. One pass over them, as the register
    makes, and one entry in the audit, without ids."""
    page = register(by, vault, Filters(show=ALL), [], now)
    note_search(by, vault, page.new, page.additions, unsettled=page.unsettled)
    decides = by.may("incidents.decide")
    today = to_local(now).date()
    askers = {asker for line in page.lines for asker in line.summary.proposed_by}
    stands = standings(db.session(), by.public_id, askers) if askers else {}
    everything = [line.summary for line in page.lines]
    lines = [(line, line.summary) for line in page.lines if line.summary.state not in OVER]
    mine = [
        summary
        for _line, summary in lines
        if by.public_id in (summary.assigned_to, page.owners.get(summary.reference))
    ]
    return WaitingCases(
        over=sum(line.is_over(now) for line in page.lines),
        held=sum(summary.held for _line, summary in lines),
        new=sum(
            summary.state == "submitted" and not summary.assigned_to for _line, summary in lines
        ),
        mine=len(mine),
        due=sum(summary.due_on is not None and summary.due_on <= today for summary in mine),
        clocks=sum(bool(line.running(now)) for line, _one in lines),
        decisions=sum(summary.undecided for _line, summary in lines) if decides else 0,
        minors=sum(summary.minor and not summary.assigned_to for _line, summary in lines),
        programme=sum(summary.programme and not summary.assigned_to for _line, summary in lines),
        ending=sum(
            line.until is not None and days_left(line.until, today) <= SOON for line, _one in lines
        ),
        taken_back=sum(summary.taken_back for summary in everything),
        to_ask_each=sum(summary.to_ask_each for summary in everything),
        ask_again=sum(summary.ask_again for _line, summary in lines),
        seconds=sum(
            any(stands[asker] is Standing.MAY for asker in summary.proposed_by)
            for summary in everything
        ),
        answers=len(page.shredded)
        + sum(summary.answered.count(by.public_id) for summary in everything),
        to_ask=sum(summary.to_ask for _line, summary in lines),
        refused=sum(summary.refused for _line, summary in lines),
    )
