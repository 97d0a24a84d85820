"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import GOES, Beneath, GoesIfNamed, about_things, free_texts, stays

# The root of locked minutes holds without the value and its salt.
_WITHDRAWN = {"value": None, "salt": None}

PERSONAL = (
    Beneath("forum_term.member_id", GOES),
    Beneath("meeting_answer.member_id", GOES),
    Beneath("item_conflict.member_id", GOES),
    Beneath("minutes_remark.member_id", GOES),
    Beneath("named_leaf.member_id", GOES),
    Beneath("action.owner_id", stays()),
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
