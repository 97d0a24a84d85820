"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "budget.closed": _l("budget: closed"),
        "budget.line_added": _l("budget: line added"),
        "budget.line_changed": _l("budget: line changed"),
        "budget.line_removed": _l("budget: line removed"),
        "budget.opened_again": _l("budget: opened again"),
    }
)
