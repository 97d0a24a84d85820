"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "notices.call_asked": _l("messages: call asked for"),
        "notices.chosen": _l("messages: way and hours chosen"),
        "notices.left": _l("messages: left as they are"),
        "notices.sender_asked": _l("settings: sender’s domain asked for"),
        "notices.sent_again": _l("messages: sent again"),
        "notices.text_removed": _l("messages: text of the house taken again"),
        "notices.text_saved": _l("messages: text saved"),
        "notices.stopped": _l("messages: stopped by who got them"),
    }
)
