"""Reads: who may be the same person, as far as the actor reaches one of the two."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from kash.people.facts import COMPARED
from kash.people.models import (
    Group,
    LikelyDuplicate,
    NotTheSame,
    Organisation,
    Person,
    PersonMerge,
    Posting,
)
from kash.people.queries.directory import with_posting
from kash.people.queries.persons import key_within_reach, numbered
from kash.people.rules.duplicates import Known, Likeness, Match, Reason, name_parts
from kash.people.scope import named, phone_compared, sees_names, within_reach
from kash.platform.database import db
from kash.platform.jobs.models import Job
from kash.platform.web import Listing, listing
from kash.platform.web.errors import get_or_404, one_or_404
from kash.policy import Actor

SWEEP = "people.duplicates"
_MOST_CANDIDATES = 2_000
_STEM = 4


def numbered_likenesses(*where: ColumnElement[bool]) -> Iterator[tuple[int, Likeness]]:
    """Keys and likenesses of everyone or of some, for comparisons that nobody is shown as such."""
    return numbered(literal(1), Person.phone_lookup, named(), *where)


def people_like(actor: Actor, asked: Likeness) -> list[Match]:
    """People here who may be the same as somebody just entered, best first.

    Of people that the actor does not reach, only name and group are compared; the phone is compared
    only where it is open: the person who types a phone or a number must not learn by it whose it
    is. Nobody is told that it was said she is another person than the one with `asked.key`.
    """
    reached = within_reach(actor, "people.see")
    by_name = Likeness(asked.key, asked.group, asked.name)
    matches = _people_like(by_name, not_(reached))
    if asked.phones:
        compared = phone_compared(actor)
        unphoned = replace(asked, phones=frozenset())
        matches += _people_like(asked, and_(reached, compared))
        matches += _people_like(unphoned, and_(reached, not_(compared)))
    else:
        matches += _people_like(asked, reached)
    return sorted(matches, key=lambda match: (-match.certain, -match.score, match.key))


def _people_like(asked: Likeness, among: ColumnElement[bool]) -> list[Match]:
    session = db.session()
    everyone = session.scalar(select(func.count(Person.id))) or 0
    ids = _candidates(session, asked, among)
    if not ids:
        return []
    people = Known(
        (likeness for _key, likeness in numbered_likenesses(Person.id.in_(ids))), everyone=everyone
    )
    mine = select(Person.id).where(Person.public_id == asked.key).scalar_subquery()
    apart = session.scalars(
        select(Person.public_id).join(
            NotTheSame,
            or_(
                and_(NotTheSame.first_id == mine, NotTheSame.second_id == Person.id),
                and_(NotTheSame.second_id == mine, NotTheSame.first_id == Person.id),
            ),
        )
    ).all()
    return people.matches(asked, excluding=apart)


def _candidates(session: Session, asked: Likeness, among: ColumnElement[bool]) -> Sequence[int]:
    facts: list[ColumnElement[bool]] = []
    if asked.reference:
        facts.append(Person.reference == asked.reference)
    if asked.phones:
        facts.append(Person.phone_lookup.in_(asked.phones))
    stems = [part[:_STEM] for part in name_parts(asked.name) if len(part) > 1][:6]
    called = [Person.sort_name.contains(stem, autoescape=True) for stem in stems]
    facts.extend(and_(*pair) for pair in combinations(called, 2))
    if called and asked.station:
        there = (
            select(Posting.person_id)
            .join(Organisation, Organisation.id == Posting.organisation_id)
            .where(Organisation.public_id == asked.station, Posting.is_open)
        )
        facts.append(and_(Person.id.in_(there), or_(*called)))
    if called and asked.birth_year is not None:
        facts.append(and_(Person.birth_year == asked.birth_year, or_(*called)))
    if len(called) == 1:
        facts.append(Person.sort_name == asked.name)
    if not facts:
        return []
    return session.scalars(
        select(Person.id)
        .where(among, or_(*facts))
        .order_by(Person.id.desc())
        .limit(_MOST_CANDIDATES)
    ).all()


@dataclass(frozen=True)
class PersonBeside:
    """A person beside another: everything but name and group is empty where the actor does not
    reach it. `facts` are those of COMPARED."""

    public_id: str
    chosen_name: str
    group_name: str
    whole: bool
    organisation: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    age_band: str = ""
    birth_year: int | None = None
    has_phone: bool = False


def facts_of(actor: Actor, public_ids: Collection[str]) -> dict[str, PersonBeside]:
    """{public id: what the actor may see of her}; of anyone at least name and group."""
    rows = db.session.execute(
        with_posting(
            select(Person, Group.name, Organisation.name, within_reach(actor, "people.see"))
        ).where(Person.public_id.in_(public_ids))
    ).all()
    facts = {}
    for person, group, organisation, whole in rows:
        seen: dict[str, Any] = {}
        if whole:
            seen = {
                "organisation": organisation or "",
                "facts": {fact.name: getattr(person, fact.name) for fact in COMPARED},
                "age_band": person.age_band,
                "birth_year": person.birth_year,
                "has_phone": person.phone_lookup is not None,
            }
        facts[person.public_id] = PersonBeside(
            person.public_id, person.chosen_name, group, bool(whole), **seen
        )
    return facts


def mergeable(actor: Actor, public_ids: Collection[str]) -> set[str]:
    """Those of these people that the actor may merge: of two of them all reasons may be told. One
    whose page is open may have a contact that is closed, which a merge would bring along."""
    return set(
        db.session.scalars(
            select(Person.public_id).where(
                Person.public_id.in_(public_ids), within_reach(actor, "people.merge")
            )
        )
    )


def _reached(actor: Actor, table: Any) -> ColumnElement[int]:
    """How many of a pair's two are within reach. Asked of each pair: pairs are few, and those in
    reach may be many."""
    return (
        select(func.count(Person.id))
        .where(
            Person.id.in_((table.first_id, table.second_id)), within_reach(actor, "people.merge")
        )
        .correlate(table)
        .scalar_subquery()
    )


def _shown(actor: Actor) -> ColumnElement[bool]:
    """Pairs with at least one person within reach. If the other is not, only pairs that the names
    alone would show: what is typed of the one must not tell what is kept of the other."""
    enough = case((LikelyDuplicate.names_alike, 1), else_=2)
    return _reached(actor, LikelyDuplicate) >= enough


def likely_duplicates(actor: Actor, reason: str = "") -> Listing[LikelyDuplicate]:
    """Pairs that this actor may be told of, the likeliest first. Where one of the two is out of
    reach, neither what they are narrowed by nor their order tells more than that names are alike.
    """
    both = _reached(actor, LikelyDuplicate) == 2
    statement = select(LikelyDuplicate).where(_shown(actor))
    if reason:
        told = case((both, LikelyDuplicate.reason), else_=str(Reason.SIMILAR_NAME))
        statement = statement.where(told == reason)
    return listing(
        statement.options(joinedload(LikelyDuplicate.first), joinedload(LikelyDuplicate.second)),
        sorts={"score": case((both, LikelyDuplicate.score), else_=0)},
        default_sort="score",
        default_direction="desc",
        key=LikelyDuplicate.id,
        per_page=20,
        searched=True,
    )


def count_likely_duplicates(actor: Actor) -> int:
    """How many pairs wait for this actor."""
    if not actor.may("people.merge"):
        return 0
    return db.session.scalar(select(func.count(LikelyDuplicate.id)).where(_shown(actor))) or 0


def likely_duplicate(actor: Actor, public_id: str) -> LikelyDuplicate:
    """One such pair. Raises NotFound."""
    return get_or_404(db.session, LikelyDuplicate, public_id, _shown(actor))


def told_apart(actor: Actor) -> Listing[NotTheSame]:
    """Pairs of people that somebody told apart, the newest first."""
    return listing(
        select(NotTheSame)
        .where(_reached(actor, NotTheSame) >= 1)
        .options(joinedload(NotTheSame.first), joinedload(NotTheSame.second)),
        sorts={"said": NotTheSame.id},
        default_sort="said",
        default_direction="desc",
        key=NotTheSame.id,
        per_page=20,
        searched=True,
    )


def told_apart_pair(actor: Actor, public_id: str) -> NotTheSame:
    """One such pair. Raises NotFound."""
    return get_or_404(db.session, NotTheSame, public_id, _reached(actor, NotTheSame) >= 1)


def last_sweep() -> Job | None:
    """The sweep that was asked for last."""
    return db.session.scalar(select(Job).where(Job.kind == SWEEP).order_by(Job.id.desc()).limit(1))


def kept_instead(public_id: str) -> str | None:
    """The public id of the person that this one was merged into."""
    return db.session.scalar(
        select(Person.public_id)
        .join(PersonMerge, PersonMerge.kept_id == Person.id)
        .where(PersonMerge.gone == public_id, PersonMerge.undone_at.is_(None))
        .order_by(PersonMerge.id.desc())
        .limit(1)
    )


def sees(actor: Actor, public_id: str) -> bool:
    """True if this actor sees anything of a person: her facts, or at least her name."""
    return sees_names(actor) or key_within_reach(actor, public_id) is not None


def open_merges(actor: Actor, person_id: int, since: datetime) -> Sequence[PersonMerge]:
    """Merges into this person that can still be undone, the newest first."""
    if not actor.may("people.merge"):
        return []
    return db.session.scalars(
        select(PersonMerge)
        .where(
            PersonMerge.kept_id == person_id,
            PersonMerge.undone_at.is_(None),
            PersonMerge.sealed.is_not(None),
            PersonMerge.merged_at > since,
        )
        .order_by(PersonMerge.id.desc())
    ).all()


def merge_within_reach(actor: Actor, public_id: str) -> PersonMerge:
    """A merge into a person within reach. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(PersonMerge)
            .join(Person, Person.id == PersonMerge.kept_id)
            .where(PersonMerge.public_id == public_id, within_reach(actor, "people.merge"))
            .options(joinedload(PersonMerge.kept))
        )
    )
