"""Pages of decisions: what is hoped of them, when they come back, and what came of them. Pages of
actions: what is open, and what became of it. Pages of conflicts of interest in an item, and of how
a decision was taken. Pages of how an action goes, who has it from now on, and what it changes."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from flask import Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint, forms, go
from kash.forums.models import MOST_BYTES, AgendaItem, Forum, Meeting, content_of, type_of
from kash.forums.queries import meetings, series
from kash.forums.queries.decisions import (
    DECISION_STATES,
    STATES,
    ActionLine,
    DecisionLine,
    actions_of,
    ages_of,
    all_actions,
    changes_of,
    decisions_of,
    evidence_of,
    notes_of,
    open_action,
    owners_shown,
    readable_action,
    readable_decision,
    shown_actions,
    shown_decisions,
    watchable_lines,
)
from kash.forums.queries.meetings import number_of
from kash.forums.queries.people import conflicts_in, decision_in, decisions_noted, links_of, offered
from kash.forums.queries.series import forum_to_edit, member_choices, runs
from kash.forums.services import decisions as services
from kash.forums.services import minutes
from kash.forums.services.agenda import MeetingOver, TooManyRows, UnknownOwner, check_minutes_open
from kash.forums.services.decisions import LINK_KINDS, ReviewDetails, note_conflicts, note_decision
from kash.forums.services.minutes import close_action
from kash.forums.views.series import ACTION_COLUMNS, DECISION_COLUMNS
from kash.forums.wording import CHANGES_WORDS, CONCLUSION_WORDS, LINK_WORDS
from kash.people.queries.directory import groups
from kash.people.rules.persons import one_group
from kash.platform.cleaning import CleaningBusy
from kash.platform.database import db, utc_now
from kash.platform.storage import StorageError
from kash.platform.web import Forbidden, Listing, NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.lists import paged
from kash.platform.web.taking import is_taken, noted, offers_table, taken
from kash.policy import allow

_AT = "/<forum_id>/decisions/<decision_id>"


def _run(forum_id: str, decision_id: str) -> tuple[Forum, DecisionLine]:
    forum = forum_to_edit(forum_id, current_actor())
    return forum, readable_decision(forum, decision_id, current_actor())


def _saved(line: DecisionLine) -> dict[str, Any]:
    return {
        "expected": line.expected,
        "look_on": line.look_on,
        "watched": f"{line.table_key}:{line.line}" if line.table_key else "",
        "row_version": line.row_version,
    }


@blueprint.get("/<forum_id>/decisions")
@allow("forums.see")
@offers_table("decisions")
def decisions(forum_id: str) -> ResponseReturnValue:
    """A forum's decisions, from the result that was read to what came of it."""
    actor, today = current_actor(), local_today()
    forum = series.forum(forum_id, actor)
    wanted = request.args.get("state", "all")
    state = wanted if wanted in DECISION_STATES else "all"
    rows = decisions_of(forum, actor, today, state)
    if is_taken():
        return taken(rows.turned(lambda some: shown_decisions(some, actor)), DECISION_COLUMNS)
    return render_template(
        "forums/decisions.html",
        forum=forum,
        state=state,
        states=DECISION_STATES,
        listing=rows,
        changes=changes_of(forum, shown_decisions(rows, actor), actor, today),
        conclusions=CONCLUSION_WORDS,
        links=LINK_WORDS,
        today=today,
    )


@blueprint.get(_AT)
@allow("forums.see")
def decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """A decision: what is hoped, what was done, what the printed figures say, what was found."""
    actor, today = current_actor(), local_today()
    forum = series.forum(forum_id, actor)
    line = readable_decision(forum, decision_id, actor)
    return render_template(
        "forums/decision.html",
        forum=forum,
        change=changes_of(forum, [line], actor, today)[0],
        conclusions=CONCLUSION_WORDS,
        links=LINK_WORDS,
        runs=runs(actor, forum.secretary_id),
        today=today,
    )


@blueprint.route(f"{_AT}/review", methods=["GET", "POST"])
@allow("forums.edit")
def review_decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """Say what one would see if a decision worked, and when the forum looks again."""
    forum, line = _run(forum_id, decision_id)
    form = forms.ReviewForm(data=_saved(line))
    # What it watches stays, also where the programme shows no printed figures any more.
    watched = _saved(line)["watched"]
    choices = {"": _("None"), **({watched: watched} if watched else {}), **dict(watchable_lines())}
    form.watched.choices = list(choices.items())
    if form.validate_on_submit():
        with form.showing_problems():
            services.set_review(
                forum_id,
                decision_id,
                form.command(ReviewDetails),
                row_version=form.row_version_shown,
                by=current_actor(),
            )
            flash(_("Saved. It comes back to the agenda by itself."))
            return go("forums.decision")
        forum, line = _run(forum_id, decision_id)
        if form.changed_meanwhile:
            form.compare(_saved(line))
    return page("forums/decision_review.html", form=form, forum=forum, decision=line)


@blueprint.route(f"{_AT}/conclusion", methods=["GET", "POST"])
@allow("forums.edit")
def conclude_decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """Write down what the forum found when it looked again."""
    actor, today = current_actor(), local_today()
    forum, line = _run(forum_id, decision_id)
    if line.look_on is None:
        raise NotFound
    form = forms.ConclusionForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.conclude(
                forum_id,
                decision_id,
                conclusion=form.conclusion.data,
                found=form.found.data,
                by=actor,
            )
            flash(_("Saved. It is told at the next meeting."))
            return go("forums.decision")
        forum, line = _run(forum_id, decision_id)
    return page(
        "forums/decision_conclude.html",
        form=form,
        forum=forum,
        change=changes_of(forum, [line], actor, today)[0],
        today=today,
    )


@blueprint.route(f"{_AT}/conclusion/take-back", methods=["GET", "POST"])
@allow("forums.edit")
def reopen_decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """Take back what was concluded, after a question: its sentence goes with it."""
    if request.method == "GET":
        forum, line = _run(forum_id, decision_id)
        return render_template("forums/reopen_decision.html", forum=forum, decision=line)
    with FlashedProblems(tone="warn"):
        services.take_back_conclusion(forum_id, decision_id, by=current_actor())
        flash(_("Taken back."))
    return go("forums.decision")


def _asked_state() -> str:
    state = request.values.get("state", "open")
    return state if state in STATES else "open"


@blueprint.get("/<forum_id>/actions")
@allow("forums.see")
@offers_table("actions", names=True)
def actions(forum_id: str) -> ResponseReturnValue:
    """A forum's actions by state."""
    return _list(series.forum(forum_id, current_actor()), _asked_state())


@blueprint.post("/<forum_id>/actions/search")
@allow("forums.see")
@offers_table("actions", names=True)
def search_actions(forum_id: str) -> ResponseReturnValue:
    """Search a forum's actions. The words may be a name: they stay out of every address."""
    forum = series.forum(forum_id, current_actor())
    form = forms.FindActionsForm()
    if not form.validate_on_submit():
        return _list(forum, _asked_state(), form=form), 422
    if not form.search.data and not is_taken():
        return go("forums.actions", state=_asked_state())
    return _list(forum, _asked_state(), text=form.search.data)


def _list(
    found: Forum, state: str, *, text: str = "", form: forms.FindActionsForm | None = None
) -> str | Response:
    actor, today = current_actor(), local_today()
    if is_taken() and form is None:
        every = all_actions(found, actor, today, state=state, text=text)
        ages = ages_of(found, every, utc_now())
        return taken([(line, ages[line.public_id]) for line in every], ACTION_COLUMNS)
    listing: Listing[Any]
    if text:
        listing = paged(all_actions(found, actor, today, state=state, text=text))
        lines = list(listing.rows)
    else:
        listing = actions_of(found, actor, today, state=state)
        lines = shown_actions(listing, actor)
    return render_template(
        "forums/actions.html",
        forum=found,
        state=state,
        states=STATES,
        listing=listing,
        lines=lines,
        ages=ages_of(found, lines, utc_now()),
        shown=owners_shown(lines, request.values.get("group", "")),
        text=form.search.data if form else text,
        form=form,
        runs=runs(actor, found.secretary_id),
        today=today,
    )


@blueprint.route("/<forum_id>/actions/<action_id>", methods=["GET", "POST"])
@allow("forums.see")
def action(forum_id: str, action_id: str) -> ResponseReturnValue:
    """Say what became of an action: its owner, or who runs the forum."""
    actor = current_actor()
    forum = series.forum(forum_id, actor)
    line = open_action(forum, action_id, actor)
    if not line.may_close:
        raise Forbidden
    form = forms.ActionOutcomeForm()
    if form.validate_on_submit():
        with FlashedProblems(tone="warn"):
            close_action(
                forum_id, action_id, state=form.state.data, outcome=form.outcome.data, by=actor
            )
            flash(_("Saved. It is told at the next meeting."))
        return go("forums.actions")
    if not form.is_submitted() and request.args.get("state") == "done":
        form.state.data = "done"
    return page(
        "forums/action.html",
        form=form,
        forum=forum,
        action=line,
        runs=runs(actor, forum.secretary_id),
        today=local_today(),
    )


@blueprint.route("/<forum_id>/actions/<action_id>/reopen", methods=["GET", "POST"])
@allow("forums.edit")
def reopen_action(forum_id: str, action_id: str) -> ResponseReturnValue:
    """Take back that an action is done or dropped, after a question: its sentence goes with it."""
    if request.method == "GET":
        forum = forum_to_edit(forum_id, current_actor())
        line = open_action(forum, action_id, current_actor())
        return render_template("forums/reopen_action.html", forum=forum, action=line)
    with FlashedProblems(tone="warn"):
        minutes.reopen_action(forum_id, action_id, by=current_actor())
        flash(_("The action is open again."))
    return go("forums.actions")


def _item(forum_id: str, meeting_id: str, item_id: str) -> tuple[Forum, Meeting, AgendaItem]:
    forum = forum_to_edit(forum_id, current_actor())
    meeting = meetings.meeting(forum, meeting_id)
    if meeting.state == "cancelled":
        raise MeetingOver
    check_minutes_open(db.session(), meeting)
    return forum, meeting, meetings.item(meeting, item_id)


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/items/<item_id>/conflicts", methods=["GET", "POST"]
)
@allow("forums.edit")
def conflicts(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Conflicts of interest in an item, one group at a time."""
    forum, meeting, item = _item(forum_id, meeting_id, item_id)
    members = conflicts_in(forum, item)
    shown = one_group(members, attrgetter("letter"), request.values.get("group", "")[:1])
    if request.method == "POST":
        conflicted = set(request.form.getlist("conflicted"))
        # What is as the page showed it stays as it is now: somebody else may have changed it.
        changed = conflicted.symmetric_difference(request.form.getlist("was"))
        note_conflicts(
            forum_id,
            meeting_id,
            item_id,
            of=[member.member for member in shown.rows if member.member in changed],
            conflicted=conflicted & changed,
            by=current_actor(),
        )
        turning = request.form.get("turn_to", "")[:1]
        flash(_("Saved."))
        return go("forums.conflicts" if turning else "forums.item", group=turning or None)
    return page(
        "forums/presence_conflicts.html",
        forum=forum,
        meeting=meeting,
        item=item,
        number=number_of(item, meeting),
        shown=shown,
    )


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/items/<item_id>/decisions/<decision_id>",
    methods=["GET", "POST"],
)
@allow("forums.edit")
def decided(forum_id: str, meeting_id: str, item_id: str, decision_id: str) -> ResponseReturnValue:
    """Time of a decision, who was there then, and how the groups voted."""
    actor = current_actor()
    forum, meeting, item = _item(forum_id, meeting_id, item_id)
    decision = decision_in(item, decision_id)
    noted = decisions_noted(meeting).get(decision_id)
    names = {group.letter: group.name for group in groups()}
    letters = [group.letter for group in noted.groups] if noted else list(names)
    typed: dict[str, object] = {"at": to_local(noted.at if noted else utc_now()).time()}
    for group in noted.groups if noted else ():
        if group.votes is not None:
            typed[f"in_favour_{group.letter}"] = group.votes.in_favour
            typed[f"against_{group.letter}"] = group.votes.against
            typed[f"abstained_{group.letter}"] = group.votes.abstained
    form = forms.DecidedForm.for_groups(letters, data=typed)
    if form.validate_on_submit():
        day = to_local(meeting.starts_at).date()
        moment = form.moment(day, noted.at if noted else None)
        with form.showing_problems():
            note_decision(
                forum_id,
                meeting_id,
                item_id,
                decision_id,
                moment=moment,
                votes=form.votes(letters),
                by=actor,
            )
            flash(_("Saved."))
            return go("forums.meeting", _anchor=item_id)
        forum, meeting, item = _item(forum_id, meeting_id, item_id)
        decision = decision_in(item, decision_id)
    return page(
        "forums/presence_decided.html",
        form=form,
        forum=forum,
        meeting=meeting,
        item=item,
        number=number_of(item, meeting),
        decision=decision,
        noted=noted,
        letters=letters,
        names=names,
    )


_PROGRESS_AT = "/<forum_id>/actions/<action_id>"


def _read(forum_id: str, action_id: str) -> tuple[Forum, ActionLine]:
    forum = series.forum(forum_id, current_actor())
    return forum, readable_action(forum, action_id, current_actor())


def _own(forum_id: str, action_id: str) -> tuple[Forum, ActionLine]:
    """An action for the person who took it on or runs the forum. Raises NotFound and Forbidden."""
    forum, line = _read(forum_id, action_id)
    if not line.may_close:
        raise Forbidden
    return forum, line


def _progress_run(forum_id: str, action_id: str) -> tuple[Forum, ActionLine]:
    forum = forum_to_edit(forum_id, current_actor())
    return forum, open_action(forum, action_id, current_actor())


@blueprint.route(f"{_PROGRESS_AT}/progress", methods=["GET", "POST"])
@allow("forums.see")
@takes_file(MOST_BYTES)
def progress(forum_id: str, action_id: str) -> ResponseReturnValue:
    """An action with how it goes and what it changes; its owner and who runs the forum write."""
    actor = current_actor()
    forum, line = _read(forum_id, action_id)
    form = forms.ActionNoteForm()
    if form.is_submitted() and not line.may_close:
        raise Forbidden
    if form.validate_on_submit():
        sent = form.file.data
        content = sent.read(MOST_BYTES + 1) if sent else b""
        with form.showing_problems(CleaningBusy, StorageError, TooManyRows):
            services.add_note(forum_id, action_id, text=form.text.data, content=content, by=actor)
            flash(_("Saved."))
            return go("forums.progress")
        forum, line = _read(forum_id, action_id)
    return page(
        "forums/progress.html",
        form=form,
        forum=forum,
        action=line,
        age=ages_of(forum, [line], utc_now()).get(line.public_id),
        notes=notes_of(line),
        links=links_of([line.public_id], actor).get(line.public_id, []),
        words=LINK_WORDS,
        runs=runs(actor, forum.secretary_id),
        today=local_today(),
    )


@blueprint.get(f"{_PROGRESS_AT}/notes/<note_id>")
@allow("forums.see")
def evidence(forum_id: str, action_id: str, note_id: str) -> Response:
    """The evidence of a note, for the person who may write notes; the name of its file says
    nothing."""
    _found, line = _own(forum_id, action_id)
    note = evidence_of(line, note_id)
    kind, ending = type_of(note.kind)
    return noted(download(content_of(note.public_id), name=f"evidence.{ending}", type=kind))


@blueprint.route(f"{_PROGRESS_AT}/notes/<note_id>/remove", methods=["GET", "POST"])
@allow("forums.see")
def remove_note(forum_id: str, action_id: str, note_id: str) -> ResponseReturnValue:
    """Take a note away, after a question."""
    forum, line = _own(forum_id, action_id)
    note = next((written for written in notes_of(line) if written.public_id == note_id), None)
    if note is None:
        raise NotFound
    form = forms.ActionNoteForm()
    if form.is_submitted():
        services.remove_note(forum_id, action_id, note_id, by=current_actor())
        flash(_("Removed."))
        return go("forums.progress")
    return render_template("forums/note_remove.html", forum=forum, action=line, text=note.text)


@blueprint.route(f"{_PROGRESS_AT}/owner", methods=["GET", "POST"])
@allow("forums.edit")
def hand_over(forum_id: str, action_id: str) -> ResponseReturnValue:
    """Give an action to another member, or another day."""
    forum, line = _progress_run(forum_id, action_id)
    form = forms.HandOverForm(data={"owner": line.seat, "due_on": line.due_on})
    form.owner.choices = [("", _("Nobody yet")), *member_choices(forum, keep=line.seat)]
    if form.validate_on_submit():
        with form.showing_problems(UnknownOwner):
            services.hand_over(
                forum_id,
                action_id,
                owner=form.owner.data,
                due_on=form.due_on.data,
                by=current_actor(),
            )
            flash(_("Saved."))
            return go("forums.progress")
        forum, line = _progress_run(forum_id, action_id)
    return page("forums/hand_over.html", form=form, forum=forum, action=line)


@blueprint.route(f"{_PROGRESS_AT}/links/new/<kind>", methods=["GET", "POST"])
@allow("forums.edit")
def link_action(forum_id: str, action_id: str, kind: str) -> ResponseReturnValue:
    """Say that an action changes a workshop, a session, a station or a service."""
    if kind not in LINK_KINDS:
        raise NotFound
    forum, line = _progress_run(forum_id, action_id)
    form = forms.LinkForm()
    choices = offered(kind, current_actor())
    form.target.choices = [("", _("Choose")), *choices]
    if form.validate_on_submit():
        with form.showing_problems(TooManyRows):
            services.link(
                forum_id, action_id, kind=kind, target=form.target.data, by=current_actor()
            )
            flash(_("Saved. It stands on both pages."))
            return go("forums.progress")
        forum, line = _progress_run(forum_id, action_id)
    return page(
        "forums/link.html",
        form=form,
        forum=forum,
        action=line,
        kind=kind,
        kinds=LINK_KINDS,
        words=CHANGES_WORDS,
        choices=choices,
    )


@blueprint.route(f"{_PROGRESS_AT}/links/<link_id>/remove", methods=["GET", "POST"])
@allow("forums.edit")
def unlink_action(forum_id: str, action_id: str, link_id: str) -> ResponseReturnValue:
    """Take back that an action changes something, after a question."""
    actor = current_actor()
    forum, line = _progress_run(forum_id, action_id)
    links = links_of([line.public_id], actor).get(line.public_id, [])
    chosen = next((link for link in links if link["public_id"] == link_id), None)
    if chosen is None:
        raise NotFound
    form = forms.LinkForm()
    if form.is_submitted():
        services.unlink(forum_id, action_id, link_id, by=actor)
        flash(_("Removed."))
        return go("forums.progress")
    return render_template(
        "forums/link_remove.html", forum=forum, action=line, title=chosen["title"]
    )
