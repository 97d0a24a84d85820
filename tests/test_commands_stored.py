"""What somebody enters is stored, every field of it: where it is added, and where it is changed to
something else in every field. What is changed on an old page is refused, and changes nothing."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kash.accounts.models import Account
from kash.attendance.models import MarkStatus
from kash.attendance.services.marking import StatusDetails, add_status, change_status
from kash.certificates.tracks.models import Track
from kash.certificates.tracks.services.tracks import TrackDetails, add_track, change_track
from kash.incidents.models import Duty
from kash.incidents.services.mediation import DutyDetails, add_mediator, change_mediator
from kash.people.models import Group, Organisation, Person, ServiceEntry, Venue, Zone, codes
from kash.people.queries.directory import VENUE_PHONE, VENUE_SAFETY
from kash.people.rules.directory import Stretch
from kash.people.services.contacts import OrganisationDetails, add_organisation, change_organisation
from kash.people.services.directory import (
    ServiceDetails,
    VenueDetails,
    ZoneDetails,
    add_service,
    add_venue,
    add_zone,
    change_service,
    change_venue,
    change_zone,
)
from kash.people.services.persons import ContactChange, PersonDetails, add_person, change_person
from kash.platform.database import Base, db
from kash.platform.vault import open_text
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor
from kash.training.models import Course
from kash.workshops.models import Facilitator, Workshop, WorkshopSession
from kash.workshops.services.planning import WorkshopDetails, change_workshop, plan_workshop
from kash.workshops.services.sessions import SessionDetails, add_session, change_session
from tests.workshops.conftest import make_version

ROOT = Path(__file__).parents[1]
# These are stored in other forms, and held against them there.
ELSEWHERE = {
    "AbsenceDetails": "tests/workshops/availability",
    "BlockDetails": "tests/workshops/availability",
    "BudgetLineDetails": "tests/money/budget",
    "ChoiceDetails": "tests/people/notices",
    "FormDetails": "tests/exchange/kobo/test_fetching.py",
    "OpenDetails": "tests/workshops/invitations",
    "PlanDetails": "tests/figures/releases/test_plans.py",
    "ProposalDetails": "tests/planning/quarters",
    "QuestionDetails": "tests/assessments/evaluations",
    "QuotaDetails": "tests/workshops/invitations",
    "DefinitionDetails": "tests/figures/indicators/test_services.py",
    "TargetDetails": "tests/figures/indicators/test_services.py",
    "RecoveryDetails": "tests/figures/releases/test_put_back.py",
    "ReportDetails": "tests/exchange/funder_reports",
    "ReviewDetails": "tests/forums/test_decisions.py",
    "SkillDetails": "tests/certificates/skills",
    "TeachingDaysDetails": "tests/workshops/availability",
    "TemplateDetails": "tests/exchange/funder_reports",
    "TermDetails": "tests/forums",
    "TextDetails": "tests/people/notices",
    "VisitDetails": "tests/certificates/tracks/test_visits.py",
}


@dataclass(frozen=True)
class Command:
    """A command with what adds it and changes it, and what a row says of each of its fields.
    `locked` is whether an old page is told from the present one by a row version."""

    kind: type[Any]
    model: type[Base]
    add: Callable[[Any, Actor], str]
    change: Callable[[Any, Any, int, Actor], object]
    told: Callable[[Any], Mapping[str, Any]] = lambda _row: {}
    locked: bool = True


def _codes(kept: str) -> tuple[str, ...]:
    return tuple(one for one in kept.split(",") if one)


def _of_person(row: Person) -> dict[str, Any]:
    phone, email = (
        sealed and open_text(sealed, kind=f"person.{name}", public_id=row.public_id)
        for name, sealed in (("phone", row.phone_sealed), ("email", row.email_sealed))
    )
    return {
        "group": row.group.public_id,
        "phone": phone,
        "email": email,
        "organisation": row.postings[0].organisation.public_id,
        "since": row.postings[0].since,
        "shared_phone": False,
    }


def _of_workshop(row: Workshop) -> dict[str, Any]:
    teaching = db.session.query(Account.public_id, Facilitator.lead).join(
        Facilitator, Facilitator.account_id == Account.id
    )
    rows = teaching.filter(Facilitator.workshop_id == row.id).order_by(Account.name).all()
    return {
        "venue": row.venue.public_id if row.venue else "",
        "new_venue": "",
        "new_venue_place": "",
        "as_delivered": False,
        "facilitators": tuple(public_id for public_id, _lead in rows),
        "lead": next(public_id for public_id, lead in rows if lead),
    }


COMMANDS = [
    Command(
        VenueDetails,
        Venue,
        add_venue,
        lambda row, told, version, by: change_venue(row.public_id, told, version, by),
        lambda row: {
            "zone": row.zone.public_id if row.zone else "",
            "accessible": codes(row.accessible),
            "contact_phone": open_text(
                row.contact_phone_sealed, kind=VENUE_PHONE, public_id=row.public_id
            ),
            "safety_notes": open_text(
                row.safety_sealed, kind=VENUE_SAFETY, public_id=row.public_id
            ),
        },
    ),
    Command(
        ZoneDetails,
        Zone,
        add_zone,
        lambda row, told, version, by: change_zone(row.public_id, told, version, by),
        lambda row: {"within": row.within.public_id if row.within else ""},
    ),
    Command(
        OrganisationDetails,
        Organisation,
        add_organisation,
        lambda row, told, _version, by: change_organisation(row.public_id, told, by),
        lambda row: {"group": row.group.public_id if row.group else ""},
        locked=False,
    ),
    Command(
        ServiceDetails,
        ServiceEntry,
        add_service,
        lambda row, told, version, by: change_service(row.public_id, told, version, by),
        lambda row: {
            "languages": _codes(row.spoken),
            "serves": _codes(row.served),
            "hours": tuple(Stretch(one.opens, one.closes) for one in row.hours),
            "remove_address": False,
        },
    ),
    Command(
        PersonDetails,
        Person,
        add_person,
        lambda row, told, version, by: change_person(
            row.public_id, told, ContactChange(told.phone, told.email), version, by
        ),
        _of_person,
    ),
    Command(
        StatusDetails,
        MarkStatus,
        add_status,
        lambda row, told, version, by: change_status(row.code, told, version, by),
    ),
    Command(
        WorkshopDetails,
        Workshop,
        lambda told, by: plan_workshop(make_version((60,)), told, by),
        lambda row, told, version, by: change_workshop(row.public_id, told, version, by),
        _of_workshop,
    ),
    Command(
        TrackDetails,
        Track,
        lambda told, by: add_track(told, by=by)[0],
        lambda row, told, _version, by: change_track(row.public_id, told, by=by),
        lambda row: {"course": _public_id(Course, row.course_id)},
        locked=False,
    ),
    Command(
        DutyDetails,
        Duty,
        lambda told, by: add_mediator(by, _mediator(), told),
        lambda row, told, version, by: change_mediator(by, row.public_id, told, version),
        lambda row: {
            "phone": open_text(row.phone_sealed, kind="mediation.phone", public_id=row.public_id),
            "spoken": _codes(row.spoken),
            "stations": tuple(
                _public_id(Organisation, one.organisation_id) for one in row.stations
            ),
            "hours": tuple(Stretch(one.opens, one.closes) for one in row.hours),
        },
    ),
]


def _public_id(model: type[Any], key: int | None) -> str:
    return "" if key is None else db.session.get_one(model, key).public_id


def _mediator() -> str:
    return db.session.query(Account).filter_by(name="Mediator").one().public_id


@pytest.fixture
def by(sqlite_app, actor):
    actor("peer", name="Mediator")
    return actor("trainer", "director", "documentation", name="Zawadi")


@pytest.fixture
def told(by, actor):
    """Of each command one that says something in every field, and one that says otherwise."""
    groups = [one.public_id for one in db.session.query(Group).order_by(Group.position)]
    zones = [add_zone(ZoneDetails(name), by) for name in ("Zone A", "Zone B")]
    stations = [
        add_organisation(OrganisationDetails(name, "station"), by) for name in ("One", "Two")
    ]
    venues = [add_venue(VenueDetails(name), by) for name in ("Hall", "Annex")]
    other = actor("trainer", name="Amani")
    for name in ("Course A", "Course B"):
        db.session.add(Course(name=name))
    db.session.commit()
    courses = [one.public_id for one in db.session.query(Course).order_by(Course.name)]
    db.session.rollback()
    both = (other.public_id, by.public_id)
    days = (date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19))
    return {
        VenueDetails: (
            VenueDetails(
                "Mfano Hall",
                "Kondele",
                zones[0],
                "Left",
                "A trainer",
                40,
                accessible=("toilet",),
                band="Near",
                price_cents=450_000,
                contact_name="Karani",
                contact_phone="+254712000780",
                safety_notes="The gate behind",
            ),
            VenueDetails(
                "Mto Hall",
                "Nyalenda",
                zones[1],
                "Right",
                "Nobody",
                41,
                active=False,
                accessible=("stage", "power"),
                band="Far",
                price_cents=0,
                contact_name="Mwenyeji",
                contact_phone="116",
                safety_notes="The gate in front",
            ),
        ),
        ZoneDetails: (
            ZoneDetails("Ziwa", "ward", zones[0]),
            ZoneDetails("Ziwani", "sub_county", zones[1], active=False),
        ),
        OrganisationDetails: (
            OrganisationDetails("Bahari", "collective", "Kisumu", groups[0]),
            OrganisationDetails("Bandari", "partner", "Siaya", groups[1]),
        ),
        ServiceDetails: (
            ServiceDetails(
                "Clinic", "clinic", days[0], "Kondele", "C", "+254700000001", "+254700000002",
                "Street 1", languages=("sw", "luo"), serves=("women", "minors"), cost="free",
                cost_note="Cards", recommended_by="Zawadi", notes="Open", hours=(Stretch(0, 60),),
            ),
            ServiceDetails(
                "Lawyers", "legal", days[1], "Nyalenda", "L", "+254700000003", "+254700000004",
                "Street 2", languages=("en",), serves=("men",), cost="paid", cost_note="None",
                recommended_by="Amani", notes="Shut", hours=(Stretch(60, 90),), active=False,
            ),
        ),
        PersonDetails: (
            PersonDetails(
                "Nyota", groups[1], "Nyota N.", "female", "25-34", 1999, "Peer", "Kondele", "sw",
                "R-1", "Rights, 2019", stations[0], days[0], "+254700000005", "n@example.org",
            ),
            PersonDetails(
                "Mto", groups[1], "Mto M.", "male", "35-44", 1989, "Aide", "Nyalenda", "en",
                "R-2", "Care, 2020", stations[0], days[0], "+254700000006", "m@example.org",
            ),
        ),
        StatusDetails: (
            StatusDetails("Half a day", "H", 50, "warn"),
            StatusDetails("A third", "T", 33, "good", active=False),
        ),
        WorkshopDetails: (
            WorkshopDetails(
                "First", days[0], days[1], time(8), time(17), venues[0], capacity=20,
                facilitators=(by.public_id,), lead=by.public_id,
            ),
            WorkshopDetails(
                "Second", days[0], days[2], time(9), time(16), venues[1], capacity=21,
                facilitators=both, lead=other.public_id,
            ),
        ),
        TrackDetails: (
            TrackDetails("Peers", "Wenza", "To teach", courses[0]),
            TrackDetails("Leads", "Viongozi", "To lead", courses[1]),
        ),
        DutyDetails: (
            DutyDetails("+254700000007", ("sw",), (stations[0],), (Stretch(0, 60),), "Days"),
            DutyDetails("+254700000008", ("en", "luo"), (stations[1],), (Stretch(60, 90),), "No",
                        active=False),
        ),
    }  # fmt: skip


def _row(command: Command, key: str) -> Any:
    db.session.rollback()
    name = "public_id" if hasattr(command.model, "public_id") else "code"
    return db.session.query(command.model).filter(getattr(command.model, name) == key).one()


def _stored(command: Command, key: str) -> Any:
    row = _row(command, key)
    told = dict(command.told(row))
    for one in dataclasses.fields(command.kind):
        if one.name not in told:
            told[one.name] = getattr(row, one.name)
    return command.kind(**told)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.kind.__name__)
def test_every_field_of_what_is_entered_is_stored_when_it_is_added_and_changed(command, by, told):
    first, second = told[command.kind]
    same = [
        one.name
        for one in dataclasses.fields(command.kind)
        if getattr(first, one.name) == getattr(second, one.name)
    ]
    assert set(same) <= SAID_ALIKE.get(command.kind, set())
    key = command.add(first, by)
    assert _stored(command, key) == first
    version = _row(command, key).row_version if command.locked else 0
    if command.locked:
        with pytest.raises(ChangedMeanwhile):
            command.change(_row(command, key), second, version + 1, by)
        assert _stored(command, key) == first
    command.change(_row(command, key), second, version, by)
    assert _stored(command, key) == second
    if command.locked:
        assert _row(command, key).row_version == version + 1


# A person stays in her group and at her station here, which other services change.
SAID_ALIKE: dict[type[Any], set[str]] = {
    PersonDetails: {"group", "organisation", "since", "shared_phone"},
    ServiceDetails: {"address_confidential", "remove_address"},
    WorkshopDetails: {"starts_on", "new_venue", "new_venue_place", "as_delivered"},
}


def test_a_session_that_is_added_or_changed_says_what_was_entered(by, told):
    workshop = plan_workshop(make_version((60,)), told[WorkshopDetails][0], by)
    first = SessionDetails("Own", datetime(2026, 11, 18, 6, tzinfo=UTC), 45)
    second = SessionDetails("Other", datetime(2026, 11, 18, 8, tzinfo=UTC), 50)

    def stored(public_id: str) -> SessionDetails:
        db.session.rollback()
        row = db.session.query(WorkshopSession).filter_by(public_id=public_id).one()
        return SessionDetails(row.title, row.slot.starts_at, row.slot.minutes)

    def version() -> int:
        db.session.rollback()
        return db.session.query(Workshop).filter_by(public_id=workshop).one().row_version

    made = add_session(workshop, first, version(), by)
    assert stored(made) == first
    with pytest.raises(ChangedMeanwhile):
        change_session(workshop, made, second, version() + 1, by)
    assert stored(made) == first
    change_session(workshop, made, second, version(), by)
    assert stored(made) == second


def test_every_command_with_details_is_held_against_what_is_stored():
    known = {one.kind.__name__ for one in COMMANDS} | {"SessionDetails", *ELSEWHERE}
    found = set()
    for path in (ROOT / "kash").rglob("services/*.py"):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        found |= {
            name
            for name, one in vars(module).items()
            if inspect.isclass(one) and name.endswith("Details") and dataclasses.is_dataclass(one)
        }
    assert found - known == set()
