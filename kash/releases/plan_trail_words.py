"""Words of the audit trail for plans: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

PLAN_ACTION_WORDS = ActionWords(
    {
        "releases.plan_proposed": _l("figures: plan of a year proposed"),
        "releases.plan_changed": _l("figures: proposed plan changed"),
        "releases.plan_approved": _l("figures: plan of a year approved"),
        "releases.plan_returned": _l("figures: proposed plan sent back"),
    }
)
