"""Texts made of cases for others to read: each ends as soon as the consent to it does.

Which case it was made of is noted in the letterbox, under the server's keys: whoever holds a
receipt takes a consent back while no member has the vault open, and what was made must vanish at
that moment. In the database nothing tells that it exists.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from kash.feature import declared
from kash.incidents.endings import MadeOf
from kash.incidents.queries.cases import Case
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.letterbox import Box
from kash.incidents.services.letterbox import letterbox


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
    made = opened_box(session).made
    withdrawn = [
        purpose
        for purpose, cases in made.items()
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
        ids = [one for reference in gone for one in cases.pop(reference, [])]
        other = {one for kept in box.made.values() for made in kept.values() for one in made}
        for part in declared(MadeOf):
            if ids and part.purpose == purpose:
                part.end(session, ids, other.intersection(ids))
