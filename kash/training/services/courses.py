"""Courses themselves. How a version goes from draft to published. Writing the outline of a draft:
its modules and sessions, and in which order. Writing one session of a draft: its fields, and its
rows in their order. Writing the words of a translation, beside the version that it is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.platform.approvals.approval import note
from kash.platform.database import is_public_id, new_public_id
from kash.platform.ordering import arranged, moved
from kash.platform.vault import audited
from kash.platform.vault.audit import Change
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import ChangedMeanwhile, get_or_404, one_or_404
from kash.policy import Actor
from kash.training.models import APPROVAL, Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.queries import CourseRow, locked_version, tree_of, values, write_values
from kash.training.rules.courses import (
    KINDS,
    LEGAL_POINT,
    MODULE,
    MOST_MODULES,
    MOST_PLANS,
    MOST_ROWS,
    PLAN,
    VERSION,
    FieldText,
    Key,
    PlanText,
    SessionText,
    Step,
    VersionText,
    code_of,
    next_state,
    untitled,
)
from kash.training.rules.versions import is_fingerprint


class CourseTaken(Problem):
    """Another course has this name."""

    field = "name"
    sentence = _l("Another course has this name.")


def refuse_taken(
    session: Session, name: str, excluding: int | None = None, *, field: str = CourseTaken.field
) -> None:
    """Raise CourseTaken if another course has this name."""
    statement = select(Course.id).where(func.lower(Course.name) == func.lower(name))
    if excluding is not None:
        statement = statement.where(Course.id != excluding)
    if session.scalar(statement.limit(1)) is not None:
        raise CourseTaken(field=field)


def add_course(
    name: str, audience: str, level: str, *, public_title: str, language: str, by: Actor
) -> tuple[str, str]:
    """Add a course with an empty first draft; returns the public ids of both.

    Raises CourseTaken.
    """
    with audited("training.course_added", by) as change:
        session = change.session
        refuse_taken(session, name)
        course = Course(name=name, audience=audience, level=level, created_at=change.now)
        draft = CourseVersion(
            course=course,
            number=1,
            language=language,
            public_title=public_title,
            created_at=change.now,
        )
        session.add_all([course, draft])
        session.flush()
        change.about(course.public_id, draft.public_id)
        return course.public_id, draft.public_id


def propose_outline(
    change: Change, title: str, sessions: Sequence[tuple[str, int]], language: str, by: Actor
) -> CourseVersion:
    """Within another action: a new course of these sessions (title, minutes), which waits for a
    director. Raises CourseTaken and Problem, of the fields `course` and `outline`."""
    refuse_taken(change.session, title, field="course")
    if not 1 <= len(sessions) <= MOST_PLANS or not all(
        PLAN["title"].takes(name) and PLAN["minutes"].takes(minutes) for name, minutes in sessions
    ):
        raise Problem(
            _l("Write 1 to 200 sessions, a line each, of 5 to 600 minutes."), field="outline"
        )
    module = Module(position=1, title=title)
    module.plans = [
        SessionPlan(position=place, title=name, minutes=minutes)
        for place, (name, minutes) in enumerate(sessions, 1)
    ]
    version = CourseVersion(
        course=Course(name=title, created_at=change.now),
        number=1,
        language=language,
        public_title=title,
        state="proposed",
        proposed_by=by.public_id,
        created_at=change.now,
        modules=[module],
    )
    change.session.add(version)
    change.session.flush()
    change.about(version.course.public_id, version.public_id)
    return version


def change_course(public_id: str, name: str, audience: str, level: str, by: Actor) -> None:
    """Change what a course is called within the programme. Raises NotFound and CourseTaken."""
    with audited("training.course_changed", by) as change:
        session = change.session
        course = get_or_404(session, Course, public_id, lock=True)
        refuse_taken(session, name, excluding=course.id)
        course.name, course.audience, course.level = name, audience, level
        change.about(course.public_id)


def _step(change: Change, public_id: str, step: Step) -> CourseVersion:
    version = locked_version(change.session, public_id)
    state = next_state(version.state, step, plans=len(version.plans))
    if state is None:
        if step == "propose" and version.state == "draft":
            raise Problem(_l("Write at least one session before you propose this version."))
        raise Problem(_l("This version has changed state. Look at it again."))
    version.state = state
    change.about(version.public_id)
    return version


def propose(public_id: str, by: Actor) -> None:
    """Hand a draft to a director. Raises NotFound and Problem."""
    with audited("training.version_proposed", by) as change:
        version = _step(change, public_id, "propose")
        if untitled(tree_of(version)):
            raise Problem(
                _l("Write the titles of all modules and sessions before you propose this version.")
            )
        version.proposed_by = by.public_id
        version.returned_because = ""


def take_back(public_id: str, by: Actor) -> None:
    """Make a proposal a draft again, to go on writing. Raises NotFound and Problem."""
    with audited("training.proposal_taken_back", by) as change:
        version = _step(change, public_id, "take_back")
        version.proposed_by = None


def return_to_draft(public_id: str, because: str, by: Actor) -> None:
    """Send a proposal back with a sentence. Raises NotFound and Problem."""
    with audited("training.version_returned", by) as change:
        version = _step(change, public_id, "return")
        note(change, version, by.decides_for(APPROVAL.approves))
        version.proposed_by = None
        version.returned_because = because


def publish(public_id: str, by: Actor, *, code: str | None = None) -> None:
    """Publish a proposal: nothing in it changes any more. `code` is that of what was read.

    Raises NotFound, Problem, SamePerson, StandsInForProposer and ChangedMeanwhile if the proposal
    was taken back and written anew since it was read.
    """
    with audited("training.version_published", by) as change:
        publish_also(change, public_id, by, code=code)


def publish_also(change: Change, public_id: str, by: Actor, *, code: str | None = None) -> None:
    """As `publish`, within another action."""
    version = _step(change, public_id, "publish")
    if code is not None and code != code_of(tree_of(version)):
        raise ChangedMeanwhile
    version.published_for = APPROVAL.decides(version, by)
    version.published_by, version.published_at = by.public_id, change.now
    note(change, version, version.published_for)


class NotADraft(Problem):
    """Only a draft can be written in."""

    sentence = _l("This version is no draft any more.")


class TooMuch(Problem):
    """More modules or sessions than a version may have."""

    field = "public_title"
    sentence = _l("A version has at most 40 modules and 200 sessions.")


TAUGHT = _l("A workshop has a session of this, so it stays.")


@contextmanager
def drafting(
    action: str, public_id: str, by: Actor, row_version: int | None = None
) -> Iterator[tuple[Change, CourseVersion]]:
    """A draft, locked until the block ends; the entry names it. Raises NotFound, NotADraft, and
    ChangedMeanwhile if its row version is another one."""
    with audited(action, by) as change:
        version = locked_version(change.session, public_id)
        if version.state != "draft":
            raise NotADraft
        if row_version is not None and version.row_version != row_version:
            raise ChangedMeanwhile
        change.about(version.public_id)
        yield change, version
        try:
            change.session.flush()
        except IntegrityError:
            raise Problem(TAUGHT) from None


def write_version(public_id: str, text: VersionText, row_version: int, by: Actor) -> None:
    """Save the outline of a draft as it was written, and add what is new in it.

    Nothing is removed and no order changed here; new modules and plans come last. A plan whose
    module is not there stays where it is. Raises NotFound, NotADraft, ChangedMeanwhile if
    `row_version` is not the present one, and TooMuch.
    """
    with drafting("training.version_written", public_id, by, row_version) as (_, version):
        write_values(version, VERSION, text.about)
        version.language = text.language
        modules = {module.public_id: module for module in version.modules}
        plans = {plan.public_id: plan for plan in version.plans}
        for written in text.modules:
            if written.public_id in modules:
                modules[written.public_id].title = written.title
            elif written.new:
                module = Module(
                    public_id=written.public_id,
                    position=_next_place(version.modules),
                    title=written.title,
                )
                version.modules.append(module)
                modules[written.public_id] = module
        for plan_text in text.plans:
            _write_plan(plans.get(plan_text.public_id), plan_text, modules)
        if len(version.modules) > MOST_MODULES or len(version.plans) > MOST_PLANS:
            raise TooMuch
        version.row_version += 1


def _write_plan(plan: SessionPlan | None, text: PlanText, modules: dict[str, Module]) -> None:
    module = modules.get(text.module)
    if plan is None and (not text.new or module is None):
        return
    if plan is None:
        plan = SessionPlan(public_id=text.public_id, row_version=0)
    if module is not None and plan.module is not module:
        plan.position = _next_place(module.plans)
        if plan.module is not None:
            plan.module.plans.remove(plan)
        module.plans.append(plan)
    if (plan.title, plan.minutes) != (text.title, text.minutes):
        plan.title, plan.minutes = text.title, text.minutes
        plan.row_version += 1


def _next_place(rows: Sequence[Module] | Sequence[SessionPlan]) -> int:
    return max((sibling.position for sibling in rows), default=0) + 1


def _module(version: CourseVersion, public_id: str) -> Module:
    modules = {module.public_id: module for module in version.modules}
    return one_or_404(modules.get(public_id))


def plan_in(version: CourseVersion, plan_id: str) -> SessionPlan:
    """A session of a version. Raises NotFound."""
    return one_or_404({plan.public_id: plan for plan in version.plans}.get(plan_id))


def remove_module(public_id: str, module_id: str, by: Actor) -> None:
    """Take a module with its sessions out of a draft. Raises NotFound and NotADraft."""
    with drafting("training.module_removed", public_id, by) as (change, version):
        version.modules.remove(_module(version, module_id))
        version.row_version += 1
        change.about(module_id)


def remove_plan(public_id: str, plan_id: str, by: Actor) -> None:
    """Take a session out of a draft. Raises NotFound and NotADraft."""
    with drafting("training.plan_removed", public_id, by) as (change, version):
        plan = plan_in(version, plan_id)
        plan.module.plans.remove(plan)
        version.row_version += 1
        change.about(plan_id)


def arrange_modules(public_id: str, order: Sequence[str], by: Actor) -> None:
    """Put the modules of a draft in an order. The text's row version stays: nothing in it changes.

    Raises NotFound and NotADraft.
    """
    with drafting("training.modules_arranged", public_id, by) as (_, version):
        _settle(version.modules, arranged(_ids(version.modules), order))


def move_module(public_id: str, module_id: str, by_places: int, by: Actor) -> None:
    """Move a module one place up (-1) or down (1). Raises NotFound and NotADraft."""
    with drafting("training.modules_arranged", public_id, by) as (_, version):
        _module(version, module_id)
        _settle(version.modules, moved(_ids(version.modules), module_id, by_places))


def arrange_plans(public_id: str, module_id: str, order: Sequence[str], by: Actor) -> None:
    """Put the sessions of one module in an order. Raises NotFound and NotADraft."""
    with drafting("training.plans_arranged", public_id, by) as (change, version):
        plans = _module(version, module_id).plans
        _settle(plans, arranged(_ids(plans), order))
        change.about(module_id)


def move_plan(public_id: str, plan_id: str, by_places: int, by: Actor) -> None:
    """Move a session one place up (-1) or down (1) in its module. Raises NotFound, NotADraft."""
    with drafting("training.plans_arranged", public_id, by) as (change, version):
        module = plan_in(version, plan_id).module
        _settle(module.plans, moved(_ids(module.plans), plan_id, by_places))
        change.about(module.public_id)


def _ids(rows: Sequence[Module] | Sequence[SessionPlan]) -> list[str]:
    return [sibling.public_id for sibling in rows]


def _settle(rows: Sequence[Module] | Sequence[SessionPlan], order: Sequence[str]) -> None:
    for sibling in rows:
        sibling.position = order.index(sibling.public_id) + 1


@contextmanager
def _writing_session(
    action: str, public_id: str, plan_id: str, row_version: int, by: Actor
) -> Iterator[SessionPlan]:
    """A session of a draft that is written within the block."""
    with drafting(action, public_id, by) as (change, version):
        plan = plan_in(version, plan_id)
        if plan.row_version != row_version:
            raise ChangedMeanwhile
        in_outline = (plan.title, plan.minutes)
        yield plan
        # Who has the outline open would write the old title over this one.
        version.row_version += in_outline != (plan.title, plan.minutes)
        plan.row_version += 1
        change.about(plan_id)


def write_session(
    public_id: str, plan_id: str, text: SessionText, row_version: int, *, by: Actor
) -> None:
    """Save a session of a draft as it was written.

    Its rows become those that were written, in their order: what was not written any more is
    removed, and a row whose id is of none is new. What counsel checked is unchecked if its text
    changes and the day does not. Raises NotFound, NotADraft, ChangedMeanwhile if `row_version` is
    not the session's present one, and a problem for too many rows.
    """
    if max(Counter(line.kind for line in text.rows).values(), default=0) > MOST_ROWS:
        raise Problem(
            _l("A session has at most 40 of each: objectives, steps, messages and so on.")
        )
    with _writing_session("training.session_written", public_id, plan_id, row_version, by) as plan:
        put_session(plan, text)


def put_session(plan: SessionPlan, text: SessionText) -> None:
    """Make a session what was written; rows whose ids are new get a lineage of their own."""
    write_values(plan, PLAN, text.fields)
    plan.rows[:] = list(_rows(plan, text))


def _rows(plan: SessionPlan, text: SessionText) -> Iterator[PlanRow]:
    present = {stored.public_id: stored for stored in plan.rows}
    places: Counter[str] = Counter()
    for written in text.rows:
        kind = KINDS[written.kind]
        stored = present.pop(written.public_id, None)
        if stored is None or stored.kind != written.kind:
            if not is_public_id(written.public_id):
                raise NotFound
            stored = PlanRow(kind=written.kind, public_id=written.public_id)
            stored.lineage, stored.made_from = new_public_id(), {}
            write_values(stored, kind, {field.name: field.empty for field in kind})
        before = values(stored, kind)
        write_values(stored, kind, written.fields)
        now = values(stored, kind)
        # A point that was checked says something else, on the word of the same day.
        if kind is LEGAL_POINT and before["checked_on"] == now["checked_on"] and before != now:
            stored.checked_on = None
        places[written.kind] += 1
        stored.position = places[written.kind]
        yield stored


Words = Mapping[Key, Mapping[str, FieldText]]


def write_words(public_id: str, words: Words, row_version: int, *, by: Actor) -> None:
    """Save words of the outline of a translation: the version's own, and titles of modules.

    `words` are by kind and lineage of the row, and by name of the field, each with the fingerprint
    of the source that stood beside it; those of rows that are not there are left out. A field
    whose text is the same, and of which nobody said that it is right, keeps what it was made from.
    Raises NotFound, NotADraft, ChangedMeanwhile if `row_version` is not the draft's present one,
    and ValueError if a field cannot hold its text.
    """
    with drafting("training.words_written", public_id, by, row_version) as (_, version):
        modules = [((MODULE.name, module.lineage), module) for module in version.modules]
        put_words([((VERSION.name, ""), version), *modules], words)
        version.row_version += 1


def write_session_words(
    public_id: str, plan_id: str, words: Words, row_version: int, *, by: Actor
) -> None:
    """Save words of one session of a translation, as `write_words` does; `row_version` is the
    session's."""
    with _writing_session("training.words_written", public_id, plan_id, row_version, by) as plan:
        put_words(rows_of(plan), words)


def rows_of(plan: SessionPlan) -> Iterator[tuple[Key, CourseRow]]:
    """A session and its rows, each with its kind and lineage."""
    yield (PLAN.name, plan.lineage), plan
    for below in plan.rows:
        yield (below.kind, below.lineage), below


def put_words(rows: Iterable[tuple[Key, CourseRow]], words: Words) -> None:
    """Put words into rows, as `write_words` says."""
    for key, target in rows:
        made_from = dict(target.made_from)
        for name, written in words.get(key, {}).items():
            field = KINDS[key[0]][name]
            if not field.translated or not field.takes(written.text):
                raise ValueError(f"{field.name} cannot be that")
            if getattr(target, name) == written.text and not written.right:
                continue
            setattr(target, name, written.text)
            if is_fingerprint(written.made_from):
                made_from[name] = written.made_from
        target.made_from = made_from
