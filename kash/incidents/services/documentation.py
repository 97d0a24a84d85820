"""Writing a case in the full form: a new one, or over one that is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from kash.database import new_public_id
from kash.incidents.errors import NobodyHoldsKeys
from kash.incidents.models import Incident
from kash.incidents.queries.cases import KIND
from kash.incidents.rules.record import Event, Record, as_bytes
from kash.incidents.rules.writing import persons_with_identity_taken_off, write
from kash.incidents.services.autosaves import forget_typed
from kash.incidents.services.cases import changing
from kash.incidents.services.reminding import next_reminder
from kash.policy import Actor
from kash.vault import NobodyCanOpen, OpenVault, audited, file_document
from kash.web.errors import Problem

# States in which the form still changes what was documented.
CLOSED = frozenset({"closed", "shredded"})


class IdentityWouldBeLeft(Problem):
    """A person whose name is kept sealed cannot be taken off before the name was."""

    sentence = _l("A person whose name is kept sealed cannot be taken off here.")


class CaseClosed(Problem):
    """A closed case is not written on."""

    sentence = _l("This case is closed. Open it again before you change it.")


@dataclass(frozen=True)
class Written:
    """What a page sends: what was typed, and the page that it was typed on.

    `submit` hands a draft in; `token` names what was kept of this page meanwhile.
    """

    typed: Record
    token: str
    submit: bool = False


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def add_case(by: Actor, vault: OpenVault, written: Written, language: str) -> str:
    """Add a case of the actor's own, a draft unless it is handed in; its reference.

    Raises NobodyHoldsKeys.
    """
    record = Record()
    write(record, written.typed)
    state = "submitted" if written.submit else "draft"
    with audited("incidents.case_added", by) as change:
        record.filing.author = by.public_id
        record.filing.language = language
        record.filing.filed_at = _hour(change.now)
        record.timeline.append(Event(what="added", by=by.public_id, at=change.now, state=state))
        try:
            document = file_document(change.session, KIND, as_bytes(record))
        except NobodyCanOpen:
            raise NobodyHoldsKeys from None
        row = Incident(
            public_id=new_public_id(),
            state=state,
            document_id=document.id,
            remind_at=next_reminder(record, state, change.now, newly=True),
        )
        change.session.add(row)
        change.session.flush()
        forget_typed(change.session, by, written.token)
        change.about(row.public_id)
        return row.public_id


def write_case(by: Actor, vault: OpenVault, reference: str, version: int, written: Written) -> None:
    """Put what was typed into a case.

    Raises ChangedMeanwhile if somebody saved since `version` was read, IdentityWouldBeLeft,
    CaseClosed, NotFound and Damaged.
    """
    with changing("incidents.case_written", by, vault, reference, version=version) as case:
        if case.row.state in CLOSED:
            raise CaseClosed
        if persons_with_identity_taken_off(case.record, written.typed):
            raise IdentityWouldBeLeft
        write(case.record, written.typed)
        if written.submit and case.row.state == "draft":
            case.row.state = "submitted"
            case.happened("submit")
        else:
            case.happened("written")
        forget_typed(case.change.session, by, written.token)
