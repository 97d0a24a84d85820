"""Texts made of cases for others to read: each ends as soon as the consent to it does. Which case
it was made of is noted in the letterbox, under the server's keys: the person who holds a receipt
takes a consent back while no member has the vault open, and what was made must vanish at that
moment. In the database nothing tells that it exists. Reports that nothing keeps: noted as soon as
that is known, so that a chore shreds them without any key once their days are over
(`shredding.shred_unkept`). What a case says is sealed, so that a chore cannot read whether it may
be kept. Filing knows it at the moment of sending, and a member whenever she opens or changes the
case; both note it in the letterbox. There is no column for it: who reads the database would learn
which reports their authors refused to have kept, and could wait for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.feature import declared
from kash.incidents.models import Incident, MadeOf, remains_of
from kash.incidents.queries.cases import Case
from kash.incidents.queries.letterbox import autosaves_of_case, opened_box
from kash.incidents.queries.mediation import with_answers
from kash.incidents.rules.consents import for_custodian
from kash.incidents.rules.letterbox import Box, Fate, KeptByPaper
from kash.incidents.rules.mediation import open_requests
from kash.incidents.rules.record import Record, taken_back_at
from kash.incidents.rules.totals import is_as_asked, last_day, what_keeps
from kash.incidents.services.brief_endings import note_open_briefs
from kash.incidents.services.letterbox import letterbox
from kash.platform.vault import OpenVault
from kash.platform.web.formats import local_today, to_local


def note_made(session: Session, purpose: str, reference: str, made: str) -> None:
    """Note by its id that something was made of a case under a consent."""
    with letterbox(session) as box:
        box.made.setdefault(purpose, {}).setdefault(reference, []).append(made)


def forget_made(session: Session, purpose: str, made: str) -> None:
    """Note that something is there no more, of whatever case it was made."""
    with letterbox(session) as box:
        for ids in box.made.get(purpose, {}).values():
            if made in ids:
                ids.remove(made)


def end_what_nobody_agrees_to(session: Session, case: Case) -> None:
    """End what was made of a case that is about to be saved, as far as not everybody in it agrees
    any more."""
    texts = opened_box(session).made
    withdrawn = [
        purpose
        for purpose, cases in texts.items()
        if cases.get(case.reference) and not case.record.consents_to(purpose)
    ]
    if withdrawn:
        with letterbox(session) as box:
            end_made(session, box, [case.reference], withdrawn)


def end_made(
    session: Session, box: Box, references: Iterable[str], purposes: Iterable[str] | None = None
) -> None:
    """End what was made of cases under these consents, or under any."""
    gone = list(references)
    for purpose in box.made if purposes is None else purposes:
        cases = box.made.get(purpose, {})
        ids = [text for reference in gone for text in cases.pop(reference, [])]
        other = {
            text for by_case in box.made.values() for texts in by_case.values() for text in texts
        }
        for part in declared(MadeOf):
            if ids and part.purpose == purpose:
                part.end(session, ids, other.intersection(ids))


def settle(
    session: Session,
    vault: OpenVault,
    reference: str,
    state: str,
    record: Record,
    screens: Sequence[str] = (),
) -> date | None:
    """Note whether anything keeps a case, inside the transaction that read or saves it; the last
    day on which it is kept, None if something keeps it. `record` is the one that is sealed, which
    names all briefs; what mediators answered since then is asked for here. `screens` are the
    documents of a phone's screens that lie there still.

    The days begin when it is first known that nothing keeps it, and go on from there.
    """
    box, hold = opened_box(session), record.paper_hold()
    noted, fate = box.fates.get(reference), _fate(session, vault, reference, state, record, screens)
    paper = KeptByPaper(paper=hold.paper, since=to_local(hold.at).date()) if hold else None
    briefs = open_requests(record)
    stay = [] if fate else [key for key, addition in box.additions.items() if addition == reference]
    if (
        fate != noted
        or not box.fates.keys().isdisjoint(stay)
        or paper != box.papers.get(reference)
        or briefs != box.briefs.get(reference, {})
    ):
        with letterbox(session) as box:
            note_open_briefs(box, reference, record)
            box.papers.pop(reference, None)
            if paper is not None:
                box.papers[reference] = paper
            for key in (reference, *stay):
                box.fates.pop(key, None)
            if fate is not None:
                box.fates[reference] = fate
    return None if fate is None else fate.until


def note_days(
    session: Session,
    vault: OpenVault,
    reference: str,
    state: str,
    record: Record,
    screens: Sequence[str],
) -> None:
    """Note that nothing keeps a case since something was taken back that no member has read yet.
    All else is noted once one reads it, with what she reads then."""
    fate = _fate(session, vault, reference, state, record, screens)
    if fate is not None:
        with letterbox(session) as box:
            box.fates.setdefault(reference, fate)


def _fate(
    session: Session,
    vault: OpenVault,
    reference: str,
    state: str,
    record: Record,
    screens: Sequence[str],
) -> Fate | None:
    box = opened_box(session)
    noted, first = box.fates.get(reference), box.additions.get(reference, "")
    keeps = what_keeps(with_answers(record, session), state) is not None
    # What was told afterwards stays as long as the report that it adds to. It has days of its own:
    # the person who told it late has no fewer in which she can agree.
    waits = bool(first) and first not in box.fates and bool(_are_there(session, [first]))
    if keeps or waits:
        return None
    remains = remains_of(session, record)
    unfinished = autosaves_of_case(session, vault, reference)
    return Fate(
        until=noted.until if noted else last_day(local_today(), _taken_back_on(record)),
        documents=sorted({*screens, *remains.documents, *unfinished}),
        files=sorted(remains.files),
        briefs=sorted(remains.briefs),
        as_asked=is_as_asked(record),
        for_officers=for_custodian(record) is None,
    )


def _taken_back_on(record: Record) -> date | None:
    at = taken_back_at(record, "record")
    return None if at is None else to_local(at).date()


def _are_there(session: Session, references: Collection[str]) -> set[str]:
    """Those of these cases that were not shredded."""
    there = Incident.public_id.in_(references) & Incident.document_id.is_not(None)
    return set(session.scalars(select(Incident.public_id).where(there)))


def stand_alone(session: Session, reference: str) -> None:
    """Note that a report adds to no other any more."""
    if reference in opened_box(session).additions:
        with letterbox(session) as box:
            box.additions.pop(reference, None)


def note_document(session: Session, reference: str, document: str) -> None:
    """Note one more document of a case, if it is one that nothing keeps."""
    if reference in opened_box(session).fates:
        with letterbox(session) as box:
            if reference in box.fates:
                box.fates[reference].documents.append(document)


def forget(session: Session, reference: str, record: Record, asked_by: str, today: date) -> None:
    """Forget the days of a case that is shredded by hand, and keep for the person who asked for it
    that it was."""
    with letterbox(session) as box:
        box.shredded_for.setdefault(asked_by, {})[reference] = today
        forget_shredded(session, box, {reference: for_custodian(record) is None})


def forget_shredded(session: Session, box: Box, shredded: Mapping[str, bool]) -> None:
    """Forget the days of cases that are shredded in this transaction, and end what was made of
    them. As long as others belong to
    one, that stays, with whether it was for officers, as `shredded` says by reference: else what
    was told afterwards of a child's report would be shown to them once that is gone."""
    end_made(session, box, shredded)
    for reference, for_officers in shredded.items():
        box.fates.pop(reference, None)
        box.papers.pop(reference, None)
        box.briefs.pop(reference, None)
        box.owners.pop(reference, None)
        box.talks.pop(reference, None)
        box.told.pop(reference, None)
        if for_officers:
            box.for_officers.append(reference)
    together = {*box.additions, *box.additions.values()} - shredded.keys()
    box.forget_alone(_are_there(session, together) if together else ())
