"""Versions as trees of plain values, and back: what copies, compares, translates and carries them
walks these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kash.platform.database import new_public_id
from kash.training.models import CourseVersion, Module, PlanRow, SessionPlan
from kash.training.rules.fields import MODULE, PLAN, PLAN_ROWS, VERSION, RowKind, Value
from kash.training.rules.nodes import CourseNode

Row = CourseVersion | Module | SessionPlan | PlanRow


def tree_of(version: CourseVersion) -> CourseNode:
    """All that a version holds, as it was loaded."""
    modules = tuple(_module(module) for module in version.modules)
    return CourseNode(VERSION.name, "", values(version, VERSION), dict(version.made_from), modules)


def _module(module: Module) -> CourseNode:
    plans = tuple(tree_of_plan(plan) for plan in module.plans)
    return _node(module, MODULE, plans)


def tree_of_plan(plan: SessionPlan) -> CourseNode:
    """A session with its rows."""
    return _node(
        plan, PLAN, tuple(_node(row, kind) for kind in PLAN_ROWS for row in plan.of(kind.name))
    )


def _node(
    row: Module | SessionPlan | PlanRow, kind: RowKind, below: tuple[CourseNode, ...] = ()
) -> CourseNode:
    return CourseNode(kind.name, row.lineage, values(row, kind), dict(row.made_from), below)


def values(row: Row, kind: RowKind) -> dict[str, Value]:
    """The values of a row by the names of its fields."""
    return {field.name: getattr(row, field.name) for field in kind}


def write_values(row: Row, kind: RowKind, given: Mapping[str, Value]) -> None:
    """Write values into a row; fields that are not given stay."""
    for field in kind:
        if field.name in given:
            setattr(row, field.name, given[field.name])


def lay_out(version: CourseVersion, tree: CourseNode) -> None:
    """Give a version all that a tree holds, in place of what it has.

    Its rows are new ones, but those it has already keep their public ids, so that whoever has the
    page of one open is told that it changed.
    """
    known = _known(version)
    write_values(version, VERSION, tree.fields)
    version.made_from = dict(tree.made_from)
    version.modules[:] = [
        _module_row(node, place, known) for place, node in enumerate(tree.of(MODULE.name), 1)
    ]


@dataclass(frozen=True)
class _Known:
    """The rows that a version has, by lineage."""

    modules: dict[str, Module]
    plans: dict[str, SessionPlan]
    rows: dict[tuple[str, str], PlanRow]


def _known(version: CourseVersion) -> _Known:
    plans = [plan for module in version.modules for plan in module.plans]
    return _Known(
        {module.lineage: module for module in version.modules},
        {plan.lineage: plan for plan in plans},
        {(row.kind, row.lineage): row for plan in plans for row in plan.rows},
    )


def _module_row(node: CourseNode, place: int, known: _Known) -> Module:
    module = known.modules.pop(node.lineage, None) or Module(public_id=new_public_id())
    _write(module, node, place)
    module.plans[:] = [_plan_row(plan, at, known) for at, plan in enumerate(node.of(PLAN.name), 1)]
    return module


def _plan_row(node: CourseNode, place: int, known: _Known) -> SessionPlan:
    plan = known.plans.pop(node.lineage, None)
    if plan is None:
        plan = SessionPlan(public_id=new_public_id())
    else:
        plan.row_version += 1
    _write(plan, node, place)
    plan.rows[:] = [
        _row(below, at, known)
        for kind in PLAN_ROWS
        for at, below in enumerate(node.of(kind.name), 1)
    ]
    return plan


def _row(node: CourseNode, place: int, known: _Known) -> PlanRow:
    row = known.rows.pop(node.key, None) or PlanRow(public_id=new_public_id(), kind=node.kind)
    _write(row, node, place)
    return row


def _write(row: Module | SessionPlan | PlanRow, node: CourseNode, place: int) -> None:
    row.lineage, row.made_from, row.position = node.lineage, dict(node.made_from), place
    write_values(row, node.declared, node.fields)
