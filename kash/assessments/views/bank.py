"""Pages of a course's question bank."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.assessments import blueprint
from kash.assessments.forms.questions import BankQuestionForm, BringQuestionsForm, question_form
from kash.assessments.moodle_files import read_moodle
from kash.assessments.queries.bank import (
    BankRow,
    bank_of,
    bank_sizes,
    looked_at,
    question_of,
    revisions_of,
    value_of,
)
from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.moodle import MOST_BYTES, UnreadableBank, written_bank
from kash.assessments.rules.qti import written_package
from kash.assessments.rules.scoring import KNOWLEDGE, MOST_OPTIONS, QuestionKind
from kash.assessments.services.bank import (
    MOST_QUESTIONS,
    QuestionsBrought,
    add_question,
    bring_in,
    change_question,
    put_away,
    take_back,
)
from kash.assessments.services.errors import BankFull, QuestionFlawed
from kash.assessments.words import (
    FALSE_WORD,
    KIND,
    KIND_HELP,
    SCALE,
    TRUE_WORD,
    VERDICT,
    choices_of,
    text_of,
)
from kash.platform.cleaning import CleaningBusy
from kash.platform.web import current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound
from kash.platform.web.language import LANGUAGES, language_code, programme_languages
from kash.platform.web.row_versions import number_shown
from kash.policy import allow
from kash.training.models import Course
from kash.training.queries import course as course_in_reach
from kash.training.queries import objectives_of


def _course(public_id: str) -> Course:
    return course_in_reach(current_actor(), public_id)


def objective_choices(found: Course) -> list[tuple[str, str]]:
    """Objectives of a course as one chooses among them: lineage, and text after its session."""
    return [
        (one.lineage, f"{one.plan_title}: {one.text}")
        for one in objectives_of(found.public_id, language_code())
    ]


@blueprint.get("/courses/<public_id>/questions")
@allow("assessments.questions")
def bank(public_id: str) -> ResponseReturnValue:
    """The questions of a course, each with its choices."""
    found = _course(public_id)
    away = request.args.get("away") == "1"
    used, put = bank_sizes(found)
    rows = bank_of(found, retired=away)
    return render_template(
        "assessments/bank.html",
        course=found,
        rows=rows,
        away=away,
        used=used,
        put=put,
        kinds=KIND,
        objectives=dict(objective_choices(found)),
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
    found = _course(public_id)
    kind = _kind()
    if kind is None:
        return render_template(
            "assessments/kinds.html", course=found, kinds=KIND, helps=KIND_HELP, most=MOST_QUESTIONS
        )
    form = question_form(kind, _languages(None), objective_choices(found), wanted=_wanted())
    if not request.form.get("more") and form.validate_on_submit():
        first = f"text_{form.languages[0]}"
        with form.showing_problems(BankFull, **{first: QuestionFlawed}):
            written = form.question(kind, None)
            add_question(public_id, written, current_actor(), key=form.key.data)
            flash(_("Saved."))
            return redirect(url_for("assessments.bank", public_id=public_id))
    return _question_page(found, form, kind, None)


def _kind() -> QuestionKind | None:
    asked = request.values.get("kind", "")
    return QuestionKind(asked) if asked in {str(kind) for kind in QuestionKind} else None


def _wanted() -> int:
    if request.form.get("more"):
        return MOST_OPTIONS
    return min(number_shown(request.form.get("places")), MOST_OPTIONS)


def _languages(question: BankQuestion | None) -> list[str]:
    offered = programme_languages()
    first = question.language if question is not None else language_code()
    others = [*offered, *(question.texts if question is not None else ())]
    return list(dict.fromkeys([first, *others]))


@blueprint.route("/courses/<public_id>/questions/<question_id>", methods=["GET", "POST"])
@allow("assessments.write")
def question(public_id: str, question_id: str) -> ResponseReturnValue:
    """Change a question; what its answers say of it stands beside it."""
    found = _course(public_id)
    row = question_of(found, question_id)
    kind = row.question.kind
    languages = _languages(row.question)
    form = question_form(kind, languages, objective_choices(found), row, _wanted())
    if not request.form.get("more") and form.validate_on_submit():
        first = f"text_{languages[0]}"
        with form.showing_problems(**{first: QuestionFlawed}):
            anew = change_question(
                public_id,
                question_id,
                form.question(kind, row.question),
                form.row_version_shown,
                current_actor(),
                fitting=form.fitting,
            )
            flash(
                _("Saved as a new wording. Tests that were held keep the old one.")
                if anew
                else _("Saved.")
            )
            return redirect(url_for("assessments.bank", public_id=public_id))
        row = question_of(found, question_id)
    if form.changed_meanwhile:
        form.compare({"row_version": row.row_version, f"text_{languages[0]}": row.question.text})
    return _question_page(found, form, kind, row)


def _question_page(
    found: Course, form: BankQuestionForm, kind: QuestionKind, row: BankRow | None
) -> ResponseReturnValue:
    return page(
        "assessments/question.html",
        form=form,
        course=found,
        row=row,
        kind=kind,
        kind_word=KIND[kind],
        kind_help=KIND_HELP[kind],
        language_names=LANGUAGES,
        knowledge=kind in KNOWLEDGE,
        looked=looked_at(row.revision_id) if row is not None and kind in KNOWLEDGE else None,
        verdicts=VERDICT,
        most=MOST_OPTIONS,
    )


@blueprint.get("/courses/<public_id>/questions/<question_id>/wordings")
@allow("assessments.questions")
def wordings(public_id: str, question_id: str) -> ResponseReturnValue:
    """All wordings that a question ever had, the newest first."""
    found = _course(public_id)
    revisions = revisions_of(found, question_id)
    if not revisions:
        raise NotFound
    return render_template(
        "assessments/wordings.html",
        course=found,
        question_id=question_id,
        revisions=[(one, value_of(one)) for one in revisions],
        language_names=LANGUAGES,
        choices_of=choices_of,
    )


@blueprint.post("/courses/<public_id>/questions/<question_id>/away")
@allow("assessments.write")
def away(public_id: str, question_id: str) -> ResponseReturnValue:
    """Put a question away: no new test offers it."""
    put_away(public_id, question_id, current_actor())
    flash(_("Put away. New tests do not offer it."))
    return redirect(url_for("assessments.bank", public_id=public_id))


@blueprint.post("/courses/<public_id>/questions/<question_id>/back")
@allow("assessments.write")
def back(public_id: str, question_id: str) -> ResponseReturnValue:
    """Take a question into use again."""
    with FlashedProblems(BankFull):
        take_back(public_id, question_id, current_actor())
        flash(_("In use again."))
    return redirect(url_for("assessments.bank", public_id=public_id))


@blueprint.post("/courses/<public_id>/questions/bring")
@allow("assessments.write")
@takes_file(MOST_BYTES)
def bring(public_id: str) -> ResponseReturnValue:
    """Bring in the questions of a Moodle XML file."""
    _course(public_id)
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent is not None else b""
    if not content:
        flash(_("Choose a file first."), "bad")
        return redirect(url_for("assessments.bank", public_id=public_id))
    try:
        read = read_moodle(content, language_code())
    except UnreadableBank as problem:
        flash(unreadable_sentence(problem.reason), "bad")
        return redirect(url_for("assessments.bank", public_id=public_id))
    except CleaningBusy as busy:
        flash(str(busy), "bad")
        return redirect(url_for("assessments.bank", public_id=public_id))
    with FlashedProblems(BankFull):
        brought = bring_in(public_id, read.questions, current_actor())
        flash(brought_sentence(brought))
        if read.left_out:
            flash(_left_out(read.left_out), "warn")
    return redirect(url_for("assessments.bank", public_id=public_id))


def unreadable_sentence(reason: str) -> str:
    """Why a file of questions was not read."""
    return {
        "xml": _("This file could not be read. It is cut short, or no Moodle XML."),
        "doctype": _("This file declares entities, which Moodle never does. Nothing was read."),
        "quiz": _("This file holds no questions from Moodle. In Moodle, export as Moodle XML."),
        "many": _("This file holds more than 500 questions. Bring them in in parts."),
    }[reason]


def brought_sentence(brought: QuestionsBrought) -> str:
    """Sentence on what came of a file."""
    return _(
        "New questions: %(new)s. The same as here: %(same)s. Changed: %(changed)s.",
        new=brought.new,
        same=brought.same,
        changed=brought.changed,
    )


def _left_out(left_out: tuple[tuple[str, str], ...]) -> str:
    named = "; ".join(f"{name} ({kind})" for name, kind in left_out[:5])
    return ngettext(
        "%(num)s question was left out, of a kind that is unknown here, without a right answer or"
        " too long: %(named)s",
        "%(num)s questions were left out, of kinds that are unknown here, without a right answer or"
        " too long: %(named)s",
        len(left_out),
        named=named,
    )


def _in_use(found: Course) -> list[BankQuestion]:
    return [row.question for row in bank_of(found)]


@blueprint.get("/courses/<public_id>/questions.xml")
@allow("assessments.questions")
def moodle(public_id: str) -> ResponseReturnValue:
    """The questions in use as Moodle XML."""
    found = _course(public_id)
    made = written_bank("Questions", _in_use(found), [str(word) for word in SCALE])
    return download(made, name="questions.xml", type="application/xml")


@blueprint.get("/courses/<public_id>/questions.zip")
@allow("assessments.questions")
def qti(public_id: str) -> ResponseReturnValue:
    """The questions in use as a QTI 3 package."""
    found = _course(public_id)
    words = (str(TRUE_WORD), str(FALSE_WORD))
    made = written_package(_in_use(found), words, [str(word) for word in SCALE])
    return download(made, name="questions.zip", type="application/zip")
