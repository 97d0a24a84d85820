"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "evaluations.form_added": _l("evaluations: form added"),
        "evaluations.form_closed": _l("evaluations: form closed"),
        "evaluations.form_opened": _l("evaluations: form opened"),
        "evaluations.form_removed": _l("evaluations: form removed"),
        "evaluations.question_removed": _l("evaluations: question removed"),
        "evaluations.question_saved": _l("evaluations: question saved"),
        "evaluations.questions_ordered": _l("evaluations: questions ordered"),
        "evaluations.sheet_entered": _l("evaluations: sheet entered"),
        "evaluations.time_given": _l("evaluations: more time given"),
    }
)
