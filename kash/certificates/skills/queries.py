"""Record of a trainer in a course: workshops taught, certificates, and what follows of them. Skills
by trainer and by course, and all of them as a table. Words of skills, and sentences on what a team
lacks. Advice to those who plan a workshop: what its team lacks, and who can be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Account, AccountRole
from kash.accounts.queries.accounts import accounts_with_role, names_of
from kash.attendance.models import Slot
from kash.certificates.models import Certificate, CertificateBatch, SkillDeferral, TrainerSkill
from kash.certificates.skills import rules
from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.platform.web.metrics import counted
from kash.policy import Role
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Facilitator, Workshop
from kash.workshops.queries.workshops import Load, loads
from kash.workshops.team_advice import TeamAdvice, TeamQuestion, TrainerToAsk


def taught(today: date) -> ColumnElement[bool]:
    """A facilitator's part in a workshop counts as taught once it is over, if she stood on the
    team when a second person confirmed one of its registers: nobody makes a proof for herself by
    adding herself to what others taught."""
    return and_(
        Workshop.state == "planned",
        Workshop.ends_on <= today,
        exists().where(
            Slot.register_id == Workshop.register_id,
            Slot.confirmed_at.is_not(None),
            Slot.confirmed_at >= Facilitator.added_at,
        ),
    )


def is_trainer() -> ColumnElement[bool]:
    """True for accounts in use that hold the role of a trainer."""
    return and_(
        Account.active.is_(True),
        exists().where(AccountRole.account_id == Account.id, AccountRole.role == str(Role.TRAINER)),
    )


def _taught(today: date, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Facilitator)
        .join(Workshop, Workshop.id == Facilitator.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(taught(today))
    )


def taught_by(
    account_id: int, today: date, *, course_id: int | None = None, session: Session | None = None
) -> Sequence[Any]:
    """The workshops that a trainer taught, in one course (public id) or in any, and whether she led
    them, latest first; one query."""
    statement = (
        _taught(
            today,
            Course.public_id.label("course"),
            Workshop.public_id,
            Workshop.title,
            Workshop.ends_on,
            Facilitator.lead.label("led"),
        )
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Facilitator.account_id == account_id)
        .order_by(Workshop.ends_on.desc(), Workshop.id.desc())
    )
    if course_id is not None:
        statement = statement.where(CourseVersion.course_id == course_id)
    return (session or db.session()).execute(statement).all()


def certified_in(
    person_id: int | None, today: date, session: Session | None = None
) -> dict[str, date]:
    """{course: day of issue} of the courses (public ids) of which a person holds a certificate that
    is valid; no query for an account that is nobody's.

    A renewal is of the course of what it renews, whichever workshop was the refresher.
    """
    if person_id is None:
        return {}
    rows = (session or db.session()).execute(
        select(
            Certificate.id,
            Certificate.renews_id,
            Course.public_id,
            Certificate.issued_on,
            Certificate.revoked_at.is_(None)
            & (Certificate.expires_on.is_(None) | (Certificate.expires_on >= today)),
        )
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            Certificate.person_id == person_id,
            Certificate.serial.is_not(None),
            Certificate.issued_on.is_not(None),
        )
        .order_by(Certificate.id)
    )
    courses: dict[int, str] = {}
    issued: dict[str, date] = {}
    for key, renews, course, day, holds in rows:
        courses[key] = of = courses.get(renews or 0, course)
        if holds and day is not None:
            issued[of] = max(day, issued.get(of, day))
    return issued


@dataclass(frozen=True)
class Suggestion:
    """A trainer who may be ready to lead a course, and how many of its workshops she taught since
    somebody last looked."""

    trainer: str
    name: str
    course: str
    course_name: str
    taught: int


def suggestions(
    today: date,
    *,
    account_id: int | None = None,
    course_id: int | None = None,
    excluding: int | None = None,
    limit: int = 50,
) -> Sequence[Suggestion]:
    """Trainers who taught a course ENOUGH times and may not lead it; three queries at most.

    Workshops count that ended after her present skill began, after the last one was ended, and
    after it was last decided that she does not lead yet. `excluding` is an account. Of all trainers
    all that was ever taught is looked at, so how much that is is kept while nothing is written.
    """
    if account_id is None:
        of_all = counted(("taught enough", today), lambda: _taught_enough(today))
    else:
        of_all = _taught_enough(today, account_id)
    taught_enough = {
        (trainer, course): number
        for (trainer, course), number in of_all.items()
        if course_id in (None, course) and trainer != excluding
    }
    trainers = _in_order(Account, {trainer for trainer, _course in taught_enough})
    courses = _in_order(Course, {course for _trainer, course in taught_enough})
    suggested = [
        Suggestion(*trainers[trainer], *courses[course], taught_enough[trainer, course])
        for course in courses
        for trainer in trainers
        if (trainer, course) in taught_enough
    ]
    return suggested[:limit]


def _in_order(of: type[Account] | type[Course], ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """{id: (public id, name)} of accounts or courses in the order of their names."""
    if not ids:
        return {}
    rows = select(of.id, of.public_id, of.name).where(of.id.in_(ids)).order_by(of.name, of.id)
    return {key: (public_id, name) for key, public_id, name in db.session.execute(rows)}


def _taught_enough(today: date, account_id: int | None = None) -> dict[tuple[int, int], int]:
    """{(account, course): workshops} of those who may be ready to lead."""
    of_her = and_(
        TrainerSkill.account_id == Facilitator.account_id,
        TrainerSkill.course_id == CourseVersion.course_id,
    )
    statement = (
        _taught(today, Facilitator.account_id, CourseVersion.course_id, func.count())
        .join(Account, Account.id == Facilitator.account_id)
        .where(
            is_trainer(),
            ~exists().where(
                of_her, TrainerSkill.ended_on.is_(None), TrainerSkill.level == str(rules.Level.LEAD)
            ),
            ~exists().where(
                of_her, func.coalesce(TrainerSkill.ended_on, TrainerSkill.since) >= Workshop.ends_on
            ),
            ~exists().where(
                SkillDeferral.account_id == Facilitator.account_id,
                SkillDeferral.course_id == CourseVersion.course_id,
                SkillDeferral.deferred_on >= Workshop.ends_on,
            ),
        )
        .group_by(Facilitator.account_id, CourseVersion.course_id)
        .having(func.count() >= rules.ENOUGH)
    )
    if account_id is not None:
        statement = statement.where(Facilitator.account_id == account_id)
    return {(account, course): number for account, course, number in db.session.execute(statement)}


# Beyond so many courses a table says that it shows the first ones only.
MOST_COURSES = 200


def trainer(public_id: str) -> Account:
    """A trainer, or somebody with skills on record. Raises NotFound."""
    ever = exists().where(TrainerSkill.account_id == Account.id)
    return get_or_404(db.session, Account, public_id, is_trainer() | ever)


def is_still_trainer(account: Account) -> bool:
    """True if skills can be granted to an account."""
    account_id = db.session.scalar(select(Account.id).where(Account.id == account.id, is_trainer()))
    return account_id is not None


def skills_of(account: Account) -> list[TrainerSkill]:
    """All skills of a trainer with their courses: present ones first, then the latest ended."""
    return list(
        db.session.scalars(
            select(TrainerSkill)
            .join(TrainerSkill.course)
            .options(joinedload(TrainerSkill.course))
            .where(TrainerSkill.account_id == account.id)
            .order_by(
                TrainerSkill.ended_on.is_not(None),
                TrainerSkill.ended_on.desc(),
                func.lower(Course.name),
                TrainerSkill.id.desc(),
            )
        )
    )


def deferrals_of(account: Account) -> list[SkillDeferral]:
    """Times at which it was decided that a trainer does not lead a course yet, latest first."""
    return list(
        db.session.scalars(
            select(SkillDeferral)
            .options(joinedload(SkillDeferral.course))
            .where(SkillDeferral.account_id == account.id)
            .order_by(SkillDeferral.deferred_on.desc(), SkillDeferral.id.desc())
        )
    )


def skill(account: Account, public_id: str) -> TrainerSkill:
    """A skill, fetched through its trainer. Raises NotFound."""
    return get_or_404(
        db.session,
        TrainerSkill,
        public_id,
        TrainerSkill.account_id == account.id,
        options=(joinedload(TrainerSkill.course),),
    )


def trainers_of(course: str) -> list[Any]:
    """Trainers in use who have a skill in a course (public id), those who may lead first; one
    query."""
    rows = db.session.execute(
        select(Account.public_id, Account.name, TrainerSkill.level, TrainerSkill.since)
        .join(TrainerSkill, TrainerSkill.account_id == Account.id)
        .join(Course, Course.id == TrainerSkill.course_id)
        .where(Course.public_id == course, TrainerSkill.ended_on.is_(None), is_trainer())
        .order_by(func.lower(Account.name), Account.id)
    )
    order = [str(level) for level in rules.Level]
    return sorted(rows, key=lambda row: order.index(row.level))


def levels_in(course_id: int) -> dict[str, rules.Level]:
    """Levels of all trainers in use with a skill in a course, by the accounts' public ids."""
    rows = db.session.execute(
        select(Account.public_id, TrainerSkill.level)
        .join(TrainerSkill, TrainerSkill.account_id == Account.id)
        .where(TrainerSkill.course_id == course_id, TrainerSkill.ended_on.is_(None), is_trainer())
    )
    return {level[0]: rules.Level(level[1]) for level in rows}


@dataclass(frozen=True)
class MatrixFilter:
    """Filter of the table: a course (public id), and a level, or "none" for who has no skill."""

    course: str = ""
    level: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """A trainer with her levels, by courses' public ids."""

    trainer: str
    name: str
    levels: Mapping[str, rules.Level]


@dataclass(frozen=True)
class Matrix:
    """Trainers by name, and the courses that stand in the columns as (public id, name)."""

    rows: Sequence[MatrixRow]
    courses: Sequence[tuple[str, str]]


def matrix(wanted: MatrixFilter, account: str = "") -> Matrix:
    """The table of trainers and courses that are published, or in which somebody has a skill; two
    queries. `account` leaves but one trainer."""
    used = exists().where(TrainerSkill.course_id == Course.id, TrainerSkill.ended_on.is_(None))
    published = exists().where(
        CourseVersion.course_id == Course.id, CourseVersion.state == "published"
    )
    statement = select(Course.public_id, Course.name).where(used | published)
    if wanted.course:
        statement = statement.where(Course.public_id == wanted.course)
    courses = db.session.execute(
        statement.order_by(func.lower(Course.name), Course.id).limit(MOST_COURSES)
    ).all()
    skills = db.session.execute(
        select(Account.public_id, Account.name, Course.public_id, TrainerSkill.level)
        .outerjoin(
            TrainerSkill, (TrainerSkill.account_id == Account.id) & TrainerSkill.ended_on.is_(None)
        )
        .outerjoin(Course, Course.id == TrainerSkill.course_id)
        .where(is_trainer(), *([Account.public_id == account] if account else []))
        .order_by(func.lower(Account.name), Account.id)
    )
    names: dict[str, str] = {}
    levels: dict[str, dict[str, rules.Level]] = {}
    for public_id, name, course, level in skills:
        names[public_id] = name
        hers = levels.setdefault(public_id, {})
        if level is not None:
            hers[course] = rules.Level(level)
    shown = {course[0] for course in courses}
    rows = [
        MatrixRow(public_id, name, levels[public_id])
        for public_id, name in names.items()
        if _fits([level for course, level in levels[public_id].items() if course in shown], wanted)
    ]
    return Matrix(rows, [(course[0], course[1]) for course in courses])


def _fits(levels: Sequence[rules.Level], wanted: MatrixFilter) -> bool:
    if not wanted.level:
        return True
    return not levels if wanted.level == "none" else wanted.level in levels


LEVEL: dict[str, Any] = {
    rules.Level.LEAD: _l("may lead"),
    rules.Level.CO_TEACH: _l("may co-teach"),
    rules.Level.OBSERVE: _l("may observe"),
}
# As a choice, or as a state that stands alone.
LEVEL_ALONE: dict[str, Any] = {
    rules.Level.LEAD: _l("May lead"),
    rules.Level.CO_TEACH: _l("May co-teach"),
    rules.Level.OBSERVE: _l("May observe"),
}
LEVEL_TONE: dict[str, str] = {
    rules.Level.LEAD: "good",
    rules.Level.CO_TEACH: "live",
    rules.Level.OBSERVE: "",
}
LEVEL_NOTE: dict[str, Any] = {
    rules.Level.LEAD: _l("Plans and leads a workshop of this course."),
    rules.Level.CO_TEACH: _l("Teaches beside somebody who may lead."),
    rules.Level.OBSERVE: _l("Sits in and learns; teaches no session."),
}
EVIDENCE: dict[str, Any] = {
    rules.ProofKind.TAUGHT: _l("Workshops taught, at least two"),
    rules.ProofKind.ASSESSED: _l("Assessed by somebody"),
    rules.ProofKind.CERTIFICATE: _l("Certificate of the trainer, or training of trainers"),
}
ENDED: dict[str, Any] = {
    "ended": _l("Ended"),
    "replaced": _l("Another level took its place"),
    "left": _l("No trainer any more"),
}


def sentences(found: Sequence[rules.Lacking]) -> list[str]:
    """Sentences on each thing that a team lacks."""
    return [
        {
            rules.TeamLack.CO_TEACHES_ONLY: _(
                "%(name)s may co-teach this course but not lead it.", name=lacking.name
            ),
            rules.TeamLack.OBSERVES_ONLY: _(
                "%(name)s may observe this course only.", name=lacking.name
            ),
            rules.TeamLack.NOTHING_WRITTEN: _(
                "%(name)s: no skill in this course is written down.", name=lacking.name
            ),
            rules.TeamLack.NOBODY_LEADS: _("Nobody on the team may lead this course."),
        }[lacking.lack]
        for lacking in found
    ]


def free_text(one: rules.Free) -> str:
    """How free somebody is on the days of a workshop."""
    if one.clashing:
        return _("teaches another workshop on these days")
    if one.near:
        return ngettext(
            "free on these days, one workshop within a week of them",
            "free on these days, %(num)s workshops within a week of them",
            one.near,
        )
    return _("free on these days")


MOST_ASKED = 5
_FREE = Load(0, 0)


def advise(asked: TeamQuestion) -> TeamAdvice:
    """Advice on a team; none on a course of which nobody's skill is written down, so that a
    programme that keeps no skills is not told off. Four queries at most."""
    levels = levels_in(asked.course_id)
    if not levels:
        return TeamAdvice(told=_("No trainer's skill in this course is written down yet."))
    names = names_of(asked.team)
    team = [
        rules.TeamMember(names[member], member == asked.leads, levels.get(member))
        for member in asked.team
        if member in names
    ]
    # Nobody who is locked is asked for anything new.
    open_to = {
        account.public_id: account.name
        for account in accounts_with_role(Role.TRAINER)
        if account.public_id in levels
    }
    busy = loads(asked.first, asked.last, asked.workshop) if open_to else {}
    free = [
        rules.Free(
            member,
            name,
            levels[member],
            busy.get(member, _FREE).clashing,
            busy.get(member, _FREE).near,
        )
        for member, name in open_to.items()
    ]
    lacking = rules.lacks(team)
    if team and not lacking:
        return TeamAdvice()
    # Nobody who is on the team and may lead need be asked for more than that.
    there = [
        TrainerToAsk(member, names[member], LEVEL[rules.Level.LEAD], _("teaches here already"))
        for member in asked.team
        if member in names and levels.get(member) is rules.Level.LEAD and member != asked.leads
    ]
    others = [
        TrainerToAsk(member.public_id, member.name, LEVEL[member.level], free_text(member))
        for member in rules.whom_to_ask(free, asked.team)
    ]
    return TeamAdvice(sentences(lacking), [*there, *others][:MOST_ASKED])
