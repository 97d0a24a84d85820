"""Acts of the sample that entries of its data call by name, where one service alone does not do:
its arguments are told only by what is there already, or there are very many.

Each writes through services, as people do it. Services that share their name with another are
imported under a name of their own, by which entries call them.
"""

from __future__ import annotations

import itertools
import json
import random
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import select, update

from kash.accounts.models import Account
from kash.accounts.services.accounts import change_settings
from kash.assessments.evaluations.models import EvaluationForm
from kash.assessments.evaluations.services import add_form as add_evaluation
from kash.assessments.evaluations.services import close_form, enter_sheet, open_form, take_answer
from kash.assessments.queries.bank import bank_of
from kash.assessments.queries.tests import one_test, participants, practice_asked, questions_of
from kash.assessments.rules.bank import BankQuestion, true_false
from kash.assessments.rules.results import NOT_SURE, Moment, Often, Option, QuestionKind, Teller
from kash.assessments.services.bank import add_question
from kash.assessments.services.tests import (
    Entered,
    Telling,
    enter_answers,
    make_test,
    open_for_phones,
    tell_practice,
)
from kash.attendance import scans
from kash.attendance.models import RosterEntry, Slot
from kash.attendance.queries.pads import credential, roster_given
from kash.attendance.queries.registers import SlotSheet, counts_of, grid, slot_of, slot_sheet
from kash.attendance.queries.sheets import PrintedSheet, printed_sheets
from kash.attendance.rules.marking import Edge, Operation
from kash.attendance.rules.pads import OpenedItem, OperationKind, SheetChoice, read_operation
from kash.attendance.rules.registers import PAPER
from kash.attendance.services.marking import apply_marks, close_slot, set_times
from kash.attendance.services.pads import receive, take_pad
from kash.attendance.services.registers import confirm_slot, correct_mark
from kash.attendance.services.sheets import (
    keep_scans,
    record_sheets,
    save_reading,
    settle_difference,
)
from kash.certificates.models import Certificate, CertificateBatch, Design
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.issuing import Unasked
from kash.certificates.services.certificates import propose_correction, propose_renewals
from kash.certificates.services.designs import (
    allow_on_design,
    keep_mark,
    keep_signature,
    put_into_use,
    put_picture,
)
from kash.certificates.services.issuing import approve as approve_batch
from kash.certificates.services.issuing import confirm_names, issue
from kash.certificates.services.issuing import propose as propose_batch
from kash.certificates.services.issuing import set_rule as set_certificate_rule
from kash.certificates.skills.services import defer as defer_skill
from kash.certificates.tracks.models import TrackVersion
from kash.certificates.tracks.rules.standing import Observed, VisitKind, checklist_from_json
from kash.certificates.tracks.services.tracks import ask_for as ask_for_track
from kash.certificates.tracks.services.tracks import enrol_all
from kash.certificates.tracks.services.tracks import propose as propose_track
from kash.certificates.tracks.services.tracks import publish as publish_track
from kash.certificates.tracks.services.tracks import start_version as start_track_version
from kash.certificates.tracks.services.tracks import write_version as write_track_version
from kash.certificates.tracks.services.visits import VisitDetails, enter_visit
from kash.certificates.tracks.services.visits import enter as see_together
from kash.desk.demo import papers
from kash.desk.demo.opening import SampleProgramme, add_members, open_accounts
from kash.desk.logo import prepared_logo
from kash.exchange.dhis2.models import Push, PushedValue
from kash.exchange.funder_reports.queries import report
from kash.exchange.funder_reports.rules import ReportSection
from kash.exchange.funder_reports.services import (
    ReportDetails,
    approve_report,
    begin_report,
    propose_report,
)
from kash.exchange.funder_reports.services import write_report as save_report
from kash.exchange.history.services import bring_in as bring_in_trainings
from kash.exchange.history.services import look_through
from kash.exchange.kobo.services import add_form as add_kobo_form
from kash.figures.funders.services import ask_to_tie
from kash.figures.indicators.rules import quarter_holding
from kash.figures.releases.models import Release, ReleaseNote, ReleasePlan
from kash.figures.releases.rules.proposing import propose as propose_tables
from kash.figures.releases.rules.tables import (
    KNOWN,
    YearPlan,
    digest_of,
    last_days,
    tables_as_json,
    windows_as_json,
    windows_of,
)
from kash.figures.releases.services import Ledger, PlanDetails, propose_plan, save_ledger
from kash.figures.statements.queries import statement as statement_of
from kash.figures.statements.services import approve as approve_statement
from kash.figures.statements.services import freeze
from kash.figures.statements.services import propose as propose_statement
from kash.figures.statements.services import send as send_statement
from kash.forums.models import AgendaItem, ForumMember, Meeting
from kash.forums.rules.meetings import TimeThere
from kash.forums.rules.merging import TypedMinutesRow, WrittenItem
from kash.forums.rules.minutes import MinutesOperation
from kash.forums.services.agenda import add_item, order_items
from kash.forums.services.decisions import add_note, hand_over
from kash.forums.services.decisions import note_decision as note_votes
from kash.forums.services.live_minutes import apply_minutes_operation
from kash.forums.services.meetings import hold_meeting as end_meeting
from kash.forums.services.meetings import plan_meeting
from kash.forums.services.minutes import write_item
from kash.forums.services.presence import add_guest
from kash.forums.services.presence import set_times as set_times_there
from kash.forums.services.series import add_member as add_forum_member
from kash.forums.services.series import open_forum
from kash.forums.services.withdrawals import withdraw as withdraw_name
from kash.forums.stories.queries import stories_told
from kash.forums.stories.rules import FUNDERS
from kash.money.budget.services import add_line as add_budget_line
from kash.money.payouts.models import PayoutList
from kash.money.payouts.queries.claims import draft, table_for
from kash.money.payouts.queries.payments import lines_of, reversal_of, reversals_of
from kash.money.payouts.rules import PaymentState, written_amount
from kash.money.payouts.services.claims import Chosen, choose_bands
from kash.money.payouts.services.claims import settle as settle_claim
from kash.money.payouts.services.payments import (
    Note,
    approve_reversal,
    note_payment,
    open_numbers,
    pay_in_cash,
    take_results,
    turn_back,
)
from kash.money.payouts.services.payments import approve as approve_payout
from kash.money.payouts.services.payments import propose as propose_payout
from kash.people.connections.queries import connection
from kash.people.connections.services import agree_to_connection, switch_on
from kash.people.lists.services import (
    OUT,
    bring_in,
    choose,
    confirm_list,
    people_list,
    preview_list,
)
from kash.people.models import Group, Person, Venue
from kash.people.notices.services import ask_for_call
from kash.people.queries.persons import closed_people
from kash.people.services.contacts import ask_for_contact, show_contact
from kash.people.services.merging import sweep
from kash.people.services.persons import record_consent
from kash.planning.quarters.queries import lines_of as lines_of_quarter
from kash.planning.quarters.queries import proposal
from kash.planning.quarters.rules import quarter_of
from kash.planning.quarters.services import (
    FixedPlace,
    PlacesWanted,
    ProposalDetails,
    add_workshops,
    fix_as_it_is,
    fix_line,
    make_proposal,
)
from kash.planning.series.rules import OnHoliday, Pattern, Repeats
from kash.planning.series.services import MeetingHours, dates_after, repeat_meetings
from kash.platform import storage
from kash.platform.database import Base, db, new_public_id, utc_now, writing
from kash.platform.jobs import SILENT
from kash.platform.messages.outbox import claim_some
from kash.platform.messages.outbox import settle as settle_messages
from kash.platform.messages.reports import Report, take_report
from kash.platform.messages.states import Tried, TryOutcome
from kash.platform.press import PagedDocument, document
from kash.platform.vault import audited
from kash.platform.vault.phones import new_pair
from kash.platform.web.formats import from_local, to_local
from kash.platform.web.pictures import prepared_picture, prepared_signature
from kash.platform.web.programme import CONTACT_LOOKS
from kash.policy import Actor
from kash.training.queries import objectives_of, tree_of, version_with_plans
from kash.training.rules.courses import KINDS, CourseNode, FieldText, Key
from kash.training.rules.versions import fingerprint
from kash.training.services.course_files import (
    attach_file,
    bring_library,
    fill_draft,
    start_version,
    translate,
)
from kash.training.services.courses import add_course, write_words
from kash.training.services.courses import propose as propose_course
from kash.training.services.courses import publish as publish_course
from kash.training.starting_library import library
from kash.workshops.holidays.rules import is_public_holiday
from kash.workshops.invitations.models import SignUpLink, Typed
from kash.workshops.invitations.services import SignUpLinkMade, put_down
from kash.workshops.models import Enrolment, Funder, Workshop, WorkshopSession
from kash.workshops.queries import scope
from kash.workshops.queries.deliveries import TaughtSession, taught_sessions
from kash.workshops.queries.plan import sessions_of
from kash.workshops.rules import EnrolmentState, LeftOutReason, Reached
from kash.workshops.services.people import change_enrolment, enrol
from kash.workshops.services.planning import WorkshopDetails, cancel_workshop, plan_workshop
from kash.workshops.services.sessions import (
    FunderShare,
    SessionDetails,
    TaughtRecord,
    add_session,
    record_session,
    remove_session,
    share_costs,
)
from kash.workshops.views.closing import sheet_columns

# --- Finding ---------------------------------------------------------------------------------


_Row = TypeVar("_Row", bound=Base)


def _row(kind: type[_Row], public_id: str) -> _Row:
    return db.session.scalars(select(kind).filter_by(public_id=public_id)).one()


def _people(*, police: bool) -> list[str]:
    """Public ids of the people of a group, as they came."""
    rows = select(Person.public_id).join(Person.group).where(Group.is_police == police)
    return list(db.session.scalars(rows.order_by(Person.id)))


def _sheet(register_id: int, slot: str) -> SlotSheet:
    return slot_sheet(register_id, slot_of(register_id, slot))


def _mark(sheet: SlotSheet, entry: str, status: str, version: int, **more: Any) -> Operation:
    more = {"device_time": sheet.slot.starts_at + timedelta(minutes=10), **more}
    return Operation(new_public_id(), sheet.slot.public_id, entry, status, version, **more)


# --- Accounts and people ---------------------------------------------------------------------


def settle_accounts() -> None:
    """Let the accounts have been here for a while."""
    with writing() as session:
        session.execute(update(Account).values(settled_at=utc_now() - timedelta(days=100)))


def bring_list(
    sample: SampleProgramme,
    group: str,
    file_name: str,
    text: str,
    by: Actor,
    left_out: Sequence[int] = (),
    confirmed: bool = False,
) -> None:
    """Bring in a list, in whose text `{-90}` is the day 90 days ago; leave rows out, or confirm."""
    for word in text.split("{")[1:]:
        days = word.partition("}")[0]
        text = text.replace(f"{{{days}}}", str(sample.today + timedelta(days=int(days))))
    brought = bring_in(text.encode(), file_name, group, by)
    if left_out:
        choose(brought, lambda choices: choices.decisions.update(dict.fromkeys(left_out, OUT)), by)
    if confirmed:
        people = people_list(by, brought)
        preview, _choices = preview_list(people, by)
        confirm_list(people, preview.digest, by)


def record_consents(refused: Mapping[str, Collection[str]], by: Actor) -> None:
    """Record what everybody agreed to, but for those who refused it, by their names. Of a funder
    only these were asked."""
    people = db.session.execute(select(Person.public_id, Person.chosen_name).order_by(Person.id))
    for public_id, name in people.all():
        for purpose in ("contact", "printed_name", "funder"):
            if name in refused.get(purpose, ()):
                record_consent(public_id, purpose, "refused", by)
            elif purpose != "funder":
                record_consent(public_id, purpose, "given", by)


def look_for_duplicates() -> None:
    """Look for people who may be here twice."""
    sweep(SILENT)


def ask_to_see_closed(count: int, reason: str, by: Actor) -> str:
    """Ask to see contacts that are closed to somebody; the request."""
    closed = [person.person for person in closed_people(by, scope.people_of(by))]
    db.session.rollback()
    return ask_for_contact(closed[:count], reason, by)


def look_often(person: str, reason: str, by: Actor) -> None:
    """Look at a phone as often as is usual in a day, then seven times more with a reason."""
    for look in range(CONTACT_LOOKS.usual + 7):
        said = reason if look >= CONTACT_LOOKS.usual else ""
        show_contact(person, "phone", by, reason=said)


def call_people(people: int, by: Actor) -> None:
    """Ask some people for a call, and have that come to all that can come of it."""
    theirs = select(Person.public_id).where(Person.created_by == by.public_id).order_by(Person.id)
    for person in db.session.scalars(theirs.limit(people)).all():
        ask_for_call(person, by=by)
    outcomes = [Tried(TryOutcome.UNKNOWN, "no_answer"), Tried(TryOutcome.REFUSED, "403")]
    outcomes.append(outcomes[0])
    # Whenever the sample is loaded it is an hour at which nothing has to wait.
    at, number = utc_now() + timedelta(days=1), 0
    while held := claim_some(lambda *_asked: {}, at):
        came = {}
        for message in held.messages:
            arrived = Tried(TryOutcome.ACCEPTED, gateway_id=f"sample-{number}")
            came[message.id] = outcomes[number] if number < len(outcomes) else arrived
            number += 1
        settle_messages(held.name, came, utc_now())
    for arrived_at in range(len(outcomes), number - 2):
        take_report(Report(f"sample-{arrived_at}", "Success"), utc_now())


# --- Other systems ---------------------------------------------------------------------------


def open_connection(public_id: str, agreed: Actor, by: Actor) -> None:
    """Have somebody agree to a connection, and switch it on."""
    agree_to_connection(public_id, connection(public_id).row_version, by=agreed)
    switch_on(public_id, connection(public_id).row_version, by=by)


def keep_push(
    sample: SampleProgramme,
    of: str,
    org_unit: str,
    values: Sequence[tuple[str, int, str]],
    refusal: tuple[str, str],
    by: Actor,
) -> None:
    """Keep a push of the last year: figures, their values and what came of each."""
    with audited("dhis.push_asked", by) as change:
        push = Push(
            connection_id=connection(of).id,
            period=f"{sample.today.year - 1}Q4",
            state="done",
            asked_by=by.public_id,
            asked_at=change.now,
            done_at=change.now,
        )
        for number, (figure, value, outcome) in enumerate(values):
            code, sentence = refusal if outcome == "refused" else ("", "")
            pushed = PushedValue(
                data_element=f"kashSample{number}", option_combo="", attribute_combo=""
            )
            pushed.org_unit, pushed.figure, pushed.value = org_unit, figure, value
            pushed.outcome, pushed.code, pushed.sentence = outcome, code, sentence
            push.values.append(pushed)
        change.session.add(push)
        change.session.flush()
        change.about(of, push.public_id)


def bring_earlier_trainings(group: str, text: str, by: Actor) -> None:
    """Bring in trainings of before, as they are shown."""
    bring_in_trainings(text, group, look_through(text, group, by).digest, {}, by)


def write_report(statement: str, texts: Mapping[str, str], approved: Actor, by: Actor) -> None:
    """Write the report on a statement, with one story, propose and approve it."""
    stories = [story.public_id for story in stories_told(1, FUNDERS)]
    db.session.rollback()
    public_id = begin_report(statement, by=by)
    begun = report(public_id, by)
    details = ReportDetails(begun.title, "en", [str(one) for one in ReportSection], texts, stories)
    version = begun.row_version
    db.session.rollback()
    save_report(public_id, details, version, by=by)
    propose_report(public_id, version + 1, by=by)
    digest = report(public_id, by).digest
    db.session.rollback()
    approve_report(public_id, digest, by=approved)


# --- Courses and questions -------------------------------------------------------------------


def write_course(
    name: str,
    audience: str,
    level: str,
    language: str,
    public_title: str,
    modules: Sequence[Mapping[str, Any]],
    summary: str,
    days: int,
    group_least: int,
    group_most: int,
    by: Actor,
) -> None:
    """Add a course with one version, which is a draft."""
    _course, version = add_course(
        name, audience, level, public_title=public_title, language=language, by=by
    )
    told = {"public_title": public_title, "summary": summary, "days": days}
    told |= {"group_least": group_least, "group_most": group_most}
    children = [
        _node("module", [_session(plan) for plan in module["plans"]], title=module["title"])
        for module in modules
    ]
    fill_draft(version, _node("version", children, lineage="", **told), by=by)


def _session(plan: Mapping[str, Any]) -> CourseNode:
    """A session plan as it stands in the data: with an objective may stand how it is seen, with a
    material how many; without steps the method is one."""
    method = {"minutes": plan["minutes"], "rank": "must", "to_do": plan.get("method", "")}
    rows = [
        *(_node("objective", text=text, seen=seen) for text, seen in _pairs(plan["objectives"])),
        *(_node("step", **step) for step in plan.get("steps", [method])),
        *(_node("key_message", text=text) for text in plan.get("key_messages", ())),
        *(_node("hard_moment", **moment) for moment in plan.get("hard_moments", ())),
    ]
    for text, amount in _pairs(plan.get("materials", ())):
        used = "home" if text.startswith("Pocket card") else "room"
        rows.append(_node("material", text=text, amount=amount, used=used))
    return _node("plan", rows, **{name: value for name, value in plan.items() if value})


def _pairs(lines: Sequence[Any]) -> list[tuple[str, str]]:
    return [(line, "") if isinstance(line, str) else tuple(line) for line in lines]


def _node(kind: str, rows: Sequence[CourseNode] = (), /, **told: Any) -> CourseNode:
    fields = {field.name: told.get(field.name, field.empty) for field in KINDS[kind]}
    lineage = told["lineage"] if "lineage" in told else new_public_id()
    return CourseNode(kind, lineage, fields, children=tuple(rows))


def attach_handout(version: str, title: str, language: str, html: str, by: Actor) -> None:
    """Give the first material that goes home its file."""
    plan, row = next(
        (plan.public_id, row.public_id)
        for module in version_with_plans(version).modules
        for plan in module.plans
        for row in plan.of("material")
        if row.used == "home"
    )
    paper = PagedDocument(html=html, title=title, language=language, kind="handout")
    attach_file(version, plan, row, document(paper), by=by)


def revise_draft(
    version: str,
    plan: str,
    minutes: int,
    without: str,
    step: str,
    step_minutes: int,
    to_do: str,
    by: Actor,
) -> None:
    """Go on writing a draft: in one session its first step is longer and says something else, and
    a material is missing; the last module comes before the one that it followed."""

    def revise(node: CourseNode) -> CourseNode:
        if node.kind == "step" and node["method"] == step and node["minutes"] == 10:
            return replace(node, fields={**node.fields, "minutes": step_minutes, "to_do": to_do})
        below = tuple(revise(child) for child in node.children)
        if node.kind == "plan" and node["title"] == plan:
            below = tuple(child for child in below if child.text != without)
            return replace(node, fields={**node.fields, "minutes": minutes}, children=below)
        return replace(node, children=below)

    revised = revise(tree_of(version_with_plans(version)))
    *first, last_but_one, last = revised.children
    fill_draft(version, replace(revised, children=(*first, last, last_but_one)), by)


def begin_translation(version: str, language: str, words: Mapping[str, str], by: Actor) -> None:
    """Begin a translation, with words for the first title of some kinds."""
    translation = translate(version, language, by)
    left, worded = dict(words), dict[Key, dict[str, FieldText]]()
    for node in tree_of(version_with_plans(version)).walk():
        if node.kind in left:
            name = node.declared.fields[0].name
            text = FieldText(left.pop(node.kind), fingerprint(node[name]))
            worded[node.key] = {name: text}
    write_words(translation, worded, 1, by=by)


def bring_starting_library(by: Actor) -> None:
    """Bring in the courses with which every programme may begin."""
    bring_library(library(), by=by)


def write_questions(
    versions: Sequence[str], questions: Sequence[Mapping[str, Any]], by: Actor
) -> None:
    """Write questions of the courses of some versions, in their language first, tied to their
    objectives."""
    for public_id in versions:
        version = version_with_plans(public_id)
        course, language = version.course.public_id, version.language
        objectives = objectives_of(course, language)
        for row in questions:
            about = (
                one.lineage for one in objectives if "about" in row and row["about"] in one.text
            )
            question = replace(_question(row), objective=next(about, ""), language=language)
            add_question(course, question, by)


def _question(row: Mapping[str, Any]) -> BankQuestion:
    options = tuple(
        Option(key, right, {"en": english, "sw": swahili})
        for key, (english, swahili, right) in zip("abcd", row.get("options", ()), strict=False)
    )
    kind = QuestionKind(row["kind"])
    if kind is QuestionKind.TRUE_FALSE:
        options = true_false(row["right"])
    return BankQuestion(kind, "en", {"en": row["en"], "sw": row["sw"]}, options)


def _dice(sample: SampleProgramme) -> random.Random:
    dice: random.Random = sample.named.setdefault("dice of tests", random.Random(7))
    return dice


def _test(workshop: str, moment: Moment, by: Actor) -> str:
    course = _row(Workshop, workshop).version.course
    return make_test(workshop, moment, [row.public_id for row in bank_of(course)], by)


def hold_test(
    sample: SampleProgramme,
    workshop: str,
    moment: Moment,
    knows: float,
    by: Actor,
    late: int = 0,
    gone: int = 0,
) -> None:
    """Test the people of a workshop, of whom this share knows an answer. The first come too late,
    the last have gone."""
    test = _test(workshop, moment, by)
    found = _row(Workshop, workshop)
    asked = questions_of(one_test(found, test))
    people = participants(found)
    entered = [
        Entered(person.person, question.public_id, _chosen(_dice(sample), value, knows))
        for person in people[late : len(people) - gone]
        for question, value in asked
    ]
    enter_answers(workshop, test, entered, "paper", by)


def _chosen(dice: random.Random, question: BankQuestion, knows: float) -> tuple[str, ...]:
    if question.kind is QuestionKind.SCALE:
        return (str(min(5, max(1, round(dice.gauss(1 + 4 * knows, 1))))),)
    if dice.random() < knows:
        return tuple(sorted(question.right))
    if dice.random() < 0.4:
        return (NOT_SURE,)
    return (dice.choice([key for key in question.keys if key not in question.right]),)


def tell_what_is_practised(
    sample: SampleProgramme, workshop: str, people: int, peers_say: str, by: Actor
) -> None:
    """Have some tell about practice themselves, and peers and the mentor about others."""
    found = _row(Workshop, workshop)
    asked = list(practice_asked(found))
    tellers = (Teller.HERSELF, Teller.HERSELF, Teller.PEER, Teller.MENTOR)
    for number, person in enumerate(participants(found)[:people]):
        teller = tellers[number % len(tellers)]
        often = {objective: _dice(sample).choice(list(Often)) for objective in asked}
        words = peers_say if teller is Teller.PEER else ""
        tell_practice(workshop, person.entry, Telling(teller, often, words), by=by)


def open_test(workshop: str, by: Actor) -> None:
    """Open the test before a workshop for phones, for a day."""
    open_for_phones(workshop, _test(workshop, Moment.BEFORE, by), 60 * 24, by)


def evaluate(
    workshop: str,
    answers: Sequence[Sequence[int]],
    by: Actor,
    day: date | None = None,
    comments: Mapping[str, Sequence[str]] | None = None,
    sheet: Sequence[str] = (),
    closed: bool = False,
) -> None:
    """Evaluate a day of a workshop, or all of it: so often each answer was given, the same each
    time; comments by the number of their question; one more sheet on paper."""
    form = add_evaluation(workshop, day, by=by)
    open_form(workshop, form, utc_now() + timedelta(hours=8), asks_group=False, by=by)
    dice = random.Random(20)
    given: list[dict[int, str]] = [{} for _person in range(sum(answers[0]))]
    for question, counts in enumerate(answers):
        keys = [str(step) for step, count in enumerate(counts, 1) for _each in range(count)]
        dice.shuffle(keys)
        for answer, key in zip(given, keys, strict=False):
            answer[question] = key
    for place, texts in (comments or {}).items():
        for answer, text in zip(dice.sample(given, len(texts)), texts, strict=True):
            answer[int(place)] = text
    for answer in given:
        take_answer(form, answer, "", new_public_id())
    if sheet:
        enter_sheet(workshop, form, dict(enumerate(sheet)), "", new_public_id(), by=by)
    if closed:
        close_form(workshop, form, by=by)
        at = from_local(day or _row(Workshop, workshop).ends_on, time(16, 40))
        opened, closes = at - timedelta(minutes=40), at + timedelta(minutes=5)
        this = update(EvaluationForm).where(EvaluationForm.public_id == form)
        with writing() as session:
            session.execute(this.values(opened_at=opened, closes_at=closes, closed_at=at))


# --- Workshops -------------------------------------------------------------------------------


def hold_workshop(
    sample: SampleProgramme,
    version: str,
    details: WorkshopDetails,
    funding: Sequence[FunderShare],
    first: int,
    count: int,
    fate: str,
    dice: int,
    by: Actor,
    reason: str = "",
    listed: bool = True,
) -> str:
    """Plan a workshop, enrol its people, and mark who came; its public id."""
    venues = select(Venue.public_id).where(Venue.name == details.new_venue)
    if known := db.session.scalar(venues):
        details = replace(details, venue=known, new_venue="")
    workshop = plan_workshop(version, details, by)
    row_version = _row(Workshop, workshop).row_version
    share_costs(workshop, funding, row_version, by)
    _enrol(workshop, first, first + count, fate, by)
    if fate == "cancelled":
        cancel_workshop(workshop, reason, by)
    if fate in ("held", "running"):
        closed = _mark_sessions(dice, workshop, by, sample.today)
        _deliver(workshop, closed, by, dice)
        director = sample.actors["director"]
        _confirm_sessions(workshop, closed if fate == "held" else closed[:1], by, director)
        if fate == "running":
            _bring_in_sheets(workshop, by, sample.today)
    if listed:
        sample.workshops.append(workshop)
    return workshop


def _enrol(workshop: str, first: int, last: int, fate: str, by: Actor) -> None:
    """Police and community in turn, so that both find a seat; beyond the seats they wait."""
    police, community = _people(police=True), _people(police=False)
    for pair in zip(police[first:last], community[first:last], strict=True):
        for person in pair:
            enrol(workshop, person, by)
    if fate == "planned":
        for person in (police[last], community[last]):
            enrol(workshop, person, by, EnrolmentState.INVITED)
        _change_enrolment(workshop, police[last], EnrolmentState.DECLINED, by)
    if fate == "held":
        _change_enrolment(workshop, community[last - 1], EnrolmentState.WITHDRAWN, by)


def _change_enrolment(workshop: str, person: str, state: EnrolmentState, by: Actor) -> None:
    of_workshop = Enrolment.workshop_id == scope.workshop(workshop, by).id
    hers = select(Enrolment).where(of_workshop, Enrolment.person.has(public_id=person))
    change_enrolment(workshop, db.session.scalars(hers).one().public_id, state, by)


def _mark_sessions(dice: int, workshop: str, by: Actor, today: date) -> list[str]:
    """Mark the sessions before today, and close each but the last of one that goes on.

    Returns the slots that were closed.
    """
    closed: list[str] = []
    found = scope.workshop(workshop, by)
    register, register_id = found.register.public_id, found.register_id
    goes_on = found.ends_on >= today
    slots = sorted(found.register.slots, key=lambda slot: slot.position)
    past = [slot.public_id for slot in slots if to_local(slot.starts_at).date() < today]
    day = None
    for position, slot in enumerate(past):
        sheet = _sheet(register_id, slot)
        this_day = to_local(sheet.slot.starts_at).date()
        statuses = [
            _status(dice, place, position, this_day != day) for place in range(len(sheet.rows))
        ]
        marks = [
            _mark(sheet, row.entry, status, row.version, device_sequence=place)
            for place, (row, status) in enumerate(zip(sheet.rows, statuses, strict=True))
        ]
        day = this_day
        if goes_on and slot == past[-1]:
            apply_marks(register, marks[: len(marks) // 2], by)
            continue
        if position == 0:
            # Somebody is marked wrongly, and it is put right: so a mark has a history.
            row, right = sheet.rows[0], marks.pop(0).status
            [answer] = apply_marks(register, [_mark(sheet, row.entry, "absent", row.version)], by)
            apply_marks(register, [_mark(sheet, row.entry, right, answer.version)], by)
        close_slot(register, slot, by, marks)
        closed.append(slot)
    return closed


def _status(workshop: int, person: int, slot: int, first_of_day: bool) -> str:
    """How one person was marked in one slot: the same on every day on which the demo is loaded."""
    chance = random.Random(f"{workshop}/{person}/{slot}").random()
    if person % 8 == 3:
        # A few come too seldom to reach the rule.
        return "absent" if chance < 0.55 else "present"
    if person % 9 == 5 and slot in (3, 4, 5):
        return "excused"
    if first_of_day and chance < 0.2:
        return "late"
    if chance > 0.985:
        return "left_early"
    return "absent" if chance < 0.02 else "present"


def _confirm_sessions(workshop: str, slots: Sequence[str], by: Actor, director: Actor) -> None:
    """The director confirms what was closed; of the first somebody is corrected afterwards."""
    found = scope.workshop(workshop, by)
    register, register_id = found.register.public_id, found.register_id
    for slot in slots:
        confirm_slot(register, slot, director)
    for slot in slots[:1]:
        sheet = _sheet(register_id, slot)
        present = next(row for row in sheet.rows if row.status == "present")
        correct_mark(
            register,
            _mark(
                sheet,
                present.entry,
                "late",
                present.version,
                device_time=sheet.slot.starts_at + timedelta(days=1),
                correction="Signed on the sheet with 08:55 beside it.",
            ),
            by,
        )


# Minutes late, and how much longer or shorter it took, of one session after the other.
_CLOCKS = ((5, 10), (0, 5), (3, -5), (10, 15), (2, 0), (0, 20), (4, 5))
_NOTES = (
    "The role play took longer than planned: everybody wanted a turn. Two asked how to reach a"
    " service at night; the card with numbers went round.",
    "Quiet at first, lively after the break. The question box helped.",
    "Power was out until ten. The flip chart was enough.",
)
_NEXT_TIME = (
    "Begin with the role play, and give it a quarter of an hour more.",
    "Print the card of services twice as large.",
)


def _deliver(workshop: str, slots: Collection[str], by: Actor, number: int) -> None:
    """Tell of these slots of a workshop, the one of this number, how they were taught."""
    found = scope.workshop(workshop, by)
    register, sessions = found.register.public_id, taught_sessions(found)
    for place, session in enumerate(one for one in sessions if one.slot in slots):
        late, longer = _CLOCKS[(place + 2 * number) % len(_CLOCKS)]
        begins = session.starts_at + timedelta(minutes=late)
        ends = begins + timedelta(minutes=max(session.minutes + longer, 15))
        set_times(register, session.slot, {Edge.START: begins, Edge.END: ends}, by)
        told = _told(place, session)
        if not told.says_nothing:
            record_session(workshop, session.public_id, told, 0, by)


def _told(number: int, session: TaughtSession) -> TaughtRecord:
    can_go = [timed.step.lineage for timed in session.steps if timed.step["rank"] != "must"]
    left_out: dict[str, tuple[str, str]] = {}
    if can_go and number % 3 == 0:
        left_out[can_go[0]] = (str(LeftOutReason.TIME), "The discussion before it ran on.")
    elif can_go and number % 3 == 1:
        left_out[can_go[-1]] = (str(LeftOutReason.KNOWN), "")
    reached = {row.lineage: str(Reached.REACHED) for row in session.objectives}
    if reached and number % 3 == 0:
        reached[session.objectives[-1].lineage] = str(Reached.PARTLY)
    notes = dict(zip((0, 2, 4), _NOTES, strict=True)).get(number, "")
    next_time = dict(zip((0, 3), _NEXT_TIME, strict=True)).get(number, "")
    return TaughtRecord(left_out, reached, notes, next_time)


def _bring_in_sheets(workshop: str, by: Actor, today: date) -> None:
    """Sheets of the first day: one of each group is entered or waits, and one page is unknown."""
    found = scope.own_workshop(workshop, by, "attendance.mark")
    register, register_id = found.register.public_id, found.register_id
    days = sheet_columns(sessions_of(found), SheetChoice())
    first = min(days)
    if first >= today:
        return
    sheets = printed_sheets(register_id, record_sheets(register, {first: days[first]}, by))
    first_sheet, last_sheet = sheets[0], sheets[-1]
    signed = {sheet.public_id: _signed(register_id, sheet) for sheet in sheets}
    pages = [
        page
        for sheet, torn in ((first_sheet, False), (last_sheet, False), (first_sheet, True))
        for page in scans.pages_of(papers.signed_sheet(sheet, signed[sheet.public_id], torn=torn))
    ]
    keep_scans(register, scans.store(register, pages), by)
    save_reading(register, first_sheet.public_id, signed[first_sheet.public_id], 1, 0, by)
    differing = counts_of(register_id).open
    if len(differing) > 1:
        about = differing[0].difference
        settle_difference(
            register,
            about.slot,
            about.entry,
            PAPER,
            counted=about.counted,
            status=about.status,
            reason="Two people saw her; the sheet came round while she was outside.",
            by=by,
        )


def _signed(register_id: int, sheet: PrintedSheet) -> list[set[int]]:
    """Rows signed in each column: all who are marked there, but for a few in the last closed
    session."""
    marks = grid(register_id)
    closed = {column.public_id for column in marks.columns if column.closed}
    marked = {row.name: row.marks for row in marks.rows}
    columns = dict(enumerate(sheet.columns))
    last = max((at for at, column in columns.items() if set(column.slots) <= closed), default=0)

    def came(name: str, slots: Sequence[str]) -> bool:
        hers = marked.get(name, {})
        statuses = {hers[slot].status for slot in slots if slot in hers}
        return bool(statuses - {"absent", "excused"})

    return [
        {
            at
            for at, column in columns.items()
            if came(row.name, column.slots) and not (at == last and place in (1, 3, 5))
        }
        for place, row in enumerate(sheet.rows)
    ]


def put_names_down(link: SignUpLinkMade, people: Sequence[Typed]) -> None:
    """Put names down by a link: a name, sex and age band each."""
    link_id = _row(SignUpLink, link.public_id).id
    db.session.rollback()
    put_down(link_id, [(new_public_id(), person) for person in people])


_CLOCK_IS_FAST_BY_MS = 260_000


def send_from_the_door(
    workshop: str,
    walk_ins: Sequence[tuple[str, str]],
    counts: Sequence[tuple[str, str, str, int]],
    note: str,
    by: Actor,
) -> None:
    """Take the register of a running workshop along, and send what a morning at a door brings:
    two marks that meet others, one that comes after its register was confirmed, people who walk
    in, a count, a note and signatures."""
    found = scope.workshop(workshop, by)
    planned = sessions_of(found)
    sessions = [session for session in planned if session.marked and not session.closed]
    if not sessions:
        return
    confirmed = [session.slot for session in planned if session.confirmed][:1]
    register, register_id, slot = found.register.public_id, found.register_id, sessions[-1].slot
    rows = _sheet(register_id, slot).rows
    pad_id = take_pad(register, new_pair()[1], "Samsung A10", by)
    at = sessions[-1].starts_at + timedelta(minutes=12, milliseconds=_CLOCK_IS_FAST_BY_MS)
    walked = [{"entry": new_public_id(), "name": name, "age_band": age} for name, age in walk_ins]
    keys = ("letter", "sex", "age_band", "count")
    counted = [dict(zip(keys, row, strict=True)) for row in counts]
    sent: list[tuple[str, dict[str, Any]]] = [
        *(
            ("mark", {"entry": row.entry, "status": "late", "expected_version": 0})
            for row in [row for row in rows if row.version][:2]
            if row.status != "late"
        ),
        *(
            (
                "mark",
                {"slot": slot, "entry": rows[0].entry, "status": "excused", "expected_version": 1},
            )
            for slot in confirmed
        ),
        *(("walk_in", {**row, "letter": "B", "sex": "female"}) for row in walked),
        ("headcount", {"counts": counted, "expected_version": 0}),
        ("note", {"text": note}),
        *(
            ("signature", {"entry": row.entry, "strokes": papers.strokes(number)})
            for number, row in enumerate(rows[:3])
        ),
    ]
    pad = credential(db.session(), pad_id)
    if pad is None:
        return
    items = []
    for sequence, (kind, values) in enumerate(sent, start=1):
        shared = {"kind": kind, "op_id": str(uuid.uuid4()), "slot": slot, "at": at.isoformat()}
        plaintext = json.dumps({**shared, **values}).encode()
        _kind, read = read_operation(plaintext, pad_id, sequence)
        items.append(OpenedItem(sequence, OperationKind(kind), read, plaintext))
    receive(pad, pad, items, _CLOCK_IS_FAST_BY_MS)


def find_clear_weeks(sample: SampleProgramme) -> tuple[date, date]:
    """A Tuesday, five weeks ahead or later, in three weeks that have no holiday on these days; and
    the first holiday after them."""
    week, day = timedelta(days=7), timedelta(days=1)
    tuesday = sample.today - timedelta(days=sample.today.weekday()) + 5 * week + day
    while any(
        is_public_holiday(tuesday + number * week + d)
        for number in range(3)
        for d in (0 * day, day)
    ):
        tuesday += week
    holiday = tuesday + 3 * week
    while not is_public_holiday(holiday):
        holiday += day
    return tuesday, holiday


def leave_one_session(
    workshop: str, before: str, title: str, minutes: int, after: int, by: Actor
) -> None:
    """Leave one session of a workshop, so many minutes after the first day of another."""
    next_day = from_local(_row(Workshop, workshop).starts_on + timedelta(days=1), time())
    ends = max(
        session.slot.starts_at + timedelta(minutes=session.slot.minutes)
        for session in _row(Workshop, before).sessions
        if session.slot.starts_at < next_day
    )
    of_workshop = WorkshopSession.workshop_id == _row(Workshop, workshop).id
    for session in db.session.scalars(select(WorkshopSession.public_id).where(of_workshop)).all():
        remove_session(workshop, session, by)
    version = _row(Workshop, workshop).row_version
    details = SessionDetails(title, ends + timedelta(minutes=after), minutes)
    add_session(workshop, details, version, by)


# --- Certificates ----------------------------------------------------------------------------


def certify(
    sample: SampleProgramme,
    workshop: str,
    design: str,
    by: Actor,
    least_share: int = 0,
    after: int = 0,
    until: int | None = None,
    issued_on: date | None = None,
    approved_by: Actor | None = None,
    listed: bool = False,
) -> str:
    """Confirm names of some of the people who came to so much of a workshop, and propose, approve
    and issue their certificates, as far as is told; the batch."""
    names = [
        (row.person_public_id, row.printed_name)
        for row in candidates(_row(Workshop, workshop))
        if 100 * row.minutes >= least_share * row.total_minutes
    ]
    confirm_names(_row(Workshop, workshop), dict(names[after:until]), by)
    batch = propose_batch(_row(Workshop, workshop), design, by, unasked=Unasked.PRINT).public_id
    _bring_out(batch, issued_on, approved_by, by)
    if listed:
        sample.batches.append(batch)
    return batch


def _bring_out(batch: str, day: date | None, approved_by: Actor | None, by: Actor) -> None:
    if approved_by is not None:
        approve_batch(_row(CertificateBatch, batch), approved_by)
    if day is not None:
        issue(_row(CertificateBatch, batch), day, by)


def _certificates(batch: str) -> list[Certificate]:
    of_batch = Certificate.batch_id == _row(CertificateBatch, batch).id
    return list(db.session.scalars(select(Certificate).where(of_batch).order_by(Certificate.id)))


def renew_the_first(
    batch: str, workshop: str, day: date, reason: str, approved_by: Actor, by: Actor
) -> None:
    """Renew the first certificate of a batch on a day."""
    chosen = {_certificates(batch)[0].public_id}
    renewed = propose_renewals(_row(Workshop, workshop), chosen, day, by, reason=reason)
    _bring_out(renewed, day, approved_by, by)


def correct_certificate(
    batch: str,
    place: int,
    more: str,
    by: Actor,
    day: date | None = None,
    approved_by: Actor | None = None,
) -> None:
    """Propose that more stands behind the name on a certificate; approve it on a day, if told."""
    wrong = _certificates(batch)[place]
    corrected = propose_correction(wrong, f"{wrong.printed_name} {more}", by)
    _bring_out(corrected, day, approved_by, by)


def use_design(
    design: str, pictures: Sequence[tuple[str, str, bytes, int, int]], by: Actor
) -> None:
    """Put pictures onto a design (kind, name, file, size), and put it into use."""
    for kind, name, content, width, height in pictures:
        put_picture(design, kind, name, prepared_picture(content, width, height), by)
    put_into_use(design, _row(Design, design).row_version, by)


def sign(content: bytes, by: Actor, design: str = "") -> None:
    """Keep somebody's signature, and allow it on a design."""
    keep_signature(prepared_signature(content, 710, 200), by)
    if design:
        allow_on_design(_row(Design, design), by)


def keep_mark_of(funder: Funder, content: bytes, by: Actor) -> None:
    """Keep a funder's mark."""
    keep_mark(funder, prepared_picture(content, 480, 160), by)


def visit(
    track_id: str,
    version: str,
    person_id: str,
    kind: VisitKind,
    day: date,
    supervisor: str,
    observed: Sequence[Observed],
    by: Actor,
    note: str = "",
    next_on: date | None = None,
) -> None:
    """Enter a visit, with what was observed in the order of the track's checklist."""
    checklist = checklist_from_json(_row(TrackVersion, version).checklist)
    db.session.rollback()
    seen = {item.key: answer for item, answer in zip(checklist, observed, strict=False)}
    details = VisitDetails(kind, day, supervisor, observed=seen, note=note, next_on=next_on)
    enter_visit(track_id, person_id, details, by=by)


# --- Money -----------------------------------------------------------------------------------


def choose_bands_in_turn(workshop: str, by: Actor) -> None:
    """Choose bands for those who attended, but for those who only have been paid, in turn."""
    found = _row(Workshop, workshop)
    table = table_for(found.id)
    if table is None:
        return
    near, further, far = table.bands
    people = [row.public_id for row in draft(found, table) if row.person_id and row.due.days]
    bands = itertools.cycle((near, further, near, far))
    chosen = {
        person: Chosen("participant", band) for person, band in zip(people, bands, strict=False)
    }
    choose_bands(_row(Workshop, workshop), chosen, by)


def pay_list(
    payout: str,
    in_cash: int,
    completed: int,
    failed: Sequence[tuple[str, str]],
    brought_by: Actor,
    approved_by: Actor,
    came_back: str,
    by: Actor,
) -> None:
    """Pay the first lines of a list in cash, and bring results of the next ones, of which the last
    failed; one envelope comes back."""

    def payouts() -> PayoutList:
        return _row(PayoutList, payout)

    lines = lines_of(payouts())
    pay_in_cash(payouts(), [line.public_id for line in lines[:in_cash]], by)
    open_numbers(payouts(), by)
    results = [("Completed", "")] * completed + list(failed)
    rows = [
        f"{line.reference},{written_amount(line.amount_cents)},{said},QKS{place}SAMPLE,{why}"
        for place, (line, (said, why)) in enumerate(zip(lines[in_cash:], results, strict=False))
    ]
    content = "\n".join(["Reference,Amount,Status,Transaction ID,Reason", *rows]).encode()
    take_results(payouts(), content, brought_by, only_fitting=False)
    (reversal,) = reversals_of(payouts())
    approve_reversal(reversal_of(payouts(), reversal.public_id), approved_by)
    note = Note(PaymentState.RETURNED, "cash", reason=came_back)
    note_payment(payouts(), lines_of(payouts())[0].public_id, note, PaymentState.PAID, by)


def mark_the_first_day(workshop: str, by: Actor) -> None:
    """Mark all as there on the first day of a workshop, and as absent from then on."""
    found = _row(Workshop, workshop)
    register, register_id, day = found.register.public_id, found.register_id, found.starts_on
    for slot in [slot.public_id for slot in found.register.slots]:
        sheet = _sheet(register_id, slot)
        at = sheet.slot.starts_at
        status = "present" if to_local(at).date() == day else "absent"
        marks = [_mark(sheet, row.entry, status, row.version, device_time=at) for row in sheet.rows]
        close_slot(register, slot, by, marks)


# --- Figures ---------------------------------------------------------------------------------


def add_figures(
    sample: SampleProgramme,
    printed: Mapping[str, Mapping[str, Sequence[int]]],
    note: str,
    approved_by: Actor,
    by: Actor,
) -> None:
    """Add plans of the last year and of this one, and tables of all quarters that are over but the
    last."""
    plans = add_plans(approved_by, by, [sample.today.year - 1, sample.today.year])
    over = [day for year in plans for day in last_days(year) if day < sample.today][:-1]
    with audited("releases.printed", by) as change:
        session, noted = change.session, False
        for year, plan_id in plans.items():
            for window in session.get_one(ReleasePlan, plan_id).calendar:
                if window.freeze_on not in over:
                    continue
                plan, values = KNOWN[window.key], printed[window.key]
                place = (year - min(plans)) * plan.windows + window.number
                lines = [(code, values[code][place]) for code in plan.codes]
                release = Release(plan_id=plan_id, table_key=window.key, window=window.number)
                release.freeze_on = window.freeze_on
                release.lines = [[code, None if value < 0 else value] for code, value in lines]
                session.add(release)
                session.flush()
                change.about(release.public_id)
                if window.key == "acts" and not noted:
                    noted = True
                    session.add(ReleaseNote(release_id=release.id, day=sample.today, text=note))
        save_ledger(session, sample.member(by).vault, Ledger({}), {})


def add_plans(approved_by: Actor, by: Actor, years: Sequence[int]) -> dict[int, int]:
    """Add plans of these years with all tables, as if they had been agreed on before they began;
    their rows by year."""
    rows = {}
    with audited("releases.plan_approved", approved_by) as change:
        for year in years:
            plan = YearPlan(year, tuple(KNOWN.values()))
            windows = windows_of(plan, last_days(year))
            row = ReleasePlan(
                year=year,
                tables=tables_as_json(plan.tables),
                windows=windows_as_json(windows),
                digest=digest_of(plan, windows),
                state="approved",
                stated_figure=30,
                forum_decision="The forum wants quarters, and expects so many reports a month.",
                proposed_by=by.public_id,
                approved_by=approved_by.public_id,
            )
            change.session.add(row)
            change.session.flush()
            change.about(row.public_id)
            rows[year] = row.id
    return rows


def propose_next_figures(sample: SampleProgramme, expected: int, decision: str, by: Actor) -> None:
    """Propose what the next year prints, as the forum wants it."""
    year = sample.today.year + 1
    tables = propose_tables({}, expected, year=year).tables
    propose_plan(year, PlanDetails(tables, last_days(year), expected, decision), by=by)


def state_figures(
    sample: SampleProgramme, funder: str, by: Actor, approved_by: Actor | None = None
) -> str:
    """Freeze the last quarter's figures for a funder, and send them if somebody approves; the
    statement."""
    statement = freeze(funder, quarter_holding(sample.today).before, by)
    if approved_by is not None:
        propose_statement(statement, by)
        approve_statement(statement, statement_of(statement, by).digest, approved_by)
        send_statement(statement, by)
    return statement


# --- The forum -------------------------------------------------------------------------------


def open_review(sample: SampleProgramme, name: str, secretary: str, by: Actor) -> str:
    """Open the forum; its public id."""
    sample.forum = open_forum(name=name, secretary=secretary, by=by)
    return sample.forum


def _third_thursdays(today: date) -> list[date]:
    """The third Thursdays of four months in a row: three before today, one not before today."""
    days = []
    for month in range(today.year * 12 + today.month - 5, today.year * 12 + today.month + 1):
        first = date(month // 12, month % 12 + 1, 1)
        days.append(first + timedelta(days=(3 - first.weekday()) % 7 + 14))
    coming = next(place for place, day in enumerate(days) if day >= today)
    return days[coming - 3 : coming + 1]


def hold_meeting(
    sample: SampleProgramme,
    called: str,
    place: str,
    items: Sequence[Mapping[str, Any]],
    by: Actor,
    held: bool = True,
    apologies: Sequence[str] = (),
    absent: Sequence[str] = (),
    guest: str = "",
    late: Mapping[str, int] | None = None,
    left: Mapping[str, int] | None = None,
) -> None:
    """Plan the next meeting with its agenda, hold it and write its minutes. The meeting and its
    items are called by its name from now on."""
    forum, day = sample.forum, _third_thursdays(sample.today)[len(sample.meetings)]
    meeting = plan_meeting(forum, starts_at=from_local(day, time(9, 0)), place=place, by=by)
    sample.meetings.append(meeting)
    sample.named |= {called: meeting, f"{called} begins": from_local(day, time(9, 0))}
    order = _set_agenda(forum, meeting, items, by)
    for item, public_id in zip(items, order, strict=True):
        sample.named[f"{called}, {item.get('title', 'arising')}"] = public_id
    if not held:
        return
    absences = dict.fromkeys(apologies, "apology") | dict.fromkeys(absent, "absent")
    if guest:
        guests = select(Person.public_id).where(Person.chosen_name == guest)
        add_guest(forum, meeting, db.session.scalars(guests).one(), by=by)
        absences[guest] = "in_attendance"
    _mark_meeting(meeting, absences, by)
    for item, public_id in zip(items, order, strict=True):
        write_item(
            forum,
            meeting,
            public_id,
            minute=item.get("minute", ""),
            decisions=[TypedMinutesRow("", text) for text in item.get("decisions", ())],
            actions=[
                TypedMinutesRow("", text, _seat(name), day + timedelta(days=days))
                for text, name, days in item.get("actions", ())
            ],
            row_version=1,
            by=by,
        )
    end_meeting(forum, meeting, by=by)
    _come_and_go(forum, meeting, late or {}, left or {}, by)


def _set_agenda(
    forum: str, meeting: str, items: Sequence[Mapping[str, Any]], by: Actor
) -> list[str]:
    """Public ids of the items in their order; the one without a title is that of the matters
    arising, which stands there once there was a meeting."""
    of_meeting = AgendaItem.meeting_id == _row(Meeting, meeting).id
    arising = db.session.scalar(
        select(AgendaItem.public_id).where(of_meeting, AgendaItem.kind == "arising")
    )
    order = [
        add_item(forum, meeting, title=item["title"], by=by) if "title" in item else str(arising)
        for item in items
    ]
    order_items(forum, meeting, order=order, by=by)
    return order


def _seat(name: str) -> str:
    seats = select(ForumMember.public_id).join(Person, Person.id == ForumMember.person_id)
    return str(db.session.scalars(seats.where(Person.chosen_name == name)).one())


def _mark_meeting(meeting: str, absences: Mapping[str, str], by: Actor) -> None:
    held = _row(Meeting, meeting)
    names = dict(db.session.execute(select(Person.id, Person.chosen_name)).all())
    sheet = _sheet(held.register_id, held.register.slots[0].public_id)
    at = held.starts_at + timedelta(minutes=15)
    marks = [
        _mark(sheet, row.entry, absences.get(names[row.person_id], "present"), 0, device_time=at)
        for row in sheet.rows
    ]
    apply_marks(held.register.public_id, marks, by)


def _after_nine(meeting: str, minutes: int) -> datetime:
    day = to_local(_row(Meeting, meeting).starts_at).date()
    return from_local(day, time(9 + minutes // 60, minutes % 60))


def _come_and_go(
    forum: str, meeting: str, late: Mapping[str, int], left: Mapping[str, int], by: Actor
) -> None:
    rows = (
        select(Person.chosen_name, RosterEntry.public_id)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(RosterEntry.register_id == _row(Meeting, meeting).register_id)
    )
    entries = dict(db.session.execute(rows).all())
    for name in [*left, *late]:
        ended = _after_nine(meeting, left[name]) if name in left else None
        times = TimeThere(_after_nine(meeting, late.get(name, 0)), ended)
        set_times_there(forum, meeting, entries[name], [times], by=by)


def write_at_once(
    sample: SampleProgramme, meeting: str, item: str, before: str, text: str, by: Actor
) -> None:
    """Write under an item that stands as it was before, whatever another has written since. The
    first who does so writes down what was before."""
    place, prepared = (sample.forum, meeting, item), WrittenItem(before)
    if not _row(AgendaItem, item).minute:
        first = MinutesOperation(new_public_id(), 1, 0, WrittenItem(), prepared)
        apply_minutes_operation(place, first, by=by)
    sent = MinutesOperation(new_public_id(), 1, 0, prepared, WrittenItem(text))
    apply_minutes_operation(place, sent, by=by)


# --- What is to come, and settings -----------------------------------------------------------


def plan_series(
    sample: SampleProgramme, forum: str, place: str, begins: time, ends: time, by: Actor
) -> None:
    """Plan the forum's next meetings, every third Thursday; of three dates the second is left
    out."""
    last = _third_thursdays(sample.today)[-1]
    first = (last.replace(day=28) + timedelta(days=7)).replace(day=1)
    rule = Pattern(
        Repeats.MONTHLY_WEEKDAY,
        first,
        weekdays=(3,),
        ordinal=3,
        count=3,
        on_holiday=OnHoliday.NEXT,
    )
    dates = [planned.named for planned in dates_after(rule, 1)]
    hours = MeetingHours(begins, ends, place)
    repeat_meetings(forum, rule, hours, [dates[0], dates[2]], by, public_id=new_public_id())


def propose_a_quarter(sample: SampleProgramme, wanted: PlacesWanted, by: Actor) -> None:
    """Propose workshops for the quarter after this one; the last is fixed on a Saturday."""
    quarter = quarter_of(sample.today).following
    first = max(quarter.first, sample.today + timedelta(days=14))
    weekdays, hours = [0, 1, 2, 3, 4], (time(8, 30), time(16, 30))
    made = make_proposal(ProposalDetails(first, quarter.last, weekdays, *hours, 2, 90), by=by)
    add_workshops(made, wanted, by=by)
    lines = [line.public_id for line in lines_of_quarter(proposal(made))]
    db.session.rollback()
    saturday = first + timedelta(days=(5 - first.weekday()) % 7 + 14)
    fix_line(made, lines[-1], FixedPlace(first=saturday), 2, by=by)
    fix_as_it_is(made, lines[0], 3, by=by)


def set_paper(address: str, footer: str, logo: bytes, logo_on: Sequence[str], by: Actor) -> None:
    """Set what stands on papers, with a logo."""
    key = f"programme/{new_public_id()}.png"
    storage.put(key, prepared_logo(logo))
    values = {"address": address, "footer": footer, "logo": key, "logo_on": list(logo_on)}
    change_settings(by, "paper", "paper", values)
