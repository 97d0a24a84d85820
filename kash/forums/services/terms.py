"""Terms of office, and the quorum that a forum agrees on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import ForumMember, ForumQuorum, ForumQuorumGroup, ForumTerm
from kash.forums.rules.quorum import NeededOfGroup, QuorumShare
from kash.forums.rules.terms import OfficeTerm, TermFault, term_fault
from kash.forums.services.loading import forum_run_by, member_in
from kash.people.models import Group
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor


class TermEndsFirst(Problem):
    """A term ends before it begins."""

    status = 422
    field = "ends_on"
    sentence = _l("The last day comes after the first.")


class TermsOverlap(Problem):
    """A member would hold two terms on one day."""

    status = 422
    field = "begins_on"
    sentence = _l("Another term of this member has a day in common with this one. End it first.")


class NumberNeeded(Problem):
    """A group's quorum is a number that was not given."""

    status = 422

    def __init__(self, letter: str) -> None:
        super().__init__(_l("Enter how many must be there."))
        self.field = f"least_{letter}"


@dataclass(frozen=True)
class TermDetails:
    """A term as entered."""

    begins_on: date
    ends_on: date | None = None
    office: str = ""


def add_term(
    forum_id: str, member_id: str, details: TermDetails, *, by: Actor, term_id: str = ""
) -> str:
    """Add a term of a member; its public id. The same form sent twice adds one (`term_id`).

    Raises TermEndsFirst and TermsOverlap.
    """
    with audited("forums.term_added", by) as change:
        member = member_in(change.session, forum_run_by(change.session, forum_id, by), member_id)
        terms = _terms(change.session, member)
        change.about(member.public_id)
        if any(one.public_id == term_id for one in terms):
            change.nothing()
            return term_id
        _fits(details, terms)
        row = ForumTerm(public_id=term_id or new_public_id(), member_id=member.id)
        row.begins_on, row.ends_on, row.office = details.begins_on, details.ends_on, details.office
        change.session.add(row)
        change.about(row.public_id)
        return row.public_id


def change_term(
    forum_id: str, member_id: str, term_id: str, details: TermDetails, *, by: Actor
) -> None:
    """Change a term. Raises TermEndsFirst and TermsOverlap."""
    with audited("forums.term_changed", by) as change:
        member = member_in(change.session, forum_run_by(change.session, forum_id, by), member_id)
        terms = _terms(change.session, member)
        row = one_or_404(next((one for one in terms if one.public_id == term_id), None))
        _fits(details, [one for one in terms if one is not row])
        row.begins_on, row.ends_on, row.office = details.begins_on, details.ends_on, details.office
        change.about(member.public_id, row.public_id)


def remove_term(forum_id: str, member_id: str, term_id: str, *, by: Actor) -> None:
    """Take away a term that was entered by mistake."""
    with audited("forums.term_removed", by) as change:
        member = member_in(change.session, forum_run_by(change.session, forum_id, by), member_id)
        terms = _terms(change.session, member)
        row = one_or_404(next((one for one in terms if one.public_id == term_id), None))
        change.session.delete(row)
        change.about(member.public_id, term_id)


def _terms(session: Session, member: ForumMember) -> list[ForumTerm]:
    return list(
        session.scalars(
            select(ForumTerm)
            .where(ForumTerm.member_id == member.id)
            .order_by(ForumTerm.begins_on, ForumTerm.id)
        )
    )


def _fits(details: TermDetails, others: list[ForumTerm]) -> None:
    fault = term_fault(
        OfficeTerm(details.begins_on, details.ends_on),
        [OfficeTerm(one.begins_on, one.ends_on) for one in others],
    )
    if fault is TermFault.ENDS_FIRST:
        raise TermEndsFirst
    if fault is TermFault.OVERLAP:
        raise TermsOverlap


def agree_quorum(
    forum_id: str, *, holds_from: date, needed: Mapping[str, NeededOfGroup], by: Actor
) -> None:
    """Keep the quorum that holds from a day on, by the groups' letters; a group that is not named
    needs nobody. What holds from the same day already is replaced. What is kept with decisions
    stays. Raises NumberNeeded."""
    for letter, rule in needed.items():
        if rule.share is QuorumShare.NUMBER and rule.least < 1:
            raise NumberNeeded(letter)
    with audited("forums.quorum_agreed", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        row = session.scalar(
            select(ForumQuorum).where(
                ForumQuorum.forum_id == forum.id, ForumQuorum.holds_from == holds_from
            )
        )
        if row is None:
            row = ForumQuorum(public_id=new_public_id(), forum_id=forum.id, holds_from=holds_from)
            session.add(row)
        row.groups.clear()
        session.flush()
        keys = dict(session.execute(select(Group.letter, Group.id)).all())
        row.created_at = change.now
        row.groups.extend(
            ForumQuorumGroup(group_id=keys[letter], share=str(rule.share), least=rule.least)
            for letter, rule in needed.items()
            if letter in keys
        )
        change.about(forum.public_id, row.public_id)


def remove_quorum(forum_id: str, quorum_id: str, *, by: Actor) -> None:
    """Take away a quorum that was entered by mistake; the one before it holds again."""
    with audited("forums.quorum_removed", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        row = one_or_404(
            change.session.scalar(
                select(ForumQuorum).where(
                    ForumQuorum.forum_id == forum.id, ForumQuorum.public_id == quorum_id
                )
            )
        )
        change.session.delete(row)
        change.about(forum.public_id, quorum_id)
