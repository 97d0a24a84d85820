"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "announcements.begun": _l("workshops: people are told of it"),
        "announcements.changed": _l("workshops: reminders changed"),
        "announcements.ended": _l("workshops: people are told no more"),
        "announcements.told": _l("workshops: people told"),
    }
)
