"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "absences.added": _l("absences: written down"),
        "absences.changed": _l("absences: changed"),
        "absences.removed": _l("absences: removed"),
        "absences.teaching_days_said": _l("absences: teaching days changed"),
        "venues.block_added": _l("venues: days added on which one can’t be had"),
        "venues.block_removed": _l("venues: days removed on which one can’t be had"),
        "venues.minutes_typed": _l("venues: minutes between areas typed"),
    }
)
