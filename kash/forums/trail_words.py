"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "forums.action_closed": _l("forums: action closed"),
        "forums.action_handed_over": _l("forums: action handed over"),
        "forums.action_linked": _l("forums: action linked"),
        "forums.action_reminded": _l("forums: owners of actions reminded"),
        "forums.action_unlinked": _l("forums: link of an action removed"),
        "forums.note_added": _l("forums: note on an action added"),
        "forums.note_removed": _l("forums: note on an action removed"),
        "forums.action_reopened": _l("forums: action reopened"),
        "forums.agenda_ordered": _l("forums: agenda ordered"),
        "forums.appearance_chosen": _l("forums: appearance chosen"),
        "forums.erratum_added": _l("forums: erratum added"),
        "forums.decision_concluded": _l("forums: what became of a decision written down"),
        "forums.decision_reopened": _l("forums: conclusion about a decision taken back"),
        "forums.decision_to_look_at": _l("forums: day to look at a decision again set"),
        "forums.forum_changed": _l("forums: forum changed"),
        "forums.forum_opened": _l("forums: forum opened"),
        "forums.guest_added": _l("forums: guest added"),
        "forums.difference_settled": _l("forums: difference settled"),
        "forums.item_added": _l("forums: item added"),
        "forums.item_removed": _l("forums: item removed"),
        "forums.item_renamed": _l("forums: item renamed"),
        "forums.item_written": _l("forums: item written"),
        "forums.leaf_withdrawn": _l("forums: withdrawn from minutes"),
        "forums.line_kept": _l("forums: line kept"),
        "forums.line_released": _l("forums: line released"),
        "forums.meeting_cancelled": _l("forums: meeting cancelled"),
        "forums.meeting_changed": _l("forums: meeting changed"),
        "forums.meeting_held": _l("forums: meeting held"),
        "forums.meeting_planned": _l("forums: meeting planned"),
        "forums.member_added": _l("forums: member added"),
        "forums.member_left": _l("forums: member left"),
        "forums.members_added": _l("forums: members added"),
        "forums.minutes_circulated": _l("forums: minutes circulated"),
        "forums.minutes_locked": _l("forums: minutes confirmed and locked"),
        "forums.minutes_remarked": _l("forums: remark on minutes"),
        "forums.minutes_taken_back": _l("forums: minutes taken back"),
        "forums.paper_added": _l("forums: paper added"),
        "forums.paper_removed": _l("forums: paper removed"),
        "forums.release_asked": _l("forums: release asked"),
        "forums.remark_settled": _l("forums: remark settled"),
        "forums.template_added": _l("forums: template added"),
        "forums.template_changed": _l("forums: template changed"),
        "forums.template_removed": _l("forums: template removed"),
        "forums.usual_items_added": _l("forums: usual items added"),
    }
)
