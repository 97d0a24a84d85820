"""The services of the sample's directory. None of them exists; their numbers are invented."""

from __future__ import annotations

from datetime import date, timedelta

from kash.demo.accounts import TRAINER
from kash.demo.people import phone
from kash.people.rules.directory import DAY, Stretch, read_day
from kash.people.services.directory import ServiceDetails, add_service
from kash.policy import Actor

_ALWAYS = tuple(Stretch(day * DAY, (day + 1) * DAY) for day in range(7))
_FIRST_PHONE = 900


def _week(*days: str) -> tuple[Stretch, ...]:
    """From Monday on, as the form takes them; what is missing is closed."""
    return tuple(each for weekday, typed in enumerate(days) for each in read_day(weekday, typed))


_OFFICE = _week(*["08:00–17:00"] * 5)
_NOON = _week(*["08:00–13:00, 14:00–17:00"] * 5, "09:00–12:00")
_CLINIC = _week(*["07:30–18:00"] * 6)
_EVENINGS = _week("", "", "", "", "18:00–02:00", "18:00–02:00", "16:00–22:00")

# name|kind|area|languages|serves|cost|address|days since it was checked; a number for each
_ROWS = """
Kielelezo Legal Aid Desk|legal|Kisumu Central|en sw luo||free|Sampuli House, second floor|20
Sampuli Advocates for All|legal|Kondele|en sw||some|Mfano Plaza, beside the market|75
Mfano Health Centre|clinic|Kisumu Central|en sw luo||free|Mfano Road, blue gate|12
Ziwa Evening Clinic|clinic|Manyatta|sw luo|women men lgbtq|free|Ziwa Lane, behind the school|40
Onyesho Recovery Room|pep|Kisumu Central|en sw luo guz||free|Jaribio Hospital, room 4|33
Jaribio Clinic, night window|pep|Kondele|sw luo||free|Jaribio Road, side entrance|210
Mwanga House|shelter|Kisumu County|en sw luo|women minors|free|CONFIDENTIAL|15
Tumaini Mfano Shelter|shelter|Kisumu County|sw luy|lgbtq men|free|CONFIDENTIAL|250
Kigezo Counselling|counselling|Nyalenda|en sw luo||some|Kigezo Court, house 7|58
Sitawi Listening Room|counselling|Manyatta|sw luo|women|free|Sitawi Hall, first door|90
Mchoro Children’s Desk|children|Kisumu Central|en sw|minors|free|Mchoro House, third floor|44
Mfano Oversight Office|oversight|Kisumu Central|en sw|||Kifani Building, fifth floor|61
Kielelezo Rights Office|rights|Kisumu Central|en sw|||Kifani Building, second floor|61
Sauti Line (example)|hotline|Whole country|en sw|||–|5
Namuna Night Line|hotline|Kisumu County|sw luo|women lgbtq||–|120
Old Jaribio Clinic|clinic|Nyalenda|sw||free|Jaribio Road|400
"""
_HOURS = (
    _OFFICE,
    _NOON,
    _CLINIC,
    _EVENINGS,
    _ALWAYS,
    _week(*["20:00–06:00"] * 7),
    _ALWAYS,
    _ALWAYS,
    _NOON,
    _week("", "10:00–16:00", "", "10:00–16:00"),
    _OFFICE,
    _OFFICE,
    _OFFICE,
    _ALWAYS,
    _week(*["18:00–06:00"] * 7),
    (),
)
_NOTES = {
    "Onyesho Recovery Room": "PEP within 72 hours; come also later. No police report is needed.",
    "Mwanga House": "Takes mothers with children. Call at any hour; somebody comes to meet you.",
    "Mfano Oversight Office": "Complaints about officers, in person, by phone or in writing.",
}
_CARD_NAMES = {"Onyesho Recovery Room": "Room 4", "Tumaini Mfano Shelter": "Tumaini"}


def add_services(actors: dict[str, Actor], today: date) -> list[str]:
    """Add the sample's services; their public ids. The last one is no longer shown."""
    return [
        add_service(_details(number, row, today), actors[TRAINER.key])
        for number, row in enumerate(_ROWS.strip().splitlines())
    ]


def _details(number: int, row: str, today: date) -> ServiceDetails:
    name, kind, area, languages, serves, cost, address, checked = row.split("|")
    hidden = address == "CONFIDENTIAL"
    return ServiceDetails(
        name=name,
        kind=kind,
        area=area,
        card_name=_CARD_NAMES.get(name, ""),
        phone=phone(_FIRST_PHONE + number),
        other_phone=phone(_FIRST_PHONE + 50) if kind == "shelter" else "",
        address=f"House {number + 1}, Kifani Lane" if hidden else address.strip("–"),
        address_confidential=hidden,
        languages=tuple(languages.split()),
        serves=tuple(serves.split()),
        cost=cost,
        cost_note="The first talk is free" if cost == "some" else "",
        recommended_by="Mwanga Collective" if number % 3 == 0 else "",
        notes=_NOTES.get(name, ""),
        hours=_HOURS[number],
        checked_on=today - timedelta(days=int(checked)),
        active=not name.startswith("Old "),
    )
