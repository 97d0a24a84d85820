"""The step between typing a person in and keeping her: is she here already?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import render_template, request

from kash.people import words
from kash.people.forms import PersonForm
from kash.people.models import Person
from kash.people.queries.duplicates import facts_of, numbered_likenesses
from kash.people.rules.duplicates import Likeness, Match, Reason
from kash.people.rules.persons import sort_name
from kash.people.services.persons import ContactChange, PersonDetails
from kash.platform.database import PUBLIC_ID
from kash.platform.vault import lookup
from kash.platform.web import current_actor

_MOST_SHOWN = 5
_IDS = re.compile(PUBLIC_ID)


def goes_back() -> bool:
    """True if the form is wanted again, as it was filled in."""
    return request.form.get("go") == "back"


def typed_likeness(form: PersonForm, person: Person | None) -> Likeness:
    """Likeness of the person in the form; what it leaves sealed or out is as it is kept."""
    details = form.command(PersonDetails)
    phone = lookup(details.phone, kind="phone") if details.phone else None
    station = details.organisation
    if person is not None:
        present = present_likeness(person)
        station = present.station
        if phone is None and not form.command(ContactChange).remove_phone:
            phone = person.phone_lookup
    return Likeness(
        key=person.public_id if person is not None else form.key.data,
        group=details.group,
        name=sort_name(details.chosen_name),
        reference=details.reference,
        phones=frozenset([phone]) if phone else frozenset(),
        station=station,
        ward=sort_name(details.ward),
        birth_year=details.birth_year,
        sex=details.sex,
        age_band=details.age_band,
    )


def present_likeness(person: Person) -> Likeness:
    """Likeness of a person as she is kept."""
    return next(numbered_likenesses(Person.id == person.id))[1]


def confirmed_distinct(matches: Sequence[Match]) -> list[Match]:
    """Those that the page before said to be another person."""
    confirmed = set(_IDS.findall(request.form.get("another", "")[:2_000]))
    return [match for match in matches if match.key in confirmed]


def share_a_phone(matches: Sequence[Match]) -> bool:
    """True if one of these has the phone that was typed."""
    return any(Reason.SAME_PHONE in match.reasons for match in matches)


def is_it_one(
    matches: Sequence[Match], typed_name: str, back_url: str, *, at_door: bool = False
) -> str:
    """The page that asks; it carries all that was typed. At a door the person who is here already
    is taken in at once: the page then sends her public id as `same`."""
    shown = matches[:_MOST_SHOWN]
    facts = facts_of(current_actor(), [match.key for match in shown])
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "another", "go", "same")
    ]
    return render_template(
        "people/is_it_one.html",
        matches=[(match, facts[match.key]) for match in shown if match.key in facts],
        another=" ".join(match.key for match in matches),
        typed=typed,
        at_door=at_door,
        typed_name=typed_name,
        back_url=back_url,
        words=words,
    )
