"""Pages of a course's question bank. Practice months after a workshop: what changed, who told it,
and typing it in."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.assessments import blueprint
from kash.assessments.forms import (
    FALSE_WORD,
    KIND,
    KIND_HELP,
    OFTEN,
    SCALE,
    TELLER,
    TRUE_WORD,
    VERDICT,
    BankQuestionForm,
    BringQuestionsForm,
    PracticeForm,
    choices_of,
    practice_form,
    question_form,
    text_of,
)
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
from kash.assessments.queries.tests import (
    RegisteredPerson,
    ToldAbout,
    names_somebody,
    participants,
    practice_asked,
    practice_told,
    told_about,
    written_practice,
)
from kash.assessments.rules.bank import (
    MOST_BYTES,
    BankQuestion,
    UnreadableBank,
    written_bank,
    written_package,
)
from kash.assessments.rules.results import KNOWLEDGE, MOST_OPTIONS, Often, QuestionKind, Teller
from kash.assessments.services.bank import (
    MOST_QUESTIONS,
    MayNameSomebody,
    QuestionFlawed,
    QuestionsBrought,
    WrongEntry,
    add_question,
    bring_in,
    change_question,
    put_away,
    take_back,
)
from kash.assessments.services.tests import delete_practice_words, tell_practice
from kash.assessments.views.sheets import held_by_her, holds, seen_workshop
from kash.people.rules.persons import one_group
from kash.platform.cleaning import CleaningBusy
from kash.platform.web import NotFound as web_NotFound
from kash.platform.web import current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound
from kash.platform.web.language import language_code
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
        with form.showing_problems(**{first: QuestionFlawed}):
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
    with FlashedProblems():
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
    with FlashedProblems():
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


@dataclass(frozen=True)
class ToldPerson:
    """A person in the list, and what was told about her, by teller."""

    who: RegisteredPerson
    told: dict[Teller, ToldAbout]

    @property
    def letter(self) -> str:
        """The letter of her group."""
        return self.who.letter


@blueprint.get("/workshops/<public_id>/practice")
@allow("assessments.see")
def practice(public_id: str) -> ResponseReturnValue:
    """Practice that changed: how often by objective, what was written, and who told it."""
    found = seen_workshop(public_id)
    told = told_about(found)
    people = [ToldPerson(one, told.get(one.person_id, {})) for one in participants(found)]
    return render_template(
        "assessments/practice.html",
        **frame(found),
        **practice_shown(found),
        holds=holds(found),
        shown=one_group(people, attrgetter("letter"), request.args.get("group", "")),
        told=sum(1 for one in people if one.told),
        expected=len(people),
        written=written_practice(found, current_actor()),
    )


def practice_shown(found: Workshop) -> dict[str, Any]:
    """The distribution of what was told, as templates show it."""
    asked = practice_asked(found, language_code())
    return {
        "practice_asked": asked,
        "practice_told": practice_told(found, list(asked)),
        "often_words": OFTEN,
        "teller_words": TELLER,
    }


@blueprint.route("/workshops/<public_id>/practice/<entry_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def tell(public_id: str, entry_id: str) -> ResponseReturnValue:
    """Type in what somebody told about the practice of one person."""
    found = held_by_her(public_id)
    people = participants(found)
    who = next((one for one in people if one.entry == entry_id), None)
    if who is None:
        raise web_NotFound
    told = told_about(found, who.person_id).get(who.person_id, {})
    form = _form(found, people, who, told)
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
                raise web_NotFound from None
            flash(_("Saved."))
            return redirect(
                url_for("assessments.practice", public_id=public_id, group=who.letter), code=303
            )
        found = held_by_her(public_id)
    return page(
        "assessments/tell.html",
        **frame(found),
        form=form,
        who=who,
        told=told,
        teller_words=TELLER,
        asks_for_names=isinstance(form.problem, MayNameSomebody),
    )


@blueprint.route("/workshops/<public_id>/practice/words/<told_id>", methods=["GET", "POST"])
@allow("assessments.hold")
def delete_words(public_id: str, told_id: str) -> ResponseReturnValue:
    """Ask, then delete words about somebody's practice, as where somebody is named in them."""
    found = held_by_her(public_id)
    written = dict(written_practice(found, current_actor()))
    if request.method == "GET":
        if told_id not in written:
            raise web_NotFound
        return render_template(
            "assessments/delete_words.html", **frame(found), told_id=told_id, said=written[told_id]
        )
    delete_practice_words(public_id, told_id, by=current_actor())
    flash(_("Deleted."))
    return redirect(url_for("assessments.practice", public_id=public_id), code=303)


def _form(
    found: Workshop,
    people: list[RegisteredPerson],
    who: RegisteredPerson,
    told: dict[Teller, ToldAbout],
) -> PracticeForm:
    # A list of names shows one group at a time: a peer is of her own.
    peers = [(one.person, one.name) for one in people if one.letter == who.letter and one != who]
    asked = request.args.get("told_by", "")
    teller = Teller(asked) if asked in set(Teller) else None
    there = told[teller].often if teller in told else {}
    values = {f"often_{one}": str(often) for one, often in there.items() if often in set(Often)}
    if teller is not None:
        values["told_by"] = str(teller)
    return practice_form(practice_asked(found, language_code()), peers, values)
