"""Connections of the sample: one that is on, and one that waits for a director. Neither address is
anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select

from kash.attendance.models import Slot
from kash.attendance.queries.pads import roster_given
from kash.connections.queries import connection
from kash.connections.services import (
    ConnectionDetails,
    agree_to_connection,
    record_connection,
    switch_on,
)
from kash.demo.accounts import ADMINISTRATOR, DIRECTOR, MONITORING, TRAINER
from kash.dhis2.models import Push, PushedValue
from kash.dhis2.services import CellMapping, map_cell
from kash.kobo.queries.forms import connections_on, form_of
from kash.kobo.queries.marks import choice_of
from kash.kobo.rules.marks import SaidSession
from kash.kobo.rules.rows import RowKey, Submission
from kash.kobo.services.fetching import keep_rows
from kash.kobo.services.forms import FormDetails, add_form
from kash.kobo.services.marks import keep_sessions, name_form
from kash.people.queries.organisations import groups
from kash.platform.database import db, utc_now
from kash.platform.vault import audited
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by

_UNIT = "DiszpKrYNg8"
_MAPPED = (
    ("officers:people_completed", "quarter"),
    ("officers:people_completed:sex=female", "quarter"),
    ("workshops:workshops_held", "quarter"),
    ("community:people_completed", "quarter"),
    ("officers:certified", "year"),
)
_PUSHED = (
    ("officers:people_completed", 24),
    ("officers:people_completed:sex=female", 9),
    ("workshops:workshops_held", 3),
)


def connect(actors: Mapping[str, Actor], today: date) -> str:
    """Record two connections, of which a director agrees to the first; its public id."""
    signed = today - timedelta(days=200)
    monitoring, administrator = actors[MONITORING.key], actors[ADMINISTRATOR.key]
    first = record_connection(
        "dhis2",
        ConnectionDetails(
            name="County health information",
            address="https://dhis2.demo.example",
            secret="d2pat_of-the-sample",  # noqa: S106 - nobody's
            processor="Department of Health, County of the sample",
            contract="Agreement on data handling 14/2026",
            contract_on=signed,
            country="Kenya",
            settings={"data_set": "pBOMPrpg1QX"},
            safeguards="Counts only. Read by two officers of the department, deleted after five"
            " years; a breach is told within 48 hours.",
        ),
        by=monitoring,
    )
    agree_to_connection(first, connection(first).row_version, by=actors[DIRECTOR.key])
    switch_on(first, connection(first).row_version, by=monitoring)
    for number, (figure, kind) in enumerate(_MAPPED):
        map_cell(first, CellMapping(figure, kind, f"kashSample{number}", _UNIT), by=monitoring)
    _push(first, monitoring, today)
    record_connection(
        "dhis2",
        ConnectionDetails(
            name="National figures, trial",
            address="https://trial.demo.example/dhis",
            secret="d2pat_of-the-trial",  # noqa: S106 - nobody's
            processor="Institute of the sample",
            contract="Letter of 3 June",
            contract_on=signed,
            country="Norway",
            safeguards="Standard clauses of the contract; the country has an adequate law.",
        ),
        by=administrator,
    )
    _collect(actors, signed)
    return first


def _collect(actors: Mapping[str, Actor], signed: date) -> None:
    """A server of registrations, and a form on it of which two rows were brought in before."""
    made = record_connection(
        "kobo",
        ConnectionDetails(
            name="KoboToolbox of the sample",
            address="https://kobo.demo.example",
            secret="of-the-sample",  # noqa: S106 - nobody's
            processor="Kobo, Inc.",
            contract="Data processing agreement 3/2026",
            contract_on=signed,
            country="Ireland",
            safeguards="Registrations only, deleted there once they are brought in.",
        ),
        by=actors[MONITORING.key],
    )
    agree_to_connection(made, connection(made).row_version, by=actors[DIRECTOR.key])
    switch_on(made, connection(made).row_version, by=actors[MONITORING.key])
    trainer = actors[TRAINER.key]
    community = next(one for one in groups() if not one.is_police)
    form = add_form(
        made, FormDetails("Outreach days", "aOutreachDays1", community.public_id), trainer
    )
    told = (
        {"name": "Sample Zawadi", "ward": "Nyalenda"},
        {"name": "Sample Neema", "ward": "Manyatta"},
    )
    rows = [Submission(RowKey(f"sample-{at}", at), each) for at, each in enumerate(told, 101)]
    keep_rows(form_of(form), rows, ("name", "ward"), trainer)


def collect_attendance(actors: Mapping[str, Actor]) -> None:
    """Attendance of an open session as phones typed it: one came late, one was excused, one did not
    come, and two phones say different things of another. Of a session that has not begun only who
    stays away can be taken over."""
    trainer = actors[TRAINER.key]
    open_now = (
        select(Workshop, Slot.public_id)
        .join(Slot, Slot.register_id == Workshop.register_id)
        .where(
            Workshop.id.in_(run_by(trainer)),
            Workshop.state == "planned",
            Slot.closed_at.is_(None),
        )
        .order_by((Slot.starts_at < utc_now()).desc(), Slot.starts_at, Slot.id)
        .limit(1)
    )
    workshop, slot = db.session.execute(open_now).one()
    who = [choice_of(one["entry"]) for one in roster_given(workshop.register_id)]
    public_id = workshop.public_id
    form = name_form(public_id, connections_on()[0].public_id, "aAttendance1", trainer)
    away = ("absent", "excused", "late")
    first = [(status, one) for status, one in zip(away, who, strict=False)]
    first += [("present", one) for one in who[len(away) :]]
    said = [
        SaidSession(RowKey("sample-201", 201), utc_now(), public_id, slot, tuple(first)),
        SaidSession(
            RowKey("sample-202", 202),
            utc_now(),
            public_id,
            slot,
            tuple(("excused", one) for one in who[:1]),
        ),
    ]
    columns = ("workshop", "session", *(f"status_{status}" for status in (*away, "present")))
    keep_sessions(form_of(form), said, columns, trainer, whole=True)


def _push(public_id: str, by: Actor, today: date) -> None:
    """Keep a push of the last year as it would stand after the other end refused a value: there is
    nobody to send it to."""
    refused = ("refused", "E7641", "Data element is not in the data set")
    with audited("dhis.push_asked", by) as change:
        row = Push(
            connection_id=connection(public_id).id,
            period=f"{today.year - 1}Q4",
            state="done",
            asked_by=by.public_id,
            asked_at=change.now,
            done_at=change.now,
        )
        for number, (figure, value) in enumerate(_PUSHED):
            outcome, code, sentence = refused if number == 1 else ("stored", "", "")
            row.values.append(
                PushedValue(
                    data_element=f"kashSample{number}",
                    option_combo="",
                    attribute_combo="",
                    org_unit=_UNIT,
                    figure=figure,
                    value=value,
                    outcome=outcome,
                    code=code,
                    sentence=sentence,
                )
            )
        change.session.add(row)
        change.session.flush()
        change.about(public_id, row.public_id)
