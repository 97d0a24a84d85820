"""Reports that nothing keeps: noted as soon as that is known, so that a chore shreds them without
any key once their days are over (`shredding.shred_unkept`).

What a case says is sealed, so that a chore cannot read whether it may be kept. Filing knows it at
the moment of sending, and a member whenever she opens or changes the case; both note it in the
letterbox. There is no column for it: who reads the database would learn which reports their authors
refused to have kept, and could wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.endings import remains_of
from kash.incidents.models import Incident
from kash.incidents.queries.autosaves import autosaves_of_case
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.mediation import with_answers
from kash.incidents.rules.keeping import is_as_asked, last_day, what_keeps
from kash.incidents.rules.letterbox import Fate
from kash.incidents.rules.record import Record
from kash.incidents.services.letterbox import letterbox
from kash.vault import OpenVault
from kash.web.formats import local_today


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
    box = opened_box(session)
    known, first = box.fates.get(reference), box.additions.get(reference, "")
    fate = None
    keeps = what_keeps(with_answers(record, session), state) is not None
    # What was told afterwards stays as long as the report that it adds to, and goes with it.
    also = box.fates.get(first)
    if not keeps and not (also is None and _is_there(session, first)):
        remains = remains_of(session, record)
        unfinished = autosaves_of_case(session, vault, reference)
        fate = Fate(
            until=also.until if also else known.until if known else last_day(local_today()),
            documents=sorted({*screens, *remains.documents, *unfinished}),
            files=sorted(remains.files),
            briefs=sorted(remains.briefs),
            as_asked=is_as_asked(record),
        )
    stay = [] if fate else [key for key, one in box.additions.items() if one == reference]
    if fate != known or not box.fates.keys().isdisjoint(stay):
        with letterbox(session) as box:
            for key in (reference, *stay):
                box.fates.pop(key, None)
            if fate is not None:
                box.fates[reference] = fate
    return None if fate is None else fate.until


def _is_there(session: Session, reference: str) -> bool:
    there = (Incident.public_id == reference) & Incident.document_id.is_not(None)
    return bool(reference) and session.scalar(select(Incident.id).where(there)) is not None


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


def forget(session: Session, reference: str) -> None:
    """Forget the days of a case that was shredded by hand, and what it added to."""
    stand_alone(session, reference)
    if reference in opened_box(session).fates:
        with letterbox(session) as box:
            box.fates.pop(reference, None)
