"""Words of the audit trail for what is done here: the room, then what happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.action_words import ActionWords

ACTION_WORDS = ActionWords(
    {
        "directory.address_shown": _l("directory: address shown"),
        "directory.service_added": _l("directory: service added"),
        "directory.service_changed": _l("directory: service changed"),
        "directory.service_checked": _l("directory: service checked"),
        "people.came_of_age": _l("people: came of age"),
        "people.consent_forms_printed": _l("people: consent forms printed"),
        "people.consent_recorded": _l("people: consent recorded"),
        "people.contact_agreed": _l("people: contact agreed"),
        "people.contact_asked": _l("people: contact asked"),
        "people.contact_ended": _l("people: contact ended"),
        "people.contact_not_agreed": _l("people: contact not agreed"),
        "people.copy_made": _l("people: copy made"),
        "people.duplicates_sought": _l("people: duplicates sought"),
        "people.email_shown": _l("people: email shown"),
        "people.erasure_asked": _l("people: erasure asked"),
        "people.erasure_refused": _l("people: erasure refused"),
        "people.erasure_withdrawn": _l("people: erasure withdrawn"),
        "people.group_added": _l("people: group added"),
        "people.group_changed": _l("people: group changed"),
        "people.list_brought": _l("people: list brought"),
        "people.list_cancelled": _l("people: list cancelled"),
        "people.list_corrected": _l("people: list corrected"),
        "people.list_undone": _l("people: list undone"),
        "people.looks_seen": _l("people: looks seen"),
        "people.merge_undone": _l("people: merge undone"),
        "people.minor_seen": _l("people: minor seen"),
        "people.organisation_added": _l("people: organisation added"),
        "people.organisation_changed": _l("people: organisation changed"),
        "people.people_imported": _l("people: people imported"),
        "people.people_transferred": _l("people: people transferred"),
        "people.person_added": _l("people: person added"),
        "people.person_changed": _l("people: person changed"),
        "people.person_transferred": _l("people: person transferred"),
        "people.person_erased": _l("people: person erased"),
        "people.persons_merged": _l("people: persons merged"),
        "people.persons_told_apart": _l("people: persons told apart"),
        "people.phone_shown": _l("people: phone shown"),
        "people.signed_forms_noted": _l("people: signed forms noted"),
        "people.spellings_unified": _l("people: spellings unified"),
        "people.told_apart_taken_back": _l("people: told apart taken back"),
        "people.venue_added": _l("people: venue added"),
        "people.venue_changed": _l("people: venue changed"),
        "people.zone_added": _l("people: zone added"),
        "people.zone_changed": _l("people: zone changed"),
    }
)
