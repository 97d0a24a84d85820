"""Who may teach what, and what proves it, beside what just doesn't."""

from datetime import date, datetime, time, timedelta

import pytest

from kash.accounts.models import Account
from kash.attendance.models import Slot
from kash.certificates.models import Certificate, CertificateBatch, SkillDeferral, TrainerSkill
from kash.certificates.skills.queries import (
    Matrix,
    MatrixFilter,
    MatrixRow,
    Suggestion,
    certified_in,
    deferrals_of,
    is_still_trainer,
    levels_in,
    matrix,
    skill,
    skills_of,
    suggestions,
    taught_by,
    trainer,
    trainers_of,
)
from kash.certificates.skills.rules import Level
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import from_local
from kash.platform.web.metrics import KEPT, SLOW, init_counted
from kash.policy import SYSTEM
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Facilitator, Workshop
from tests.rows import DAY, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")


def _skill(
    who: Account, course: Course, level: str, ended: date | None = None, **more: object
) -> TrainerSkill:
    told = {"since": TODAY - 90 * DAY, "evidence": "taught", "ended_on": ended}
    return row(
        TrainerSkill,
        account=who,
        course=course,
        level=level,
        ended_how="ended" if ended else "",
        **(told | more),
    )


def _moment(day: date) -> datetime:
    return from_local(day, time(9))


class Teaching:
    """Two courses, with workshops that trainers taught."""

    def __init__(self) -> None:
        self.courses = [row(Course, name=name) for name in ("beta", "Alpha")]
        self.versions = [row(CourseVersion, course=one, state="draft") for one in self.courses]

    def workshop(
        self,
        course: int,
        ends: date,
        *who: Account,
        state: str = "planned",
        confirmed: date | None = None,
        added: date | None = None,
    ) -> Workshop:
        found = row(
            Workshop,
            version=self.versions[course],
            starts_on=ends,
            ends_on=ends,
            state=state,
            title=f"Of {course} until {ends}",
        )
        row(
            Slot,
            register_id=found.register_id,
            position=1,
            confirmed_at=None if confirmed is None else _moment(confirmed),
        )
        for at, one in enumerate(who):
            row(
                Facilitator,
                workshop_id=found.id,
                account_id=one.id,
                lead=at == 0,
                added_at=_moment(added or ends),
            )
        return found


@pytest.fixture
def accounts(actor):
    """Trainers, one who is none any more and one whose account is closed."""
    made = {
        name: actor(role, name=name, active=name != "Closed")
        for name, role in (
            ("zawadi", "trainer"),
            ("Amani", "trainer"),
            ("Bora", "trainer"),
            ("Closed", "trainer"),
            ("Former", "monitoring"),
        )
    }
    return {name: db.session.get_one(Account, one.account_id) for name, one in made.items()}


def test_skills_stand_by_level_and_name_while_they_hold(accounts):
    teaching = Teaching()
    beta, alpha = teaching.courses
    old, unused = row(Course, name="Old"), row(Course, name="Unused")
    published = row(Course, name="Published")
    row(CourseVersion, course=published, state="published")
    row(CourseVersion, course=unused, state="draft")
    held = [
        _skill(accounts["zawadi"], beta, "lead"),
        _skill(accounts["zawadi"], alpha, "observe"),
        _skill(accounts["zawadi"], old, "lead", TODAY - 9 * DAY),
        _skill(accounts["zawadi"], beta, "observe", TODAY - DAY),
        _skill(accounts["Amani"], beta, "co_teach"),
        _skill(accounts["Bora"], beta, "lead"),
        _skill(accounts["Closed"], beta, "lead"),
        _skill(accounts["Former"], beta, "lead"),
    ]
    assert skills_of(accounts["zawadi"]) == [held[1], held[0], held[3], held[2]]
    assert skill(accounts["zawadi"], held[0].public_id) == held[0]
    with pytest.raises(NotFound):
        skill(accounts["Amani"], held[0].public_id)
    ids = {name: one.public_id for name, one in accounts.items()}
    since = TODAY - 90 * DAY
    assert trainers_of(beta.public_id) == [
        (ids["Bora"], "Bora", Level.LEAD, since),
        (ids["zawadi"], "zawadi", Level.LEAD, since),
        (ids["Amani"], "Amani", Level.CO_TEACH, since),
    ]
    assert trainers_of(old.public_id) == []
    assert levels_in(beta.id) == {
        ids["Bora"]: Level.LEAD,
        ids["zawadi"]: Level.LEAD,
        ids["Amani"]: Level.CO_TEACH,
    }
    assert [is_still_trainer(accounts[name]) for name in ("zawadi", "Closed", "Former")] == [
        True,
        False,
        False,
    ]
    assert [trainer(ids[name]) for name in ("Bora", "Former")] == [
        accounts["Bora"],
        accounts["Former"],
    ]
    held[7].account = accounts["Closed"]
    held[7].ended_on, held[7].ended_how = TODAY, "left"
    db.session.flush()
    with pytest.raises(NotFound):
        trainer(ids["Former"])

    columns = [(one.public_id, one.name) for one in (alpha, beta, published)]
    rows = {
        "Amani": MatrixRow(ids["Amani"], "Amani", {beta.public_id: Level.CO_TEACH}),
        "Bora": MatrixRow(ids["Bora"], "Bora", {beta.public_id: Level.LEAD}),
        "zawadi": MatrixRow(
            ids["zawadi"], "zawadi", {beta.public_id: Level.LEAD, alpha.public_id: Level.OBSERVE}
        ),
    }
    assert matrix(MatrixFilter()) == Matrix(list(rows.values()), columns)
    of_alpha = matrix(MatrixFilter(alpha.public_id, "none"))
    assert of_alpha == Matrix([rows["Amani"], rows["Bora"]], columns[:1])
    leads = matrix(MatrixFilter(level="lead"))
    assert leads == Matrix([rows["Bora"], rows["zawadi"]], columns)
    assert matrix(MatrixFilter(), ids["Bora"]) == Matrix([rows["Bora"]], columns)
    deferred = [
        row(
            SkillDeferral, account_id=accounts[name].id, course=beta, deferred_on=TODAY - days * DAY
        )
        for name, days in (("Bora", 3), ("Bora", 1), ("Amani", 2))
    ]
    assert deferrals_of(accounts["Bora"]) == [deferred[1], deferred[0]]


def test_taught_is_what_is_over_and_was_confirmed_with_her_on_the_team(accounts):
    teaching, zawadi, amani = Teaching(), accounts["zawadi"], accounts["Amani"]
    ended = TODAY - 9 * DAY
    made = [
        teaching.workshop(0, ended, zawadi, amani, confirmed=ended),
        teaching.workshop(1, TODAY, amani, zawadi, confirmed=TODAY),
        teaching.workshop(0, TODAY - DAY, zawadi, confirmed=TODAY - DAY),
    ]
    teaching.workshop(0, TODAY + DAY, zawadi, confirmed=TODAY + DAY)
    teaching.workshop(0, ended, zawadi, confirmed=ended, state="cancelled")
    teaching.workshop(0, ended, zawadi)
    teaching.workshop(0, ended, zawadi, confirmed=ended, added=ended + DAY)

    def told(at: int, course: int, *, led: bool) -> object:
        one = made[at]
        public_id = teaching.courses[course].public_id
        return (public_id, one.public_id, one.title, one.ends_on, led)

    everything = [told(1, 1, led=False), told(2, 0, led=True), told(0, 0, led=True)]
    assert taught_by(zawadi.id, TODAY) == everything
    assert taught_by(zawadi.id, TODAY, course_id=teaching.courses[0].id) == everything[1:]
    assert taught_by(amani.id, TODAY, course_id=teaching.courses[0].id) == [told(0, 0, led=False)]


def test_it_is_asked_of_those_who_taught_enough_since_it_was_decided_last(accounts):
    teaching = Teaching()
    beta, alpha = teaching.courses
    zawadi, amani, bora = (accounts[name] for name in ("zawadi", "Amani", "Bora"))
    days = [TODAY - at * DAY for at in (1, 5, 9)]
    for day in days:
        team = (zawadi, amani, bora, accounts["Closed"], accounts["Former"])
        teaching.workshop(0, day, *team, confirmed=day)
        teaching.workshop(1, day, zawadi, confirmed=day)
    _skill(bora, beta, "lead", since=TODAY - 90 * DAY)
    _skill(bora, alpha, "co_teach", since=TODAY - 90 * DAY)
    # On the day of the last one that was weighed, nothing new was taught.
    _skill(amani, beta, "co_teach", since=days[2])

    def told(who: Account, course: Course, number: int) -> Suggestion:
        return Suggestion(who.public_id, who.name, course.public_id, course.name, number)

    expected = [told(zawadi, alpha, 3), told(amani, beta, 2), told(zawadi, beta, 3)]
    assert suggestions(TODAY) == expected
    assert suggestions(TODAY, limit=1) == expected[:1]
    assert suggestions(TODAY, account_id=amani.id) == expected[1:2]
    assert suggestions(TODAY, course_id=beta.id) == expected[1:]
    assert suggestions(TODAY, excluding=zawadi.id) == expected[1:2]
    row(SkillDeferral, account_id=zawadi.id, course=beta, deferred_on=days[1])
    _skill(zawadi, alpha, "lead", days[2] - DAY, since=days[2] - 9 * DAY)
    assert suggestions(TODAY) == expected[:2]


def test_what_all_taught_is_looked_at_once_until_somebody_writes(
    app, accounts, count_queries, monkeypatch
):
    """A table that is opened twenty times a day need not read ten years of workshops each time."""
    init_counted(app)
    monkeypatch.setitem(app.config, KEPT, timedelta(minutes=10))
    monkeypatch.setitem(app.config, SLOW, 600.0)
    teaching, zawadi = Teaching(), accounts["zawadi"]

    def told() -> tuple[list[int], int]:
        with count_queries() as asked:
            found = [one.taught for one in suggestions(TODAY)]
        return found, len([one for one in asked.statements if "FROM facilitator" in one])

    for day in (TODAY - DAY, TODAY - 2 * DAY):
        teaching.workshop(0, day, zawadi, confirmed=day)
    assert (told(), told()) == (([2], 1), ([2], 0))
    teaching.workshop(0, TODAY - 3 * DAY, zawadi, confirmed=TODAY - 3 * DAY)
    db.session.commit()
    with audited("settings.changed", SYSTEM) as change:
        change.about("settings")
    db.session.rollback()
    assert (told(), told()) == (([3], 1), ([3], 0))


def test_a_certificate_counts_while_it_is_valid():
    teaching, person = Teaching(), row(Person)
    for course, holder, more in (
        (0, person, {"issued_on": TODAY - 9 * DAY, "expires_on": TODAY}),
        (0, person, {"issued_on": TODAY - 20 * DAY}),
        (0, person, {"issued_on": TODAY, "expires_on": TODAY - DAY}),
        (0, person, {"issued_on": TODAY, "serial": None}),
        (0, person, {"issued_on": TODAY, "revoked_at": _moment(TODAY)}),
        (0, row(Person), {"issued_on": TODAY}),
        (1, person, {"issued_on": TODAY, "expires_on": TODAY - DAY}),
    ):
        workshop = teaching.workshop(course, TODAY)
        batch = row(CertificateBatch, workshop=workshop)
        told = {"serial": f"S-{batch.id}", "expires_on": None} | more
        row(Certificate, batch=batch, person_id=holder.id, **told)
    # A renewal is of the course that it renews, not of that whose workshop was the refresher.
    earlier = db.session.query(Certificate.id).order_by(Certificate.id).limit(1).scalar()
    other = row(CertificateBatch, workshop=teaching.workshop(1, TODAY), kind="renewal")
    told = {"serial": "S-renewal", "expires_on": None, "issued_on": TODAY - 5 * DAY}
    row(Certificate, batch=other, person_id=person.id, renews_id=earlier, **told)
    assert certified_in(person.id, TODAY) == {teaching.courses[0].public_id: TODAY - 5 * DAY}
    assert certified_in(None, TODAY) == {}
