"""Acts of the sample that entries of its data call by name, where one service alone does not do:
its arguments are told only by what is there already, or there are very many. What happens in halls
stands in `halls`.

Each writes through services, as people do it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import select, update

from kash.accounts.models import Account
from kash.accounts.services.accounts import change_settings
from kash.assessments.evaluations.models import EvaluationForm
from kash.assessments.evaluations.services import add_form as add_evaluation
from kash.assessments.evaluations.services import close_form, enter_sheet, open_form, take_answer
from kash.assessments.queries import bank_of, one_test, participants, practice_asked, questions_of
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
from kash.certificates.tracks.models import TrackVersion
from kash.certificates.tracks.rules.standing import Observed, VisitKind, checklist_from_json
from kash.certificates.tracks.services.visits import VisitDetails, enter_visit
from kash.desk.demo.opening import SampleProgramme
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
from kash.forums.stories.queries import stories_told
from kash.forums.stories.rules import FUNDERS
from kash.money.payouts.models import PayoutList
from kash.money.payouts.queries.claims import draft, table_for
from kash.money.payouts.queries.payments import lines_of, reversal_of, reversals_of
from kash.money.payouts.rules import PaymentState, written_amount
from kash.money.payouts.services.claims import Chosen, choose_bands
from kash.money.payouts.services.payments import (
    Note,
    approve_reversal,
    note_payment,
    open_numbers,
    pay_in_cash,
    take_results,
)
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
from kash.people.models import Person
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
from kash.platform import storage
from kash.platform.database import Base, db, new_public_id, utc_now, writing
from kash.platform.jobs import SILENT
from kash.platform.messages.outbox import Report, claim_some, take_report
from kash.platform.messages.outbox import settle as settle_messages
from kash.platform.messages.rules import Tried, TryOutcome
from kash.platform.press import PagedDocument, document
from kash.platform.vault import audited
from kash.platform.web.formats import from_local
from kash.platform.web.pictures import prepared_picture, prepared_signature
from kash.platform.web.programme import CONTACT_LOOKS
from kash.policy import Actor
from kash.training.course_files import library
from kash.training.queries import objectives_of, tree_of, version_with_plans
from kash.training.rules.courses import KINDS, CourseNode, FieldText, Key
from kash.training.rules.versions import fingerprint
from kash.training.services.course_files import attach_file, bring_library, fill_draft, translate
from kash.training.services.courses import add_course, write_words
from kash.workshops.models import Funder, Workshop
from kash.workshops.queries import scope

Row = TypeVar("Row", bound=Base)


def row_of(kind: type[Row], public_id: str) -> Row:
    return db.session.scalars(select(kind).filter_by(public_id=public_id)).one()


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
        why = reason if look >= CONTACT_LOOKS.usual else ""
        show_contact(person, "phone", by, reason=why)


def call_people(people: int, by: Actor) -> None:
    """Ask some people for a call, and have that come to all that can come of it."""
    theirs = select(Person.public_id).where(Person.created_by == by.public_id).order_by(Person.id)
    for person in db.session.scalars(theirs.limit(people)).all():
        ask_for_call(person, by=by)
    outcomes = [Tried(TryOutcome.UNKNOWN, "no_answer"), Tried(TryOutcome.REFUSED, "403")]
    outcomes.append(outcomes[0])
    # Whenever the sample is loaded it is an hour at which nothing has to wait.
    at, number = utc_now() + timedelta(days=1), 0
    while claimed := claim_some(lambda *_asked: {}, at):
        came = {}
        for message in claimed.messages:
            arrived = Tried(TryOutcome.ACCEPTED, gateway_id=f"sample-{number}")
            came[message.id] = outcomes[number] if number < len(outcomes) else arrived
            number += 1
        settle_messages(claimed.name, came, utc_now())
    for arrived_at in range(len(outcomes), number - 2):
        take_report(Report(f"sample-{arrived_at}", "Success"), utc_now())


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


def write_report(statement: str, texts: Mapping[str, str], approved: Actor, by: Actor) -> None:
    """Write the report on a statement, with one story, propose and approve it."""
    stories = [story.public_id for story in stories_told(1, FUNDERS)]
    db.session.rollback()
    public_id = begin_report(statement, by=by)
    begun = report(public_id, by)
    sections = [str(section) for section in ReportSection]
    details = ReportDetails("en", sections, texts, begun.title, stories)
    version = begun.row_version
    db.session.rollback()
    save_report(public_id, details, version, by=by)
    propose_report(public_id, version + 1, by=by)
    digest = report(public_id, by).digest
    db.session.rollback()
    approve_report(public_id, digest, by=approved)


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
    plan, material = next(
        (plan.public_id, material.public_id)
        for module in version_with_plans(version).modules
        for plan in module.plans
        for material in plan.of("material")
        if material.used == "home"
    )
    paper = PagedDocument(html=html, title=title, language=language, kind="handout")
    attach_file(version, plan, material, document(paper), by=by)


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
        for told in questions:
            about = (
                objective.lineage
                for objective in objectives
                if "about" in told and told["about"] in objective.text
            )
            question = replace(_question(told), objective=next(about, ""), language=language)
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
    course = row_of(Workshop, workshop).version.course
    return make_test(workshop, moment, [question.public_id for question in bank_of(course)], by)


def hold_test(
    sample: SampleProgramme,
    workshop: str,
    moment: Moment,
    knows: float,
    by: Actor,
    late: int = 0,
    gone: int = 0,
) -> None:
    """Test the people of a workshop, this share of which knows an answer. The first come too late,
    the last have gone."""
    test = _test(workshop, moment, by)
    the_workshop = row_of(Workshop, workshop)
    questions = questions_of(one_test(the_workshop, test))
    people = participants(the_workshop)
    entered = [
        Entered(person.person, question.public_id, _chosen(_dice(sample), value, knows))
        for person in people[late : len(people) - gone]
        for question, value in questions
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
    the_workshop = row_of(Workshop, workshop)
    objectives = list(practice_asked(the_workshop))
    tellers = (Teller.HERSELF, Teller.HERSELF, Teller.PEER, Teller.MENTOR)
    for number, person in enumerate(participants(the_workshop)[:people]):
        teller = tellers[number % len(tellers)]
        often = {objective: _dice(sample).choice(list(Often)) for objective in objectives}
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
        at = from_local(day or row_of(Workshop, workshop).ends_on, time(16, 40))
        opened, closes = at - timedelta(minutes=40), at + timedelta(minutes=5)
        this = update(EvaluationForm).where(EvaluationForm.public_id == form)
        with writing() as session:
            session.execute(this.values(opened_at=opened, closes_at=closes, closed_at=at))


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
        (candidate.person_public_id, candidate.printed_name)
        for candidate in candidates(row_of(Workshop, workshop))
        if 100 * candidate.minutes >= least_share * candidate.total_minutes
    ]
    confirm_names(row_of(Workshop, workshop), dict(names[after:until]), by)
    batch = propose_batch(row_of(Workshop, workshop), design, by, unasked=Unasked.PRINT).public_id
    _bring_out(batch, issued_on, approved_by, by)
    if listed:
        sample.batches.append(batch)
    return batch


def _bring_out(batch: str, day: date | None, approved_by: Actor | None, by: Actor) -> None:
    if approved_by is not None:
        approve_batch(row_of(CertificateBatch, batch), approved_by)
    if day is not None:
        issue(row_of(CertificateBatch, batch), day, by)


def _certificates(batch: str) -> list[Certificate]:
    of_batch = Certificate.batch_id == row_of(CertificateBatch, batch).id
    return list(db.session.scalars(select(Certificate).where(of_batch).order_by(Certificate.id)))


def renew_the_first(
    batch: str, workshop: str, day: date, reason: str, approved_by: Actor, by: Actor
) -> None:
    """Renew the first certificate of a batch on a day."""
    chosen = {_certificates(batch)[0].public_id}
    renewed = propose_renewals(row_of(Workshop, workshop), chosen, day, by, reason=reason)
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
    put_into_use(design, row_of(Design, design).row_version, by)


def sign(content: bytes, by: Actor, design: str = "") -> None:
    """Keep somebody's signature, and allow it on a design."""
    keep_signature(prepared_signature(content, 710, 200), by)
    if design:
        allow_on_design(row_of(Design, design), by)


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
    checklist = checklist_from_json(row_of(TrackVersion, version).checklist)
    db.session.rollback()
    seen = {item.key: answer for item, answer in zip(checklist, observed, strict=False)}
    details = VisitDetails(kind, day, supervisor, observed=seen, note=note, next_on=next_on)
    enter_visit(track_id, person_id, details, by=by)


def choose_bands_in_turn(workshop: str, by: Actor) -> None:
    """Choose bands for those who attended, but for those who only have been paid, in turn."""
    the_workshop = row_of(Workshop, workshop)
    table = table_for(the_workshop.id)
    if table is None:
        return
    near, further, far = table.bands
    people = [
        owed.public_id for owed in draft(the_workshop, table) if owed.person_id and owed.due.days
    ]
    bands = itertools.cycle((near, further, near, far))
    chosen = {
        person: Chosen("participant", band) for person, band in zip(people, bands, strict=False)
    }
    choose_bands(row_of(Workshop, workshop), chosen, by)


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
        return row_of(PayoutList, payout)

    lines = lines_of(payouts())
    pay_in_cash(payouts(), [line.public_id for line in lines[:in_cash]], by)
    open_numbers(payouts(), by)
    results = [("Completed", "")] * completed + list(failed)
    rows = [
        f"{line.reference},{written_amount(line.amount_cents)},{state},QKS{place}SAMPLE,{why}"
        for place, (line, (state, why)) in enumerate(zip(lines[in_cash:], results, strict=False))
    ]
    content = "\n".join(["Reference,Amount,Status,Transaction ID,Reason", *rows]).encode()
    take_results(payouts(), content, brought_by, only_fitting=False)
    (reversal,) = reversals_of(payouts())
    approve_reversal(reversal_of(payouts(), reversal.public_id), approved_by)
    note = Note(PaymentState.RETURNED, "cash", reason=came_back)
    note_payment(payouts(), lines_of(payouts())[0].public_id, note, PaymentState.PAID, by)


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
            planned = ReleasePlan(
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
            change.session.add(planned)
            change.session.flush()
            change.about(planned.public_id)
            rows[year] = planned.id
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


def propose_a_quarter(sample: SampleProgramme, wanted: PlacesWanted, by: Actor) -> None:
    """Propose workshops for the quarter after this one; the last is fixed on a Saturday."""
    quarter = quarter_of(sample.today).following
    first = max(quarter.first, sample.today + timedelta(days=14))
    weekdays, hours = [0, 1, 2, 3, 4], (time(8, 30), time(16, 30))
    proposed = make_proposal(ProposalDetails(first, quarter.last, weekdays, *hours, 2, 90), by=by)
    add_workshops(proposed, wanted, by=by)
    lines = [line.public_id for line in lines_of_quarter(proposal(proposed))]
    db.session.rollback()
    saturday = first + timedelta(days=(5 - first.weekday()) % 7 + 14)
    fix_line(proposed, lines[-1], FixedPlace(first=saturday), 2, by=by)
    fix_as_it_is(proposed, lines[0], 3, by=by)


def set_paper(address: str, footer: str, logo: bytes, logo_on: Sequence[str], by: Actor) -> None:
    """Set what stands on papers, with a logo."""
    key = f"programme/{new_public_id()}.png"
    storage.put(key, prepared_logo(logo))
    values = {"address": address, "footer": footer, "logo": key, "logo_on": list(logo_on)}
    change_settings(by, "paper", "paper", values)
