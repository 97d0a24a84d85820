"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "assessments.answers_entered": _l("tests: answers entered"),
        "assessments.answers_sent": _l("tests: answers sent from a phone"),
        "assessments.hands_counted": _l("tests: hands counted"),
        "assessments.practice_told": _l("tests: practice told"),
        "assessments.practice_words_deleted": _l("tests: words about practice deleted"),
        "assessments.question_added": _l("tests: question added"),
        "assessments.question_changed": _l("tests: question changed"),
        "assessments.question_put_away": _l("tests: question put away"),
        "assessments.question_taken_back": _l("tests: question taken back"),
        "assessments.questions_brought_in": _l("tests: questions brought in"),
        "assessments.scores_entered": _l("tests: scores entered"),
        "assessments.test_changed": _l("tests: test changed"),
        "assessments.test_closed": _l("tests: test closed"),
        "assessments.test_made": _l("tests: test made"),
        "assessments.test_opened": _l("tests: test opened"),
        "assessments.test_removed": _l("tests: test removed"),
    }
)
