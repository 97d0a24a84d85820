"""Writing the outline of a draft: its modules and sessions, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.platform.ordering import arranged, moved
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor
from kash.training.models import CourseVersion, Module, SessionPlan
from kash.training.queries import locked_version
from kash.training.rules.fields import MOST_MODULES, MOST_PLANS, VERSION
from kash.training.rules.texts import PlanText, VersionText
from kash.training.trees import write_values


class NotADraft(Problem):
    """Only a draft can be written in."""

    sentence = _l("This version is no draft any more, so it cannot be changed.")


class TooMuch(Problem):
    """More modules or sessions than a version may have."""

    field = "public_title"
    sentence = _l("A version has at most 40 modules and 200 sessions.")


def locked_draft(session: Session, public_id: str) -> CourseVersion:
    """A draft inside a write transaction, locked. Raises NotFound and NotADraft."""
    version = locked_version(session, public_id)
    if version.state != "draft":
        raise NotADraft
    return version


def write_version(public_id: str, text: VersionText, row_version: int, by: Actor) -> None:
    """Save the outline of a draft as it was written, and add what is new in it.

    Nothing is removed and no order changed here; new modules and plans come last. A plan whose
    module is not there stays where it is. Raises NotFound, NotADraft, ChangedMeanwhile if
    `row_version` is not the present one, and TooMuch.
    """
    with audited("training.version_written", by) as change:
        version = locked_draft(change.session, public_id)
        if version.row_version != row_version:
            raise ChangedMeanwhile
        write_values(version, VERSION, text.about)
        version.language = text.language
        modules = {module.public_id: module for module in version.modules}
        for written in text.modules:
            if written.public_id in modules:
                modules[written.public_id].title = written.title
            elif written.new:
                last = max((module.position for module in version.modules), default=0)
                made = Module(public_id=written.public_id, position=last + 1, title=written.title)
                version.modules.append(made)
                modules[written.public_id] = made
        plans = {plan.public_id: plan for module in version.modules for plan in module.plans}
        for plan_text in text.plans:
            _write_plan(plans.get(plan_text.public_id), plan_text, modules)
        if len(version.modules) > MOST_MODULES or (
            sum(len(module.plans) for module in version.modules) > MOST_PLANS
        ):
            raise TooMuch
        version.row_version += 1
        change.about(version.public_id)


def _write_plan(plan: SessionPlan | None, text: PlanText, modules: dict[str, Module]) -> None:
    module = modules.get(text.module)
    if plan is None:
        if not text.new or module is None:
            return
        plan = SessionPlan(
            public_id=text.public_id,
            position=_last(module) + 1,
            title=text.title,
            minutes=text.minutes,
        )
        module.plans.append(plan)
    elif module is not None and plan.module is not module:
        plan.position = _last(module) + 1
        plan.module.plans.remove(plan)
        module.plans.append(plan)
    if (plan.title, plan.minutes) != (text.title, text.minutes):
        plan.title, plan.minutes = text.title, text.minutes
        plan.row_version += 1


def _last(module: Module) -> int:
    return max((plan.position for plan in module.plans), default=0)


def _module(version: CourseVersion, public_id: str) -> Module:
    for module in version.modules:
        if module.public_id == public_id:
            return module
    raise NotFound


def remove_module(public_id: str, module_id: str, by: Actor) -> None:
    """Take a module with its sessions out of a draft. Raises NotFound and NotADraft."""
    with audited("training.module_removed", by) as change:
        version = locked_draft(change.session, public_id)
        module = _module(version, module_id)
        version.modules.remove(module)
        version.row_version += 1
        change.about(version.public_id, module_id)


def remove_plan(public_id: str, plan_id: str, by: Actor) -> None:
    """Take a session out of a draft. Raises NotFound and NotADraft."""
    with audited("training.plan_removed", by) as change:
        version = locked_draft(change.session, public_id)
        for module in version.modules:
            for plan in module.plans:
                if plan.public_id == plan_id:
                    module.plans.remove(plan)
                    version.row_version += 1
                    change.about(version.public_id, plan_id)
                    return
        raise NotFound


def arrange_modules(public_id: str, order: Sequence[str], by: Actor) -> None:
    """Put the modules of a draft in an order. The text's row version stays: nothing in it changes.

    Raises NotFound and NotADraft.
    """
    with audited("training.modules_arranged", by) as change:
        version = locked_draft(change.session, public_id)
        _settle(version.modules, arranged([each.public_id for each in version.modules], order))
        change.about(version.public_id)


def move_module(public_id: str, module_id: str, by_places: int, by: Actor) -> None:
    """Move a module one place up (-1) or down (1). Raises NotFound and NotADraft."""
    with audited("training.modules_arranged", by) as change:
        version = locked_draft(change.session, public_id)
        _module(version, module_id)
        ids = [each.public_id for each in version.modules]
        _settle(version.modules, moved(ids, module_id, by_places))
        change.about(version.public_id)


def arrange_plans(public_id: str, module_id: str, order: Sequence[str], by: Actor) -> None:
    """Put the sessions of one module in an order. Raises NotFound and NotADraft."""
    with audited("training.plans_arranged", by) as change:
        version = locked_draft(change.session, public_id)
        module = _module(version, module_id)
        _settle(module.plans, arranged([each.public_id for each in module.plans], order))
        change.about(version.public_id, module_id)


def move_plan(public_id: str, plan_id: str, by_places: int, by: Actor) -> None:
    """Move a session one place up (-1) or down (1) in its module. Raises NotFound, NotADraft."""
    with audited("training.plans_arranged", by) as change:
        version = locked_draft(change.session, public_id)
        for module in version.modules:
            ids = [each.public_id for each in module.plans]
            if plan_id in ids:
                _settle(module.plans, moved(ids, plan_id, by_places))
                change.about(version.public_id, module.public_id)
                return
        raise NotFound


def _settle(rows: Sequence[Module] | Sequence[SessionPlan], order: Sequence[str]) -> None:
    places = {public_id: place for place, public_id in enumerate(order, 1)}
    for row in rows:
        row.position = places[row.public_id]
