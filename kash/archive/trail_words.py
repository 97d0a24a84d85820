"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "archive.asked": _l("archive: asked for"),
        "archive.agreed": _l("archive: agreed to"),
        "archive.returned": _l("archive: sent back"),
        "archive.written": _l("archive: written from the command line"),
    }
)
