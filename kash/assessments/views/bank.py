"""Pages of a course's question bank. Practice months after a workshop: what changed, who told it,
and typing it in."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kash.assessments import blueprint
from kash.assessments.course_file import read_moodle
from kash.assessments.forms import (
    FALSE_WORD,
    KIND,
    KIND_HELP,
    OFTEN,
    SCALE,
    TELLER,
    TRUE_WORD,
    VERDICT,
    BringQuestionsForm,
    PracticeForm,
    choices_of,
    practice_form,
    question_form,
    text_of,
)
from kash.assessments.queries import (
    BankRow,
    RegisteredPerson,
    ToldAbout,
    bank_of,
    bank_sizes,
    looked_at,
    names_somebody,
    participants,
    practice_asked,
    practice_told,
    question_of,
    revisions_of,
    told_about,
    value_of,
    written_practice,
)
from kash.assessments.rules.bank import MOST_BYTES, UnreadableBank, written_bank, written_package
from kash.assessments.rules.results import KNOWLEDGE, MOST_OPTIONS, QuestionKind, Teller
from kash.assessments.services.bank import (
    MOST_QUESTIONS,
    MayNameSomebody,
    QuestionFlawed,
    WrongEntry,
    add_question,
    bring_in,
    change_question,
    put_away,
    take_back,
)
from kash.assessments.services.tests import delete_practice_words, tell_practice
from kash.assessments.views.sheets import chosen_group, held_by_her, holds, seen_workshop
from kash.platform.cleaning import CleaningBusy
from kash.platform.web import NotFound, Problem, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.language import language_code
from kash.platform.web.pages import go
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.row_versions import number_shown
from kash.policy import allow
from kash.training.models import Course
from kash.training.queries import course as course_in_reach
from kash.training.queries import objectives_of
from kash.workshops.frame import frame
from kash.workshops.models import Workshop


def _course(public_id: str) -> Course:
    return course_in_reach(current_actor(), public_id)


def _to_bank(public_id: str) -> ResponseReturnValue:
    return go("assessments.bank", public_id=public_id)


def objective_choices(course: Course) -> list[tuple[str, str]]:
    """Objectives of a course as one chooses among them: lineage, and text after its session."""
    return [
        (objective.lineage, f"{objective.plan_title}: {objective.text}")
        for objective in objectives_of(course.public_id, language_code())
    ]


@blueprint.get("/courses/<public_id>/questions")
@allow("assessments.questions")
def bank(public_id: str) -> ResponseReturnValue:
    """The questions of a course, each with its choices."""
    course = _course(public_id)
    away = request.args.get("away") == "1"
    used, put = bank_sizes(course)
    return render_template(
        "assessments/bank.html",
        course=course,
        rows=bank_of(course, retired=away),
        away=away,
        used=used,
        put=put,
        kinds=KIND,
        objectives=dict(objective_choices(course)),
        language=language_code(),
        language_names=LANGUAGES,
        choices_of=choices_of,
        text_of=text_of,
        form=BringQuestionsForm(formdata=None),
    )


@blueprint.route("/courses/<public_id>/questions/add", methods=["GET", "POST"])
@allow("assessments.write")
def add(public_id: str) -> ResponseReturnValue:
    """Choose a kind, then write a question."""
    course, kind = _course(public_id), request.values.get("kind", "")
    if kind not in set(QuestionKind):
        return render_template(
            "assessments/kinds.html",
            course=course,
            kinds=KIND,
            helps=KIND_HELP,
            most=MOST_QUESTIONS,
        )
    return _written(course, QuestionKind(kind), None)


@blueprint.route("/courses/<public_id>/questions/<question_id>", methods=["GET", "POST"])
@allow("assessments.write")
def question(public_id: str, question_id: str) -> ResponseReturnValue:
    """Change a question; what its answers say of it stands beside it."""
    course = _course(public_id)
    stored = question_of(course, question_id)
    return _written(course, stored.question.kind, stored)


def _written(course: Course, kind: QuestionKind, row: BankRow | None) -> ResponseReturnValue:
    """A question as it is written: `row` as it stands, None for a new one."""
    before = row.question if row is not None else None
    first = before.language if before is not None else language_code()
    offered = [first, *programme_languages(), *(before.texts if before is not None else ())]
    more = bool(request.form.get("more"))
    wanted = MOST_OPTIONS if more else number_shown(request.form.get("places"))
    form = question_form(
        kind,
        list(dict.fromkeys(offered)),
        objective_choices(course),
        row,
        min(wanted, MOST_OPTIONS),
    )
    public_id, actor = course.public_id, current_actor()
    if not more and form.validate_on_submit():
        with form.showing_problems(**{f"text_{first}": QuestionFlawed}):
            written, sentence = form.question(kind, before), _("Saved.")
            if row is None:
                add_question(public_id, written, actor, key=form.key.data)
            elif change_question(
                public_id,
                row.public_id,
                written,
                form.row_version_shown,
                actor,
                fitting=form.fitting,
            ):
                sentence = _("Saved as a new wording.")
            flash(sentence)
            return _to_bank(public_id)
        course = _course(public_id)
        row = row and question_of(course, row.public_id)
    if row is not None and form.changed_meanwhile:
        form.compare({"row_version": row.row_version, f"text_{first}": row.question.text})
    knowledge = kind in KNOWLEDGE
    return page(
        "assessments/question.html",
        form=form,
        course=course,
        row=row,
        kind=kind,
        kind_word=KIND[kind],
        kind_help=KIND_HELP[kind],
        language_names=LANGUAGES,
        knowledge=knowledge,
        looked=looked_at(row.revision_id) if row is not None and knowledge else None,
        verdicts=VERDICT,
        most=MOST_OPTIONS,
    )


@blueprint.get("/courses/<public_id>/questions/<question_id>/wordings")
@allow("assessments.questions")
def wordings(public_id: str, question_id: str) -> ResponseReturnValue:
    """All wordings that a question ever had, the newest first."""
    course = _course(public_id)
    revisions = revisions_of(course, question_id)
    if not revisions:
        raise NotFound
    return render_template(
        "assessments/wordings.html",
        course=course,
        question_id=question_id,
        revisions=[(revision, value_of(revision)) for revision in revisions],
        language_names=LANGUAGES,
        choices_of=choices_of,
    )


@blueprint.post("/courses/<public_id>/questions/<question_id>/away")
@allow("assessments.write")
def away(public_id: str, question_id: str) -> ResponseReturnValue:
    """Put a question away: no new test offers it."""
    put_away(public_id, question_id, current_actor())
    flash(_("Put away. New tests do not offer it."))
    return _to_bank(public_id)


@blueprint.post("/courses/<public_id>/questions/<question_id>/back")
@allow("assessments.write")
def back(public_id: str, question_id: str) -> ResponseReturnValue:
    """Take a question into use again."""
    with FlashedProblems():
        take_back(public_id, question_id, current_actor())
        flash(_("In use again."))
    return _to_bank(public_id)


@blueprint.post("/courses/<public_id>/questions/bring")
@allow("assessments.write")
@takes_file(MOST_BYTES)
def bring(public_id: str) -> ResponseReturnValue:
    """Bring in the questions of a Moodle XML file."""
    _course(public_id)
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent is not None else b""
    with FlashedProblems(CleaningBusy):
        if not content:
            raise Problem(_("Choose a file first."))
        try:
            read = read_moodle(content, language_code())
        except UnreadableBank as problem:
            raise Problem(_UNREADABLE[problem.reason]) from None
        new, same, changed = bring_in(public_id, read.questions, current_actor())
        flash(
            _(
                "New questions: %(new)s. The same as here: %(same)s. Changed: %(changed)s.",
                new=new,
                same=same,
                changed=changed,
            )
        )
        if read.left_out:
            flash(
                ngettext(
                    "%(num)s question was left out, of a kind that is unknown here, without a right"
                    " answer or too long: %(named)s",
                    "%(num)s questions were left out, of kinds that are unknown here, without a"
                    " right answer or too long: %(named)s",
                    len(read.left_out),
                    named="; ".join(f"{name} ({kind})" for name, kind in read.left_out[:5]),
                ),
                "warn",
            )
    return _to_bank(public_id)


# Reasons for which a file of questions was not read.
_UNREADABLE = {
    "xml": _l("This file could not be read. It is cut short, or no Moodle XML."),
    "doctype": _l("This file declares entities, which Moodle never does. Nothing was read."),
    "quiz": _l("This file holds no questions from Moodle. In Moodle, export as Moodle XML."),
    "many": _l("This file holds more than 500 questions. Bring them in in parts."),
}


def _scale() -> list[str]:
    return [str(word) for word in SCALE]


@blueprint.get("/courses/<public_id>/questions.xml")
@allow("assessments.questions")
def moodle(public_id: str) -> ResponseReturnValue:
    """The questions in use as Moodle XML."""
    questions = [stored.question for stored in bank_of(_course(public_id))]
    file = written_bank("Questions", questions, _scale())
    return download(file, name="questions.xml", type="application/xml")


@blueprint.get("/courses/<public_id>/questions.zip")
@allow("assessments.questions")
def qti(public_id: str) -> ResponseReturnValue:
    """The questions in use as a QTI 3 package."""
    questions = [stored.question for stored in bank_of(_course(public_id))]
    file = written_package(questions, (str(TRUE_WORD), str(FALSE_WORD)), _scale())
    return download(file, name="questions.zip", type="application/zip")


@blueprint.get("/workshops/<public_id>/practice")
@allow("assessments.see")
def practice(public_id: str) -> ResponseReturnValue:
    """The page on practice since a workshop: how often, by objective, what people wrote, who
    answered."""
    workshop = seen_workshop(public_id)
    answers_by_person = told_about(workshop)
    shown = chosen_group(workshop)
    everybody = [*shown.rows, *shown.others]
    return render_template(
        "assessments/practice.html",
        **frame(workshop),
        **practice_shown(workshop),
        holds=holds(workshop),
        shown=shown,
        told_about=answers_by_person,
        told=sum(1 for person in everybody if person.person_id in answers_by_person),
        expected=len(everybody),
        written=written_practice(workshop, current_actor()),
    )


def practice_shown(found: Workshop) -> dict[str, Any]:
    """The distribution of what was told, as templates show it."""
    objectives = practice_asked(found, language_code())
    return {
        "practice_asked": objectives,
        "practice_told": practice_told(found, list(objectives)),
        "often_words": OFTEN,
        "teller_words": TELLER,
    }


@blueprint.route("/workshops/<public_id>/practice/<entry_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def tell(public_id: str, entry_id: str) -> ResponseReturnValue:
    """Type in what somebody told about the practice of one person."""
    workshop = held_by_her(public_id)
    people = participants(workshop)
    who = one_or_404(next((person for person in people if person.entry == entry_id), None))
    told = told_about(workshop, who.person_id).get(who.person_id, {})
    form = _form(workshop, people, who, told)
    if request.method == "POST" and form.validate():
        with form.showing_problems(MayNameSomebody):
            telling = form.telling()
            if (
                telling.text
                and not form.names_nobody.data
                and names_somebody(telling.text, current_actor())
            ):
                raise MayNameSomebody
            try:
                tell_practice(public_id, entry_id, telling, by=current_actor())
            except WrongEntry:
                raise NotFound from None
            return go("assessments.practice", _("Saved."), group=who.letter)
        workshop = held_by_her(public_id)
    return page(
        "assessments/tell.html",
        **frame(workshop),
        form=form,
        who=who,
        told=told,
        teller_words=TELLER,
        asks_for_names=isinstance(form.problem, MayNameSomebody),
    )


@blueprint.route("/workshops/<public_id>/practice/words/<told_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def delete_words(public_id: str, told_id: str) -> ResponseReturnValue:
    """Ask, then delete what was written about somebody's practice, for instance because it names
    somebody."""
    workshop = held_by_her(public_id)
    written = dict(written_practice(workshop, current_actor()))
    text = one_or_404(written.get(told_id))
    if request.method == "GET":
        return render_template(
            "assessments/delete_words.html", **frame(workshop), told_id=told_id, said=text
        )
    delete_practice_words(public_id, told_id, by=current_actor())
    return go("assessments.practice", _("Deleted."))


def _form(
    found: Workshop,
    people: list[RegisteredPerson],
    who: RegisteredPerson,
    told: dict[Teller, ToldAbout],
) -> PracticeForm:
    # A list of names shows one group at a time: a peer is of her own.
    peers = [
        (person.person, person.name)
        for person in people
        if person.letter == who.letter and person != who
    ]
    chosen = request.args.get("told_by", "")
    values: dict[str, str] = {}
    if chosen in set(Teller):
        there = told[Teller(chosen)].often if chosen in told else {}
        values = {f"often_{lineage}": str(often) for lineage, often in there.items()}
        values["told_by"] = chosen
    return practice_form(practice_asked(found, language_code()), peers, values)
