"""Words of the audit trail for what is done with stories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "stories.dropped": _l("story: draft thrown away"),
        "stories.read": _l("stories: drafts read"),
        "stories.returned": _l("story: sent back to its writer"),
        "stories.told": _l("story: told"),
        "stories.withdrawn": _l("story: withdrawn"),
        "stories.written": _l("story: draft written"),
    }
)
