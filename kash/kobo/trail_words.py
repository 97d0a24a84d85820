"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "kobo.form_added": _l("KoboToolbox: form named"),
        "kobo.form_removed": _l("KoboToolbox: form taken off"),
        "kobo.key_made": _l("vault: key made to which phones encrypt"),
        "kobo.marks_chosen": _l("KoboToolbox: chosen which marks to take over"),
        "kobo.marks_taken": _l("KoboToolbox: marks taken over"),
        "kobo.rows_asked": _l("KoboToolbox: rows asked for"),
        "kobo.rows_brought": _l("KoboToolbox: rows brought in"),
    }
)
