"""Agenda templates: written, taken from a meeting, changed, deleted. Opening forums, and who sits
in them."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.forums.models import AgendaTemplate, AgendaTemplateItem, Forum, ForumMember
from kash.forums.queries.series import may_run, runs
from kash.forums.rules.meetings import APPEARS, ITEMS_OF_A_MEETING, USUAL, WITH_TEXT, PlannedItem
from kash.forums.services.agenda import items_in_order
from kash.forums.services.internal_lines import forum_in_reach, forum_run_by, meeting_in, member_in
from kash.forums.services.presence import expect_in_planned, no_longer_expected
from kash.forums.services.problems import (
    AGENDA_FULL,
    FORUM_NAME_TAKEN,
    UNKNOWN_CHOICE,
    UNKNOWN_PERSON,
)
from kash.people.models import Person
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web import Forbidden
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach


def add_template(name: str, language: str, items: Sequence[PlannedItem], by: Actor) -> str:
    """Keep an agenda under a name; returns its public id.

    Raises NameTaken, EmptyAgenda, AgendaFull.
    """
    _may_write(by)
    with audited("forums.template_added", by) as change:
        template = _kept(change.session, name, language, items)
        change.about(template.public_id)
        return template.public_id


def keep_agenda(forum_id: str, meeting_id: str, *, name: str, by: Actor) -> str:
    """Keep a meeting's agenda as a template; returns its public id.

    Titles and minutes go along, what was said does not. Raises NameTaken, EmptyAgenda.
    """
    with audited("forums.template_added", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        items = [
            PlannedItem(item.title, item.minutes, item.kind)
            for item in items_in_order(session, meeting)
        ]
        template = _kept(session, name, "", items)
        change.about(template.public_id)
        return template.public_id


def change_template(
    public_id: str,
    name: str,
    language: str,
    items: Sequence[PlannedItem],
    row_version: int,
    by: Actor,
) -> None:
    """Change a template; meetings that began with it stay as they are.

    Raises NotFound, ChangedMeanwhile, NameTaken, EmptyAgenda, AgendaFull.
    """
    _may_write(by)
    with audited("forums.template_changed", by) as change:
        session = change.session
        template = held_template(session, public_id)
        if template.row_version != row_version:
            raise ChangedMeanwhile
        _name_is_free(session, name, template.id)
        template.name, template.language = name, language
        template.items = _rows(items)
        template.row_version += 1
        _flush(session)
        change.about(template.public_id)


def remove_template(public_id: str, by: Actor) -> None:
    """Delete a template; forums that began with it begin as last time. Raises NotFound."""
    _may_write(by)
    with audited("forums.template_removed", by) as change:
        template = held_template(change.session, public_id)
        change.session.execute(
            update(Forum).where(Forum.template_id == template.id).values(template_id=None)
        )
        change.about(template.public_id)
        change.session.delete(template)


def held_template(session: Session, public_id: str) -> AgendaTemplate:
    """A template, held until the transaction ends. Raises NotFound."""
    return get_or_404(session, AgendaTemplate, public_id, lock=True)


def _may_write(by: Actor) -> None:
    if by.reach("forums.edit") is Reach.NONE:
        raise Forbidden


def _kept(
    session: Session, name: str, language: str, items: Sequence[PlannedItem]
) -> AgendaTemplate:
    _name_is_free(session, name, None)
    template = AgendaTemplate(name=name, language=language, items=_rows(items))
    session.add(template)
    _flush(session)
    return template


def _rows(items: Sequence[PlannedItem]) -> list[AgendaTemplateItem]:
    if not items:
        raise Problem(_l("Write at least one item."), field="")
    if len(items) > ITEMS_OF_A_MEETING:
        raise Problem(AGENDA_FULL, field="title")
    return [
        AgendaTemplateItem(position=place, kind=item.kind, title=item.title, minutes=item.minutes)
        for place, item in enumerate(items, start=1)
    ]


def _name_is_free(session: Session, name: str, excluding: int | None) -> None:
    taken = session.scalar(
        select(AgendaTemplate.id).where(func.lower(AgendaTemplate.name) == func.lower(name))
    )
    if taken is not None and taken != excluding:
        raise Problem(FORUM_NAME_TAKEN, field="name")


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise Problem(FORUM_NAME_TAKEN, field="name") from None


def _secretary(session: Session, by: Actor, wanted: str) -> int:
    """The account that runs the forum: the one chosen by the person who may choose, else the
    actor's."""
    if by.account_id is not None and (
        by.reach("forums.edit") is not Reach.ALL or not wanted or wanted == by.public_id
    ):
        return by.account_id
    account_id = session.scalar(
        select(Account.id).where(Account.public_id == wanted, Account.active, may_run(Account.id))
    )
    if account_id is None:
        raise Problem(_l("Choose somebody from the list."), field="secretary", status=422)
    return account_id


def _series_name_is_free(session: Session, name: str, besides: int | None = None) -> None:
    taken = session.scalar(select(Forum.id).where(Forum.name == name))
    if taken is not None and taken != besides:
        raise Problem(FORUM_NAME_TAKEN, field="name")


def _template_id(session: Session, public_id: str) -> int | None:
    return held_template(session, public_id).id if public_id else None


def open_forum(*, name: str, secretary: str = "", template: str = "", by: Actor) -> str:
    """Open a forum and return its public id.

    `secretary` is an account's public id; only the person who may edit all forums chooses another
    than herself. `template` is that of the agenda its meetings begin with. Raises NotFound if there
    is no such template.
    """
    if by.reach("forums.edit") is Reach.NONE:
        raise Forbidden
    with audited("forums.forum_opened", by) as change:
        _series_name_is_free(change.session, name)
        forum = Forum(
            public_id=new_public_id(),
            name=name,
            secretary_id=_secretary(change.session, by, secretary),
            template_id=_template_id(change.session, template),
            created_at=change.now,
        )
        change.session.add(forum)
        change.about(forum.public_id)
        return forum.public_id


def change_forum(
    forum_id: str, *, name: str, secretary: str = "", template: str | None = None, by: Actor
) -> None:
    """Give a forum another name, another agenda to begin with (None: as it is) or, by the person
    who may choose, another secretary."""
    with audited("forums.forum_changed", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        _series_name_is_free(change.session, name, besides=forum.id)
        forum.name = name
        if template is not None:
            forum.template_id = _template_id(change.session, template)
        if secretary and by.reach("forums.edit") is Reach.ALL:
            forum.secretary_id = _secretary(change.session, by, secretary)
        change.about(forum.public_id)


def _appearance(appears: str, shown_as: str) -> tuple[str, str]:
    if appears not in APPEARS:
        raise Problem(UNKNOWN_CHOICE, status=400)
    if appears not in WITH_TEXT:
        return appears, ""
    if not shown_as.strip():
        raise Problem(_l("Write how this member appears."), field="shown_as", status=422)
    return appears, shown_as.strip()


def add_member(
    forum_id: str, person_id: str, *, appears: str = "", shown_as: str = "", by: Actor
) -> str:
    """Give a person a seat, and expect her in the planned meetings.

    Without a choice she is only counted: nobody appears on paper before she said how.
    """
    with audited("forums.member_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        how, text = _appearance(appears or USUAL, shown_as)
        (member, seated), *_rest = _seats(change.session, forum, [person_id])
        if seated:
            raise Problem(_l("This person is a member already."))
        member.appears, member.shown_as, member.left_on = how, text, None
        expect_in_planned(change.session, forum, [member.person_id], change.now)
        change.about(forum.public_id, member.public_id, person_id)
        return member.public_id


def add_members(forum_id: str, person_ids: Sequence[str], *, by: Actor) -> list[str]:
    """Give several people a seat at once; the public ids of the new members.

    Each is only counted until she chose how she appears; who is a member already stays as she is.
    Raises UnknownPerson if one of them is not there: then nobody was added.
    """
    with audited("forums.members_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        seats = _seats(change.session, forum, person_ids)
        new = [member for member, seated in seats if not seated]
        if not new:
            change.nothing()
            return []
        for member in new:
            member.appears, member.shown_as, member.left_on = USUAL, "", None
        joined = [member.person_id for member in new]
        expect_in_planned(change.session, forum, joined, change.now)
        change.about(forum.public_id, *(member.public_id for member in new), *person_ids)
        return [member.public_id for member in new]


def _seats(
    session: Session, forum: Forum, person_ids: Sequence[str]
) -> list[tuple[ForumMember, bool]]:
    """The seat of each person, a new one where she has none, and whether she sits there now."""
    wanted = dict.fromkeys(person_ids)
    rows = session.execute(
        select(Person.public_id, Person.id, ForumMember)
        .outerjoin(
            ForumMember,
            and_(ForumMember.person_id == Person.id, ForumMember.forum_id == forum.id),
        )
        .where(Person.public_id.in_(wanted))
    ).all()
    if len(rows) < len(wanted):
        raise Problem(UNKNOWN_PERSON, status=404)
    by_id = {columns[0]: (columns[1], columns[2]) for columns in rows}
    seats = []
    for public_id in wanted:
        key, member = by_id[public_id]
        seated = member is not None and member.left_on is None
        if member is None:
            member = ForumMember(public_id=new_public_id(), forum_id=forum.id, person_id=key)
            session.add(member)
        seats.append((member, seated))
    return seats


def choose_appearance(
    forum_id: str, member_id: str, *, appears: str, shown_as: str = "", by: Actor
) -> None:
    """Set how a member appears: she for herself, or the person who runs the forum on her word."""
    with audited("forums.appearance_chosen", by) as change:
        forum = forum_in_reach(change.session, forum_id, by)
        member = member_in(change.session, forum, member_id)
        own = by.person_id is not None and member.person_id == by.person_id
        if not own and not runs(by, forum.secretary_id):
            raise Forbidden
        member.appears, member.shown_as = _appearance(appears, shown_as)
        change.about(forum.public_id, member.public_id)


def end_membership(forum_id: str, member_id: str, *, by: Actor) -> None:
    """A member leaves. What she took on stays hers; she is expected in no planned meeting."""
    with audited("forums.member_left", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        member = member_in(change.session, forum, member_id)
        member.left_on = to_local(change.now).date()
        no_longer_expected(change.session, forum, member.person_id, change.now)
        change.about(forum.public_id, member.public_id)
