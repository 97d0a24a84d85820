"""Forums within an actor's reach, and their members as the actor may see them.
Agenda templates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, selectinload

from kash.accounts.models import Account, AccountRole
from kash.accounts.queries.accounts import accounts_with_role, names_of
from kash.forums.models import (
    Action,
    AgendaItem,
    AgendaTemplate,
    AgendaTemplateItem,
    Forum,
    ForumMember,
    Meeting,
)
from kash.forums.rules.meetings import shown_name
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web import Forbidden, Listing, listing
from kash.platform.web.errors import get_or_404, one_or_404
from kash.policy import GRANTS, Actor, Reach

_MOST_OFFERED = 50


def within_reach(actor: Actor) -> Select[Forum]:
    """The forums an actor may see: all, or those of which she is a member now."""
    reach = actor.reach("forums.see")
    if reach is Reach.ALL:
        return select(Forum)
    if reach is Reach.MEMBER and actor.person_id is not None:
        return select(Forum).where(
            exists().where(
                ForumMember.forum_id == Forum.id,
                ForumMember.person_id == actor.person_id,
                ForumMember.left_on.is_(None),
            )
        )
    return select(Forum).where(false())


def sits_in_a_forum(actor: Actor) -> bool:
    """True if an actor sees a forum as one of its members; one query."""
    return db.session.scalar(within_reach(actor).with_only_columns(Forum.id).limit(1)) is not None


def runs(actor: Actor, secretary_id: int) -> bool:
    """True if the actor runs a forum: its secretary, or the person who may edit them all."""
    reach = actor.reach("forums.edit")
    return reach is Reach.ALL or (reach is Reach.OWN and actor.account_id == secretary_id)


def sees_names(actor: Actor) -> bool:
    """True if the actor may see a member's name beside what she chose to show."""
    return actor.reach("people.find") is not Reach.NONE


def find_forums(actor: Actor, text: str, limit: int) -> list[tuple[str, str]]:
    """(public id, name) of forums within reach, found by a part of the name; one query."""
    rows = db.session.execute(
        within_reach(actor)
        .with_only_columns(Forum.public_id, Forum.name)
        .where(Forum.name.icontains(text, autoescape=True))
        .order_by(Forum.name, Forum.id)
        .limit(limit)
    )
    return [(forum.public_id, forum.name) for forum in rows]


def forum(public_id: str, actor: Actor) -> Forum:
    """A forum within reach. Raises NotFound."""
    return one_or_404(db.session.scalar(within_reach(actor).where(Forum.public_id == public_id)))


def forum_to_edit(public_id: str, actor: Actor) -> Forum:
    """A forum that the actor runs. Raises NotFound out of reach, Forbidden if she only sees it."""
    in_reach = forum(public_id, actor)
    if not runs(actor, in_reach.secretary_id):
        raise Forbidden
    return in_reach


def forums_listed(actor: Actor, now: datetime) -> Listing[Any]:
    """Rows of forum, number of members, next planned meeting, last held one, open actions."""
    members = (
        select(func.count(ForumMember.id))
        .where(ForumMember.forum_id == Forum.id, ForumMember.left_on.is_(None))
        .scalar_subquery()
    )
    following = (
        select(func.min(Meeting.starts_at))
        .where(Meeting.forum_id == Forum.id, Meeting.state == "planned", Meeting.starts_at >= now)
        .scalar_subquery()
    )
    last = (
        select(func.max(Meeting.starts_at))
        .where(Meeting.forum_id == Forum.id, Meeting.state == "held")
        .scalar_subquery()
    )
    still_open = (
        select(func.count(Action.id))
        .join(AgendaItem, AgendaItem.id == Action.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(Meeting.forum_id == Forum.id, Action.state == "open")
        .scalar_subquery()
    )
    rows = within_reach(actor).add_columns(
        members.label("members"),
        following.label("following"),
        last.label("last"),
        still_open.label("still_open"),
    )
    return listing(rows, sorts={"name": Forum.name}, default_sort="name", key=Forum.id)


@dataclass(frozen=True)
class AccountHolder:
    """A participant with an account, the letter of her group and the roles of the account."""

    public_id: str
    chosen_name: str
    letter: str
    roles: tuple[str, ...]
    minor: bool = False


@dataclass(frozen=True)
class ForumMemberLine:
    """A member, as the asking actor may see her. `name` is empty for the person who may not see
    names.

    `shown` is what paper and the other members see, empty when only counted; `group` is the
    group's name for staff and its letter for everybody else. `person` is her public id, empty as
    `name` is.
    """

    public_id: str
    name: str
    group: str
    appears: str
    shown_as: str
    shown: str
    own: bool
    left_on: date | None
    letter: str = ""
    person: str = ""


def appearance_of(member: ForumMember) -> str:
    """Appearance of a member to other members and on paper, empty when only counted. A person who
    does not want her name on paper is not shown by it, whatever she chose before."""
    name = member.person.chosen_name if member.person.prints_name else ""
    return shown_name(member.appears, member.shown_as, name)


def _line(member: ForumMember, actor: Actor) -> ForumMemberLine:
    person, names = member.person, sees_names(actor)
    own = actor.person_id is not None and actor.person_id == person.id
    return ForumMemberLine(
        public_id=member.public_id,
        name=person.chosen_name if names or own else "",
        group=person.group.name if names else person.group.letter,
        appears=member.appears,
        shown_as=member.shown_as,
        shown=appearance_of(member),
        own=own,
        left_on=member.left_on,
        letter=person.group.letter,
        person=person.public_id if names else "",
    )


# Groups in their order, and within each the people by name.
BY_GROUP = (Group.position, Group.letter, Person.sort_name, Person.id)


def _seats(forum: Forum) -> Select[ForumMember]:
    return (
        select(ForumMember)
        .join(ForumMember.person)
        .join(Person.group)
        .where(ForumMember.forum_id == forum.id)
        .options(contains_eager(ForumMember.person).contains_eager(Person.group))
    )


def _present(forum: Forum) -> Select[ForumMember]:
    return _seats(forum).where(ForumMember.left_on.is_(None))


def member_lines(forum: Forum, actor: Actor) -> list[ForumMemberLine]:
    """The present members, by group. Those without a name in sight keep no order of names."""
    lines = [_line(member, actor) for member in owners_of(forum)]
    if sees_names(actor):
        return lines
    return sorted(lines, key=lambda line: (line.group, not line.own, not line.shown, line.shown))


def member_to_change(forum: Forum, public_id: str, actor: Actor) -> ForumMemberLine:
    """A member whose appearance the actor may choose: her own, or any for who runs the forum."""
    wanted = _present(forum).where(ForumMember.public_id == public_id)
    line = _line(one_or_404(db.session.scalar(wanted)), actor)
    if not line.own and not runs(actor, forum.secretary_id):
        raise Forbidden
    return line


def owners_of(forum: Forum) -> list[ForumMember]:
    """Those who may take on an action: the present members, by group and name."""
    return list(db.session.scalars(_present(forum).order_by(*BY_GROUP)))


def member_choices(forum: Forum, *, keep: str = "") -> list[tuple[str, str]]:
    """(public id, name and group) of those who may take on an action, with the person who has it
    now (`keep`) even if she has left."""
    members = owners_of(forum)
    if keep and keep not in {member.public_id for member in members}:
        members += db.session.scalars(_seats(forum).where(ForumMember.public_id == keep))
    return [
        (member.public_id, f"{member.person.chosen_name} ({member.person.group.letter})")
        for member in members
    ]


def people_with_account(actor: Actor, excluding: Collection[str]) -> list[AccountHolder]:
    """Participants who have an account in use, by group and name, for the person who sees accounts;
    those are told apart who most often sit in a forum. At most fifty; one query."""
    if not actor.may("accounts.see"):
        return []
    rows = db.session.execute(
        select(Person.public_id, Person.chosen_name, Group.letter, Account)
        .join(Account, Account.person_id == Person.id)
        .join(Person.group)
        .options(selectinload(Account.roles))
        .where(Account.active, Person.public_id.not_in(excluding), Person.minor.is_(False))
        .order_by(*BY_GROUP)
        .limit(_MOST_OFFERED)
    )
    return [
        AccountHolder(
            columns[0],
            columns[1],
            columns[2],
            tuple(account_role.role for account_role in columns[3].roles),
        )
        for columns in rows
    ]


def seated(forum: Forum) -> set[str]:
    """The public ids of the people who are members now."""
    return set(
        db.session.scalars(
            select(Person.public_id)
            .join(ForumMember, ForumMember.person_id == Person.id)
            .where(ForumMember.forum_id == forum.id, ForumMember.left_on.is_(None))
        )
    )


def secretaries(current: str = "") -> list[tuple[str, str]]:
    """Accounts that may run a forum: public id and name of those in use, by name; of locked ones
    only the one that runs it now."""
    accounts = accounts_with_role(*GRANTS["forums.edit"], locked=[current])
    return [(account.public_id, account.name) for account in accounts]


def may_run(account_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """True if an account has a role with which one runs forums."""
    return exists().where(
        AccountRole.account_id == account_id,
        AccountRole.role.in_([str(role) for role in GRANTS["forums.edit"]]),
    )


def secretary_of(found: Forum) -> tuple[str, str]:
    """Public id and name of the account that runs a forum."""
    account = db.session.execute(
        select(Account.public_id, Account.name).where(Account.id == found.secretary_id)
    ).one()
    return account.public_id, account.name


def account_name(public_id: str | None) -> str:
    """The name of an account, for the person who runs the forum; empty when there is none."""
    return names_of([public_id]).get(public_id, "") if public_id else ""


def template_lines() -> Sequence[Any]:
    """All templates by name, with the number of their items and the sum of the minutes that are
    set; one query."""
    minutes = func.coalesce(func.sum(AgendaTemplateItem.minutes), 0)
    return db.session.execute(
        select(
            AgendaTemplate.public_id,
            AgendaTemplate.name,
            AgendaTemplate.language,
            func.count(AgendaTemplateItem.id).label("items"),
            minutes.label("minutes"),
        )
        .outerjoin(AgendaTemplateItem, AgendaTemplateItem.template_id == AgendaTemplate.id)
        .group_by(AgendaTemplate.id)
        .order_by(func.lower(AgendaTemplate.name))
        .limit(500)
    ).all()


def template_choices() -> Sequence[tuple[str, str]]:
    """(public id, name) of all templates by name."""
    return [(template.public_id, template.name) for template in template_lines()]


def template(public_id: str) -> AgendaTemplate:
    """A template with its items. Raises NotFound."""
    return get_or_404(
        db.session, AgendaTemplate, public_id, options=(selectinload(AgendaTemplate.items),)
    )


def template_of(template_id: int | None) -> str:
    """The public id of a forum's own template; empty if it has none."""
    if template_id is None:
        return ""
    return (
        db.session.scalar(select(AgendaTemplate.public_id).where(AgendaTemplate.id == template_id))
        or ""
    )
