"""Versions that are made from others: the next one, and translations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.policy import Actor
from kash.training.models import Course, CourseVersion
from kash.training.queries import locked_version
from kash.training.rules.nodes import CourseNode, check_tree
from kash.training.rules.translations import translated
from kash.training.services.versions import locked_draft
from kash.training.trees import lay_out, tree_of


class DraftExists(Problem):
    """There is a draft or proposal in this language already."""

    sentence = _l("There is a draft in this language already. Go on with that one.")


class SameLanguage(Problem):
    """A version is translated into another language than its own."""

    field = "language"
    sentence = _l("This version is in that language already.")


def start_version(course_id: str, language: str, by: Actor) -> str:
    """Begin a new draft; returns its public id.

    It is a copy of the course's last version in that language or, where there is none, a
    translation of its last version, of which nothing is worded yet. Raises NotFound and
    DraftExists.
    """
    with audited("training.version_started", by) as change:
        session = change.session
        course = one_or_404(
            session.scalar(select(Course).where(Course.public_id == course_id).with_for_update())
        )
        last = _last(session, course, language)
        source = last or _last(session, course)
        made = _new_draft(session, course, language)
        if source is None:
            made.public_title = course.name[:120]
        elif source is last:
            lay_out(made, tree_of(source))
            made.translates_id = source.translates_id
        else:
            lay_out(made, translated(tree_of(source), None))
            made.translates_id = source.id
        session.flush()
        change.about(course.public_id, made.public_id)
        return made.public_id


def translate(public_id: str, language: str, by: Actor) -> str:
    """Begin a draft that translates a version; returns its public id.

    What the course's last version in that language has for the same rows is taken from there, and
    shows as stale where the source says something else by now. Raises NotFound, SameLanguage and
    DraftExists.
    """
    with audited("training.version_started", by) as change:
        session = change.session
        course = one_or_404(
            session.scalar(
                select(Course)
                .join(Course.versions)
                .where(CourseVersion.public_id == public_id)
                .with_for_update(of=Course)
            )
        )
        source = locked_version(session, public_id)
        if source.language == language:
            raise SameLanguage
        known = _last(session, course, language)
        made = _new_draft(session, course, language)
        lay_out(made, translated(tree_of(source), tree_of(known) if known is not None else None))
        made.translates_id = source.id
        session.flush()
        change.about(source.public_id, made.public_id)
        return made.public_id


def follow(public_id: str, source_id: str, row_version: int, by: Actor) -> None:
    """Lay a draft out anew after another version of its course, and keep its words.

    Rows that the source lacks go with their words. Raises NotFound, also if the source is of
    another course, NotADraft, SameLanguage and ChangedMeanwhile.
    """
    with audited("training.translation_moved_on", by) as change:
        session = change.session
        draft = locked_draft(session, public_id)
        if draft.row_version != row_version:
            raise ChangedMeanwhile
        source = locked_version(session, source_id)
        if source.course_id != draft.course_id:
            raise NotFound
        if source.language == draft.language:
            raise SameLanguage
        lay_out(draft, translated(tree_of(source), tree_of(draft)))
        draft.translates_id = source.id
        draft.row_version += 1
        change.about(draft.public_id, source.public_id)


def fill_draft(public_id: str, tree: CourseNode, by: Actor) -> None:
    """Give a draft all that a tree holds, in place of what it has.

    Raises NotFound, NotADraft, and ValueError if the tree is none of a version.
    """
    check_tree(tree)
    with audited("training.version_written", by) as change:
        draft = locked_draft(change.session, public_id)
        lay_out(draft, tree)
        draft.row_version += 1
        change.about(draft.public_id)


def _last(session: Session, course: Course, language: str = "") -> CourseVersion | None:
    """The newest version of a course, or of those in a language."""
    statement = select(CourseVersion.public_id).where(CourseVersion.course_id == course.id)
    if language:
        statement = statement.where(CourseVersion.language == language)
    public_id = session.scalar(statement.order_by(CourseVersion.number.desc()).limit(1))
    return locked_version(session, public_id) if public_id is not None else None


def _new_draft(session: Session, course: Course, language: str) -> CourseVersion:
    of_course = CourseVersion.course_id == course.id
    open_draft = select(CourseVersion.id).where(
        of_course, CourseVersion.language == language, CourseVersion.state != "published"
    )
    if session.scalar(open_draft.limit(1)) is not None:
        raise DraftExists
    number = session.scalar(select(func.max(CourseVersion.number)).where(of_course)) or 0
    made = CourseVersion(course_id=course.id, number=number + 1, language=language, public_title="")
    session.add(made)
    return made
