"""Versions as trees of plain values, and back: what copies, compares, translates and carries them
walks these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    """Give a version all that a tree holds, in place of what it has; its rows are new ones."""
    write_values(version, VERSION, tree.fields)
    version.made_from = dict(tree.made_from)
    version.modules[:] = [
        _module_row(node, place) for place, node in enumerate(tree.of(MODULE.name), 1)
    ]


def _module_row(node: CourseNode, place: int) -> Module:
    module = Module(**_keys(node, place))
    write_values(module, MODULE, node.fields)
    module.plans[:] = [_plan_row(plan, at) for at, plan in enumerate(node.of(PLAN.name), 1)]
    return module


def _plan_row(node: CourseNode, place: int) -> SessionPlan:
    plan = SessionPlan(**_keys(node, place))
    write_values(plan, PLAN, node.fields)
    for kind in PLAN_ROWS:
        for at, below in enumerate(node.of(kind.name), 1):
            row = PlanRow(kind=kind.name, **_keys(below, at))
            write_values(row, kind, below.fields)
            plan.rows.append(row)
    return plan


def _keys(node: CourseNode, place: int) -> dict[str, Any]:
    """An id of its own, the lineage and fingerprints of the node, and its place."""
    return {
        "public_id": new_public_id(),
        "lineage": node.lineage,
        "made_from": dict(node.made_from),
        "position": place,
    }
