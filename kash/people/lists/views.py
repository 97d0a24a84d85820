"""Next steps with the people who were ticked in a list, such as enrolling them. Pages on which a
list is brought in, checked, confirmed, and taken back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.lists import pages as words
from kash.people.lists import queries as list_queries
from kash.people.lists import services as lists_services
from kash.people.lists.files import MOST_BYTES, FileUnreadable
from kash.people.lists.forms import UploadForm, columns_correction, row_as_person, row_correction
from kash.people.lists.pages import ListPage, template_of
from kash.people.lists.renewing import kept
from kash.people.lists.rules.classing import row_number
from kash.people.lists.rules.headings import FIELDS
from kash.people.lists.services import (
    GuessNotLookedAt,
    ListNotRead,
    bring_in,
    choose,
    list_at_work,
    preview_list,
    read_again,
    storing,
)
from kash.people.lists.services.storing import ListChanged
from kash.people.models import PeopleList
from kash.people.queries import directory as organisations_queries
from kash.people.queries.directory import MOST_AT_ONCE, movable_people
from kash.people.sections import NextStep, next_steps
from kash.people.views.directory import LIST_COLUMNS, LISTED_COLUMNS, BroughtList
from kash.platform.jobs.models import CANCELLED, FAILED
from kash.platform.jobs.services import cancel, own_job
from kash.platform.jobs.views import message_of
from kash.platform.web import NotFound, current_actor, download, go, page
from kash.platform.web.account_names import account_names
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import one_or_404
from kash.platform.web.programme import retention
from kash.platform.web.taking import is_taken, noted, offers_table
from kash.platform.web.taking import taken as taking_taken
from kash.policy import Actor, allow


def steps_to_take(actor: Actor) -> list[tuple[NextStep, list[tuple[str, str]]]]:
    """The steps that somebody may take now, each with her choices."""
    return [(step, choices) for step in next_steps() if (choices := list(step.choices(actor)))]


def asked_group() -> str:
    """The letter of the group that a form of ticks is to show: the one turned to, else the one that
    it showed when it was sent."""
    return request.form.get("group") or request.form.get("shown", "")


@blueprint.post("/ticked/<step>")
@allow("people.edit")
def next_step_of_ticked(step: str) -> ResponseReturnValue:
    """Do a next step with the ticked people; the person who is out of reach is left out."""
    actor = current_actor()
    wanted = one_or_404(
        next((step_to_take for step_to_take in next_steps() if step_to_take.key == step), None)
    )
    choice = request.form.get(f"choice-{step}", "")
    ticked = list(dict.fromkeys(request.form.getlist("chosen")))[:MOST_AT_ONCE]
    if choice not in {public_id for public_id, _text in wanted.choices(actor)}:
        flash(_("Choose one from the list."), "bad")
        return go("people.index")
    reached = [person.public_id for person in movable_people(actor, ticked)]
    if not reached:
        flash(_("Tick the people first."), "warn")
        return go("people.index")
    return taken(wanted, choice, reached, actor, left_out=len(ticked) - len(reached))


def taken(
    step: NextStep, choice: str, people: Sequence[str], actor: Actor, *, left_out: int = 0
) -> ResponseReturnValue:
    """Answer to a next step: the page on which it asks, or where it leads once it is done."""
    if step.asks is not None:
        return step.asks(choice, people, actor)
    done = one_or_404(step.take)(choice, people, actor)
    flash(
        _(
            "Done for: %(done)s. On the waiting list: %(waiting)s. Left out: %(left)s.",
            done=done.done,
            waiting=done.waiting,
            left=done.left_out + left_out,
        )
    )
    if done.left_out:
        flash(done.who_is_left_out, "warn")
    return redirect(done.url, 303)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/lists")
@allow("people.import")
@offers_table("lists")
def lists() -> ResponseReturnValue:
    """Lists that were brought in, and one's own that wait."""
    listing = list_queries.people_lists(current_actor())
    if is_taken():
        return taking_taken(listing.turned(_with_names), LIST_COLUMNS)
    return render_template(
        "people/lists/lists.html",
        listing=listing,
        names=account_names({shown.created_by for shown in listing}),
        own=current_actor().public_id,
    )


def _with_names(rows: Sequence[PeopleList]) -> list[BroughtList]:
    names = account_names({people_list.created_by for people_list in rows})
    return [
        (people_list, names.get(people_list.created_by, _("Command line"))) for people_list in rows
    ]


@blueprint.route("/lists/new", methods=["GET", "POST"])
@allow("people.import")
@takes_file(MOST_BYTES, as_text=True)
def bring_list() -> ResponseReturnValue:
    """Choose a file or paste rows; the list waits sealed, and is read at once if it is short, else
    by the worker."""
    form = UploadForm()
    groups = organisations_queries.groups()
    form.offer(groups)
    if form.validate_on_submit():
        content, name = form.content()
        with CaughtProblem(FileUnreadable) as caught:
            list_id = bring_in(content, name, form.group.data or "", current_actor())
            return go("people.list", list_id=list_id)
        form.refuse(caught.sentence)
    return page(
        "people/lists/new.html",
        form=form,
        groups=groups,
        most_bytes=MOST_BYTES,
        hours=retention().import_originals,
    )


@blueprint.get("/lists/templates/<group_id>")
@allow("people.import")
def list_template(group_id: str) -> ResponseReturnValue:
    """An empty list of one group, with its words and what can be chosen."""
    group = one_or_404(
        next(
            (group for group in organisations_queries.groups() if group.public_id == group_id), None
        )
    )
    content = template_of(group, organisations_queries.organisations())
    return download(content, name=_("list") + ".xlsx", type=_XLSX)


@blueprint.get("/lists/<list_id>", endpoint="list")
@allow("people.import")
@offers_table("list", names=True)
def one_list(list_id: str) -> ResponseReturnValue:
    """A list that waits, row by row; or what became of it."""
    people_list = list_queries.people_list(current_actor(), list_id)
    at_work = list_at_work(people_list)
    if at_work is not None:
        return render_template(
            "people/lists/at_work.html", found=people_list, job=at_work, message=message_of(at_work)
        )
    if people_list.state == "waiting":
        return _preview_page(people_list)
    people = list_queries.list_people(people_list)
    if is_taken():
        return taking_taken(people, LISTED_COLUMNS)
    return render_template(
        "people/lists/outcome.html",
        found=people_list,
        people=people,
        steps_to_take=[
            (step, choices)
            for step in next_steps()
            if people_list.state == "added" and (choices := step.choices(current_actor()))
        ],
    )


def _preview_page(
    people_list: PeopleList, before: str = "", status: int = 200
) -> ResponseReturnValue:
    actor = current_actor()
    job = own_job(people_list.job, actor.public_id) if people_list.job else None
    ended_badly = job if job is not None and job.state in (FAILED, CANCELLED) else None
    try:
        preview, choices = preview_list(people_list, actor)
    except ListNotRead:
        return render_template("people/lists/not_read.html", found=people_list, job=ended_badly)
    except FileUnreadable as problem:
        return render_template(
            "people/lists/not_read.html", found=people_list, problem=problem
        ), 422
    organisations, groups = organisations_queries.organisations(), organisations_queries.groups()
    asked_for = request.values.get("state", "")
    return (
        render_template(
            "people/lists/preview.html",
            found=people_list,
            preview=preview,
            file_name=choices.file_name,
            shown=ListPage(preview, asked_for, actor, organisations, groups),
            groups=groups,
            organisations=organisations,
            fields=FIELDS,
            words=words,
            before=before,
            not_saved=ended_badly if not preview.changed else None,
        ),
        status,
    )


@blueprint.post("/lists/<list_id>/read")
@allow("people.import")
def read_list(list_id: str) -> ResponseReturnValue:
    """Have a list read that is not, because that was stopped or failed."""
    actor = current_actor()
    read_again(list_queries.people_list(actor, list_id), actor)
    return go("people.list")


@blueprint.post("/lists/<list_id>/stop")
@allow("people.import")
def stop_list(list_id: str) -> ResponseReturnValue:
    """Stop the work that reads or saves a list; harmless if it has ended."""
    actor = current_actor()
    people_list = list_queries.people_list(actor, list_id)
    if people_list.job:
        cancel(people_list.job, actor.public_id)
    return go("people.list")


@blueprint.post("/lists/<list_id>/columns")
@allow("people.import")
def list_columns(list_id: str) -> ResponseReturnValue:
    """Correct sheet, header row, group, columns and stations."""
    actor = current_actor()
    people_list = list_queries.people_list(actor, list_id)
    preview, _choices = preview_list(people_list, actor)
    correct = columns_correction(
        request.form, preview, organisations_queries.groups(), organisations_queries.organisations()
    )
    choose(list_id, correct, actor)
    read_again(list_queries.people_list(actor, list_id), actor)
    return go("people.list", _anchor="rows")


@blueprint.post("/lists/<list_id>/rows/<int:number>")
@allow("people.import")
def list_row(list_id: str, number: int) -> ResponseReturnValue:
    """Decide one row, type what is wrong in it anew, or take in a line that looked like no row."""
    actor = current_actor()
    people_list = list_queries.people_list(actor, list_id)
    preview, _choices = preview_list(people_list, actor)
    preview_row = preview.row(number)
    if preview_row is None:
        if all(other.number != number for other in preview.skipped):
            raise NotFound
        choose(list_id, row_as_person(number), actor)
        read_again(list_queries.people_list(actor, list_id), actor)
        return go("people.list", _anchor="rows")
    beside = [other.key for other in preview_row.found if not row_number(other.key)]
    correct = row_correction(request.form, request.form.getlist("take"), number, beside)
    choose(list_id, correct, actor)
    back = url_for(
        "people.list",
        list_id=list_id,
        state=request.form.get("state", "")[:10] or None,
        page=request.form.get("page", "")[:4] or None,
        _anchor="rows",
    )
    return redirect(back, 303)


@blueprint.post("/lists/<list_id>/confirm")
@allow("people.import")
def confirm_list(list_id: str) -> ResponseReturnValue:
    """Store the list as it was shown, a long one by the worker; if that is no longer what it would
    do, show it anew."""
    actor = current_actor()
    people_list = list_queries.people_list(actor, list_id)
    try:
        lists_services.confirm_list(people_list, request.form.get("seen", "")[:64], actor)
    except ListChanged:
        before = request.form.get("counts", "")[:200]
        people_list = list_queries.people_list(actor, list_id)
        return _preview_page(people_list, before or "-", 409)
    except GuessNotLookedAt:
        return _preview_page(list_queries.people_list(actor, list_id), status=409)
    return go("people.list")


@blueprint.route("/lists/<list_id>/cancel", methods=["GET", "POST"])
@allow("people.import")
def cancel_list(list_id: str) -> ResponseReturnValue:
    """Ask once more, then throw a waiting list away."""
    if request.method == "GET":
        people_list = list_queries.people_list(current_actor(), list_id)
        if people_list.state != "waiting":
            raise NotFound
        return render_template("people/lists/throw_away.html", found=people_list)
    lists_services.cancel_list(list_id, current_actor())
    return go("people.lists", _("The list was thrown away. Nothing was saved."))


@blueprint.route("/lists/<list_id>/undo", methods=["GET", "POST"])
@allow("people.import", fresh=True)
def undo_list(list_id: str) -> ResponseReturnValue:
    """Take back what a list did, while nothing depends on it."""
    people_list = list_queries.people_list(current_actor(), list_id)
    if people_list.state == "waiting":
        raise NotFound
    if request.method == "POST":
        with CaughtProblem() as caught:
            storing.undo_list(list_id, current_actor())
            return go("people.list", _("The list was undone."))
        text = render_template("people/lists/undo.html", found=people_list, problem=caught.problem)
        return text, 409
    return render_template("people/lists/undo.html", found=people_list, problem=None)


@blueprint.get("/lists/<list_id>/report")
@allow("people.import")
def list_report(list_id: str) -> ResponseReturnValue:
    """Report of what was done with each row, as a file."""
    people_list = list_queries.people_list(current_actor(), list_id)
    if not people_list.has_report or people_list.state == "waiting":
        raise NotFound
    return noted(download(kept(list_id, "report"), name=_("report") + ".csv", type="text/csv"))


@blueprint.post("/lists/<list_id>/next/<step>")
@allow("people.import")
def list_next(list_id: str, step: str) -> ResponseReturnValue:
    """Do a next step with everyone of the list, such as enrolling them."""
    actor = current_actor()
    people_list = list_queries.people_list(actor, list_id)
    wanted = next((person for person in next_steps() if person.key == step), None)
    if wanted is None or people_list.state != "added":
        raise NotFound
    chosen = request.form.get("choice", "")
    if chosen not in {public_id for public_id, _text in wanted.choices(actor)}:
        flash(_("Choose one from the list."), "bad")
        return go("people.list")
    return taken(wanted, chosen, list_queries.person_ids_of_list(people_list), actor)
