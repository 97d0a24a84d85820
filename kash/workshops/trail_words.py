"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "workshops.answer_links_made": _l("workshops: links to answer made"),
        "workshops.answered_by_link": _l("workshops: answered by link"),
        "workshops.costs_shared": _l("workshops: costs shared"),
        "workshops.earlier_courses_set": _l("workshops: earlier courses set"),
        "workshops.enrolment_changed": _l("workshops: enrolment changed"),
        "workshops.invitation_answered": _l("workshops: invitation answered"),
        "workshops.people_enrolled": _l("workshops: people enrolled"),
        "workshops.person_enrolled": _l("workshops: person enrolled"),
        "workshops.session_added": _l("workshops: session added"),
        "workshops.session_changed": _l("workshops: session changed"),
        "workshops.session_recorded": _l("workshops: session recorded as taught"),
        "workshops.session_removed": _l("workshops: session removed"),
        "workshops.sessions_laid_out": _l("workshops: sessions laid out"),
        "workshops.sessions_ordered": _l("workshops: sessions ordered"),
        "workshops.waiting_list_moved": _l("workshops: waiting list moved"),
        "workshops.walk_in_taken": _l("workshops: walk in taken"),
        "workshops.workshop_cancelled": _l("workshops: workshop cancelled"),
        "workshops.workshop_changed": _l("workshops: workshop changed"),
        "workshops.workshop_duplicated": _l("workshops: workshop duplicated"),
        "workshops.workshop_moved": _l("workshops: workshop moved"),
        "workshops.workshop_planned": _l("workshops: workshop planned"),
        "workshops.workshop_restored": _l("workshops: workshop restored"),
    }
)
