"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "tracks.asked_for": _l("tracks: needed for the certificates of its course"),
        "tracks.asked_no_more": _l("tracks: no longer needed for certificates"),
        "tracks.badges_given": _l("tracks: badges given"),
        "tracks.checklist_written": _l("tracks: checklist written"),
        "tracks.enrolled": _l("tracks: person enrolled"),
        "tracks.enrolled_together": _l("tracks: people enrolled together"),
        "tracks.entry_undone": _l("tracks: people who were enrolled together taken off"),
        "tracks.fact_withdrawn": _l("tracks: fact withdrawn"),
        "tracks.facts_entered": _l("tracks: facts entered"),
        "tracks.moved": _l("tracks: person moved to another version"),
        "tracks.proposal_taken_back": _l("tracks: proposal taken back"),
        "tracks.role_ended": _l("tracks: role ended"),
        "tracks.taken_off": _l("tracks: person taken off"),
        "tracks.track_added": _l("tracks: track added"),
        "tracks.track_changed": _l("tracks: track changed"),
        "tracks.version_proposed": _l("tracks: version proposed"),
        "tracks.version_published": _l("tracks: version published"),
        "tracks.version_returned": _l("tracks: version returned"),
        "tracks.version_started": _l("tracks: version started"),
        "tracks.version_written": _l("tracks: version written"),
        "tracks.visit_entered": _l("tracks: visit entered"),
        "tracks.visit_withdrawn": _l("tracks: visit withdrawn"),
    }
)
