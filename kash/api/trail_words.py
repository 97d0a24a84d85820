"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "api.attendance_read": _l("programs: attendance read, the first time that day"),
        "api.certificates_read": _l("programs: certificates read, the first time that day"),
        "api.indicators_read": _l("programs: indicators read, the first time that day"),
        "api.marking_used": _l("programs: marking asked for, the first time that day"),
        "api.marks_made": _l("programs: marks made"),
        "api.names_read": _l("programs: names of people read, the first time that day"),
        "api.people_read": _l("programs: people read, the first time that day"),
        "api.releases_read": _l("programs: releases read, the first time that day"),
        "api.token_agreed": _l("programs: token agreed to"),
        "api.token_asked": _l("programs: token asked for"),
        "api.token_ended": _l("programs: token ended"),
        "api.token_fetched": _l("programs: token fetched"),
        "api.token_returned": _l("programs: token sent back"),
        "api.workshops_read": _l("programs: workshops read, the first time that day"),
    }
)
