"""Skills are granted by somebody else, on what can be checked, and stay in the history."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from kash.accounts.models import Account
from kash.accounts.services.accounts import set_roles
from kash.certificates.models import TrainerSkill
from kash.certificates.skills.queries import MatrixFilter, advise, matrix, trainers_of
from kash.certificates.skills.rules import Level
from kash.certificates.skills.services import defer, end_skill, grant
from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from kash.platform.web.errors import NotFound
from kash.policy import Role
from kash.training.models import Course
from kash.workshops.models import Facilitator, Workshop
from kash.workshops.queries.workshops import Load, loads
from kash.workshops.services.planning import change_workshop
from kash.workshops.team_advice import TeamAdvice, TeamQuestion
from tests.refusals import refuses
from tests.workshops.conftest import details


def test_nobody_grants_or_ends_her_own_skill_whatever_other_roles_she_has(team, actor):
    both = actor("director", "trainer", name="Both")
    with refuses("This is about yourself:"):
        grant(both.public_id, team.skill("lead"), by=both)
    held = team.grant(both, "lead")
    db.session.rollback()
    with refuses("This is about yourself:"):
        end_skill(both.public_id, held, "I want to", by=both)
    with refuses("This is about yourself:"):
        defer(both.public_id, team.course, "I want to", by=both)
    assert team.rows(both) == [("lead", "", "")]


def test_a_skill_is_a_trainers_in_a_course_that_is_there_since_a_day_that_was(team):
    with refuses("This account is no trainer's, or it is closed."):
        grant(team.director.public_id, team.skill(), by=team.atieno)
    with pytest.raises(NotFound):
        grant("0" * 16, team.skill(), by=team.director)
    for refused, changes in (
        ("Choose a course from the list.", {"course": "0" * 16}),
        ("This day is still to come.", {"since": team.today + timedelta(days=1)}),
    ):
        with refuses(refused):
            team.grant(team.juma, **changes)
    with refuses("Fewer than two workshops"):
        team.grant(team.juma, evidence="taught")
    with refuses("No certificate of this course"):
        team.grant(team.juma, evidence="certificate", note="")
    assert team.rows(team.juma) == []


@pytest.mark.any_engine
def test_another_level_takes_the_place_of_the_last_and_what_was_stays_with_its_reason(
    both_engines_app, team
):
    team.grant(team.juma, "observe")
    held = team.grant(team.juma, "co_teach")
    with refuses("Noted already"):
        team.grant(team.juma, "co_teach")
    db.session.rollback()
    end_skill(team.juma.public_id, held, "Moved to another town", by=team.director)
    db.session.rollback()
    with refuses("This was ended already."):
        end_skill(team.juma.public_id, held, "Again", by=team.director)
    assert team.rows(team.juma) == [
        ("observe", "replaced", ""),
        ("co_teach", "ended", "Moved to another town"),
    ]
    actions = [row[0] for row in db.session.query(AuditEntry.action)]
    assert [actions.count(f"skills.{done}") for done in ("granted", "ended")] == [2, 1]


def test_what_was_taught_is_kept_as_the_proof_with_its_workshops(team):
    workshops = [team.plan(ago, team.atieno, team.juma) for ago in (30, 20)]
    team.grant(team.juma, "lead", evidence="taught", note="")
    kept = db.session.query(TrainerSkill).one()
    assert sorted(kept.workshops) == sorted(workshops)


@pytest.mark.any_engine
def test_adding_oneself_to_what_others_taught_proves_nothing(both_engines_app, team):
    made = team.plan(30, team.atieno)
    db.session.rollback()
    row = db.session.query(Workshop).filter_by(public_id=made).one()
    db.session.add(Facilitator(workshop_id=row.id, account_id=team.juma.account_id))
    db.session.commit()
    team.plan(20, team.atieno, team.juma, confirmed=False)
    team.plan(-1, team.atieno, team.juma)
    assert (team.titles(team.atieno), team.titles(team.juma)) == (1, 0)


def test_whoever_co_taught_twice_is_suggested_until_somebody_has_decided(both_engines_app, team):
    team.plan(30, team.atieno, team.juma)
    assert team.suggested() == []
    team.plan(20, team.atieno, team.juma)
    team.grant(team.atieno, "lead")
    assert team.suggested() == [("Juma", 2)]
    db.session.rollback()
    defer(team.juma.public_id, team.course, "Once more beside somebody", by=team.director)
    assert team.suggested() == []


def test_a_decision_counts_anew_only_what_is_taught_after_it(team):
    team.plan(30, team.atieno, team.juma)
    team.plan(20, team.atieno, team.juma)
    team.grant(team.juma, "co_teach", since=team.today - timedelta(days=25))
    team.grant(team.atieno, "lead")
    assert team.suggested() == []
    team.plan(10, team.atieno, team.juma)
    assert team.suggested() == [("Juma", 2)]


def test_skills_end_with_the_role_and_a_closed_account_is_nobody_to_ask(team, actor):
    team.grant(team.juma, "lead")
    team.grant(team.atieno, "co_teach")
    db.session.rollback()
    set_roles(actor("administrator"), team.juma.public_id, [Role.MONITORING])
    assert team.rows(team.juma) == [("lead", "left", "")]
    db.session.execute(
        update(Account).where(Account.id == team.atieno.account_id).values(active=False)
    )
    db.session.commit()
    assert trainers_of(team.course) == []
    assert team.rows(team.atieno) == [("co_teach", "", "")]


def test_a_team_is_told_what_it_lacks_and_the_least_busy_who_may_lead_first(
    both_engines_app, team, actor
):
    busy, free = actor("trainer", name="Busy"), actor("trainer", name="Free")
    day = team.today + timedelta(days=10)
    asked = TeamQuestion(team.course_id, [team.atieno.public_id], team.atieno.public_id, day, day)
    db.session.rollback()
    assert (advise(asked).warnings, bool(advise(asked).told)) == ((), True)
    for one, level in ((team.atieno, "co_teach"), (busy, "lead"), (free, "lead")):
        team.grant(one, level)
    team.plan(-10, busy, confirmed=False)
    found = advise(asked)
    assert found.warnings == [
        "Atieno may co-teach this course but not lead it.",
        "Nobody on the team may lead this course.",
    ]
    assert [one.name for one in found.to_ask] == ["Free", "Busy"]
    assert loads(day, day) == {busy.public_id: Load(1, 0)}
    both = [team.atieno.public_id, free.public_id]
    there = advise(TeamQuestion(team.course_id, both, team.atieno.public_id, day, day))
    assert there.warnings == ["Atieno may co-teach this course but not lead it."]
    assert (there.to_ask[0].name, there.to_ask[0].free) == ("Free", "teaches here already")
    led = TeamQuestion(team.course_id, [free.public_id], free.public_id, day, day)
    assert advise(led) == TeamAdvice()


def test_whoever_is_named_to_lead_leads_and_teaches(team):
    made = team.plan(-5, team.atieno, team.juma, confirmed=False)

    def leads() -> list[tuple[int, bool]]:
        db.session.rollback()
        workshop = db.session.query(Workshop).filter_by(public_id=made).one()
        return sorted((one.account_id, one.lead) for one in workshop.facilitators)

    day = team.today + timedelta(days=5)
    for named, expected in ((team.juma.public_id, team.juma), ("", team.juma)):
        change_workshop(
            made,
            details(starts_on=day, ends_on=day, facilitators=[team.atieno.public_id], lead=named)
            if named
            else details(
                starts_on=day,
                ends_on=day,
                facilitators=[team.atieno.public_id, team.juma.public_id],
            ),
            db.session.query(Workshop).filter_by(public_id=made).one().row_version,
            team.atieno,
        )
        assert (expected.account_id, True) in leads()
        assert len(leads()) == 2


def test_the_table_costs_two_queries_however_many_trainers_there_are(team, actor, count_queries):
    team.grant(team.juma, "lead")
    counted = []
    for _ in range(2):
        with count_queries() as queries:
            shown = matrix(MatrixFilter())
        counted.append(queries.count)
        for number in range(3):
            actor("trainer", name=f"Trainer {number}")
    assert counted == [2, 2]
    rows = {one.name: dict(one.levels) for one in shown.rows}
    assert rows["Juma"] == {team.course: Level.LEAD}
    assert [one.name for one in matrix(MatrixFilter(level="lead")).rows] == ["Juma"]
    assert "Juma" not in [one.name for one in matrix(MatrixFilter(level="none")).rows]
    assert db.session.query(Course).count() == len(shown.courses)
