"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kash.forums.models import ForumMember, NamedLeaf
from kash.forums.services.withdrawals import withdraw_person
from kash.people.erasure import (
    GOES,
    AlsoCalled,
    Beneath,
    ErasedPerson,
    GoesIfNamed,
    HeldElsewhere,
    about_things,
    free_texts,
    stays,
)
from kash.platform.web.formats import local_today

# The root of locked minutes holds without the value and its salt.
_WITHDRAWN = {"value": None, "salt": None}


def _count_names(session: Session, gone: ErasedPerson) -> int:
    return (
        session.scalar(
            select(func.count(NamedLeaf.leaf_id))
            .join(ForumMember, ForumMember.id == NamedLeaf.member_id)
            .where(ForumMember.person_id == gone.id)
        )
        or 0
    )


def _withdraw_names(session: Session, gone: ErasedPerson) -> int:
    found = _count_names(session, gone)
    withdraw_person(session, gone.id)
    session.execute(
        update(ForumMember)
        .where(ForumMember.person_id == gone.id, ForumMember.left_on.is_(None))
        .values(left_on=local_today())
    )
    return found


PERSONAL = (
    AlsoCalled("forum_member.shown_as"),
    HeldElsewhere(
        (), _l("Names in locked minutes"), _count_names, _withdraw_names, name="named_leaf"
    ),
    Beneath("forum_term.member_id", GOES),
    Beneath("meeting_answer.member_id", GOES),
    Beneath("item_conflict.member_id", GOES),
    Beneath("minutes_remark.member_id", GOES),
    Beneath("named_leaf.member_id", GOES),
    Beneath("action.owner_id", stays(owner_id=None)),
    Beneath("presence_spell.entry_id", GOES),
    *free_texts(
        "meeting.cancelled_reason",
        "agenda_item.title",
        "agenda_item.minute",
        "agenda_paper.title",
        "action.text",
        "action.outcome",
        "action_note.text",
        "decision.text",
        "decision_review.expected",
        "decision_review.found",
        "minutes_difference.before",
        "minutes_difference.stands",
        "minutes_difference.other",
        "minutes_page.written",
    ),
    GoesIfNamed("minutes_leaf.value", emptied=_WITHDRAWN),
    GoesIfNamed("minutes_erratum.value", emptied=_WITHDRAWN),
    *about_things(
        action="state",
        action_link="kind target",
        action_note="kind",
        agenda_item="kind",
        agenda_paper="kind",
        agenda_template="name language",
        agenda_template_item="kind title",
        decision_review="table_key line conclusion",
        forum="name",
        forum_quorum_group="share",
        internal_line="digest",
        meeting="place letter state",
        minutes_difference="page part",
        minutes_erratum="digest root salt",
        minutes_leaf="kind digest salt about",
        minutes_life="state root",
        minutes_page="page renamed",
        signed_copy="kind",
    ),
)
