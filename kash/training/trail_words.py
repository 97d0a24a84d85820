"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "training.course_added": _l("training: course added"),
        "training.course_brought_in": _l("training: course brought in"),
        "training.course_changed": _l("training: course changed"),
        "training.file_added": _l("training: file of a material added"),
        "training.file_removed": _l("training: file of a material removed"),
        "training.files_brought": _l("training: files of materials brought"),
        "training.library_brought_in": _l("training: courses of the library brought in"),
        "training.module_removed": _l("training: module removed"),
        "training.modules_arranged": _l("training: modules arranged"),
        "training.plan_removed": _l("training: plan removed"),
        "training.plans_arranged": _l("training: plans arranged"),
        "training.proposal_taken_back": _l("training: proposal taken back"),
        "training.session_written": _l("training: session written"),
        "training.translation_moved_on": _l("training: translation moved on"),
        "training.version_proposed": _l("training: version proposed"),
        "training.version_published": _l("training: version published"),
        "training.version_returned": _l("training: version returned"),
        "training.version_started": _l("training: version started"),
        "training.version_written": _l("training: version written"),
        "training.words_written": _l("training: words written"),
    }
)
