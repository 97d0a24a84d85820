"""Next steps with the people who were ticked in a list, such as enrolling them. Pages on which a
list is brought in, checked, confirmed, and taken back. Forms of lists that are brought in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import TextArea

from kash.people import blueprint
from kash.people.lists import pages as words
from kash.people.lists import queries as list_queries
from kash.people.lists import services as lists_services
from kash.people.lists.choices import ADD, NONE, Choices
from kash.people.lists.files import MOST_BYTES, FileUnreadable
from kash.people.lists.pages import ListPage, template_of
from kash.people.lists.previews import Preview
from kash.people.lists.renewing import kept
from kash.people.lists.rules.classing import NEW, OUT, row_number
from kash.people.lists.rules.headings import FIELDS, LEFT_OUT
from kash.people.lists.rules.rows import EDITABLE
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
from kash.people.models import Group, Organisation, PeopleList
from kash.people.queries import directory as organisations_queries
from kash.people.queries.directory import MOST_AT_ONCE, movable_people
from kash.people.sections import NextStep, next_steps
from kash.people.views.directory import LIST_COLUMNS, LISTED_COLUMNS, BroughtList
from kash.platform.jobs.models import CANCELLED, FAILED
from kash.platform.jobs.services import cancel, own_job
from kash.platform.jobs.views import message_of
from kash.platform.web import KashForm, NotFound, current_actor, download, go, page
from kash.platform.web.account_names import account_names
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import one_or_404
from kash.platform.web.fields import clean_text
from kash.platform.web.forms import UNCORRECTED, choice_field
from kash.platform.web.programme import retention
from kash.platform.web.taking import is_taken, noted, offers_table
from kash.platform.web.taking import taken as taking_taken
from kash.platform.web.ticks import ticked as ticked_people
from kash.policy import Actor, allow

Correction = Callable[[Choices], None]
_WHOLE = re.compile(r"[0-9]{1,6}")
_MOST_TYPED = 200


class PastedRows(Field):
    """Rows as they were pasted. Nothing is taken away from them: a tab at the beginning is an empty
    cell."""

    # No field of text, which would be cleaned; the widget needs no more than `_value`.
    widget = TextArea()  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the text as it came."""
        self.data = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return self.data or ""


class UploadForm(KashForm):
    """A file or pasted rows, and the group of its people if the list does not say it."""

    file = FileField(_l("File"))
    # Each row stays in its line, however long. A browser cuts what is longer than `maxlength`
    # without a word, so there is none.
    pasted = PastedRows(
        _l("Or paste rows"),
        render_kw={"rows": 5, "wrap": "off", "autocapitalize": "none"} | UNCORRECTED,
    )
    group = choice_field(_l("Group"), required=False)

    def offer(self, groups: Sequence[Group]) -> None:
        """Set what can be chosen."""
        self.group.choices = [
            ("", _("As the list says")),
            *((group.public_id, group.name) for group in groups),
        ]

    def validate_file(self, field: FileField) -> None:
        """A file is needed, or rows."""
        if not self._has_file() and not self._has_rows():
            raise ValidationError(_("Choose a file, or paste rows below."))

    def validate_pasted(self, field: Field) -> None:
        """One of both: nobody could tell which list was meant."""
        if self._has_file() and self._has_rows():
            raise ValidationError(_("Bring a file or pasted rows, not both."))

    def _has_file(self) -> bool:
        return bool(self.file.data and self.file.data.filename)

    def _has_rows(self) -> bool:
        return bool(self.pasted.data and self.pasted.data.strip())

    def content(self) -> tuple[bytes, str]:
        """The list's bytes, which lie in memory only, and the name of its file, if it was one."""
        if self._has_file():
            return self.file.data.stream.read(), clean_text(self.file.data.filename or "")
        return self.pasted.data.encode(), ""

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with the list beside where it was given."""
        self.mark_wrong(self.file if self._has_file() else self.pasted, sentence)


def columns_correction(
    given: Mapping[str, str],
    preview: Preview,
    groups: Iterable[Group],
    organisations: Iterable[Organisation],
) -> Correction:
    """Correction of sheet, header row, group, columns, stations, and names as names.

    What is not on offer is as if it had not been sent. Another sheet or header row makes all that
    was chosen below it void.
    """
    sheet = _number(given.get("sheet", ""), len(preview.file.sheets))
    header = _number(given.get("header", ""), preview.table.last - 1)
    group = given.get("group", "")
    known_groups = {group.public_id for group in groups}
    known_places = {organisation.public_id for organisation in organisations} | {ADD, NONE}
    columns = {
        at: field
        for at, guess in enumerate(preview.guesses)
        if (field := given.get(f"column-{at}", guess.field)) != guess.field
        and (field == LEFT_OUT or field in FIELDS)
    }
    stations = {
        place.written: chosen
        for at, place in enumerate(preview.places)
        if (chosen := given.get(f"station-{at}", "")) in known_places and chosen != place.chosen
    }
    capitals = given.get("capitals", "")
    looked = [at for at, _guess in enumerate(preview.guesses) if given.get(f"looked-{at}")]
    elsewhere = sheet is not None and sheet != preview.sheet_at
    moved = header is not None and header != preview.table.header

    def correct(choices: Choices) -> None:
        if group in known_groups:
            choices.group = group
        if capitals in ("as names", "as they are"):
            choices.capitals = capitals == "as names"
        if elsewhere:
            choices.sheet, choices.header = sheet, None
        elif moved:
            choices.header = header
        if elsewhere or moved:
            choices.forget_rows()
            return
        if columns:
            # A field goes to one column: the one it was given to first leaves it.
            choices.columns |= columns
        choices.looked = sorted({*choices.looked, *looked})
        choices.stations |= stations

    return correct


def row_correction(
    given: Mapping[str, str], takes: Sequence[str], number: int, beside: Sequence[str]
) -> Correction:
    """Correction of one row: a decision, cells typed anew, or fields to be replaced. `beside` are
    the public ids of the people that stood beside the row."""
    decision = given.get("decision", "")
    if "ask" in given or not re.fullmatch(
        rf"{NEW}|{OUT}|row-[0-9]{{1,6}}|[0-9a-z]{{16}}", decision
    ):
        decision = ""
    edits = {name: str(clean_text(given[name]))[:_MOST_TYPED] for name in EDITABLE if name in given}

    def correct(choices: Choices) -> None:
        choices.decisions.pop(number, None)
        choices.seen.pop(number, None)
        if decision:
            choices.decisions[number] = decision
            choices.seen[number] = list(beside)
        if edits:
            choices.edits[number] = {**choices.edits.get(number, {}), **edits}
        if "takes" in given:
            choices.takes[number] = [name for name in takes if name in FIELDS]

    return correct


def row_as_person(number: int) -> Correction:
    """That a line which looked like nobody's is somebody's."""

    def correct(choices: Choices) -> None:
        choices.persons = sorted({*choices.persons, number})

    return correct


def _number(text: str, most: int) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) and int(text) <= most else None


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
    ticked = ticked_people()[:MOST_AT_ONCE]
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
            then = request.args.get("then", "")
            list_id = bring_in(content, name, form.group.data or "", current_actor(), then=then)
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
    step, _colon, choice = request.form.get("then", "").partition(":")
    if step and list_queries.people_list(actor, list_id).state == "added":
        return _next(list_id, step, choice)
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
    return _next(list_id, step, request.form.get("choice", ""))


def _next(list_id: str, step: str, chosen: str) -> ResponseReturnValue:
    actor = current_actor()
    people_list = list_queries.people_list(actor, list_id)
    wanted = next((person for person in next_steps() if person.key == step), None)
    if wanted is None or people_list.state != "added":
        raise NotFound
    if chosen not in {public_id for public_id, _text in wanted.choices(actor)}:
        flash(_("Choose one from the list."), "bad")
        return go("people.list")
    return taken(wanted, chosen, list_queries.person_ids_of_list(people_list), actor)
