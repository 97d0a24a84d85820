"""The groups that the programme brings together."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.people.models import Group
from kash.platform.vault import audited
from kash.platform.web import Problem
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


class GroupTaken(Problem):
    """Another group has this name or letter. `field` says which."""

    sentence = _l("Another group has this already.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


def _refuse_taken(session: Session, name: str, letter: str, excluding: int | None = None) -> None:
    others = session.scalars(select(Group).with_for_update()).all()
    for group in others:
        if group.id == excluding:
            continue
        if group.name.casefold() == name.casefold():
            raise GroupTaken("name")
        if group.letter == letter:
            raise GroupTaken("letter")


def new_group(session: Session, name: str, letter: str, *, is_police: bool = False) -> Group:
    """A group added within another action's transaction. Raises GroupTaken."""
    letter = letter.upper()
    _refuse_taken(session, name, letter)
    position = (session.scalar(select(func.max(Group.position))) or 0) + 1
    group = Group(name=name, letter=letter, is_police=is_police, position=position)
    session.add(group)
    session.flush()
    return group


def add_group(name: str, letter: str, *, is_police: bool, by: Actor) -> str:
    """Add a group; returns its public id. Raises GroupTaken."""
    with audited("people.group_added", by) as change:
        group = new_group(change.session, name, letter, is_police=is_police)
        change.about(group.public_id)
        return group.public_id


def change_group(public_id: str, name: str, letter: str, *, is_police: bool, by: Actor) -> None:
    """Change a group's name or letter. Raises NotFound and GroupTaken."""
    with audited("people.group_changed", by) as change:
        session = change.session
        group = one_or_404(
            session.scalar(select(Group).where(Group.public_id == public_id).with_for_update())
        )
        _refuse_taken(session, name, letter.upper(), excluding=group.id)
        group.name, group.letter, group.is_police = name, letter.upper(), is_police
        change.about(group.public_id)
