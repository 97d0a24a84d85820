"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "incidents.autosave_opened": _l("incidents: autosave opened"),
        "incidents.bail_written": _l("incidents: bail written"),
        "incidents.case_added": _l("incidents: case added"),
        "incidents.case_file_printed": _l("incidents: case file printed"),
        "incidents.case_written": _l("incidents: case written"),
        "incidents.changed": _l("incidents: changed"),
        "incidents.changes_opened": _l("incidents: changes opened"),
        "incidents.court_asked": _l("incidents: asked again for a court"),
        "incidents.choice_noted": _l("incidents: choice noted"),
        "incidents.consents_answered": _l("incidents: consents answered"),
        "incidents.consents_taken_back": _l("incidents: consents taken back"),
        "incidents.draft_kept": _l("incidents: draft kept"),
        "incidents.draft_thrown_away": _l("incidents: draft thrown away"),
        "incidents.evidence_added": _l("incidents: evidence added"),
        "incidents.evidence_custody": _l("incidents: evidence custody"),
        "incidents.evidence_exported": _l("incidents: evidence exported"),
        "incidents.evidence_labelled": _l("incidents: evidence labelled"),
        "incidents.evidence_opened": _l("incidents: evidence opened"),
        "incidents.evidence_printed": _l("incidents: evidence printed"),
        "incidents.evidence_removed": _l("incidents: evidence removed"),
        "incidents.evidence_viewed": _l("incidents: evidence viewed"),
        "incidents.filed": _l("incidents: filed"),
        "incidents.identity_filed": _l("incidents: identity filed"),
        "incidents.identity_opened": _l("incidents: identity opened"),
        "incidents.limits_told": _l("incidents: limits told"),
        "incidents.moved": _l("incidents: moved"),
        "incidents.not_known_said": _l("incidents: not known said"),
        "incidents.note_kept": _l("incidents: note kept"),
        "incidents.opened": _l("incidents: opened"),
        "incidents.receipt_carried": _l("incidents: receipt carried"),
        "incidents.recorded": _l("incidents: recorded"),
        "incidents.referral_updated": _l("incidents: referral updated"),
        "incidents.referred": _l("incidents: referred"),
        "incidents.roster_changed": _l("incidents: roster changed"),
        "incidents.searched": _l("incidents: searched"),
        "incidents.shredded": _l("incidents: shredded"),
        "incidents.shredded_unkept": _l("incidents: shredded unkept"),
        "incidents.taking_said": _l("incidents: taking said"),
        "incidents.term_agreed": _l("incidents: term agreed"),
        "incidents.term_decided": _l("incidents: term decided"),
        "incidents.term_updated": _l("incidents: term updated"),
        "incidents.try_noted": _l("incidents: try noted"),
        "incidents.view_removed": _l("incidents: view removed"),
        "incidents.view_saved": _l("incidents: view saved"),
        "incidents.word_chosen": _l("incidents: word chosen"),
        "mediation.brief_answered": _l("mediation: brief answered"),
        "mediation.brief_closed": _l("mediation: brief closed"),
        "mediation.duty_changed": _l("mediation: duty changed"),
        "mediation.mediator_added": _l("mediation: mediator added"),
        "mediation.mediator_changed": _l("mediation: mediator changed"),
        "mediation.mediator_removed": _l("mediation: mediator removed"),
    }
)
