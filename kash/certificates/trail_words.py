"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "certificates.approved": _l("certificates: approved"),
        "certificates.badge_made": _l("certificates: badge made"),
        "certificates.correction_proposed": _l("certificates: correction proposed"),
        "certificates.design_changed": _l("certificates: design changed"),
        "certificates.design_chosen": _l("certificates: design chosen"),
        "certificates.design_made": _l("certificates: design made"),
        "certificates.design_picture_added": _l("certificates: design picture added"),
        "certificates.design_picture_removed": _l("certificates: design picture removed"),
        "certificates.design_put_into_use": _l("certificates: design put into use"),
        "certificates.design_retired": _l("certificates: design retired"),
        "certificates.exported": _l("certificates: exported"),
        "certificates.holder_link_ended": _l("certificates: holder link ended"),
        "certificates.holder_link_made": _l("certificates: holder link made"),
        "certificates.holder_link_used": _l("certificates: holder link used"),
        "certificates.holder_visit_ended": _l("certificates: holder visit ended"),
        "certificates.issued": _l("certificates: issued"),
        "certificates.issuing_stopped": _l("certificates: issuing stopped"),
        "certificates.key_changed": _l("certificates: key changed"),
        "certificates.mark_kept": _l("certificates: mark kept"),
        "certificates.mark_removed": _l("certificates: mark removed"),
        "certificates.names_confirmed": _l("certificates: names confirmed"),
        "certificates.printed": _l("certificates: printed"),
        "certificates.printed_one": _l("certificates: printed one"),
        "certificates.proposed": _l("certificates: proposed"),
        "certificates.renewals_proposed": _l("certificates: renewals proposed"),
        "certificates.rest_left_out": _l("certificates: rest left out"),
        "certificates.revoked": _l("certificates: revoked"),
        "certificates.rule_set": _l("certificates: rule set"),
        "certificates.signature_allowed": _l("certificates: signature allowed"),
        "certificates.signature_kept": _l("certificates: signature kept"),
        "certificates.signature_use_withdrawn": _l("certificates: signature use withdrawn"),
        "certificates.signature_withdrawn": _l("certificates: signature withdrawn"),
        "certificates.signed": _l("certificates: signed"),
        "certificates.turned_back": _l("certificates: sent back"),
        "certificates.went_back": _l("certificates: went back"),
    }
)
