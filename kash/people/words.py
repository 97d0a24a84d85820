"""How the fixed values of this feature are said to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.facts import COMPARED, FACTS

if TYPE_CHECKING:
    from kash.people.models import Person


LABEL: dict[str, Any] = {fact.name: _l(fact.label) for fact in FACTS}
# Of facts that are chosen from a few.
SAID: dict[str, dict[str, Any]] = {
    fact.name: {"": _l("Not said")} | {value: _l(told) for value, told in fact.choices.items()}
    for fact in FACTS
    if fact.choices
}
SEX, AGE_BAND, LANGUAGE = SAID["sex"], SAID["age_band"], SAID["language"]
# Side by side the others stand in a column together with where somebody is, or with her age.
OTHERS_BESIDE = [fact.name for fact in COMPARED if fact.name not in ("reference", "ward", "sex")]
KIND = {"station": _l("Station"), "collective": _l("Collective"), "partner": _l("Partner")}
REQUEST = {
    "waiting": _l("Waits for a second person"),
    "agreed": _l("Agreed"),
    "refused": _l("Refused"),
    "ended": _l("Ended"),
}
# Grounds on which somebody is erased, and how that wish stands.
GROUNDS: dict[str, Any] = {
    "wish": _l("The person asked for it"),
    "quiet": _l("Nothing was heard of the person for years"),
    "wrong": _l("The person should never have been entered"),
}
ERASURE = {
    "waiting": _l("Waits for a second person"),
    "done": _l("Erased"),
    "refused": _l("Refused"),
    "withdrawn": _l("Taken back"),
}
ERASURE_TONE = {"waiting": "live", "done": "good", "refused": "bad", "withdrawn": ""}
REQUEST_TONE = {"waiting": "live", "agreed": "good", "refused": "bad", "ended": ""}
PURPOSE = {
    "contact": _l("Calls and messages"),
    "printed_name": _l("Name on paper"),
    "funder": _l("Sharing with funders"),
    # Asked no more, since nothing was ever done with the answers; what was said stays said.
    "photo": _l("Photos"),
    "research": _l("Research"),
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


def said(name: str, value: str) -> str:
    """The value of a fact as it is read."""
    return str(SAID.get(name, {}).get(value, value))


def choices(name: str) -> list[tuple[str, Any]]:
    """Choices of a fact, as (value, word)."""
    return [(value, word) for value, word in SAID[name].items() if value]


def facts_said(person: Person, part: str) -> list[tuple[Any, str]]:
    """Labels and values of one part of a person's page. Her number stands below her name, and her
    birth year where her age does."""
    return [
        (LABEL[fact.name], _said_of(person, fact.name))
        for fact in FACTS
        if fact.part == part and fact.name not in ("reference", "birth_year")
    ]


def _said_of(person: Person, name: str) -> str:
    if name == "age_band" and person.birth_year and not person.age_band:
        return _("Born in %(year)s", year=person.birth_year)
    return said(name, getattr(person, name)) or _("Not said")


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
