"""Loading the sample programme, from its first account to its last meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kash.accounts.services.asking import ask_to_invite
from kash.accounts.services.invitations import invite
from kash.archive.services import ArchiveWish, ask_for_archive
from kash.coverage.queries.goals import Goal
from kash.coverage.services.goals import set_goal
from kash.demo.accounts import ACCOUNTS, ADMINISTRATOR, DIRECTOR, TRAINER
from kash.demo.availability import say_who_is_away
from kash.demo.batches import make_batches
from kash.demo.budgets import write_budgets
from kash.demo.casework import CaseWork, work_on_cases
from kash.demo.clashing import plan_what_clashes
from kash.demo.connecting import collect_attendance, connect
from kash.demo.contacts import ask_for_contacts, ask_to_erase
from kash.demo.courses import write_courses
from kash.demo.curriculum import WORKING_TOGETHER
from kash.demo.earlier import bring_earlier_trainings
from kash.demo.evaluations import evaluate_workshops
from kash.demo.figure_plans import propose_next_figures
from kash.demo.figures import add_figures
from kash.demo.follow_up import follow_up
from kash.demo.forum import hold_forum
from kash.demo.funders import tie_the_funder
from kash.demo.lists import leave_a_list_waiting
from kash.demo.members import SampleMember, add_members, put_on_duty
from kash.demo.opening import ProgrammeNotEmpty, open_accounts, programme_is_empty, set_up, settle
from kash.demo.participants import add_people, find_a_minor
from kash.demo.payouts import pay_out
from kash.demo.phones import send_from_the_door
from kash.demo.programs import let_programs_in
from kash.demo.quarters import propose_a_quarter
from kash.demo.questions import hold_tests, write_questions
from kash.demo.renewals import hold_the_first, hold_the_second
from kash.demo.reporting import write_the_report
from kash.demo.safety import keep_safe
from kash.demo.series import plan_meetings
from kash.demo.services import add_services
from kash.demo.settings import COUNTY, set_up_areas, set_up_the_rest
from kash.demo.sign_ups import leave_names_waiting
from kash.demo.skills import grant_skills
from kash.demo.stating import state_figures
from kash.demo.stories import tell_stories
from kash.demo.targets import set_targets
from kash.demo.told import tell_people
from kash.demo.tracks import make_tracks
from kash.demo.vault import record_incidents
from kash.demo.workshops import run_workshops
from kash.people.models import Person
from kash.people.services.duplicates import sweep
from kash.platform.database import db, utc_now
from kash.platform.jobs import SILENT
from kash.platform.vault import audited
from kash.policy import SYSTEM, Actor, Role
from kash.training.models import Course, CourseVersion
from kash.training.services.bringing import bring_library
from kash.training.starting_library import library
from kash.workshops.models import Enrolment, Workshop


@dataclass(frozen=True)
class LoadedProgramme:
    """Public ids of what the papers show: workshops and meetings are in the order of time."""

    actors: dict[str, Actor]
    workshops: list[str]
    batches: list[str]
    forum: str
    meetings: list[str]
    members: list[SampleMember]
    incidents: list[str]
    work: CaseWork


def load_programme(password: str, today: date) -> LoadedProgramme:
    """Load the sample as of `today`. Raises ProgrammeNotEmpty and WeakPassword."""
    if not programme_is_empty():
        raise ProgrammeNotEmpty
    administrator = set_up(password)
    actors = {ADMINISTRATOR.key: administrator}
    open_accounts(actors, [one for one in ACCOUNTS if not one.person], password)
    areas = set_up_areas(actors)
    people = add_people(actors, today)
    open_accounts(actors, [one for one in ACCOUNTS if one.person], password, people)
    invite(
        administrator,
        name="Mgeni Kigezo",
        email="newcomer@demo.example",
        roles=[Role.TRAINER],
        language="sw",
    )
    settle(utc_now())
    ask_to_invite(
        administrator,
        name="Mlinzi Mgeni",
        email="custodian2@demo.example",
        roles=[Role.CUSTODIAN],
        language="sw",
        reason="We need a second custodian, so that no identity hangs on one person. I met her at"
        " the office.",
    )
    add_services(actors, today)
    members = add_members(actors)
    put_on_duty(actors)
    incidents = record_incidents(actors, members, utc_now())
    add_figures(actors, members, today)
    leave_a_list_waiting(actors)
    connect(actors, today)
    bring_earlier_trainings(actors[TRAINER.key])
    let_programs_in(actors, today)
    courses = write_courses(actors)
    bring_library(library(), by=actors[TRAINER.key])
    for version in courses.values():
        write_questions(actors, version)
    hold_the_first(actors, people, courses, today)
    hold_the_second(actors, people, courses, today)
    workshops = run_workshops(actors, people, courses, today)
    leave_names_waiting(actors, workshops[5])
    hold_tests(actors, workshops)
    send_from_the_door(actors, workshops[4])
    collect_attendance(actors)
    evaluate_workshops(actors, workshops, today)
    tie_the_funder(actors)
    batches = make_batches(actors, workshops, today)
    pay_out(actors, workshops)
    _set_on_a_track(actors, workshops[0], today)
    grant_skills(actors, today)
    forum, meetings = hold_forum(actors, people, today)
    plan_meetings(forum, today, actors[TRAINER.key])
    follow_up(actors, forum, meetings, workshops, today)
    work = work_on_cases(actors, members, incidents, workshops, meetings, utc_now())
    tell_stories(members, incidents)
    ask_for_contacts(actors)
    ask_to_erase(actors)
    set_up_the_rest(actors, areas, forum)
    tell_people(actors)
    say_who_is_away(actors, today)
    write_budgets(actors, workshops[0], workshops[-1])
    set_targets(actors, today)
    set_goal(Goal(area=areas[COUNTY]), by=actors[DIRECTOR.key])
    plan_what_clashes(actors, people, courses, today)
    find_a_minor(people, actors)
    sweep(SILENT)
    propose_a_quarter(actors, courses[WORKING_TOGETHER.name], today)
    propose_next_figures(actors, today)
    write_the_report(actors, state_figures(actors, today))
    keep_safe(actors, today)
    ask_for_archive(
        ArchiveWish("The programme moves to a machine of its own in the new year."),
        by=administrator,
    )
    with audited("demo.sample_loaded", SYSTEM) as change:
        change.about("demo")
    return LoadedProgramme(actors, workshops, batches, forum, meetings, members, incidents, work)


def _set_on_a_track(actors: dict[str, Actor], workshop: str, today: date) -> None:
    """Put whoever came to a workshop on the track to becoming a peer educator."""
    rows = db.session.execute(
        select(Person.public_id, Course.public_id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(Workshop, Workshop.id == Enrolment.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Workshop.public_id == workshop, Enrolment.state == "confirmed", ~Person.minor)
        .order_by(Person.id)
    ).all()
    make_tracks(actors, rows[0][1], [row[0] for row in rows], today)
