"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "statements.frozen": _l("statement: figures frozen"),
        "statements.proposed": _l("statement: proposed"),
        "statements.approved": _l("statement: approved"),
        "statements.returned": _l("statement: sent back"),
        "statements.discarded": _l("statement: thrown away"),
        "statements.sent": _l("statement: sent to its funder"),
    }
)
