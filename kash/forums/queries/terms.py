"""Terms of office of a forum's members, and the quorums on which it agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kash.forums.models import Forum, ForumMember, ForumQuorum, ForumQuorumGroup, ForumTerm
from kash.forums.rules.quorum import NeededOfGroup, QuorumShare
from kash.forums.rules.terms import TOLD_BEFORE, OfficeTerm, counts_on, ends_after, term_on
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.policy import Actor, Reach


@dataclass(frozen=True)
class MemberTerms:
    """A member with all terms, for whoever runs the forum. `ends` is the last day if one is known;
    `counts` is whether a term holds today."""

    member: str
    person: str
    name: str
    letter: str
    terms: Sequence[tuple[str, OfficeTerm]]
    now: OfficeTerm | None
    ends: date | None
    counts: bool


def member_terms(forum: Forum, day: date) -> list[MemberTerms]:
    """The members of a forum with their terms, by group and name; two queries."""
    members = db.session.execute(
        select(ForumMember.id, ForumMember.public_id, Person, Group.letter)
        .join(Person, Person.id == ForumMember.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(ForumMember.forum_id == forum.id, ForumMember.left_on.is_(None))
        .order_by(Group.position, Group.letter, Person.sort_name, Person.id)
    ).all()
    held: dict[int, list[tuple[str, OfficeTerm]]] = {row[0]: [] for row in members}
    for row in db.session.scalars(
        select(ForumTerm)
        .join(ForumMember, ForumMember.id == ForumTerm.member_id)
        .where(ForumMember.forum_id == forum.id)
        .order_by(ForumTerm.begins_on, ForumTerm.id)
    ):
        if row.member_id in held:
            term = OfficeTerm(row.begins_on, row.ends_on, row.office)
            held[row.member_id].append((row.public_id, term))
    found = []
    for key, public_id, person, letter in members:
        terms = [term for _id, term in held[key]]
        found.append(
            MemberTerms(
                member=public_id,
                person=person.public_id,
                name=person.chosen_name,
                letter=letter,
                terms=held[key],
                now=term_on(terms, day),
                ends=ends_after(terms, day),
                counts=counts_on(terms, None, day),
            )
        )
    return found


@dataclass(frozen=True)
class TermsEnding:
    """A forum whose members' terms end soon: how many, and the first last day."""

    forum_id: str
    forum_name: str
    members: int
    first: date


def terms_ending(actor: Actor, day: date) -> list[TermsEnding]:
    """Forums of which the actor is the secretary, in which terms end within two months and are not
    carried on. One query."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    rows = db.session.execute(
        select(
            Forum.public_id,
            Forum.name,
            ForumMember.id,
            ForumTerm.begins_on,
            ForumTerm.ends_on,
        )
        .join(ForumMember, ForumMember.forum_id == Forum.id)
        .join(ForumTerm, ForumTerm.member_id == ForumMember.id)
        .where(Forum.secretary_id == actor.account_id, ForumMember.left_on.is_(None))
        .order_by(Forum.name, Forum.id, ForumTerm.begins_on)
    )
    terms: dict[tuple[str, str], dict[int, list[OfficeTerm]]] = {}
    for public_id, name, member, begins, ends in rows:
        of_forum = terms.setdefault((public_id, name), {})
        of_forum.setdefault(member, []).append(OfficeTerm(begins, ends))
    found = []
    for (public_id, name), members in terms.items():
        ending = [ends_after(held, day) for held in members.values()]
        days = [one for one in ending if one is not None and (one - day).days <= TOLD_BEFORE]
        if days:
            found.append(TermsEnding(public_id, name, len(days), min(days)))
    return found


@dataclass(frozen=True)
class QuorumAgreed:
    """A quorum of a forum, by the groups' letters. `holds` is whether it is the one of today."""

    public_id: str
    holds_from: date
    needed: Mapping[str, NeededOfGroup]
    holds: bool


def quorums_of(forum: Forum, day: date) -> list[QuorumAgreed]:
    """All that a forum agreed on, the newest first."""
    found: dict[str, tuple[date, dict[str, NeededOfGroup]]] = {}
    for public_id, holds_from, letter, share, least in db.session.execute(
        select(
            ForumQuorum.public_id,
            ForumQuorum.holds_from,
            Group.letter,
            ForumQuorumGroup.share,
            ForumQuorumGroup.least,
        )
        .outerjoin(ForumQuorumGroup, ForumQuorumGroup.quorum_id == ForumQuorum.id)
        .outerjoin(Group, Group.id == ForumQuorumGroup.group_id)
        .where(ForumQuorum.forum_id == forum.id)
        .order_by(ForumQuorum.holds_from.desc(), Group.position, Group.letter)
    ):
        needed = found.setdefault(public_id, (holds_from, {}))[1]
        if letter is not None:
            needed[letter] = NeededOfGroup(QuorumShare(share), least)
    now = next((key for key, (begins, _needed) in found.items() if begins <= day), "")
    return [
        QuorumAgreed(public_id, begins, needed, public_id == now)
        for public_id, (begins, needed) in found.items()
    ]
