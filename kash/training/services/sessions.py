"""Writing one session of a draft: its fields, and its rows in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from flask_babel import lazy_gettext as _l

from kash.platform.database import is_public_id, new_public_id
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor
from kash.training.models import CourseVersion, PlanRow, SessionPlan
from kash.training.rules.fields import KINDS, LEGAL_POINT, MOST_ROWS, PLAN, Value
from kash.training.rules.texts import RowText, SessionText
from kash.training.services.versions import locked_draft
from kash.training.trees import values, write_values


class TooManyPlanRows(Problem):
    """More rows of a kind than a session may have."""

    sentence = _l("A session has at most 40 of each: objectives, steps, messages and so on.")


def write_session(
    public_id: str, plan_id: str, text: SessionText, row_version: int, *, by: Actor
) -> None:
    """Save a session of a draft as it was written.

    Its rows become those that were written, in their order: what was not written any more is
    removed, and a row whose id is of none is new. What counsel checked is unchecked if its text
    changes and the day does not. Raises NotFound, NotADraft, ChangedMeanwhile if `row_version` is
    not the session's present one, and TooManyPlanRows.
    """
    if max(Counter(row.kind for row in text.rows).values(), default=0) > MOST_ROWS:
        raise TooManyPlanRows
    with audited("training.session_written", by) as change:
        version = locked_draft(change.session, public_id)
        plan = plan_in(version, plan_id)
        if plan.row_version != row_version:
            raise ChangedMeanwhile
        in_outline = (plan.title, plan.minutes)
        put_session(plan, text)
        # Whoever has the outline open would write the old title over this one.
        version.row_version += in_outline != (plan.title, plan.minutes)
        plan.row_version += 1
        change.about(version.public_id, plan_id)


def put_session(plan: SessionPlan, text: SessionText) -> None:
    """Make a session what was written; rows whose ids are new get a lineage of their own."""
    write_values(plan, PLAN, text.fields)
    plan.rows[:] = list(_rows(plan, text))


def plan_in(version: CourseVersion, plan_id: str) -> SessionPlan:
    """A session of a version. Raises NotFound."""
    for module in version.modules:
        for plan in module.plans:
            if plan.public_id == plan_id:
                return plan
    raise NotFound


def _rows(plan: SessionPlan, text: SessionText) -> Iterator[PlanRow]:
    present = {row.public_id: row for row in plan.rows}
    places: Counter[str] = Counter()
    for written in text.rows:
        row = present.pop(written.public_id, None)
        if row is None or row.kind != written.kind:
            if not is_public_id(written.public_id):
                raise NotFound
            row = _new_row(written)
        kind = KINDS[written.kind]
        before = values(row, kind)
        write_values(row, kind, written.fields)
        if kind is LEGAL_POINT and _says_else(before, values(row, kind)):
            row.checked_on = None
        places[written.kind] += 1
        row.position = places[written.kind]
        yield row


def _new_row(written: RowText) -> PlanRow:
    kind = KINDS[written.kind]
    row = PlanRow(kind=written.kind, public_id=written.public_id)
    row.lineage, row.made_from = new_public_id(), {}
    write_values(row, kind, {field.name: field.empty for field in kind})
    return row


def _says_else(before: Mapping[str, Value], now: Mapping[str, Value]) -> bool:
    """True if a point that was checked says something else, on the word of the same day."""
    said = {name: value for name, value in before.items() if name != "checked_on"}
    says = {name: value for name, value in now.items() if name != "checked_on"}
    return before["checked_on"] == now["checked_on"] and said != says
