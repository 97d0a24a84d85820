"""Words of the audit trail for what is done here."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {"records.missing_exported": _l("records: table of what is missing exported")}
)
