"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "funders.tie_asked": _l("funders: account asked for"),
        "funders.tied": _l("funders: account agreed to"),
        "funders.tie_returned": _l("funders: account sent back"),
        "funders.tie_ended": _l("funders: account untied"),
    }
)
