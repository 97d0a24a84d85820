"""Scopes of a token: what a program may do by it, in words for whoever agrees, and the permission
that the account which answers for it must have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.policy import SIGNED_IN

# Of the connections to which tokens belong.
KIND = "api"


@dataclass(frozen=True)
class Scope:
    """A scope. `leaves` says what leaves the programme by it, or comes in; `used` is the action of
    the audit trail for its first use of a day."""

    key: str
    permission: str
    title: Any
    leaves: Any
    used: str = ""


PEOPLE = Scope(
    "people.read",
    "people.see",
    _l("Police officers, without names"),
    _l(
        "Of each police officer one number, the group's letter, sex, age band, cadre, ward and"
        " station. No name, no phone, no e-mail; nobody under 18. Of the community only counts that"
        " a statement told to a funder."
    ),
    "api.people_read",
)
NAMES = Scope(
    "people.names",
    "people.see",
    _l("Names of police officers"),
    _l(
        "The chosen names, beside what the line above gives. Anybody who reads a file"
        " of the other system then knows which officers take part here."
    ),
    "api.names_read",
)
WORKSHOPS = Scope(
    "workshops.read",
    "workshops.see",
    _l("Workshops"),
    _l("Courses, days, venues and sessions. No person."),
    "api.workshops_read",
)
ATTENDANCE = Scope(
    "attendance.read",
    "attendance.see",
    _l("Attendance"),
    _l("Police officers on the register of a workshop, by number alone, with each mark."),
    "api.attendance_read",
)
MARKING = Scope(
    "attendance.mark",
    "attendance.mark",
    _l("Marking attendance"),
    _l(
        "Marks of police officers come in from the other system, in the name of the"
        " person who asks for this token, and only in workshops that this person runs."
        " Nothing leaves but the answers."
    ),
    "api.marking_used",
)
CERTIFICATES = Scope(
    "certificates.read",
    "certificates.see",
    _l("Status of certificates"),
    _l(
        "Serials of police officers' certificates with title, days, and whether each still holds."
        " No name; the officer's number."
    ),
    "api.certificates_read",
)
RELEASES = Scope(
    "releases.read",
    "releases.see",
    _l("Releases"),
    _l("The printed tables about incidents, exactly as published. Nothing else about incidents."),
    "api.releases_read",
)
INDICATORS = Scope(
    "indicators.read",
    "indicators.see",
    _l("Indicators"),
    _l(
        "Counts of people and workshops in a quarter or a year, by group, course, funder, new or"
        " refresher. Never by sex, age, cadre, station or ward, and nobody behind them."
    ),
    "api.indicators_read",
)

SCOPES = (PEOPLE, NAMES, WORKSHOPS, ATTENDANCE, MARKING, CERTIFICATES, RELEASES, INDICATORS)
# What every token may read: about itself, and how it is used.
ITSELF = Scope("", SIGNED_IN, _l("About this token"), "")


def scope_named(key: str) -> Scope | None:
    """The scope of this key; None if there is none, or no longer."""
    return next((one for one in SCOPES if one.key == key), None)
