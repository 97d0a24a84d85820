"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "series.changed": _l("series: dates changed"),
        "series.dates_added": _l("series: dates added"),
        "series.left_out": _l("series: dates called off"),
        "series.planned": _l("series: planned"),
        "series.taken_up": _l("series: date taken up again"),
    }
)
