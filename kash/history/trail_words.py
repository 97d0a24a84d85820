"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "history.brought": _l("earlier trainings: brought in"),
        "history.taken_back": _l("earlier trainings: taken back"),
    }
)
