"""Verifying locked minutes: the leaves under their root, the errata, and the root in the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kash.forums.models import Forum, Meeting, MinutesErratum, MinutesLife
from kash.forums.queries.minutes_life import errata_rows
from kash.forums.queries.minutes_record import as_leaf, leaf_rows
from kash.forums.rules.leaves import SaltedLeaf, altered, erratum_root, leaf_digest, root_of
from kash.platform.database import db
from kash.platform.vault.chain import code_of, root_subject
from kash.platform.vault.queries import named_before


@dataclass(frozen=True)
class VerifiedMinutes:
    """Findings about the locked minutes of a meeting. `altered` are places of leaves,
    counted from 1; `in_chain` is whether the audit chain names the root."""

    meeting_id: str
    forum: str
    starts_at: datetime
    code: str
    root: str
    leaves: int
    withdrawn: int
    altered: tuple[int, ...]
    whole: bool
    errata: int
    errata_whole: bool
    in_chain: bool

    @property
    def sound(self) -> bool:
        """True if nothing is wrong."""
        return self.whole and self.errata_whole and self.in_chain and not self.altered


def _errata_whole(root: str, rows: Sequence[MinutesErratum]) -> tuple[bool, str]:
    """True if all errata stand on the root and on each other; and the last root."""
    before = root
    for number, row in enumerate(rows, start=1):
        salt = None if row.salt is None else bytes.fromhex(row.salt)
        leaf = SaltedLeaf("erratum", row.digest, row.value, salt)
        holds = leaf.withdrawn or (
            salt is not None
            and row.value is not None
            and leaf_digest(salt, "erratum", number, row.value) == row.digest
        )
        if row.number != number or not holds or erratum_root(before, number, leaf) != row.root:
            return False, before
        before = row.root
    return True, before


def verify_minutes() -> list[VerifiedMinutes]:
    """All locked minutes, by the day of their meeting, each with what was found about it."""
    rows: Sequence[Any] = db.session.execute(
        select(MinutesLife.root, Meeting, Forum.name)
        .join(Meeting, Meeting.id == MinutesLife.meeting_id)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(MinutesLife.state == "locked")
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    found = []
    for root, meeting, forum in rows:
        leaves = [as_leaf(row) for row in leaf_rows(meeting.id)]
        errata = errata_rows(meeting.id)
        errata_whole, last = _errata_whole(root, errata)
        named = named_before(db.session(), {root_subject(root), root_subject(last)})
        found.append(
            VerifiedMinutes(
                meeting.public_id,
                forum,
                meeting.starts_at,
                code_of(root),
                root,
                len(leaves),
                sum(leaf.withdrawn for leaf in leaves),
                tuple(place + 1 for place in altered(leaves)),
                root_of(meeting.public_id, leaves) == root,
                len(errata),
                errata_whole,
                {root_subject(root), root_subject(last)} <= named,
            )
        )
    return found
