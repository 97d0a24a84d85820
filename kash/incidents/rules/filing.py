"""Filing on a phone: six screens, each sealed by itself, put together when a member opens the case.

Every question may be skipped, and there are at most thirteen answers. A screen is kept as JSON of
what was answered, padded so that its size does not tell how much that was.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kash.incidents.rules.acts import ACTS, ARRESTS, EXPOSURES
from kash.incidents.rules.ages import may_be_minor
from kash.incidents.rules.consents import ORIGINS, PURPOSES, CaseConsent
from kash.incidents.rules.custodian_only import PROGRAMME, WHO, WHOM
from kash.incidents.rules.money import TAKING
from kash.incidents.rules.older_records import origin_of
from kash.incidents.rules.record import (
    AGE_BANDS,
    PARTY_KINDS,
    SOURCES,
    TERM_KINDS,
    Act,
    Information,
    Party,
    Person,
    Record,
    next_id,
)

# The screens in their order, each with the names of its questions.
SCREENS: dict[str, tuple[str, ...]] = {
    "what": ("acts",),
    "when": ("day", "clock", "place"),
    WHOM: ("count", "ages"),
    WHO: ("who", "description"),
    "next": ("wanted", "consents", "origin"),
    "words": ("narrative", "teller"),
}
# The screen on which she says what is allowed.
CONSENTS = "next"
MOST_ANSWERS = 13
MOST_PERSONS = 200
# Of these each is written down by itself; of a larger crowd, the number.
MOST_WRITTEN_PERSONS = 20
TELLERS = ("herself", "witness", "peer")
_PADDED_TO = 1000

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
CODE_LENGTH = 12

# Acts that keep a report until it is read.
_READ_FIRST = ARRESTS | TAKING


class Screen(BaseModel):
    """Screen as it was answered. What is empty was skipped. `account` is that of somebody of the
    programme who did it and would read it otherwise."""

    model_config = ConfigDict(extra="ignore")

    acts: list[str] = Field(default_factory=list)
    day: date | None = None
    clock: time | None = None
    place: str = ""
    ward: str = ""
    count: int | None = None
    ages: list[str] = Field(default_factory=list)
    party: str = ""
    station: str = ""
    station_name: str = ""
    description: str = ""
    account: str = ""
    wanted: list[str] = Field(default_factory=list)
    consents: list[str] = Field(default_factory=list)
    # What was asked beside what was ticked, and in which version of the words.
    unticked: list[str] = Field(default_factory=list)
    wording: str = ""
    origin: str = ""
    narrative: str = ""
    teller: str = ""


# --- Codes ----------------------------------------------------------------------------------


def new_code() -> str:
    """A code by which a draft is found again: 12 characters, 60 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def code_as_read(typed: str) -> str:
    """A code in its one form, however it was typed; empty if it is none."""
    plain = "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())
    plain = plain.translate(_READ_AS)
    fits = len(plain) == CODE_LENGTH and all(letter in _ALPHABET for letter in plain)
    return plain if fits else ""


def code_as_shown(code: str) -> str:
    """A code in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def kept_until(today: date) -> date:
    """The Sunday after the next: until then a draft that is worked on today is kept."""
    return today + timedelta(days=6 - today.weekday() + 7)


# --- Screens --------------------------------------------------------------------------------


def as_bytes(screen: Screen) -> bytes:
    """A screen as it is sealed."""
    return screen.model_dump_json(exclude_defaults=True).encode().ljust(_PADDED_TO)


def from_bytes(plaintext: bytes) -> Screen:
    """A screen as it was sealed. Raises pydantic's ValidationError if it is none."""
    return Screen.model_validate_json(plaintext)


def is_for_custodian(said: Screen) -> bool:
    """True if what one screen says makes a report one for a custodian alone."""
    return said.party == PROGRAMME or any(may_be_minor(band) for band in said.ages)


def is_kept_unread(said: Screen) -> bool:
    """True if what one screen says keeps a report until somebody has read it, however long that
    takes: it is for a custodian alone, somebody may still be held, or money or things that were
    demanded or taken ask for a decision."""
    return is_for_custodian(said) or not _READ_FIRST.isdisjoint(said.acts)


def compose(record: Record, screens: Mapping[str, bytes], zone: tzinfo) -> Record:
    """The record with what its screens say, each by its name.

    A screen that is damaged, or was not given because it does not open, stays among
    `filing.screens`: the rest is put together without it.
    """
    made = record.model_copy(deep=True)
    read: dict[str, Screen] = {}
    for name in SCREENS:
        if name not in screens or name not in made.filing.screens:
            continue
        try:
            read[name] = from_bytes(screens[name])
        except ValidationError:
            continue
        del made.filing.screens[name]
    if read:
        answered: dict[str, Any] = {}
        for screen in read.values():
            answered |= {field: getattr(screen, field) for field in screen.model_fields_set}
        _put_together(made, Screen(**answered), zone)
    return made


def _put_together(record: Record, said: Screen, zone: tzinfo) -> None:
    for code in dict.fromkeys(said.acts):
        if code in ACTS:
            record.acts.append(Act(id=next_id(record.acts, "a"), code=code))
    _when_and_where(record, said)
    arrested_at, exposed_at = _moments(said, zone)
    for band in _bands(said) or ["unknown"] * bool(arrested_at or exposed_at):
        number = len(record.persons) + 1
        record.persons.append(
            Person(
                id=next_id(record.persons, "p"),
                code=f"P{number}",
                age_band=band,
                arrested_at=arrested_at,
                exposed_at=exposed_at,
                hours_unknown=[
                    name
                    for name, moment in (("arrested_at", arrested_at), ("exposed_at", exposed_at))
                    if moment is not None and said.clock is None
                ],
            )
        )
    if said.count and said.count > MOST_WRITTEN_PERSONS:
        record.persons[-1].note = f"+{said.count - MOST_WRITTEN_PERSONS}"
    if said.party in PARTY_KINDS or said.station or said.description:
        kind = said.party if said.party in PARTY_KINDS else "other"
        record.parties.append(
            Party(
                id=next_id(record.parties, "q"),
                kind="police" if said.station else kind,
                station=said.station,
                station_name=said.station_name,
                service_number=service_number_in(said.description),
                description=said.description,
                account=said.account if kind == PROGRAMME and not said.station else "",
            )
        )
    record.wanted = [kind for kind in dict.fromkeys(said.wanted) if kind in TERM_KINDS]
    _consents(record, said)
    record.narrative = record.narrative or said.narrative
    if said.teller in SOURCES:
        record.information.append(
            Information(
                id=next_id(record.information, "i"),
                source=said.teller,
                account=record.filing.author,
            )
        )


def _consents(record: Record, said: Screen) -> None:
    """Write all that was ticked, and all that was left, as wishes of each person, each with how it
    is known of her. What was left unticked is a wish that it is not done."""
    at = record.filing.filed_at
    if at is None:
        return
    everyone = [one.id for one in record.persons] or [""]
    origin = said.origin if said.origin in ORIGINS else ""
    record.consents += [
        CaseConsent(
            purpose=purpose,
            given=purpose in said.consents,
            at=at,
            by=record.filing.author,
            person=person,
            wording=said.wording,
            language=record.filing.language if said.wording else "",
            origin=origin_of(
                origin,
                said.teller,
                number,
                len(everyone),
                keep=purpose == "record" and purpose in said.consents,
            ),
            wish=True,
        )
        for purpose in dict.fromkeys([*said.consents, *said.unticked])
        if purpose in PURPOSES
        for number, person in enumerate(everyone)
    ]


def _when_and_where(record: Record, said: Screen) -> None:
    if said.day is not None:
        record.happening.begun_on = said.day
    if said.clock is not None:
        record.happening.about_when = f"{said.clock:%H:%M}"
    record.place.ward = record.place.ward or said.ward
    record.place.place = record.place.place or said.place


def _moments(said: Screen, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """When everybody of a report was arrested, and exposed, as far as its acts say so."""
    if said.day is None:
        return None, None
    # Of a day without an hour it counts from its beginning.
    moment = datetime.combine(said.day, said.clock or time(), tzinfo=zone)
    return (
        moment if ARRESTS.intersection(said.acts) else None,
        moment if EXPOSURES.intersection(said.acts) else None,
    )


def _bands(said: Screen) -> list[str]:
    """An age band for each person: those that were said first, then not known.

    If one band was said, all are of it; and there is at least one person for each band.
    """
    bands = [band for band in AGE_BANDS if band in said.ages and band != "unknown"]
    count = min(max(said.count or 0, len(bands)), MOST_WRITTEN_PERSONS)
    rest = bands[0] if len(bands) == 1 else "unknown"
    return [*bands, *([rest] * (count - len(bands)))]


def service_number_in(description: str) -> str:
    """A service number that stands by itself in a description: six digits or so, or none."""
    words = "".join(letter if letter.isalnum() else " " for letter in description).split()
    found = [word for word in words if word.isascii() and word.isdigit() and 5 <= len(word) <= 7]
    return found[0] if len(found) == 1 else ""
