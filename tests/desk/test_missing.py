"""What is missing stands in one list: each line for whoever may mend it or answers for the figures,
leading to its field and back; it is gone once it was mended."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import current_app
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select, update
from sqlalchemy.dialects import postgresql

from kash.assessments.models import WorkshopTest
from kash.attendance.models import Slot
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.issuing import Requirement
from kash.desk import queries as missing
from kash.desk.queries import all_lines, counted_kinds, the_kind
from kash.forums.services.meetings import plan_meeting
from kash.forums.services.presence import open_forum
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.scope import within_reach
from kash.people.services.persons import record_consent
from kash.platform.database import db, utc_now
from kash.platform.web.missing import (
    ListPlace,
    Lookout,
    MissingInformation,
    MissingLine,
    leading_back,
    read_place,
)
from kash.policy import SYSTEM, Actor
from kash.training.models import CourseVersion, PlanRow, SessionPlan
from kash.workshops.models import Workshop
from tests.certificates.conftest import MOST, Ready, ready  # noqa: F401
from tests.declaring import also_declared
from tests.workshops.conftest import Held, details, held, make_person, plan  # noqa: F401

TODAY = datetime.now(ZoneInfo("Africa/Nairobi")).date()
AGO = TODAY - timedelta(days=30)


def lines(actor: Actor, kind: str, letter: str = "") -> list[str]:
    db.session.rollback()
    # Addresses are made for a request.
    with current_app.test_request_context():
        return [one.title for one in all_lines(the_kind(kind), letter, actor, utc_now(), TODAY)]


def counts(actor: Actor) -> dict[tuple[str, str], int]:
    db.session.rollback()
    return {(one.kind.key, one.letter): one.count for one in counted_kinds(actor, utc_now(), TODAY)}


def whole_person(name: str, letter: str, **lacking: object) -> str:
    """A person of whom everything is known but what is said; of an officer also where."""
    public_id = make_person(name, letter)
    known = {"sex": "female", "age_band": "25-34", "ward": "Kondele"} | lacking
    db.session.execute(update(Person).where(Person.public_id == public_id).values(**known))
    db.session.commit()
    return public_id


def post(public_id: str) -> None:
    place = Organisation(name=f"Place {public_id}", kind="station")
    person = db.session.query(Person).filter_by(public_id=public_id).one()
    person.postings.append(Posting(organisation=place, since=date(2026, 1, 1)))
    db.session.commit()
    db.session.rollback()


@given(
    st.builds(
        ListPlace,
        st.from_regex(r"[a-z_]{1,40}", fullmatch=True),
        st.sampled_from(["", "A", "B"]),
        st.integers(1, 999999),
        st.integers(1, 999),
    )
)
def test_a_place_in_the_list_is_read_as_it_was_written_and_goes_into_any_address(place):
    assert read_place(str(place)) == place
    led = leading_back("/people/x/edit?group=A#sex", place)
    assert led == f"/people/x/edit?group=A&missing={place}#sex"


@pytest.mark.parametrize(
    "said",
    ["", "sex", "sex.B.1", "sex.BB.1.1", "../x.B.1.1", "sex.B.1.1\n", "sex.B.-1.1", "9" * 99],
)
def test_what_is_no_place_leads_nowhere(said):
    assert read_place(said) is None


def test_people_stand_in_the_list_for_just_what_is_missing_of_them_and_never_a_minor(
    both_engines_app, actor
):
    monitoring = actor("monitoring")
    whole_person("Whole", "B")
    for letter in "AB":
        whole_person(f"No sex {letter}", letter, sex="")
        whole_person(f"No age {letter}", letter, age_band="")
        whole_person(f"Year {letter}", letter, age_band="", birth_year=1990)
    whole_person("Minor", "B", sex="", minor=True)
    whole_person("No ward", "B", ward="")
    in_collective = whole_person("In a collective", "B", ward="")
    post(in_collective)
    posted = whole_person("Posted", "A", ward="")
    post(posted)
    asked, unasked = (whole_person(name, "B", phone_sealed=b"1") for name in ("Asked", "Unasked"))
    record_consent(asked, "contact", "refused", SYSTEM)
    assert {
        (kind, letter): lines(monitoring, kind, letter) for kind, letter in counts(monitoring)
    } == {
        ("sex", "A"): ["No sex A"],
        ("sex", "B"): ["No sex B"],
        ("age_band", "A"): ["No age A"],
        ("age_band", "B"): ["No age B"],
        ("station", "A"): ["No age A", "No sex A", "Year A"],
        ("ward", "B"): ["No ward"],
        ("contact_consent", "B"): ["Unasked"],
    }
    assert db.session.query(Person.chosen_name).filter_by(public_id=unasked).scalar() == "Unasked"


def test_workshops_that_began_lack_a_venue_a_funder_and_confirmed_registers(
    actor,
    plan,  # noqa: F811
):
    monitoring = actor("monitoring")
    past = plan(title="Past", starts_on=AGO, ends_on=AGO + timedelta(days=1))
    plan(title="To come", starts_on=TODAY + timedelta(days=9), ends_on=TODAY + timedelta(days=10))
    gone = plan(title="Cancelled", starts_on=AGO, ends_on=AGO + timedelta(days=1))
    db.session.execute(
        update(Workshop).where(Workshop.public_id == gone.workshop).values(state="cancelled")
    )
    slots = [slot.id for slot in past.row.register.slots]
    confirmed = {"closed_at": utc_now(), "confirmed_at": utc_now()}
    db.session.execute(update(Slot).where(Slot.id.in_(slots[1:])).values(**confirmed))
    db.session.add(WorkshopTest(workshop_id=past.row.id, moment="before", created_by="system"))
    db.session.commit()
    assert {kind: lines(monitoring, kind) for kind, _letter in counts(monitoring)} == {
        "registers": ["Past: Session 1"],
        "venue": ["Past"],
        "funder": ["Past"],
        "tests": ["Past: Before the workshop"],
        "objectives": [
            line for line in lines(monitoring, "objectives") if line.startswith("Course ")
        ],
    }


def test_a_trainer_is_told_of_her_own_and_monitoring_of_all_with_who_may_mend_it(
    actor,
    client_for,
    plan,  # noqa: F811
):
    first = plan(title="Hers", starts_on=AGO, ends_on=AGO)
    other = plan(by=actor("trainer", name="Juma"), title="His", starts_on=AGO, ends_on=AGO)
    monitoring = actor("monitoring")
    assert lines(first.trainer, "venue") == ["Hers"]
    assert lines(other.trainer, "venue") == ["His"]
    assert sorted(lines(monitoring, "venue")) == ["Hers", "His"]
    page = client_for(monitoring).get("/missing/venue").text
    assert "To be mended by Juma" in page
    assert f"/workshops/{other.workshop}?missing=venue..1." in page
    assert "/edit" not in page
    own = client_for(first.trainer).get("/missing/venue").text
    assert f'href="/workshops/{first.workshop}/edit?missing=venue..1.1#venue"' in own
    assert "To be mended by" not in own
    assert "Missing information" in client_for(monitoring).get("/").text


def test_published_courses_lack_objectives_and_checks_until_a_newer_version_is_published(
    actor,
    plan,  # noqa: F811
):
    made, trainer = plan(minutes=(90, 60)), actor("trainer")
    version = made.row.version
    first, second = version.modules[0].plans
    first.rows.append(PlanRow(kind="objective", position=1, text="Name two rights"))
    second.rows.append(PlanRow(kind="objective", position=1, text=""))
    for text, day in (("Section 29", None), ("Section 49", AGO)):
        first.rows.append(PlanRow(kind="legal_point", position=1, text=text, checked_on=day))
    course, course_id = version.course.name, version.course_id
    db.session.commit()
    assert lines(trainer, "objectives") == [f"{course}: Session 2"]
    assert lines(trainer, "legal_checks") == ["Section 29"]
    draft = CourseVersion(course_id=course_id, number=2, language="en", public_title="x")
    db.session.add(draft)
    db.session.commit()
    assert lines(trainer, "objectives") == [f"{course}: Session 2"]
    draft.state = "published"
    db.session.commit()
    assert (lines(trainer, "objectives"), lines(trainer, "legal_checks")) == ([], [])
    assert db.session.query(SessionPlan).count() == 2


def test_names_wait_for_exactly_those_who_came_and_lack_a_confirmed_one(
    both_engines_app,
    ready,  # noqa: F811
    actor,
):
    monitoring = actor("monitoring")
    db.session.execute(update(Workshop).values(starts_on=AGO, ends_on=AGO))
    past = utc_now() - timedelta(days=30)
    for number, slot in enumerate(db.session.query(Slot)):
        slot.starts_at = past + timedelta(hours=2 * number)
    db.session.commit()

    def waiting() -> list[str]:
        db.session.rollback()
        return [
            one.chosen_name
            for one in candidates(ready.workshop)
            if one.minutes and Requirement.NAME in {lack.requirement for lack in one.missing}
        ]

    def listed() -> list[str]:
        return [*lines(monitoring, "names", "A"), *lines(monitoring, "names", "B")]

    assert len(waiting()) == 3
    assert sorted(listed()) == sorted(waiting())
    db.session.rollback()
    ready.confirm(MOST)
    assert len(waiting()) == 2
    assert sorted(listed()) == sorted(waiting())


def test_a_meeting_without_a_minute_stands_there_for_its_secretary_and_monitoring(actor):
    secretary, other = actor("trainer"), actor("trainer")
    forum = open_forum(name="Kisumu forum", by=secretary)
    plan_meeting(forum, starts_at=utc_now() - timedelta(days=3), by=secretary)
    plan_meeting(forum, starts_at=utc_now() + timedelta(days=3), by=secretary)
    told = [lines(one, "minutes") for one in (secretary, other, actor("monitoring"))]
    assert told == [["Kisumu forum"], [], ["Kisumu forum"]]


def test_who_lacks_something_is_found_before_it_is_asked_whom_a_trainer_reaches(app, actor):
    """Of 100,000 who lacked nothing PostgreSQL asked first whether she reaches them: 5 s."""
    trainer = actor("trainer")
    asked = Lookout(trainer, utc_now(), TODAY, missing._groups()[0])
    statement = the_kind("station").find(asked)
    assert statement is not None
    said = str(statement.compile(dialect=postgresql.dialect()))
    lacking, reached = said.removeprefix("WITH anon_1 AS MATERIALIZED ").split("\n SELECT ")
    assert ["posting" in lacking, "created_by =" in lacking] == [True, False]
    assert ["posting" in reached, "created_by =" in reached] == [False, True]


@pytest.mark.parametrize("kind", ["registers", "venue", "funder", "tests"])
def test_a_workshop_that_lacks_something_is_asked_about_alone(kind, app, actor):
    """All workshops that a trainer ever ran were gathered to find the few that lack something."""
    asked = the_kind(kind).find(Lookout(actor("trainer"), utc_now(), TODAY))
    assert asked is not None
    assert "workshop.id IN" not in str(asked)


def test_whoever_mends_a_line_comes_back_to_its_place_and_the_line_is_gone(actor, client_for):
    trainer = actor("trainer")
    person = whole_person("Zawadi", "B", ward="", created_by=trainer.public_id)
    browser = client_for(trainer)
    page = browser.get("/missing/ward?group=B").text
    link = re.search(r'href="(/people/[^"]+/edit\?missing=ward\.B\.1\.1)#ward"', page)
    assert link is not None
    form = browser.get(link[1]).text
    assert 'href="/missing/ward?group=B#line-1"' in form
    row_version = re.search(r'name="row_version"[^>]*value="([^"]+)"', form)
    group = db.session.query(Group.public_id).filter_by(letter="B").scalar()
    sent = {
        "chosen_name": "Zawadi",
        "group": group,
        "ward": "Manyatta",
        "sex": "female",
        "age_band": "25-34",
        "row_version": row_version[1] if row_version else "",
    }
    saved = browser.post(link[1], data=sent)
    assert saved.headers["Location"] == "/missing/ward?group=B#line-1"
    assert lines(trainer, "ward", "B") == []
    assert db.session.query(Person.ward).filter_by(public_id=person).scalar() == "Manyatta"
    elsewhere = link[1].replace("missing=ward", "missing=nothing_such")
    again = browser.post(elsewhere, data=sent | {"row_version": "2"})
    assert again.headers["Location"] == f"/people/{person}"


def test_groups_are_named_one_at_a_time_on_the_page_and_in_the_table(actor, client_for):
    for letter in "AB":
        whole_person(f"Person {letter}", letter, sex="")
    browser = client_for(actor("monitoring"))
    for group, other in ("AB", "BA"):
        page = browser.get(f"/missing/sex?group={group}").text
        table = browser.post(f"/missing/sex/table?group={group}", data={"kind": "csv"})
        rows = table.data.decode("utf-8-sig").splitlines()
        assert (f"Person {group}" in page, f"Person {other}" in page) == (True, False)
        assert [row.split(",")[0] for row in rows[1:]] == [f"Person {group}"]
    assert "Person" not in browser.get("/missing").text
    assert browser.post("/missing/sex/table?group=A").data.startswith(b"PK")


def test_more_lines_than_are_counted_are_told_and_the_queries_stay_the_same(
    actor, client_for, count_queries, monkeypatch
):
    browser, asked = client_for(actor("monitoring")), []
    for number in range(3):
        whole_person(f"Person {number}", "B", sex="")
        if number == 1:
            continue
        browser.get("/missing/sex?group=B")
        pages = []
        for address in ("/missing", "/missing/sex?group=B"):
            with count_queries() as queries:
                browser.get(address)
            pages.append(queries.count)
        asked.append(pages)
    assert asked[0] == asked[1]
    monkeypatch.setattr(missing, "MOST_COUNTED", 2)
    [counted] = counted_kinds(actor("monitoring"), utc_now(), TODAY)
    assert (counted.count, counted.beyond) == (2, True)


def test_a_feature_adds_a_kind_by_declaring_it(app, actor, client_for):
    def find(asked: Lookout) -> Any:
        lantern = select(
            literal(1).label("key"),
            literal("a").label("ordered"),
            literal(1).label("mends"),
            literal("").label("asked"),
        )
        return lantern if asked.actor.may("workshops.see") else None

    lanterns = MissingInformation(
        "lanterns",
        "Lanterns",
        "Oil",
        "They give no light.",
        500,
        find,
        lambda _row: MissingLine("The blue lantern", "/lanterns#oil"),
    )
    with also_declared(lanterns):
        monitoring = actor("monitoring")
        assert counts(monitoring) == {("lanterns", ""): 1}
        page = client_for(monitoring).get("/missing/lanterns").text
        assert 'href="/lanterns?missing=lanterns..1.1#oil"' in page
    assert client_for(actor("monitoring")).get("/missing/lanterns").status_code == 404


def test_nothing_stands_there_that_its_reader_may_not_see(actor):
    trainer = actor("trainer")
    whole_person("Others", "B", sex="")
    assert lines(trainer, "sex", "B") == []
    hers = whole_person("Hers", "B", sex="", created_by=trainer.public_id)
    assert lines(trainer, "sex", "B") == ["Hers"]
    reached = select(Person.public_id).where(within_reach(trainer, "people.edit"))
    assert db.session.scalars(reached).all() == [hers]
    assert details().title
