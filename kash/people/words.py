"""How the fixed values of this feature are said to a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

SEX = {"": _l("Not said"), "female": _l("Female"), "male": _l("Male"), "other": _l("Other")}
AGE_BAND = {
    "": _l("Not said"),
    "under18": _l("Under 18"),
    "18-24": _l("18 to 24"),
    "25-34": _l("25 to 34"),
    "35-44": _l("35 to 44"),
    "45-plus": _l("45 and over"),
    "35-plus": _l("35 and over"),
}
KIND = {"station": _l("Station"), "collective": _l("Collective"), "partner": _l("Partner")}
# Each language under its own name, so that who speaks it recognises it.
LANGUAGE = {
    "": _l("Not said"),
    "en": "English",
    "sw": "Kiswahili",
    "luo": "Dholuo",
    "guz": "Ekegusii",
    "luy": "Luluhya",
}
REQUEST = {
    "waiting": _l("Waits for a second person"),
    "agreed": _l("Agreed"),
    "refused": _l("Refused"),
    "ended": _l("Ended"),
}
REQUEST_TONE = {"waiting": "live", "agreed": "good", "refused": "bad", "ended": ""}
PURPOSE = {
    "contact": _l("Calls and messages"),
    "photo": _l("Photos"),
    "printed_name": _l("Name on paper"),
    "research": _l("Research"),
    "funder": _l("Sharing with funders"),
}
ANSWER = {"given": _l("Given"), "refused": _l("Refused"), "withdrawn": _l("Withdrawn")}
ANSWER_TONE = {"given": "good", "refused": "bad", "withdrawn": "warn"}
# What the audit chain says of a person, by action; anything else is "Changed".
TRAIL = {
    "people.phone_shown": _l("Looked at the phone"),
    "people.email_shown": _l("Looked at the e-mail"),
    "people.contact_asked": _l("Asked to see the contact"),
    "people.contact_agreed": _l("Agreed that somebody sees the contact"),
    "people.contact_not_agreed": _l("Did not agree that somebody sees the contact"),
    "people.contact_ended": _l("Closed the contact again"),
    "people.person_added": _l("Added"),
    "people.people_imported": _l("Added from a list"),
    "people.person_changed": _l("Changed facts"),
    "people.person_transferred": _l("Moved to another station"),
    "people.people_transferred": _l("Moved to another station"),
    "people.consent_recorded": _l("Recorded an answer about consent"),
    "people.persons_merged": _l("Merged with another record"),
    "people.merge_undone": _l("A merge was undone"),
    "people.consent_forms_printed": _l("Printed the consent form"),
    "people.persons_told_apart": _l("Noted as not the same as somebody else"),
    "people.minor_seen": _l("Noted as under 18 and seen"),
    "people.came_of_age": _l("No longer under 18"),
    "workshops.person_enrolled": _l("Enrolled in a workshop"),
    "workshops.people_enrolled": _l("Enrolled in a workshop"),
    "workshops.enrolment_changed": _l("Changed the place in a workshop"),
    "workshops.walk_in_taken": _l("Added at the door of a workshop"),
    "certificates.names_confirmed": _l("Confirmed the printed name"),
    "forums.member_added": _l("Became a member of a forum"),
}


def trail_text(action: str) -> str:
    """An action of the audit chain about a person, as it is said to her."""
    return str(TRAIL.get(action, _l("Another change")))


# Why two people may be one, or may not; each stands alone or beside others.
REASON = {
    "same_reference": _l("Same service or peer number"),
    "same_phone": _l("Same phone"),
    "same_name_same_station": _l("Same name at the same station"),
    "similar_name_same_station": _l("Similar name at the same station"),
    "same_name": _l("Same name"),
    "similar_name": _l("Similar name"),
    "same_birth_year": _l("Same birth year"),
    "same_ward": _l("Same ward"),
    "other_reference": _l("But different numbers"),
    "other_name": _l("But different names"),
    "other_sex": _l("But different sex"),
    "other_birth_year": _l("But born years apart"),
    "other_group": _l("But different groups"),
}
