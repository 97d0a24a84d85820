"""Forms on which an evaluation is made and opened. Answers as a sheet sends them, on a phone or
typed off paper. The sheet on a phone, for people in the hall. No account, no session, no
trace: nothing is logged, counted or kept of who asked for it and when. Scope of the actor here:
the workshops and forms that she sees, and those that she runs. Evaluations of a workshop: its
forms; each made, opened, given time, closed, removed. Questions of a form that was not opened:
added, changed, moved, removed. Results as a table to take along. The code for the wall, the sheet
on paper, and sheets typed off paper."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Flask, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.services.throttle import count_try, tries_are_over
from kash.assessments.evaluations import blueprint
from kash.assessments.evaluations import services as closing
from kash.assessments.evaluations.models import (
    EvaluationForm,
    EvaluationQuestion,
    KeyGone,
    typing_key,
)
from kash.assessments.evaluations.queries import (
    KIND,
    QuestionResults,
    form_of,
    form_with_code,
    forms_of,
    group_letters,
    groups_stand_apart,
    hall_code,
    in_the_room,
    in_words,
    option_words,
    part_word,
    questions_of,
    results_of,
    taken_so_far,
)
from kash.assessments.evaluations.rules import (
    FEWEST,
    LONGEST_COMMENT,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    USUALLY_OPEN,
    BallotQuestionKind,
    is_unanimous,
    mean_step,
    takes_answers,
)
from kash.assessments.evaluations.services import (
    ALREADY_OPENED,
    NOT_AN_ANSWER,
    NOT_OF_THIS_WORKSHOP,
    OPTIONS_DIFFER,
    FormNotOpen,
    QuestionDetails,
    take_answer,
)
from kash.assessments.evaluations.services import enter_sheet as put_sheet
from kash.platform.database import db, is_public_id, new_public_id, utc_now
from kash.platform.press import qr_svg
from kash.platform.vault import SealError
from kash.platform.web import Forbidden, Problem, current_actor, page
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import TooManyTries, one_or_404
from kash.platform.web.fields import MomentField, clean_text
from kash.platform.web.formats import day_text, local_today, to_local
from kash.platform.web.forms import (
    BooleanField,
    KashForm,
    long_text_field,
    radio_field,
    required,
    text_field,
)
from kash.platform.web.language import language_code
from kash.platform.web.logs import leaves_no_trace
from kash.platform.web.pages import download, go
from kash.platform.web.programme import LANGUAGES, programme_languages, retention
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import noted
from kash.policy import ANYONE, allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop, runs
from kash.workshops.rules import days_between
from kash.workshops.services.timetable import WorkshopCancelled

_LONGEST_QUESTION, _LONGEST_OPTION = 160, 60


class EvaluationQuestionForm(RowVersionForm):
    """One question in each of the programme's languages; options are written one on a line."""

    kind = radio_field(_l("How it is answered"), [(str(kind), word) for kind, word in KIND.items()])
    text_en = text_field(_l("Question in English"), most=_LONGEST_QUESTION)
    text_sw = text_field(_l("Question in Kiswahili"), most=_LONGEST_QUESTION)
    options_en = long_text_field(_l("Answers in English"), most=400)
    options_sw = long_text_field(_l("Answers in Kiswahili"), most=400)

    def keep_languages(self) -> None:
        """Leave out the fields of languages that the programme does not speak."""
        for code in ("en", "sw"):
            if code not in programme_languages():
                del self[f"text_{code}"], self[f"options_{code}"]

    def _lines(self) -> dict[str, list[str]]:
        """The options in each language, one on a line."""
        return {
            code: [line.strip() for line in lines if line.strip()]
            for code in ("en", "sw")
            if f"text_{code}" in self
            for lines in [(self[f"options_{code}"].data or "").splitlines()]
        }

    def check_together(self) -> None:
        """Also: a choice has as many options in each language."""
        if self.kind.data != BallotQuestionKind.CHOICE:
            return
        numbers = {len(lines) for lines in self._lines().values()}
        differ = len(numbers) > 1 or not 2 <= min(numbers) <= MOST_OPTIONS
        for code, lines in self._lines().items():
            field = self[f"options_{code}"]
            if differ:
                self.mark_wrong(field, OPTIONS_DIFFER)
            if any(len(line) > _LONGEST_OPTION for line in lines):
                sentence = _l("Use at most %(most)s characters a line.", most=_LONGEST_OPTION)
                self.mark_wrong(field, sentence)

    def details(self) -> QuestionDetails:
        """The question as it was entered."""
        kind, lines = BallotQuestionKind(self.kind.data or ""), self._lines()
        options = zip(*lines.values(), strict=True) if kind is BallotQuestionKind.CHOICE else ()
        return QuestionDetails(
            kind,
            {code: self[f"text_{code}"].data or "" for code in lines},
            [dict(zip(lines, words, strict=True)) for words in options],
        )


class OpenEvaluationForm(KashForm):
    """Opening a form: until when, and whether the group is asked for."""

    closes_at = MomentField(_l("Closes by itself at"), validators=[required()])
    asks_group = BooleanField(_l("Ask for the group on the badge"))


def sent_answers() -> dict[int, str]:
    """Answers by the places of questions, from 0, as they were sent."""
    sent = (request.form.get(f"q{place}", "") for place in range(MOST_QUESTIONS))
    cleaned = (clean_text(text.replace("\r\n", "\n")) or "" for text in sent)
    return {place: CONTROL_CHARACTERS.sub(" ", text) for place, text in enumerate(cleaned)}


def sent_nonce() -> str:
    """The mark by which a sheet that is sent twice is known. Raises Problem."""
    nonce = request.form.get("sheet", "")
    if not is_public_id(nonce):
        raise Problem(NOT_AN_ANSWER, status=422)
    return nonce


# A whole hall behind one address mistypes the code; a guesser needs millions of tries.
_WINDOW, _TRIES = timedelta(minutes=10), 60
_WRONG_CODE = "evaluations.code"


@blueprint.route("/e", methods=["GET", "POST"])
@allow(ANYONE)
@leaves_no_trace
def answer() -> ResponseReturnValue:
    """The sheet of the form whose code hangs on the wall; posted, it is put into the box.

    It needs no session, and so has no token: a page of another site sends nothing.
    """
    wanted = request.values.get("in", "")
    language = wanted if wanted in programme_languages() else language_code()
    with force_locale(language):
        with CaughtProblem(Problem) as caught:
            return _answered(language) if request.method == "POST" else _asked(language)
        return _refused(caught.problem, language)


def _form() -> EvaluationForm | None:
    """The open form of the code that was sent; only wrong codes are counted. Raises
    TooManyTries."""
    code = request.values.get("code", "")[:20]
    if not code.strip():
        return None
    address = request.remote_addr or ""
    if tries_are_over(_WRONG_CODE, address, limit=_TRIES):
        raise TooManyTries
    form = form_with_code(code)
    if form is None:
        count_try(_WRONG_CODE, address, limit=_TRIES, window=_WINDOW)
    elif form.closes_at is None or form.closes_at <= utc_now():
        raise FormNotOpen
    return form


def _asked(language: str) -> ResponseReturnValue:
    form = _form()
    if form is not None:
        return _sheet(form, language)
    typed = request.args.get("code", "")[:20]
    problem = _("No open form has this code. Look at the wall again.") if typed else ""
    body = _shown("evaluations/code.html", language, code=typed, problem=problem)
    return body, 404 if typed else 200


def _sheet(
    form: EvaluationForm, language: str, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    """The sheet, with what was sent if something was."""
    try:
        key = base64.b64encode(typing_key(form.public_id)).decode()
    except (KeyGone, SealError):
        # Whatever is put into the box could be opened by nobody.
        raise FormNotOpen from None
    sheet = _sheet_values(form, problem)
    code = hall_code(form)
    return _shown("evaluations/answer.html", language, code=code, key=key, **sheet), status


def _sheet_values(form: EvaluationForm, problem: str) -> dict[str, Any]:
    """A sheet to be filled in, as its template shows it."""
    return {
        "form": form,
        "sheet": request.form.get("sheet") or new_public_id(),
        **_questions_values(form),
        "given": sent_answers() if request.method == "POST" else {},
        "group": request.form.get("group", ""),
        "longest": LONGEST_COMMENT,
        "problem": problem,
    }


def _questions_values(form: EvaluationForm) -> dict[str, Any]:
    return {
        "questions": questions_of(db.session(), form.id),
        "groups": group_letters(db.session()) if form.asks_group else [],
    }


def _answered(language: str) -> ResponseReturnValue:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden
    form = _form()
    if form is None:
        raise FormNotOpen
    public_id = form.public_id
    try:
        take_answer(public_id, sent_answers(), request.form.get("group", ""), sent_nonce())
    except Problem as problem:
        again = form_with_code(request.values.get("code", "")[:20])
        if again is None or isinstance(problem, FormNotOpen) or _by_script():
            raise
        return _sheet(again, language, str(problem), problem.status)
    if _by_script():
        return {"sent": True}
    return _shown("evaluations/sent.html", language, code=request.form.get("code", ""))


def _refused(problem: Problem, language: str) -> ResponseReturnValue:
    if _by_script():
        return {"problem": str(problem)}, problem.status
    return _shown("evaluations/refused.html", language, problem=str(problem)), problem.status


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _shown(template: str, language: str, **values: Any) -> str:
    return render_template(
        template,
        language=language,
        tongues=[(code, LANGUAGES[code]) for code in programme_languages()],
        **values,
    )


def join_answers(app: Flask) -> None:
    """Have sheets taken without a token: people who answer have no session to hold one."""
    app.extensions["csrf"].exempt(f"{answer.__module__}.{answer.__name__}")


def seen_form(public_id: str, form_id: str) -> tuple[Workshop, EvaluationForm]:
    """A workshop whose evaluations the actor may see, and one of its forms."""
    workshop = own_workshop(public_id, current_actor(), "evaluations.see")
    return workshop, form_of(workshop, form_id)


def run_form(public_id: str, form_id: str) -> tuple[Workshop, EvaluationForm]:
    """A workshop whose evaluations the actor runs, and one of its forms."""
    workshop = own_workshop(public_id, current_actor(), "evaluations.run")
    return workshop, form_of(workshop, form_id)


def to_form(public_id: str, form_id: str) -> ResponseReturnValue:
    """Lead to a form's page."""
    return go("evaluations.form", public_id=public_id, form_id=form_id)


_WHOLE = "whole"


@blueprint.get("/workshops/<public_id>/evaluations")
@allow("evaluations.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Forms of a workshop, and what can be made: one for each day, one for the whole."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "evaluations.see")
    there = forms_of(workshop)
    open_days = {
        form.day for form in there if form.state != "closed" or form.answered - form.left_out
    }
    choices = [
        (day.isoformat(), day_text(day))
        for day in days_between(workshop.starts_on, workshop.ends_on)
        if day not in open_days
    ]
    if None not in open_days:
        choices.append((_WHOLE, _("The whole workshop")))
    return render_template(
        "evaluations/workshop.html",
        **frame(workshop),
        forms=there,
        choices=choices,
        runs=runs(actor, workshop, "evaluations.run") and workshop.state != "cancelled",
    )


@blueprint.post("/workshops/<public_id>/evaluations")
@allow("evaluations.run")
def add(public_id: str) -> ResponseReturnValue:
    """Make a form of a day, or of the whole workshop."""
    own_workshop(public_id, current_actor(), "evaluations.run")
    typed = request.form.get("of", "")
    with FlashedProblems(WorkshopCancelled, tone="warn"):
        form_id = closing.add_form(public_id, _day(typed), by=current_actor())
        return to_form(public_id, form_id)
    return _to_all(public_id)


def _day(asked: str) -> date | None:
    if asked == _WHOLE:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise Problem(NOT_OF_THIS_WORKSHOP) from None


def _to_all(public_id: str) -> ResponseReturnValue:
    return go("evaluations.workshop", public_id=public_id)


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>")
@allow("evaluations.see")
def form(public_id: str, form_id: str) -> ResponseReturnValue:
    """One form: its questions, how many answered, or what was answered."""
    workshop, shown = seen_form(public_id, form_id)
    told = shown.state == "closed" and shown.answered - shown.left_out >= FEWEST
    taken = taken_so_far(shown) if shown.state == "open" else 0
    return render_template(
        f"evaluations/{shown.state}.html",
        workshop=workshop,
        form=shown,
        questions=questions_of(db.session(), shown.id),
        runs=runs(current_actor(), workshop, "evaluations.run"),
        # Fewer than five are no number: it would tick with each of the first.
        taken=taken if taken >= FEWEST else None,
        overdue=shown.closes_at is not None and shown.closes_at <= utc_now(),
        in_the_room=in_the_room(workshop, shown),
        code=hall_code(shown) if shown.state == "open" else "",
        results=results_of(shown) if told else [],
        comments_until=_comments_until(shown),
        today=local_today(),
        told=told,
        fewest=FEWEST,
        mean_step=mean_step,
        is_unanimous=is_unanimous,
    )


def _comments_until(one: EvaluationForm) -> date | None:
    """The day on which comments of a closed form are deleted."""
    if one.closed_at is None:
        return None
    return to_local(one.closed_at + retention().span("own_words")).date()


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/open", methods=["GET", "POST"])
@allow("evaluations.run")
def open_form(public_id: str, form_id: str) -> ResponseReturnValue:
    """Have a form take answers until a time."""
    workshop, evaluation = run_form(public_id, form_id)
    entered = OpenEvaluationForm(data={"closes_at": utc_now() + USUALLY_OPEN})
    if not groups_stand_apart(workshop):
        # Nobody is asked for what could never be shown.
        del entered.asks_group
    if entered.validate_on_submit():
        with entered.showing_problems():
            closing.open_form(
                public_id,
                form_id,
                entered.closes_at.data,
                asks_group="asks_group" in entered and entered.asks_group.data,
                by=current_actor(),
            )
            flash(_("The form is open. Show its code on the wall."))
            return to_form(public_id, form_id)
    return page(
        "evaluations/open_form.html", form=entered, workshop=workshop, evaluation=evaluation
    )


@blueprint.post("/workshops/<public_id>/evaluations/<form_id>/longer")
@allow("evaluations.run")
def longer(public_id: str, form_id: str) -> ResponseReturnValue:
    """Have an open form close a quarter of an hour later."""
    run_form(public_id, form_id)
    with FlashedProblems(FormNotOpen, tone="warn"):
        closing.give_more_time(public_id, form_id, by=current_actor())
        flash(_("A quarter of an hour more."))
    return to_form(public_id, form_id)


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/close", methods=["GET", "POST"])
@allow("evaluations.run")
def close(public_id: str, form_id: str) -> ResponseReturnValue:
    """Close a form for good, and see what was answered."""
    workshop, form = run_form(public_id, form_id)
    if request.method == "GET":
        return render_template(
            "evaluations/close.html", workshop=workshop, form=form, fewest=FEWEST
        )
    with FlashedProblems(FormNotOpen, tone="warn"):
        closing.close_form(public_id, form_id, by=current_actor())
        flash(_("The form is closed, and its key is destroyed."))
    return to_form(public_id, form_id)


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/remove", methods=["GET", "POST"])
@allow("evaluations.run")
def remove(public_id: str, form_id: str) -> ResponseReturnValue:
    """Remove a form that was not opened."""
    workshop, form = run_form(public_id, form_id)
    if request.method == "GET":
        return render_template("evaluations/remove.html", workshop=workshop, form=form)
    with FlashedProblems(tone="warn"):
        closing.remove_form(public_id, form_id, by=current_actor())
        flash(_("Removed."))
        return _to_all(public_id)
    return to_form(public_id, form_id)


def _values(form: EvaluationForm, question: EvaluationQuestion | None) -> dict[str, Any]:
    values: dict[str, Any] = {"row_version": form.row_version, "kind": "scale"}
    if question is not None:
        values["kind"] = question.kind
        for code in ("en", "sw"):
            values[f"text_{code}"] = question.texts.get(code, "")
            options = (option.get(code, "") for option in question.options)
            values[f"options_{code}"] = "\n".join(options)
    return values


def _question(form: EvaluationForm, question_id: str) -> EvaluationQuestion:
    questions = {there.public_id: there for there in questions_of(db.session(), form.id)}
    return one_or_404(questions.get(question_id))


def _page(
    workshop: Workshop, form: EvaluationForm, question: EvaluationQuestion | None
) -> ResponseReturnValue:
    if form.state != "draft":
        raise Problem(ALREADY_OPENED)
    workshop_id, form_id = workshop.public_id, form.public_id
    question_id = question.public_id if question is not None else None
    entered = EvaluationQuestionForm(data=_values(form, question))
    entered.keep_languages()
    if entered.validate_on_submit():
        with entered.showing_problems():
            closing.save_question(
                workshop_id,
                form_id,
                question_id,
                entered.details(),
                entered.row_version_shown,
                by=current_actor(),
            )
            return to_form(workshop_id, form_id)
    if entered.changed_meanwhile:
        form = form_of(workshop, form_id)
        saved = _question(form, question_id) if question_id is not None else None
        entered.compare(_values(form, saved))
    return page(
        "evaluations/question.html",
        form=entered,
        workshop=workshop,
        evaluation=form,
        question=question_id,
    )


@blueprint.route(
    "/workshops/<public_id>/evaluations/<form_id>/questions/new", methods=["GET", "POST"]
)
@allow("evaluations.run")
def add_question(public_id: str, form_id: str) -> ResponseReturnValue:
    """Add a question at the end."""
    workshop, form = run_form(public_id, form_id)
    return _page(workshop, form, None)


@blueprint.route(
    "/workshops/<public_id>/evaluations/<form_id>/questions/<question_id>", methods=["GET", "POST"]
)
@allow("evaluations.run")
def question(public_id: str, form_id: str, question_id: str) -> ResponseReturnValue:
    """Change a question."""
    workshop, form = run_form(public_id, form_id)
    return _page(workshop, form, _question(form, question_id))


@blueprint.post("/workshops/<public_id>/evaluations/<form_id>/questions/<question_id>/up")
@allow("evaluations.run")
def move_question(public_id: str, form_id: str, question_id: str) -> ResponseReturnValue:
    """Ask a question one place earlier."""
    run_form(public_id, form_id)
    with FlashedProblems(tone="warn"):
        closing.move_question_up(public_id, form_id, question_id, by=current_actor())
    return to_form(public_id, form_id)


@blueprint.route(
    "/workshops/<public_id>/evaluations/<form_id>/questions/<question_id>/remove",
    methods=["GET", "POST"],
)
@allow("evaluations.run")
def remove_question(public_id: str, form_id: str, question_id: str) -> ResponseReturnValue:
    """Ask, then take a question off: its words in each language go with it."""
    workshop, form = run_form(public_id, form_id)
    if request.method == "GET":
        return render_template(
            "evaluations/remove_question.html",
            workshop=workshop,
            form=form,
            question=_question(form, question_id),
        )
    with FlashedProblems(tone="warn"):
        closing.remove_question(public_id, form_id, question_id, by=current_actor())
        flash(_("The question is removed."))
    return to_form(public_id, form_id)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>/results.csv")
@allow("evaluations.see")
def export(public_id: str, form_id: str) -> Response:
    """Counts and comments of a closed form."""
    _found, form = seen_form(public_id, form_id)
    one_or_404(form if form.state == "closed" else None)
    table = results_csv(results_of(form))
    return noted(download(table, name="evaluation.csv", type="text/csv; charset=utf-8"))


def results_csv(results: Sequence[QuestionResults]) -> bytes:
    """UTF-8 with a mark by which spreadsheets know it: a line for each answer and group, and one
    for each comment."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([_("Question"), _("Group"), _("Answer"), _("Count")])
    for result in results:
        text = _plain(in_words(result.question.texts))
        words = option_words(result.question)
        for part, counts in result.parts.items():
            for key, count in counts.items():
                lines.writerow([text, part_word(part), _plain(words.get(key, key)), count])
        for comment in result.comments:
            lines.writerow([text, "", _plain(comment), ""])
    return written.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """A cell that no program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>/wall")
@allow("evaluations.run")
def wall(public_id: str, form_id: str) -> ResponseReturnValue:
    """A page for the wall: the code of an open form, the same for everybody in the hall."""
    workshop, form = run_form(public_id, form_id)
    if not takes_answers(form.state, form.closes_at, utc_now()):
        raise FormNotOpen
    code, site = hall_code(form), public_address()
    address = f"{site}{url_for('evaluations.answer', code=code)}"
    return render_template(
        "evaluations/wall.html",
        workshop=workshop,
        form=form,
        code=f"{code[:3]}-{code[3:]}",
        picture=qr_svg(address, label=_("QR code of this form")),
        typed_at=f"{site.split('://', 1)[-1]}{url_for('evaluations.answer')}",
        leads_nowhere=kind_of_address(site) is AddressKind.LOCAL,
    )


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>/paper")
@allow("evaluations.see")
def paper(public_id: str, form_id: str) -> ResponseReturnValue:
    """The sheet to be printed and filled in by hand."""
    workshop, form = seen_form(public_id, form_id)
    return render_template(
        "evaluations/paper.html", workshop=workshop, form=form, **_questions_values(form)
    )


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/sheet", methods=["GET", "POST"])
@allow("evaluations.run")
def enter_sheet(public_id: str, form_id: str) -> ResponseReturnValue:
    """Type a sheet off paper, then the next."""
    workshop, form = run_form(public_id, form_id)
    if request.method == "GET":
        return _sheets_page(workshop, form)
    try:
        new = put_sheet(
            public_id,
            form_id,
            sent_answers(),
            request.form.get("group", ""),
            sent_nonce(),
            by=current_actor(),
        )
    except Problem as problem:
        again, form = run_form(public_id, form_id)
        return _sheets_page(again, form, str(problem), problem.status)
    flash(_("Taken. Now the next sheet.") if new else _("This sheet was taken already."))
    return go("evaluations.enter_sheet")


def _sheets_page(
    workshop: Workshop, form: EvaluationForm, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    return render_template(
        "evaluations/enter_sheet.html",
        workshop=workshop,
        is_open=takes_answers(form.state, form.closes_at, utc_now()),
        **_sheet_values(form, problem),
    ), status
