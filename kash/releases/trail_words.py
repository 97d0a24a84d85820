"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "releases.printed": _l("figures: printed"),
        "releases.note_added": _l("figures: note added"),
        "releases.recovery_said": _l("figures: said whether lost ones were printed"),
        "releases.recovery_agreed": _l("figures: agreed whether lost ones were printed"),
        "releases.recovery_returned": _l("figures: what was said of lost ones sent back"),
    }
)
