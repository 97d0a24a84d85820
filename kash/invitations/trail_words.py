"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "invitations.link_withdrawn": _l("sign-ups: link withdrawn"),
        "invitations.name_taken_out": _l("sign-ups: name taken out by link"),
        "invitations.names_decided": _l("sign-ups: names decided on"),
        "invitations.names_put_down": _l("sign-ups: names put down by link"),
        "invitations.open_link_made": _l("sign-ups: open link made"),
        "invitations.quota_links_made": _l("sign-ups: links of stations made"),
    }
)
