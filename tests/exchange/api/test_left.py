"""Whatever a token is told stands in what has left, and gives nobody of the community away: with
people, attendance and certificates a program once knew exactly what each star stood for."""

import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.certificates.models import Certificate
from kash.certificates.rules.issuing import new_serial
from kash.exchange.api.models import SCOPES, ApiToken
from kash.figures.indicators.models import Completion
from kash.figures.statements.queries import told_by_period
from kash.figures.statements.rules import COMPLETED, Name, leaks
from kash.figures.statements.services import send, worked_out
from kash.people.models import Person
from kash.platform.database import db, utc_now
from kash.workshops.models import Workshop, WorkshopSession
from tests.figures.statements.conftest import Programme, held, programme
from tests.refusals import refuses
from tests.rows import row

from .conftest import Program
from .test_scopes import TABLE

__all__ = ["held", "programme"]


@dataclass
class Registers:
    """Ids, names and serials of everybody on the registers, by whether they are officers; and all
    people and serials by themselves."""

    words: dict[bool, set[str]] = field(default_factory=lambda: {True: set(), False: set()})
    people: list[str] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)


@pytest.fixture
def registers(held):
    """Everybody who completed a workshop of the programme, on its register, marked and
    certified."""
    made = Registers()
    if db.session.scalar(select(MarkStatus).where(MarkStatus.code == "present")) is None:
        row(MarkStatus, code="present", letter="P")
    slots: dict[int, Slot] = {}
    asked = (
        select(Workshop, Person)
        .join(Completion, Completion.workshop_id == Workshop.id)
        .join(Person, Person.id == Completion.person_id)
        .order_by(Workshop.id, Person.id)
    )
    for workshop, person in db.session.execute(asked).all():
        if workshop.id not in slots:
            slots[workshop.id] = row(Slot, register_id=workshop.register_id, starts_at=utc_now())
            row(WorkshopSession, workshop=workshop, slot=slots[workshop.id])
        entry = row(RosterEntry, register_id=workshop.register_id, person_id=person.id)
        row(Mark, slot_id=slots[workshop.id].id, person_id=person.id, status="present", version=3)
        paper = row(
            Certificate,
            person=person,
            serial=new_serial(secrets.choice),
            public_title="Working Together",
            issued_on=date(2025, 3, 9),
        )
        officer = person.group.is_police
        made.words[officer] |= {person.public_id, person.chosen_name, entry.public_id}
        made.words[officer] |= {paper.public_id, str(paper.serial)}
        made.people.append(person.public_id)
        made.serials.append(str(paper.serial))
    db.session.commit()
    return made


@pytest.fixture
def program_with_all(held, program):
    """A program whose token may read all that any token may."""
    scopes = [one.key for one in SCOPES if one.key != "attendance.mark"]
    return program(*scopes, owner=held.monitoring)


def _walked(one: Program, held: Programme, registers: Registers) -> list[Any]:
    """All that a program is told that asks each address for everything."""
    workshops = list(db.session.scalars(select(Workshop.public_id)))
    keys = [item["key"] for item in one.ask("/indicators?period=2025-Q1").json["items"]]
    periods = ("2025", "2025-Q1", "2025-Q2")
    funders = ("", *held.funders.values())
    asked = {
        "GET /token": ["/token"],
        "GET /openapi.json": [],
        "GET /people": [f"/people?group={letter}" for letter in "ABC"],
        "GET /people/<public_id>": [f"/people/{one}" for one in registers.people],
        "GET /workshops": ["/workshops"],
        "GET /workshops/<public_id>": [f"/workshops/{one}" for one in workshops],
        "GET /workshops/<public_id>/attendance": [
            f"/workshops/{one}/attendance" for one in workshops
        ],
        "GET /certificates": ["/certificates"],
        "GET /certificates/<serial>": [f"/certificates/{one}" for one in registers.serials],
        "GET /releases": ["/releases"],
        "GET /indicators": [
            f"/indicators?period={period}&funder={funder}"
            for period in periods
            for funder in funders
        ],
        "GET /indicators/<key>": [
            f"/indicators/{key}?period={period}&funder={funder}&by={by}"
            for key in keys
            for period in periods
            for funder in funders
            for by in ("", "course", "funder", "refresher")
        ],
    }
    assert set(asked) == {place for place in TABLE if place.startswith("GET ")}
    answers = []
    for address in (address for addresses in asked.values() for address in addresses):
        page: str | None = address
        while page:
            told = one.ask(page)
            answers.append((address, told.status_code, told.json))
            page = told.json.get("next")
    return answers


def _counts_in(answers: list[Any], funders: dict[str, str]) -> dict[str, dict[Name, int | None]]:
    """Equations about the community in all that was told, each under its name in the ledger."""
    told: dict[str, dict[Name, int | None]] = {}
    for address, status, answer in answers:
        if status != 200:
            continue
        for count in answer.get("counts", ()):
            place = tuple((key, count[key]) for key in ("sex", "age_band") if count[key])
            told.setdefault(count["period"], {})[Name(COMPLETED, "", place)] = count["count"]
        for item in [answer, *answer.get("items", ())]:
            if item.get("community") is not None or item.get("community_starred"):
                funder = next((one for one in funders.values() if one in address), "")
                name = Name(item["key"], funder)
                told.setdefault(item["period"], {})[name] = item["community"]
    return told


@pytest.mark.any_engine
def test_a_token_with_everything_tells_nobody_of_the_community_and_narrows_no_star(
    both_engines_app, held, registers, program_with_all
):
    held.sent("Amber")
    held.sent("Birch")
    ledger = told_by_period(db.session())
    stars = [name for name, value in ledger["2025-Q1"].items() if value is None]
    assert stars
    answers = _walked(program_with_all, held, registers)
    given = repr([told for _address, _status, told in answers])
    # The control: officers are told one by one.
    assert {word for word in registers.words[True] if word in given} == registers.words[True]
    assert {word for word in registers.words[False] if word in given} == set()
    asked_for = {*registers.people, *registers.serials}
    refused = {address.rsplit("/", 1)[1] for address, status, _told in answers if status == 404}
    assert refused & asked_for == asked_for & registers.words[False]

    told = _counts_in(answers, held.funders)
    for period, figures in told.items():
        assert figures == {name: ledger[period][name] for name in figures}
    assert set(told["2025-Q1"]) >= {name for name in ledger["2025-Q1"] if name.place}
    together = {period: ledger[period] | told.get(period, {}) for period in ledger}
    found = worked_out(together)
    assert found == worked_out(ledger)
    assert not any(leaks(ranges or {}) for ranges in found.values())


def _read_people_once(until: date) -> None:
    """Leave the mark of a token that was used before tokens stopped telling of the community."""
    moment = utc_now().replace(year=until.year, month=until.month, day=until.day, hour=9)
    db.session.execute(update(ApiToken).values(rows_until=moment))
    db.session.commit()


@pytest.mark.any_engine
def test_tokens_stand_in_what_has_left_and_what_they_once_gave_enters_its_attack(
    both_engines_app, held, program, client_for
):
    held.sent("Amber")
    director = client_for(held.director)
    assert "No program has read anything." in director.get("/statements/left").text
    one = program("people.read", "workshops.read", owner=held.monitoring)
    one.ask("/people?group=A")
    page = director.get("/statements/left").text
    assert "County register" in page
    assert f"/tokens/{one.token}" in page
    assert "Police officers, without names" in page
    assert ">never<" in page
    assert "No star can be narrowed to fewer than five people" in page
    # As the upgrade leaves one that read people of the community.
    _read_people_once(date(2025, 3, 31))
    page = director.get("/statements/left").text
    assert "until 31 March 2025" in page
    stars = [one for one in told_by_period(db.session())["2025-Q1"].values() if one is None]
    assert stars
    assert f"these stars are known exactly: {len(stars)}." in page
    assert "No star can be narrowed to fewer than five people" not in page
    at_amber = director.get(f"/statements/left/{held.funders['Amber']}").text
    assert "With that, these stars are known exactly" in at_amber
    # Nothing is starred for these days any more; of days after them it is as before.
    waiting = held.agreed("Birch")
    with refuses("programs read people of the community one by one"):
        send(waiting, held.monitoring)
    db.session.rollback()
    _read_people_once(date(2024, 12, 31))
    send(waiting, held.monitoring)
