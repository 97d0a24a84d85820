"""What is asked about members and their keys."""

from __future__ import annotations

from sqlalchemy import exists, select

from kash.database import db
from kash.vault import CompartmentWrap, VaultMember


def member_of(account: str) -> VaultMember | None:
    """The keys of an account, by its public id."""
    return db.session.scalar(select(VaultMember).where(VaultMember.holder == account))


def holds_anything(member: VaultMember) -> bool:
    """Whether anything was wrapped to a member."""
    return bool(db.session.scalar(select(exists().where(CompartmentWrap.member_id == member.id))))
