"""Values that have left to DHIS2, as what has left tells them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased

from kash.connections.models import Connection
from kash.dhis2.models import Push, PushedValue
from kash.dhis2.queries import KIND
from kash.dhis2.rules.planning import PushOutcome
from kash.dhis2.words import figure_text
from kash.platform.database import db
from kash.platform.web.lists import Listing, listing
from kash.platform.web.taking import TableColumn
from kash.statements.receivers import OtherReceivers, Receiver

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
        return " · ".join(one for one in (self.option_combo, self.attribute_combo) if one)

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
    asked = (
        select(*columns)
        .join(Push, Push.id == PushedValue.push_id)
        .where(
            Push.connection_id == found.id,
            PushedValue.outcome.in_(_LEFT),
            PushedValue.value.is_not(None),
        )
    )
    page = listing(
        asked,
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
