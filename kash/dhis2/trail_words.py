"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "dhis.cell_mapped": _l("DHIS2: figure mapped"),
        "dhis.cell_removed": _l("DHIS2: figure mapped no longer"),
        "dhis.push_asked": _l("DHIS2: sending asked for"),
    }
)
