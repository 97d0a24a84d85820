"""Attendance that came by forms: kept until whoever runs the workshop has looked at it, and taken
over by the service by which a phone's marks are.

Nothing of it is a mark before that. What stands on a register is replaced only where both were
shown and somebody chose.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.register import lock_register
from kash.attendance.rules.marking import Operation, Reply
from kash.attendance.services.marking import apply_in
from kash.attendance.sources import MarkSource
from kash.connections.queries import connection_on
from kash.kobo.errors import (
    FormKnown,
    MarksChanged,
    NothingToTake,
    NotRunning,
    OtherFile,
)
from kash.kobo.models import ATTENDANCE, KoboForm, KoboMark
from kash.kobo.queries.marks import MARKS, attendance_form_of, said_by, suggested
from kash.kobo.rules.marks import (
    MOST_TICKED,
    OPEN,
    MarksState,
    SaidSession,
    Submitted,
    SuggestedMark,
    Suggestions,
    brought,
    refuse_other_forms,
    row_of_export,
    submissions_of,
)
from kash.kobo.rules.rows import RowProblem, answers_of, newest
from kash.people.lists.files import read_file
from kash.platform.vault import audited, seal
from kash.platform.vault.audit import Change
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import may_mark_register
from kash.workshops.services.errors import WorkshopCancelled

MOST_BYTES = 2 * 1024 * 1024
SOURCE = MarkSource("kobo", _l("from KoboToolbox, typed on a phone at %(time)s"))
# Fixed for ever: the same marks, taken over twice, are the same operations.
_TAKEN = uuid.UUID("6f0c2a4e-4f1e-4a6b-9a0e-6d2c7b1b8f35")
_TITLE = 120


def name_form(workshop: str, connection: str, asset: str, by: Actor) -> str:
    """Say which form of a connection that is on holds the attendance of a workshop; the form's
    public id. Raises NotFound, NotRunning, NotOn and FormKnown."""
    try:
        with audited("kobo.form_added", by) as change:
            session = change.session
            found = _run_by(session, workshop, by)
            server = connection_on("kobo", connection, session)
            form = _form_for(change, found, by)
            form.connection_id, form.asset, form.columns = server.id, asset, []
            session.flush()
            change.about(form.public_id, server.public_id, workshop)
            return form.public_id
    except IntegrityError:
        raise FormKnown from None


def bring_file(workshop: str, content: bytes, by: Actor) -> Submitted:
    """Keep what an export of a workshop's form says, beside what came before. Raises NotFound,
    NotRunning, OtherFile and FileUnreadable."""
    sessions = _sessions_in(content)
    with audited("kobo.rows_brought", by) as change:
        found = _run_by(change.session, workshop, by)
        form = _form_for(change, found, by)
        return _keep(change, form, sessions, whole=False)


def _sessions_in(content: bytes) -> list[SaidSession]:
    sheet = max(read_file(content).sheets, key=lambda one: len(one.rows))
    lines = [[_cell(cell) for cell in cells] for _number, cells in sheet.rows]
    rows = [row_of_export(lines[0], line, at) for at, line in enumerate(lines[1:], 1)]
    try:
        answered, _copies = newest(answers_of(row, MOST_TICKED) for row in rows)
        sessions = submissions_of(rows, answered)
        refuse_other_forms(sessions)
    except RowProblem:
        raise OtherFile from None
    if not sessions:
        raise OtherFile
    return sessions


def _cell(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else str(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def keep_sessions(
    form: KoboForm,
    sessions: Sequence[SaidSession],
    columns: Sequence[str],
    by: Actor,
    *,
    whole: bool,
) -> Submitted:
    """Keep what the rows of a form say. Raises NotRunning."""
    with audited("kobo.rows_brought", by) as change:
        kept = one_or_404(
            change.session.scalar(
                select(KoboForm).where(KoboForm.public_id == form.public_id).with_for_update()
            )
        )
        workshop = one_or_404(kept.workshop)
        _run_by(change.session, workshop.public_id, by)
        kept.columns = list(columns)
        return _keep(change, kept, sessions, whole=whole)


def _keep(
    change: Change, form: KoboForm, sessions: Sequence[SaidSession], *, whole: bool
) -> Submitted:
    came = brought(said_by(form), sessions, whole=whole)
    text = json.dumps([one.as_data() for one in came.sessions], ensure_ascii=False)
    form.marks_sealed = seal(text, kind=MARKS, public_id=form.public_id)
    form.rows_count, form.new_count, form.edited_count = len(came.sessions), came.new, came.edited
    form.fetched_at = change.now
    _count_waiting(change.session, form)
    change.about(form.public_id)
    return came


def _count_waiting(session: Session, form: KoboForm) -> None:
    session.flush()
    found = suggested(form, one_or_404(form.workshop), session)
    form.waiting = len(found.open) + found.counts.get(MarksState.BLOCKED, 0)


def _run_by(session: Session, workshop: str, by: Actor) -> Workshop:
    """A workshop that this actor runs and that was not cancelled."""
    found = one_or_404(session.scalar(select(Workshop).where(Workshop.public_id == workshop)))
    if may_mark_register(session, found.register_id, by) is None:
        raise NotRunning
    if found.state == "cancelled":
        raise WorkshopCancelled
    return found


def _form_for(change: Change, workshop: Workshop, by: Actor) -> KoboForm:
    """The form of a workshop's attendance, made if there is none."""
    session = change.session
    found = attendance_form_of(workshop.id, session)
    if found is None:
        found = KoboForm(
            purpose=ATTENDANCE,
            asset="",
            title=workshop.title[:_TITLE],
            workshop_id=workshop.id,
            created_by=by.public_id,
            created_at=change.now,
        )
        session.add(found)
        session.flush()
    return found


def choose_marks(workshop: str, choices: Mapping[str, str], by: Actor) -> None:
    """Keep what was chosen for places (by key): a status that is said there, "" to leave it out.
    Nothing of it is a mark. Raises NotFound, NotRunning, WorkshopCancelled."""
    with audited("kobo.marks_chosen", by) as change:
        session = change.session
        found = _run_by(session, workshop, by)
        form = _locked(session, found)
        decisions = _Decisions(session, form)
        offered = {
            one.key: one
            for one in suggested(form, found, session).marks
            if one.state in OPEN or one.state is MarksState.OUT
        }
        changed = False
        for key, choice in choices.items():
            one = offered.get(key)
            if one is None or (choice and choice not in one.said):
                continue
            row = decisions.on(one)
            told = " ".join(one.said)
            changed = changed or (row.draft, row.draft_said) != (choice, told)
            row.draft, row.draft_said = choice, told
        if not changed:
            change.nothing()
        change.about(form.public_id)


class _Decisions:
    """The decisions on what a form says, by place; one is made where there was none."""

    def __init__(self, session: Session, form: KoboForm) -> None:
        self._session, self._form = session, form
        rows = session.scalars(select(KoboMark).where(KoboMark.form_id == form.id))
        self._rows = {(row.slot, row.entry): row for row in rows}

    def on(self, one: SuggestedMark) -> KoboMark:
        """The decision on one place."""
        place = (one.slot, one.entry)
        if place not in self._rows:
            self._rows[place] = KoboMark(
                form_id=self._form.id, slot=one.slot, entry=one.entry, draft_said=""
            )
            self._session.add(self._rows[place])
        return self._rows[place]


def _locked(session: Session, workshop: Workshop) -> KoboForm:
    """The form of a workshop's attendance, held until the transaction ends. Raises NotFound."""
    asked = select(KoboForm).where(KoboForm.workshop_id == workshop.id).with_for_update()
    return one_or_404(session.scalar(asked))


@dataclass(frozen=True)
class Taken:
    """How many marks were taken over, left out, and refused by the register."""

    taken: int
    left: int
    refused: int


def digest_of(found: Suggestions) -> str:
    """Digest of what would be taken over and left out, and of what stands there."""
    told = [
        [one.slot, one.entry, list(one.said), one.choice, one.standing.version, one.state]
        for one in found.open
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def take_marks(workshop: str, seen: str, by: Actor) -> Taken:
    """Take over what was shown under a digest, and leave the rest of it out.

    Raises NotFound, NotRunning, WorkshopCancelled, MarksChanged and NothingToTake.
    """
    with audited("kobo.marks_taken", by) as change:
        session = change.session
        found = _run_by(session, workshop, by)
        held = lock_register(session, found.register.public_id)
        form = _locked(session, found)
        shown = suggested(form, found, session)
        if digest_of(shown) != seen:
            raise MarksChanged
        if not shown.open:
            raise NothingToTake
        chosen = [one for one in shown.open if one.choice]
        operations = [
            Operation(
                op_id=str(uuid.uuid5(_TAKEN, _name_of(form, one))),
                slot=one.slot,
                entry=one.entry,
                status=one.choice,
                expected_version=one.standing.version,
                device_time=one.at or change.now,
                device=SOURCE.device(form.public_id),
            )
            for one in chosen
        ]
        answers = apply_in(change, held, operations, by).answers
        made = {
            (answer.slot, answer.entry)
            for answer in answers
            if answer.answer in (Reply.APPLIED, Reply.DUPLICATE)
        }
        left = [one for one in shown.open if not one.choice]
        decisions = _Decisions(session, form)
        for one in [*left, *(one for one in chosen if (one.slot, one.entry) in made)]:
            row = decisions.on(one)
            row.state = "accepted" if one.choice else "out"
            row.said, row.choice = " ".join(one.said), one.choice
            row.draft, row.draft_said = None, ""
            row.decided_by, row.decided_at = by.public_id, change.now
        _count_waiting(session, form)
        change.about(held.public_id, form.public_id)
        return Taken(len(made), len(left), len(chosen) - len(made))


def _name_of(form: KoboForm, one: SuggestedMark) -> str:
    return f"{form.public_id}:{one.slot}:{one.entry}:{one.choice}:{one.standing.version}"
