"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "indicators.definition_approved": _l("indicators: definition approved"),
        "indicators.definition_proposed": _l("indicators: definition proposed"),
        "indicators.definition_returned": _l("indicators: definition sent back"),
        "indicators.target_changed": _l("indicators: target changed"),
        "indicators.target_removed": _l("indicators: target removed"),
        "indicators.target_set": _l("indicators: target set"),
    }
)
