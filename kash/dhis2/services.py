"""Mapping of figures, and pushes: asked for by somebody, sent by the worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.connections.errors import NotOn
from kash.connections.fetching import FetchFailed, NotReached, OtherSystem
from kash.connections.models import Connection
from kash.connections.queries import connection_on, secret_of
from kash.dhis2.errors import NoDataSet, NothingToPush, PushUnderWay, SlotTaken
from kash.dhis2.models import MappedCell, Push, PushedValue
from kash.dhis2.queries import GIVEN_UP, KIND, push_plan
from kash.dhis2.rules.planning import PushOutcome, ValueSlot
from kash.dhis2.rules.sources import dhis2_period
from kash.dhis2.rules.summary import (
    UNKNOWN,
    ValueOutcome,
    read_back,
    read_summary,
    settled,
)
from kash.indicators.rules.periods import Period
from kash.platform.database import utc_now, writing
from kash.platform.jobs import enqueue
from kash.platform.jobs.progress import Progress
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

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
    """Map a figure to a place there; its public id. Raises NotFound and SlotTaken."""
    try:
        with audited("dhis.cell_mapped", by) as change:
            found = _connection(change.session, connection)
            row = MappedCell(
                connection_id=found.id,
                figure=mapping.figure,
                kind=mapping.kind,
                data_element=mapping.data_element,
                option_combo=mapping.option_combo,
                attribute_combo=mapping.attribute_combo,
                org_unit=mapping.org_unit,
            )
            change.session.add(row)
            change.session.flush()
            change.about(found.public_id, row.public_id)
            return row.public_id
    except IntegrityError:
        raise SlotTaken from None


def remove_cell(connection: str, public_id: str, *, by: Actor) -> None:
    """Map a figure no longer: the next push withdraws what lies there of it. Raises NotFound."""
    with audited("dhis.cell_removed", by) as change:
        found = _connection(change.session, connection)
        row = one_or_404(
            change.session.scalar(
                select(MappedCell).where(
                    MappedCell.connection_id == found.id, MappedCell.public_id == public_id
                )
            )
        )
        change.about(found.public_id, public_id)
        change.session.delete(row)


def _connection(session: Session, public_id: str) -> Connection:
    asked = select(Connection).where(Connection.public_id == public_id, Connection.kind == KIND)
    return one_or_404(session.scalar(asked.with_for_update()))


def ask_to_push(connection: str, period: Period, *, by: Actor, back: str = "") -> str:
    """Ask for a push of what is new, changed or withdrawn of a period; its public id. Raises NotOn,
    NoDataSet, PushUnderWay and NothingToPush."""
    with audited("dhis.push_asked", by) as change:
        session = change.session
        found = _connection(session, connection)
        connection_on(KIND, connection, session)
        if not found.settings.get("data_set"):
            raise NoDataSet
        under_way = select(Push.id).where(
            Push.connection_id == found.id,
            Push.state != "done",
            Push.asked_at > change.now - GIVEN_UP,
        )
        if session.scalar(under_way) is not None:
            raise PushUnderWay
        whole = push_plan(found, period, session)
        if whole.planned.is_empty:
            raise NothingToPush
        made = Push(
            connection_id=found.id,
            period=dhis2_period(period),
            asked_by=by.public_id,
            asked_at=change.now,
        )
        values: dict[ValueSlot, int | None] = {**whole.planned.values}
        values |= dict.fromkeys(whole.planned.withdrawn)
        made.values = [
            PushedValue(
                data_element=slot.data_element,
                option_combo=slot.option_combo,
                attribute_combo=slot.attribute_combo,
                org_unit=slot.org_unit,
                figure=whole.figures.get(slot, ""),
                value=value,
            )
            for slot, value in values.items()
        ]
        session.add(made)
        session.flush()
        change.about(connection, made.public_id)
        enqueue(
            session,
            SEND,
            owner=by.public_id,
            title=_("Sending to DHIS2"),
            back=back,
            push=made.public_id,
        )
        return made.public_id


def send_push(_progress: Progress, push: str) -> None:
    """Send a push, by the worker. What was under way when a worker died is sent again, which
    changes nothing there if it had been taken."""
    with writing() as session:
        row = session.scalar(select(Push).where(Push.public_id == push).with_for_update())
        if row is None or row.state == "done":
            return
        row.state = "sending"
        values = [(one.id, one.slot, one.value) for one in row.values if _is_open(one)]
        period, public_id, about = row.period, row.connection.public_id, row.connection_id
    try:
        system, data_set = _system(public_id)
    except NotOn:
        _write(
            push, {key: ValueOutcome(PushOutcome.NOT_SENT, "off") for key, _slot, _one in values}
        )
    else:
        known = [one for one in values if one[2] is not None]
        withdrawn = [one for one in values if one[2] is None]
        for part, strategy in ((known, "CREATE_AND_UPDATE"), (withdrawn, "DELETE")):
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
        {"dataSet": data_set, "dataValues": [_as_sent(period, slot, one) for _k, slot, one in part]}
    )
    try:
        answer = system.post(f"/api/dataValueSets?importStrategy={strategy}", body.encode())
        outcomes = read_summary(answer.status, answer.content, len(part))
    except NotReached:
        outcomes = [ValueOutcome(PushOutcome.NOT_SENT, "unreachable")] * len(part)
    except FetchFailed:
        outcomes = [ValueOutcome(PushOutcome.UNKNOWN, "no_answer")] * len(part)
    found = {key: one for (key, _slot, _value), one in zip(part, outcomes, strict=True)}
    lost = [one for one in part if found[one[0]].outcome == PushOutcome.UNKNOWN]
    if lost:
        found |= _read_back(system, data_set, period, lost)
    return found


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
    units = [("orgUnit", one) for one in sorted({slot.org_unit for _key, slot, _value in lost})]
    asked = urlencode([("dataSet", data_set), ("period", period), *units])
    try:
        answer = system.get(f"/api/dataValueSets?{asked}")
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
        for row in rows:
            one = outcomes[row.id]
            row.outcome, row.code, row.sentence = one.outcome, one.code, one.sentence
