"""Services of forums: opened, joined, planned, held, written down, followed up."""

from kash.forums.services.agenda import (
    add_item,
    add_usual_items,
    order_items,
    remove_item,
    rename_item,
)
from kash.forums.services.internal_lines import ask_release, keep_line, release_line
from kash.forums.services.meetings import (
    cancel_meeting,
    change_meeting,
    hold_meeting,
    plan_meeting,
)
from kash.forums.services.minutes import (
    close_action,
    reopen_action,
    write_item,
    written_actions,
    written_decisions,
)
from kash.forums.services.register import add_guest
from kash.forums.services.series import (
    add_member,
    add_members,
    change_forum,
    choose_appearance,
    end_membership,
    open_forum,
)
from kash.forums.services.templates import (
    add_template,
    change_template,
    keep_agenda,
    remove_template,
)

__all__ = [
    "add_guest",
    "add_item",
    "add_member",
    "add_members",
    "add_template",
    "add_usual_items",
    "ask_release",
    "cancel_meeting",
    "change_forum",
    "change_meeting",
    "change_template",
    "choose_appearance",
    "close_action",
    "end_membership",
    "hold_meeting",
    "keep_agenda",
    "keep_line",
    "open_forum",
    "order_items",
    "plan_meeting",
    "release_line",
    "remove_item",
    "remove_template",
    "rename_item",
    "reopen_action",
    "write_item",
    "written_actions",
    "written_decisions",
]
