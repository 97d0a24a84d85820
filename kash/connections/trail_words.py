"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "connections.agreed": _l("connections: agreed to"),
        "connections.changed": _l("connections: changed"),
        "connections.recorded": _l("connections: recorded"),
        "connections.returned": _l("connections: sent back"),
        "connections.switched_off": _l("connections: switched off"),
        "connections.switched_on": _l("connections: switched on"),
    }
)
