"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "quarters.accepted": _l("quarters: workshops of a proposal accepted"),
        "quarters.line_fixed": _l("quarters: line of a proposal fixed"),
        "quarters.line_rejected": _l("quarters: line of a proposal rejected"),
        "quarters.line_restored": _l("quarters: line of a proposal restored"),
        "quarters.proposal_made": _l("quarters: proposal made"),
        "quarters.taken_back": _l("quarters: accepted workshops taken back"),
        "quarters.thrown_away": _l("quarters: proposal thrown away"),
        "quarters.worked_out": _l("quarters: proposal worked out anew"),
        "quarters.workshops_added": _l("quarters: workshops added to a proposal"),
    }
)
