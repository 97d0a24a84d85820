"""Values that have left to DHIS2, as what has left tells them. Mapping of figures, and pushes:
asked for by somebody, sent by the worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from kash.exchange.dhis2.forms import figure_text
from kash.exchange.dhis2.models import MappedCell, Push, PushedValue
from kash.exchange.dhis2.queries import GIVEN_UP, KIND, NothingToPush, push_plan
from kash.exchange.dhis2.rules import (
    UNKNOWN,
    PushOutcome,
    ValueOutcome,
    ValueSlot,
    dhis2_period,
    read_back,
    read_summary,
    settled,
)
from kash.figures.indicators.rules import Period
from kash.figures.statements.services import OtherReceivers, Receiver
from kash.people.connections.models import Connection
from kash.people.connections.queries import NotOn, connection_on, secret_of
from kash.people.connections.services import FetchFailed, NotReached, OtherSystem
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs import enqueue
from kash.platform.jobs.services import Progress
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.platform.web.lists import Listing, listing
from kash.platform.web.taking import TableColumn
from kash.policy import Actor

# Whatever is not known to have stayed here has left.
_LEFT = (PushOutcome.STORED, PushOutcome.UNKNOWN)
_SENT_AT = func.coalesce(Push.done_at, Push.asked_at)


class LeftValue(NamedTuple):
    """A value that left: for which period, to which place, when, and when it was withdrawn."""

    period: str
    figure: str
    data_element: str
    option_combo: str
    attribute_combo: str
    org_unit: str
    value: int
    outcome: str
    sent_at: datetime
    withdrawn_at: datetime | None

    @property
    def option_combos(self) -> str:
        """Category and attribute option combinations; empty for the default ones."""
        return " · ".join(combo for combo in (self.option_combo, self.attribute_combo) if combo)

    @property
    def is_certain(self) -> bool:
        """True if the other end said that it took it."""
        return self.outcome == PushOutcome.STORED


def receivers() -> list[Receiver]:
    """Systems to which a value has left, by name."""
    rows = db.session.execute(
        select(Connection.public_id, Connection.name, func.count(), func.max(_SENT_AT))
        .join(Push, Push.connection_id == Connection.id)
        .join(PushedValue, PushedValue.push_id == Push.id)
        .where(
            Connection.kind == KIND, PushedValue.outcome.in_(_LEFT), PushedValue.value.is_not(None)
        )
        .group_by(Connection.id, Connection.public_id, Connection.name)
        .order_by(func.lower(Connection.name), Connection.id)
    )
    return [
        Receiver(name, _l("DHIS2"), values, last, url_for("dhis2.left", public_id=public_id))
        for public_id, name, values, last in rows
    ]


def values_left(found: Connection) -> Listing[LeftValue]:
    """A page of all values that have left by a connection, the last first."""
    columns: list[Any] = [
        Push.period,
        PushedValue.figure,
        PushedValue.data_element,
        PushedValue.option_combo,
        PushedValue.attribute_combo,
        PushedValue.org_unit,
        PushedValue.value,
        PushedValue.outcome,
        _SENT_AT.label("sent_at"),
        _withdrawn_at().label("withdrawn_at"),
    ]
    statement = (
        select(*columns)
        .join(Push, Push.id == PushedValue.push_id)
        .where(
            Push.connection_id == found.id,
            PushedValue.outcome.in_(_LEFT),
            PushedValue.value.is_not(None),
        )
    )
    page = listing(
        statement,
        sorts={"sent": PushedValue.push_id, "period": (Push.period, PushedValue.push_id)},
        default_sort="sent",
        default_direction="desc",
        key=PushedValue.id,
    )
    return page.turned(lambda rows: [LeftValue(*row) for row in rows])


def _withdrawn_at() -> ScalarSelect[datetime]:
    """Moment at which a value was withdrawn, by whatever was sent to its place afterwards."""
    later, push = aliased(PushedValue), aliased(Push)
    return (
        select(func.min(func.coalesce(push.done_at, push.asked_at)))
        .join(later, later.push_id == push.id)
        .where(
            push.connection_id == Push.connection_id,
            push.period == Push.period,
            later.data_element == PushedValue.data_element,
            later.option_combo == PushedValue.option_combo,
            later.attribute_combo == PushedValue.attribute_combo,
            later.org_unit == PushedValue.org_unit,
            later.id > PushedValue.id,
            later.value.is_(None),
            later.outcome == PushOutcome.STORED,
        )
        .correlate(Push, PushedValue)
        .scalar_subquery()
    )


RECEIVERS = OtherReceivers(receivers)
LEFT_COLUMNS: Sequence[TableColumn[LeftValue]] = (
    TableColumn(_l("Period"), lambda one: one.period, "#date+period"),
    TableColumn(_l("Figure"), lambda one: figure_text(one.figure), "#indicator+name"),
    TableColumn(_l("Data element"), lambda one: one.data_element, "#indicator+code"),
    TableColumn(_l("Option combinations"), lambda one: one.option_combos, "#indicator+type+code"),
    TableColumn(_l("Organisation unit"), lambda one: one.org_unit, "#loc+code"),
    TableColumn(_l("Value"), lambda one: one.value, "#indicator+num"),
    TableColumn(_l("Sent"), lambda one: one.sent_at, "#date+sent"),
    TableColumn(_l("Taken there"), lambda one: one.is_certain, "#status"),
    TableColumn(_l("Withdrawn"), lambda one: one.withdrawn_at, "#date+withdrawn"),
)


SEND = "dhis2.send"
PATIENCE = 60.0


@dataclass(frozen=True)
class CellMapping:
    """A figure and its place there, as entered."""

    figure: str
    kind: str
    data_element: str
    org_unit: str
    option_combo: str = ""
    attribute_combo: str = ""


def map_cell(connection: str, mapping: CellMapping, *, by: Actor) -> str:
    """Map a figure to a place there; its public id. Raises NotFound and Problem."""
    try:
        with audited("dhis.cell_mapped", by) as change:
            system = _connection(change.session, connection)
            cell = MappedCell(
                connection_id=system.id,
                figure=mapping.figure,
                kind=mapping.kind,
                data_element=mapping.data_element,
                option_combo=mapping.option_combo,
                attribute_combo=mapping.attribute_combo,
                org_unit=mapping.org_unit,
            )
            change.session.add(cell)
            change.session.flush()
            change.about(system.public_id, cell.public_id)
            return cell.public_id
    except IntegrityError:
        raise Problem(
            _l("Another figure goes to this place already. Remove that one first."),
            field="data_element",
            status=422,
        ) from None


def remove_cell(connection: str, public_id: str, *, by: Actor) -> None:
    """Map a figure no longer: the next push withdraws what lies there of it. Raises NotFound."""
    with audited("dhis.cell_removed", by) as change:
        system = _connection(change.session, connection)
        cell = get_or_404(
            change.session, MappedCell, public_id, MappedCell.connection_id == system.id
        )
        change.about(system.public_id, public_id)
        change.session.delete(cell)


def _connection(session: Session, public_id: str) -> Connection:
    statement = select(Connection).where(Connection.public_id == public_id, Connection.kind == KIND)
    return one_or_404(session.scalar(statement.with_for_update()))


def ask_to_push(connection: str, period: Period, *, by: Actor, back: str = "") -> str:
    """Ask for a push of what is new, changed or withdrawn of a period; its public id. Raises NotOn,
    Problem and NothingToPush."""
    with audited("dhis.push_asked", by) as change:
        session = change.session
        system = _connection(session, connection)
        connection_on(KIND, connection, session)
        if not system.settings.get("data_set"):
            raise Problem(
                _l("The connection names no data set. Change the connection, and enter it there.")
            )
        under_way = select(Push.id).where(
            Push.connection_id == system.id,
            Push.state != "done",
            Push.asked_at > change.now - GIVEN_UP,
        )
        if session.scalar(under_way) is not None:
            raise Problem(
                _l(
                    "Something is being sent already. Wait until that has ended,"
                    " and look at what became of it."
                )
            )
        planned, figures, _unsent = push_plan(system, period, session)
        if planned.is_empty:
            raise NothingToPush
        push = Push(
            connection_id=system.id,
            period=dhis2_period(period),
            asked_by=by.public_id,
            asked_at=change.now,
        )
        values: dict[ValueSlot, int | None] = {**planned.values}
        values |= dict.fromkeys(planned.withdrawn)
        push.values = [
            PushedValue(
                data_element=slot.data_element,
                option_combo=slot.option_combo,
                attribute_combo=slot.attribute_combo,
                org_unit=slot.org_unit,
                figure=figures.get(slot, ""),
                value=value,
            )
            for slot, value in values.items()
        ]
        session.add(push)
        session.flush()
        change.about(connection, push.public_id)
        enqueue(
            session,
            SEND,
            owner=by.public_id,
            title=_("Sending to DHIS2"),
            back=back,
            push=push.public_id,
        )
        return push.public_id


def send_push(_progress: Progress, push: str) -> None:
    """Send a push, by the worker. What was under way when a worker died is sent again, which
    changes nothing there if it had been taken."""
    with writing() as session:
        stored_push = session.scalar(select(Push).where(Push.public_id == push).with_for_update())
        if stored_push is None or stored_push.state == "done":
            return
        stored_push.state = "sending"
        values = [
            (value.id, value.slot, value.value) for value in stored_push.values if _is_open(value)
        ]
        period, public_id, about = (
            stored_push.period,
            stored_push.connection.public_id,
            stored_push.connection_id,
        )
    try:
        system, data_set = _system(public_id)
    except NotOn:
        _write(
            push, {key: ValueOutcome(PushOutcome.NOT_SENT, "off") for key, _slot, _one in values}
        )
    else:
        sendable = [value for value in values if value[2] is not None]
        withdrawn = [value for value in values if value[2] is None]
        for part, strategy in ((sendable, "CREATE_AND_UPDATE"), (withdrawn, "DELETE")):
            if part:
                # Before anything goes out: a worker that dies now has left it unknown.
                _write(push, {key: UNKNOWN for key, _slot, _value in part})
                _write(push, _send_part(system, data_set, period, strategy, part))
    with writing() as session:
        ended = session.scalar(select(Push).where(Push.public_id == push).with_for_update())
        if ended is not None and ended.connection_id == about:
            ended.state, ended.done_at = "done", utc_now()


def _is_open(one: PushedValue) -> bool:
    return one.outcome in (PushOutcome.WAITING, PushOutcome.UNKNOWN)


Part = Sequence[tuple[int, ValueSlot, int | None]]


def _system(public_id: str) -> tuple[OtherSystem, str]:
    found = connection_on(KIND, public_id)
    headers = {"Authorization": f"ApiToken {secret_of(found)}", "Accept": "application/json"}
    here_too = bool(current_app.testing)
    system = OtherSystem(found.address, headers, PATIENCE, here_too)
    return system, str(found.settings.get("data_set", ""))


def _send_part(
    system: OtherSystem, data_set: str, period: str, strategy: str, part: Part
) -> dict[int, ValueOutcome]:
    body = json.dumps(
        {
            "dataSet": data_set,
            "dataValues": [_as_sent(period, slot, value) for _k, slot, value in part],
        }
    )
    try:
        answer = system.post(f"/api/dataValueSets?importStrategy={strategy}", body.encode())
        outcomes = read_summary(answer.status, answer.content, len(part))
    except NotReached:
        outcomes = [ValueOutcome(PushOutcome.NOT_SENT, "unreachable")] * len(part)
    except FetchFailed:
        outcomes = [ValueOutcome(PushOutcome.UNKNOWN, "no_answer")] * len(part)
    value_outcomes = {
        key: outcome for (key, _slot, _value), outcome in zip(part, outcomes, strict=True)
    }
    lost = [value for value in part if value_outcomes[value[0]].outcome == PushOutcome.UNKNOWN]
    if lost:
        value_outcomes |= _read_back(system, data_set, period, lost)
    return value_outcomes


def _as_sent(period: str, slot: ValueSlot, value: int | None) -> dict[str, str]:
    sent = {
        "dataElement": slot.data_element,
        "period": period,
        "orgUnit": slot.org_unit,
        "categoryOptionCombo": slot.option_combo,
        "attributeOptionCombo": slot.attribute_combo,
        # A withdrawal names the place; what stands there is of no account.
        "value": str(value or 0),
    }
    return {name: text for name, text in sent.items() if text}


def _read_back(
    system: OtherSystem, data_set: str, period: str, lost: Part
) -> dict[int, ValueOutcome]:
    """Outcomes of values whose answer got lost, by what lies there now; nothing if that can't be
    read either."""
    units = [("orgUnit", part) for part in sorted({slot.org_unit for _key, slot, _value in lost})]
    query = urlencode([("dataSet", data_set), ("period", period), *units])
    try:
        answer = system.get(f"/api/dataValueSets?{query}")
    except FetchFailed:
        return {}
    there = read_back(answer.content, period) if answer.status == 200 else None
    if there is None:
        return {}
    return {key: settled(slot, value, there) for key, slot, value in lost}


def _write(push: str, outcomes: dict[int, ValueOutcome]) -> None:
    with writing() as session:
        rows = session.scalars(
            select(PushedValue)
            .join(Push)
            .where(Push.public_id == push, PushedValue.id.in_(list(outcomes)))
            .with_for_update()
        )
        for value in rows:
            outcome = outcomes[value.id]
            value.outcome, value.code, value.sentence = (
                outcome.outcome,
                outcome.code,
                outcome.sentence,
            )
