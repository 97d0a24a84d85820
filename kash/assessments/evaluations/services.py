"""Problems that stand in the way of an evaluation, each with its sentence. Clearing a box that was
deleted out of the database's own files. Comments end after the time for which the programme keeps
what people wrote themselves. Evaluations of single days, which move along with their workshop.
Standard questions of a day and of a workshop, which a trainer may change before opening. Making a
form from standard questions, changing them, opening it, giving it more time. Taking answers. From
a phone: no entry, no time, no person; from paper: an entry, since somebody with an account wrote
it. Closing a form: open all answers, count each question by itself, destroy key and box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kash.assessments.evaluations.models import (
    COMMENT,
    OVERHEAD,
    EvaluationBox,
    EvaluationComment,
    EvaluationCount,
    EvaluationForm,
    EvaluationQuestion,
    KeyGone,
    destroy_form_key,
    destroy_other_keys,
    make_form_key,
    open_answer,
    private_half,
    seal_answer,
)
from kash.assessments.evaluations.queries import asked, box_of, group_letters, questions_of
from kash.assessments.evaluations.rules import (
    FEWEST,
    LONGER,
    MOST_COMMENTS,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    Ballot,
    BallotBox,
    BallotBoxFull,
    BallotQuestionKind,
    Tally,
    UnreadableBallot,
    ballots_in,
    closing_fits,
    empty_box,
    packed,
    packed_size,
    read_answers,
    says_nothing,
    should_be_closed,
    slots_for,
    takes_answers,
    tally,
    unpacked,
    was_sent,
    with_ballot,
)
from kash.attendance.models import RosterEntry
from kash.platform.database import after_commit, db, new_public_id, utc_now, writing
from kash.platform.vault import Change, SealError, audited, scrub, seal
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.programme import retention
from kash.policy import SYSTEM, Actor
from kash.workshops.models import Workshop
from kash.workshops.rules import days_between
from kash.workshops.services.planning import held_for_change, held_workshop

ALREADY_OPENED = _l("This form was opened already: its questions stay as they are.")


OPTIONS_DIFFER = _l("Write two to six options, one on a line, and as many in each language.")


_WRONG_CLOSING_TIME = _l("Choose a time from now on, at most three days away.")


NOT_OF_THIS_WORKSHOP = _l("Choose a day of this workshop.")


class FormNotOpen(Problem):
    """A form that is not open takes no answers."""

    sentence = _l("This form takes no answers: it is not open, or its time is over.")


NOT_AN_ANSWER = _l("Something in these answers does not fit the form. Look through them again.")


_TRIES = 3
_PATIENCE = 20.0


def clear_box(patience: float = 1.0) -> None:
    """Leave nothing of deleted boxes in the database's files.

    Readers can hold it up; then the worker does it within minutes: nobody waits for that. Even
    until then nobody could open what is left: the key was never in the database, and is destroyed.
    """
    if db.engine.dialect.name == "sqlite":
        scrub(patience)
        return
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET lock_timeout = '1s'"))
        try:
            for _ in range(_TRIES):
                try:
                    # Written anew, since a page keeps the bytes of a row that is gone.
                    connection.execute(text("VACUUM (FULL) evaluation_box"))
                except OperationalError:
                    continue
                return
        finally:
            connection.execute(text("RESET lock_timeout"))


def something_is_left() -> bool:
    """True if PostgreSQL's table holds anything although no form is open. On SQLite the log is
    emptied every minute in any case (`incidents.services.letterbox`)."""
    if db.engine.dialect.name == "sqlite":
        return False
    size = "SELECT pg_relation_size(oid) FROM pg_class WHERE relname = 'evaluation_box'"
    return bool(db.session.scalar(text(size)))


def delete_old_comments(now: datetime) -> int:
    """Delete comments of forms that were closed that long ago; returns how many went. What was
    counted stays."""
    span = retention().span("own_words")
    old = (
        select(EvaluationQuestion.id)
        .join(EvaluationQuestion.form)
        .where(EvaluationForm.closed_at < now - span)
    )
    with writing() as session:
        gone = session.execute(
            delete(EvaluationComment).where(EvaluationComment.question_id.in_(old))
        )
        return int(getattr(gone, "rowcount", 0))


def follow(session: Session, workshop: Workshop, moved: timedelta) -> None:
    """Move the forms of its days that are not closed; what was told of a day stays told of it."""
    forms = select(EvaluationForm).where(
        EvaluationForm.workshop_id == workshop.id,
        EvaluationForm.day.is_not(None),
        EvaluationForm.state != "closed",
    )
    for form in session.scalars(forms.with_for_update()):
        if form.day is not None:
            form.day += moved


@dataclass(frozen=True)
class QuestionDetails:
    """A question as entered: words by language, and those of each option by language."""

    kind: BallotQuestionKind
    texts: dict[str, str]
    options: Sequence[dict[str, str]] = ()


def _scale(en: str, sw: str) -> QuestionDetails:
    return QuestionDetails(BallotQuestionKind.SCALE, {"en": en, "sw": sw})


def _comment(en: str, sw: str) -> QuestionDetails:
    return QuestionDetails(BallotQuestionKind.COMMENT, {"en": en, "sw": sw})


def _choice(en: str, sw: str, *options: tuple[str, str]) -> QuestionDetails:
    words = [{"en": in_en, "sw": in_sw} for in_en, in_sw in options]
    return QuestionDetails(BallotQuestionKind.CHOICE, {"en": en, "sw": sw}, words)


_SAFE = _scale("I felt safe to say what I think.", "Nilijisikia salama kusema ninachofikiri.")

OF_A_DAY = (
    _scale("Today was worth my time.", "Siku ya leo ilistahili muda wangu."),
    _scale("I could follow what was said.", "Niliweza kufuata yaliyosemwa."),
    _SAFE,
    _choice(
        "The pace today was",
        "Kasi ya leo ilikuwa",
        ("too slow", "polepole mno"),
        ("right", "sawa"),
        ("too fast", "haraka mno"),
    ),
    _comment("What should be different tomorrow?", "Nini kiwe tofauti kesho?"),
)

OF_A_WORKSHOP = (
    _scale("I will use what I learned here.", "Nitatumia niliyojifunza hapa."),
    _scale("Everybody here was treated with respect.", "Kila mtu hapa aliheshimiwa."),
    _SAFE,
    _scale(
        "The trainers knew their subject and listened.",
        "Wakufunzi walijua somo lao na walisikiliza.",
    ),
    _choice(
        "The workshop was",
        "Warsha ilikuwa",
        ("too short", "fupi mno"),
        ("right", "ya urefu unaofaa"),
        ("too long", "ndefu mno"),
    ),
    _choice(
        "Venue, food and transport were",
        "Ukumbi, chakula na usafiri vilikuwa",
        ("good", "vizuri"),
        ("bearable", "vya kuvumilika"),
        ("bad", "vibaya"),
    ),
    _comment("What helped you most?", "Nini kilikusaidia zaidi?"),
    _comment("What should we change?", "Tubadilishe nini?"),
)


def add_form(workshop: str, day: date | None, *, by: Actor) -> str:
    """Make a form of a workshop's day, or of the whole of it; its public id.

    It has the questions of the last one of its kind in this workshop, else the standard ones.
    Raises NotFound, WorkshopCancelled and Problem.
    """
    with audited("evaluations.form_added", by) as change:
        session = change.session
        of = held_for_change(session, workshop)
        if day is not None and day not in days_between(of.starts_on, of.ends_on):
            raise Problem(NOT_OF_THIS_WORKSHOP)
        _refuse_another(session, of, day)
        form = EvaluationForm(
            public_id=new_public_id(),
            workshop_id=of.id,
            day=day,
            created_by=by.public_id,
            created_at=change.now,
            questions=_first_questions(session, of, day),
        )
        session.add(form)
        session.flush()
        change.about(of.public_id, form.public_id)
        return form.public_id


def _refuse_another(session: Session, of: Workshop, day: date | None) -> None:
    """A form that told nothing can be followed by another; no other can."""
    same = EvaluationForm.day.is_(None) if day is None else EvaluationForm.day == day
    for form in session.scalars(
        select(EvaluationForm).where(EvaluationForm.workshop_id == of.id, same)
    ):
        if form.state != "closed" or form.answered - form.left_out >= FEWEST:
            raise Problem(_l("There is a form for this already."))


def _first_questions(session: Session, of: Workshop, day: date | None) -> list[EvaluationQuestion]:
    whole = day is None
    before = session.scalar(
        select(EvaluationForm.id)
        .where(EvaluationForm.workshop_id == of.id, EvaluationForm.day.is_(None) == whole)
        .order_by(EvaluationForm.id.desc())
        .limit(1)
    )
    questions: Sequence[QuestionDetails | EvaluationQuestion] = OF_A_WORKSHOP if whole else OF_A_DAY
    if before is not None:
        questions = questions_of(session, before)
    return [
        EvaluationQuestion(
            public_id=new_public_id(),
            position=position,
            kind=str(question.kind),
            texts=question.texts,
            options=list(question.options),
        )
        for position, question in enumerate(questions, start=1)
    ]


def _held_form(session: Session, workshop: str, public_id: str) -> EvaluationForm:
    """A form of a workshop, held until the transaction ends. Raises NotFound."""
    of = held_workshop(session, workshop)
    return get_or_404(
        session, EvaluationForm, public_id, EvaluationForm.workshop_id == of.id, lock=True
    )


@contextmanager
def _draft(
    action: str, workshop: str, public_id: str, row_version: int | None, by: Actor
) -> Iterator[tuple[Change, EvaluationForm, list[EvaluationQuestion]]]:
    """A form that was not opened, with its questions, held until the block ends. Raises NotFound
    and ChangedMeanwhile, and a problem for an opened one."""
    with audited(action, by) as change:
        form = _held_form(change.session, workshop, public_id)
        if form.state != "draft":
            raise Problem(ALREADY_OPENED)
        if row_version is not None and form.row_version != row_version:
            raise ChangedMeanwhile
        questions = questions_of(change.session, form.id)
        form.row_version += 1
        yield change, form, questions


def _place_of(question: str, questions: Sequence[EvaluationQuestion]) -> int:
    """The place of a question (public id) from 0. Raises NotFound."""
    places = {there.public_id: at for at, there in enumerate(questions)}
    return one_or_404(places.get(question))


def save_question(
    workshop: str,
    public_id: str,
    question: str | None,
    details: QuestionDetails,
    row_version: int,
    *,
    by: Actor,
) -> None:
    """Add a question at the end of a form that was not opened, or change one (public id).

    Raises NotFound and ChangedMeanwhile, and a problem for an opened form, too many questions, or
    options that differ.
    """
    options = list(details.options) if details.kind is BallotQuestionKind.CHOICE else []
    if details.kind is BallotQuestionKind.CHOICE and not 2 <= len(options) <= MOST_OPTIONS:
        raise Problem(OPTIONS_DIFFER, field="options_en")
    with _draft("evaluations.question_saved", workshop, public_id, row_version, by) as (
        change,
        form,
        there,
    ):
        if question is None:
            saved = EvaluationQuestion(public_id=new_public_id(), position=len(there) + 1)
            there.append(saved)
        else:
            saved = there[_place_of(question, there)]
        saved.kind, saved.texts, saved.options = str(details.kind), details.texts, options
        comments = sum(1 for other in there if other.kind == BallotQuestionKind.COMMENT)
        if len(there) > MOST_QUESTIONS or comments > MOST_COMMENTS:
            raise Problem(_l("A form has at most 12 questions, 3 of them for comments."), field="")
        if question is None:
            form.questions.append(saved)
        change.session.flush()
        change.about(form.public_id, saved.public_id)


def remove_question(workshop: str, public_id: str, question: str, *, by: Actor) -> None:
    """Take a question off a form that was not opened. Raises NotFound, and a problem for an opened
    one."""
    with _draft("evaluations.question_removed", workshop, public_id, None, by) as (
        change,
        form,
        there,
    ):
        change.session.delete(there.pop(_place_of(question, there)))
        _number(there)
        change.about(form.public_id, question)


def move_question_up(workshop: str, public_id: str, question: str, *, by: Actor) -> None:
    """Ask a question one place earlier. Raises NotFound, and a problem for an opened form."""
    with _draft("evaluations.questions_ordered", workshop, public_id, None, by) as (
        change,
        form,
        there,
    ):
        at = _place_of(question, there)
        if at == 0:
            change.nothing()
            return
        there[at - 1], there[at] = there[at], there[at - 1]
        _number(there)
        change.about(form.public_id, question)


def _number(questions: Sequence[EvaluationQuestion]) -> None:
    for position, question in enumerate(questions, start=1):
        question.position = position


def remove_form(workshop: str, public_id: str, *, by: Actor) -> None:
    """Delete a form that was not opened. Raises NotFound, and a problem for an opened one."""
    with _draft("evaluations.form_removed", workshop, public_id, None, by) as (change, form, _):
        change.session.delete(form)
        change.about(workshop, public_id)


def open_form(
    workshop: str, public_id: str, closes_at: datetime, *, asks_group: bool, by: Actor
) -> None:
    """Have a form take answers from now on, sealed to a key of its own.

    Raises NotFound and WorkshopCancelled, and a problem for an opened form, one without questions,
    or a time that does not fit.
    """
    with _draft("evaluations.form_opened", workshop, public_id, None, by) as (change, form, there):
        session = change.session
        of = held_for_change(session, workshop)
        questions = asked(there)
        if not questions:
            raise Problem(_l("Add a question first."), field="")
        if not closing_fits(closes_at, change.now):
            raise Problem(_WRONG_CLOSING_TIME, field="closes_at")
        form.state, form.opened_at, form.closes_at = "open", change.now, closes_at
        form.asks_group = asks_group
        form.public_key = make_form_key(form.public_id)
        expected = session.scalar(
            select(func.count()).where(
                RosterEntry.register_id == of.register_id, RosterEntry.removed_at.is_(None)
            )
        )
        box = empty_box(slots_for(expected or 0), packed_size(questions) + OVERHEAD)
        session.add(
            EvaluationBox(
                form_id=form.id, slots=box.slots, piece=box.piece, salt=box.salt, body=box.body
            )
        )
        change.about(workshop, form.public_id)


def give_more_time(workshop: str, public_id: str, *, by: Actor) -> None:
    """Have an open form close a quarter of an hour later. Raises NotFound, FormNotOpen and
    Problem."""
    with audited("evaluations.time_given", by) as change:
        form = _held_form(change.session, workshop, public_id)
        if form.state != "open" or form.closes_at is None or form.opened_at is None:
            raise FormNotOpen
        later = max(form.closes_at, change.now) + LONGER
        if not closing_fits(later, form.opened_at):
            raise Problem(_WRONG_CLOSING_TIME, field="closes_at")
        form.closes_at = later
        change.about(workshop, form.public_id)


def take_answer(public_id: str, given: Mapping[int, str], group: str, nonce: str) -> bool:
    """Put an answer into a form's box; False if the same was sent before.

    `given` are answers by the places of questions, from 0; `nonce` is what the phone made up for
    this sheet. Raises NotFound, FormNotOpen and Problem.
    """
    with writing() as session:
        form = get_or_404(session, EvaluationForm, public_id)
        return _put(session, form, given, group, nonce, on_paper=False)


def enter_sheet(
    workshop: str, public_id: str, given: Mapping[int, str], group: str, nonce: str, *, by: Actor
) -> bool:
    """Put what stands on a sheet of paper into a form's box; False if it was sent before.

    Raises as `take_answer`.
    """
    with audited("evaluations.sheet_entered", by) as change:
        form = _held_form(change.session, workshop, public_id)
        change.about(form.public_id)
        put = _put(change.session, form, given, group, nonce, on_paper=True)
        if not put:
            change.nothing()
        return put


def _put(
    session: Session,
    form: EvaluationForm,
    given: Mapping[int, str],
    group: str,
    nonce: str,
    *,
    on_paper: bool,
) -> bool:
    # First, so that a form which is being closed is seen as closed.
    stored = session.scalars(
        select(EvaluationBox).where(EvaluationBox.form_id == form.id).with_for_update()
    ).first()
    session.refresh(form)
    if stored is None or not takes_answers(form.state, form.closes_at, utc_now()):
        raise FormNotOpen
    box = box_of(stored)
    if was_sent(box, nonce):
        return False
    questions = asked(questions_of(session, form.id))
    groups = group_letters(session) if form.asks_group else []
    try:
        ballot = read_answers(questions, given, group, groups, on_paper=on_paper)
        if says_nothing(ballot):
            raise Problem(_l("Answer at least one question."), status=422)
        text = packed(ballot, packed_size(questions))
    except UnreadableBallot:
        raise Problem(NOT_AN_ANSWER, status=422) from None
    if form.public_key is None or stored.piece != len(text) + OVERHEAD:
        raise FormNotOpen
    try:
        box = with_ballot(box, seal_answer(form.public_key, form.public_id, text), nonce)
    except BallotBoxFull:
        raise Problem(_l("No more answers fit into this form. Tell the trainer.")) from None
    stored.taken, stored.seen, stored.body = box.taken, box.seen, box.body
    stored.on_paper += on_paper
    return True


_log = structlog.get_logger("kash.evaluations")


def close_form(workshop: str, public_id: str, *, by: Actor) -> None:
    """Close a form and write down what may be told of it. Raises NotFound and FormNotOpen."""
    with audited("evaluations.form_closed", by) as change:
        form = _held_form(change.session, workshop, public_id)
        if form.state != "open":
            raise FormNotOpen
        _close(change, form)
        after_commit(clear_box)
        change.about(workshop, form.public_id)


def close_overdue() -> int:
    """Close forms whose time is over, and destroy what a crash may have left; how many closed.

    A form that cannot be closed holds up no other.
    """
    db.session.rollback()
    due = db.session.execute(
        select(Workshop.public_id, EvaluationForm.public_id)
        .join(Workshop, Workshop.id == EvaluationForm.workshop_id)
        .where(EvaluationForm.state == "open", EvaluationForm.closes_at <= utc_now())
        .order_by(EvaluationForm.id)
    ).all()
    closed = 0
    for workshop, form in due:
        try:
            closed += _close_if_due(workshop, form)
        except Exception:
            db.session.rollback()
            # Of the error the log keeps its kind and place only, nothing of an answer.
            _log.error("evaluation_not_closed", form=form, exc_info=True)
    db.session.rollback()
    still = db.session.scalars(
        select(EvaluationForm.public_id).where(EvaluationForm.state == "open")
    ).all()
    if destroy_other_keys(still) or (not still and something_is_left()):
        clear_box(_PATIENCE)
    return closed


def _close_if_due(workshop: str, public_id: str) -> bool:
    with audited("evaluations.form_closed", SYSTEM) as change:
        form = _held_form(change.session, workshop, public_id)
        if not should_be_closed(form.state, form.closes_at, change.now):
            change.nothing()
            return False
        _close(change, form)
        after_commit(lambda: clear_box(_PATIENCE))
        change.about(workshop, form.public_id)
        return True


def _close(change: Change, form: EvaluationForm) -> None:
    session = change.session
    stored = session.scalars(
        select(EvaluationBox).where(EvaluationBox.form_id == form.id).with_for_update()
    ).one()
    questions = questions_of(session, form.id)
    ballots = _opened(form, box_of(stored))
    results = tally(asked(questions), ballots)
    form.state, form.closed_at, form.public_key = "closed", change.now, None
    form.answered, form.on_paper = stored.taken, stored.on_paper
    form.left_out = stored.taken - results.counted
    form.lost = len(ballots) < stored.taken
    _write(session, questions, results)
    session.delete(stored)
    public_id = form.public_id
    # Not before: what could not be written down is still there to be counted.
    after_commit(lambda: destroy_form_key(public_id))


def _opened(form: EvaluationForm, box: BallotBox) -> list[Ballot]:
    """Answers that can be opened: none if the key is gone, as after a backup was put back."""
    try:
        private = private_half(form.public_id)
    except (KeyGone, SealError):
        _log.error("evaluation_key_gone", form=form.public_id)
        return []
    ballots = []
    for sealed in ballots_in(box):
        try:
            ballots.append(unpacked(open_answer(private, form.public_id, sealed)))
        except SealError:
            _log.error("evaluation_answer_damaged", form=form.public_id)
    return ballots


def _write(session: Session, questions: list[EvaluationQuestion], results: Tally) -> None:
    session.add_all(
        EvaluationCount(question_id=questions[place].id, part=part, option=option, count=count)
        for place, counts in results.counts.items()
        for part, of_part in counts.items()
        for option, count in of_part.items()
    )
    session.add_all(
        EvaluationComment(
            public_id=public_id,
            question_id=questions[place].id,
            body=seal(comment, kind=COMMENT, public_id=public_id),
        )
        for place, comments in results.comments.items()
        for comment in comments
        for public_id in [new_public_id()]
    )
    session.flush()
