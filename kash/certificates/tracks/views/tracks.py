"""Columns of the lists of tracks, where they are taken away as tables. The list of tracks, and a
track itself. A version: read, written as sentences, proposed and published. Entering what the
programme saw: a grid of the people on a track, for one requirement at a time. What is ticked or
typed for people who are not on the page goes along unseen, so that turning to another page or
group loses nothing. Visits of supervision: a list, entering one on a phone, withdrawing one, the
checklist. The checklist of a track on paper: one page to fill in by hand on a visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug import Response

from kash.accounts.queries.accounts import names_of
from kash.certificates.tracks import blueprint, forms
from kash.certificates.tracks.leaf_kinds import LeafQuestion, leaf_kinds
from kash.certificates.tracks.models import APPROVAL, Track, TrackVersion
from kash.certificates.tracks.queries import tracks as track_queries
from kash.certificates.tracks.queries.certifying import fulfilled, one_standing
from kash.certificates.tracks.queries.visits import DUE, about_of, places_to_choose, visits_of_track
from kash.certificates.tracks.rules import tree as trees
from kash.certificates.tracks.rules.standing import VisitKind, change_between, checklist_from_json
from kash.certificates.tracks.services import tracks as services
from kash.certificates.tracks.services.tracks import TrackDetails, UnsoundTree
from kash.certificates.tracks.services.visits import (
    SeenTogether,
    VisitDetails,
    enter,
    enter_visit,
    witnesses,
)
from kash.people.queries.persons import MOST_COUNTED
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db, is_public_id
from kash.platform.press import PagedDocument, document
from kash.platform.web import KashForm, current_actor, download, page
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, Problem
from kash.platform.web.fields import DayField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import choice_field, required
from kash.platform.web.pages import go
from kash.platform.web.programme import brand, logo_address, paper_wording
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import Actor, allow
from kash.training.queries import all_courses

TRACK_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Track"), lambda row: forms.track_name(row.name, row.name_sw), "#activity+name"),
    TableColumn(_l("What it leads to"), lambda row: row.purpose, "#output"),
    TableColumn(_l("People"), lambda row: row.enrolled, "#reached"),
    TableColumn(_l("Version"), lambda row: row.published or "", "#meta+version"),
    TableColumn(_l("Not published yet"), lambda row: bool(row.unpublished), "#status"),
)
# Somebody on a track, and the names of all courses and tracks.
OnTrackLine = tuple[Any, Any]
ON_TRACK_COLUMNS: Sequence[TableColumn[OnTrackLine]] = (
    TableColumn(_l("Name"), lambda line: line[0]["name"], "#beneficiary+name"),
    TableColumn(_l("Version"), lambda line: line[0]["version"], "#meta+version"),
    TableColumn(_l("Since"), lambda line: line[0]["since"], "#date+start"),
    TableColumn(_l("Done"), lambda line: line[0]["done"], "#output+num"),
    TableColumn(_l("Of"), lambda line: line[0]["parts"], "#targeted+num"),
    TableColumn(_l("Badge since"), lambda line: line[0]["standing"].earned_on, "#date+earned"),
    TableColumn(
        _l("How it stands"), lambda line: forms.STANDING[line[0]["standing"].state], "#status"
    ),
    TableColumn(_l("Until"), lambda line: line[0]["standing"].last_day, "#date+end"),
    TableColumn(
        _l("Next step"),
        lambda line: forms.sentence(line[0]["step"], line[1]) if line[0]["step"] else "",
        "#activity+next",
    ),
)
# A visit, and the name of the person who was there.
VisitLine = tuple[Any, str]
VISIT_COLUMNS: Sequence[TableColumn[VisitLine]] = (
    TableColumn(_l("Name"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Day"), lambda line: line[0].day, "#date"),
    TableColumn(_l("Occasion"), lambda line: forms.VISITS[VisitKind(line[0].kind)], "#event+type"),
    TableColumn(_l("Who was there"), lambda line: line[1], "#contact+name"),
    TableColumn(_l("Next visit"), lambda line: line[0].next_on, "#date+next"),
    TableColumn(_l("Due now"), lambda line: line[0].due, "#status"),
)


@blueprint.get("")
@allow("tracks.see")
@offers_table("tracks")
def index() -> ResponseReturnValue:
    """Every track."""
    tracks = track_queries.all_tracks()
    if is_taken():
        return taken(tracks, TRACK_COLUMNS)
    return render_template("tracks/index.html", listing=tracks, most_counted=MOST_COUNTED)


@blueprint.route("/new", methods=["GET", "POST"])
@allow("tracks.edit")
def add() -> ResponseReturnValue:
    """Add a track with an empty first draft."""
    form = _form()
    if form.validate_on_submit():
        with form.showing_problems():
            track, draft = services.add_track(form.command(TrackDetails), by=current_actor())
            flash(_("Saved. Now write what it asks for."))
            return go("tracks.write", public_id=track, version_id=draft)
    return page("tracks/edit.html", form=form, track=None)


@blueprint.get("/<public_id>")
@allow("tracks.see")
def track(public_id: str) -> ResponseReturnValue:
    """A track: what it asks for at present, and its versions."""
    track = track_queries.one_track(public_id)
    present = track_queries.published_version(track)
    return render_template(
        "tracks/track.html",
        track=track,
        present=present,
        tree=trees.tree_from_json(present.tree) if present else None,
        known=track_queries.all_names(),
    )


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("tracks.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """Change what a track is called, and whose certificate it is."""
    track = track_queries.one_track(public_id)
    form = _form(
        name=track.name,
        name_sw=track.name_sw,
        purpose=track.purpose,
        course=track.course.public_id if track.course else "",
    )
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_track(public_id, form.command(TrackDetails), by=current_actor())
            return go("tracks.track", _("Saved."))
    return page("tracks/edit.html", form=form, track=public_id)


def _form(**stored: str) -> forms.TrackForm:
    form = forms.TrackForm(data=stored)
    form.course.choices = [("", _("No certificate")), *all_courses()]
    return form


@blueprint.post("/<public_id>/versions")
@allow("tracks.edit")
def start(public_id: str) -> ResponseReturnValue:
    """Begin a new draft as a copy of the last version."""
    with FlashedProblems(tone="warn"):
        draft = services.start_version(public_id, by=current_actor())
        return go("tracks.write", _("This draft is a copy of the last version."), version_id=draft)
    return go("tracks.track")


@blueprint.get("/<public_id>/versions/<version_id>")
@allow("tracks.see")
def version(public_id: str, version_id: str) -> ResponseReturnValue:
    """One version to read; of one that is not published also how many it would change."""
    return _version_page(*_found(public_id, version_id), forms.ReturnTrackForm(formdata=None))


def _version_page(track: Track, found: TrackVersion, form: forms.ReturnTrackForm) -> str:
    decision = APPROVAL.offered(found, current_actor())
    tree = trees.tree_from_json(found.tree)
    return render_template(
        "tracks/version.html",
        track=track,
        version=found,
        tree=tree,
        renewal=trees.renewal_from_json(found.renewal) if found.renewal else None,
        change=None if found.state == "published" else _change(track, tree),
        checklist=checklist_from_json(found.checklist),
        decision=decision,
        names=names_of([found.published_by, found.published_for, decision.standing_in]),
        known=track_queries.all_names(),
        form=form,
    )


def _change(track: Track, tree: trees.Requirements) -> dict[str, int]:
    """Number of people that requirements would change, against the published version."""
    session, question = db.session(), LeafQuestion(local_today())
    present = track_queries.published_version(track)
    before = fulfilled(session, trees.tree_from_json(present.tree), question) if present else {}
    return change_between(before, fulfilled(session, tree, question))


@blueprint.route("/<public_id>/versions/<version_id>/write", methods=["GET", "POST"])
@allow("tracks.edit")
def write(public_id: str, version_id: str) -> ResponseReturnValue:
    """Write what a draft asks for, in sentences. Only one of its buttons saves."""
    track, version = _found(public_id, version_id)
    if version.state != "draft":
        return redirect(_address(public_id, version_id))
    if request.method == "GET":
        return _write_page(track, version, forms.TreeSheet.of(version))
    sheet = forms.TreeSheet.posted(request.form, number_shown(request.form.get("row_version")))
    pressed = request.form.get("do", "")
    if pressed == "preview" and trees.is_too_much(sheet.tree):
        sheet.show([trees.FlawAt(trees.TreeFlaw.TOO_MUCH)], [], [])
        return _write_page(track, version, sheet, problem=str(UnsoundTree()), status=422)
    if pressed == "preview":
        return _write_page(track, version, sheet, change=_change(track, sheet.tree))
    if pressed != "save":
        return _write_page(track, version, sheet, status=200)
    with CaughtProblem(Problem) as caught:
        services.write_version(
            version_id, sheet.tree, sheet.renewal, sheet.row_version, by=current_actor()
        )
        flash(_("Saved."))
        return redirect(_address(public_id, version_id))
    track, version = _found(public_id, version_id)
    if isinstance(caught.problem, ChangedMeanwhile):
        # Sent once more, it goes over what the sentence tells of.
        sheet.row_version = version.row_version
    if isinstance(caught.problem, UnsoundTree):
        sheet.show(*services.flaws(db.session(), track, sheet.tree, sheet.renewal))
    status = 422 if isinstance(caught.problem, UnsoundTree) else caught.problem.status
    return _write_page(track, version, sheet, problem=caught.sentence, status=status)


def _write_page(
    track: Track,
    found: TrackVersion,
    sheet: forms.TreeSheet,
    *,
    change: Mapping[str, int] | None = None,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    return render_template(
        "tracks/write.html",
        track=track,
        version=found,
        sheet=sheet,
        kinds=leaf_kinds(),
        known=track_queries.all_names(),
        change=change,
        problem=problem,
    ), status


def _address(public_id: str, version_id: str) -> str:
    return url_for("tracks.version", public_id=public_id, version_id=version_id)


def _found(public_id: str, version_id: str) -> tuple[Track, TrackVersion]:
    track = track_queries.one_track(public_id)
    return track, track_queries.version_of(track, version_id)


def _step(public_id: str, version_id: str, step: Callable[[], object], told: str) -> Response:
    """Do something with a version, told on its page."""
    with FlashedProblems(SamePerson, UnsoundTree, ChangedMeanwhile, tone="warn"):
        step()
        flash(told)
    return redirect(_address(public_id, version_id))


@blueprint.post("/<public_id>/versions/<version_id>/propose")
@allow("tracks.edit")
def propose(public_id: str, version_id: str) -> ResponseReturnValue:
    """Hand a draft to a director."""
    _found(public_id, version_id)
    return _step(
        public_id,
        version_id,
        lambda: services.propose(version_id, by=current_actor()),
        _("Proposed. A director reads it next."),
    )


@blueprint.post("/<public_id>/versions/<version_id>/take-back")
@allow("tracks.edit")
def take_back(public_id: str, version_id: str) -> ResponseReturnValue:
    """Go on writing what was proposed."""
    _found(public_id, version_id)
    with FlashedProblems(tone="warn"):
        services.take_back(version_id, by=current_actor())
        return go("tracks.write")
    return redirect(_address(public_id, version_id))


@blueprint.route("/<public_id>/versions/<version_id>/publish", methods=["GET", "POST"])
@allow("tracks.approve")
def publish(public_id: str, version_id: str) -> ResponseReturnValue:
    """Ask, then publish what was read: those enrolled from now on are on this version."""
    track, version = _found(public_id, version_id)
    if request.method == "GET":
        return render_template("tracks/publish.html", track=track, version=version)
    read = number_shown(request.args.get("read"))
    return _step(
        public_id,
        version_id,
        lambda: services.publish(version_id, read, by=current_actor()),
        _("Published. People on an earlier version stay there until somebody moves them."),
    )


@blueprint.post("/<public_id>/versions/<version_id>/return")
@allow("tracks.approve")
def return_to_draft(public_id: str, version_id: str) -> ResponseReturnValue:
    """Send a proposal back with a sentence."""
    track, version = _found(public_id, version_id)
    form = forms.ReturnTrackForm()
    if not form.validate():
        return _version_page(track, version, form), 422
    return _step(
        public_id,
        version_id,
        lambda: services.return_to_draft(version_id, form.because.data, by=current_actor()),
        _("Sent back to be changed."),
    )


_FIELD = "of-"
MOST_SCORE = 100


class SeenForm(KashForm):
    """Facts entered together: for which requirement, on which day, and who saw it."""

    requirement = choice_field(_l("What was seen"))
    day = DayField(_l("Day"), validators=[required()])
    seen_by = choice_field(_l("Who saw it"))


def _typed(track: Track, actor: Actor) -> dict[str, str]:
    """Ticks and scores as typed, by person (public id), as far as an actor may enter them."""
    sent = {
        person: value[:8].strip()
        for name, value in request.form.items()
        if name.startswith(_FIELD)
        and is_public_id(person := name.removeprefix(_FIELD))
        and value.strip()
    }
    there = track_queries.enterable_people(track, actor, sent)
    return {person: value for person, value in sent.items() if person in there}


def _score(text: str) -> int | None:
    """A score of a hundred; None if it is none."""
    score = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
    return score if 0 <= score <= MOST_SCORE else None


def enterable(track: Track) -> dict[str, trees.Leaf]:
    """The requirements of a track's published versions that the programme enters, each once, by
    kind and what they are about."""
    kinds = leaf_kinds()
    entered: dict[str, trees.Leaf] = {}
    for version in track.versions:
        if version.state != "published":
            continue
        leaves = trees.leaves_of(trees.tree_from_json(version.tree))
        if version.renewal:
            leaves += trees.leaves_of(trees.renewal_from_json(version.renewal).tree)
        for leaf in leaves:
            kind = kinds.get(leaf.kind)
            if kind is not None and kind.seen:
                entered.setdefault(f"{kind.seen}:{about_of(leaf)}", leaf)
    return entered


@blueprint.route("/<public_id>/enter", methods=["GET", "POST"])
@allow("tracks.keep")
def enter_facts(public_id: str) -> ResponseReturnValue:
    """A grid of people: ticked or scored, then entered together."""
    actor = current_actor()
    track = track_queries.one_track(public_id)
    choices, known_names = enterable(track), track_queries.all_names()
    form = SeenForm(data={"day": local_today(), "seen_by": actor.public_id})
    form.requirement.choices = [(key, _what(leaf, known_names)) for key, leaf in choices.items()]
    form.seen_by.choices = [(witness.public_id, witness.name) for witness in witnesses()]
    typed, errors = _typed(track, actor), dict[str, str]()
    chosen = form.requirement.data or next(iter(choices), "")
    scored = chosen.startswith("oral_test:")
    if request.form.get("do") == "save" and form.validate_on_submit():
        kind, about = chosen.split(":", 1)
        amounts = {person: _score(text) if scored else 1 for person, text in typed.items()}
        wrong = _("Enter a score from 0 to 100.")
        errors = {person: wrong for person, amount in amounts.items() if amount is None}
        if not errors:
            with form.showing_problems():
                day = form.day.data or local_today()
                seen = SeenTogether(kind, about, day, form.seen_by.data)
                entered = enter(
                    seen, {person: amount or 0 for person, amount in amounts.items()}, by=actor
                )
                return go("tracks.people", _("Entered: %(number)s.", number=entered))
    return _page(track, actor, form, typed, errors, scored=scored)


def _what(leaf: trees.Leaf, known: track_queries.Names) -> str:
    """Words of what is entered for a requirement."""
    kind = leaf_kinds()[leaf.kind]
    word = str(forms.SEEN[kind.seen])
    if leaf.kind == "role":
        return f"{word}: {(kind.choices or {}).get(leaf.text('role'), '–')}"
    if leaf.kind == "document":
        return f"{word}: {about_of(leaf)}"
    return f"{word}: {known.courses.get(leaf.text('course'), '–')}" if leaf.text("course") else word


def _page(
    track: Track,
    actor: Actor,
    form: SeenForm,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    scored: bool,
) -> ResponseReturnValue:
    letter = request.form.get("group") or request.form.get("letter", "")
    turned = "group" not in request.form
    number = number_shown(request.form.get("turn") or request.form.get("page")) if turned else 1
    listing, shown = track_queries.people_to_enter(track, actor, letter=letter, page=number)
    here = {person.person for person in listing}
    return render_template(
        "tracks/enter.html",
        track=track,
        form=form,
        grid={"typed": typed, "errors": errors},
        listing=listing,
        shown=shown,
        elsewhere={person: value for person, value in typed.items() if person not in here},
        scored=scored,
        wrong_elsewhere=not here.issuperset(errors),
    ), 422 if form.errors or errors else 200


@blueprint.get("/<public_id>/visits")
@allow("tracks.see")
@offers_table("list", names=True)
def visits(public_id: str) -> ResponseReturnValue:
    """List of the visits to people on a track, or of those that are due."""
    actor, today, track = current_actor(), local_today(), track_queries.one_track(public_id)
    state = request.args.get("state", "")
    page, group = visits_of_track(
        track, actor, today, state=state, letter=request.args.get("group", "")
    )
    names = names_of([visit.supervisor for visit in page])
    if is_taken():
        return taken([(visit, names.get(visit.supervisor, "")) for visit in page], VISIT_COLUMNS)
    return render_template(
        "tracks/visits.html",
        track=track,
        listing=page,
        shown=group,
        state=state,
        states=[("", _("All visits")), (DUE, _("Due now"))],
        names=names,
    )


@blueprint.route("/<public_id>/people/<person_id>/visits/new", methods=["GET", "POST"])
@allow("tracks.keep")
def visit(public_id: str, person_id: str) -> ResponseReturnValue:
    """Enter a visit to somebody on a track."""
    actor = current_actor()
    standing = one_standing(person_id, public_id, actor, local_today())
    items = checklist_from_json(standing.enrolment.version.checklist)
    form = forms.VisitForm(
        data={"kind": str(VisitKind.VISIT), "day": local_today(), "seen_by": actor.public_id}
    )
    form.seen_by.choices = [(witness.public_id, witness.name) for witness in witnesses()]
    form.place.choices = [("", "–"), *places_to_choose()]
    observed = forms.observed_in(request.form, items)
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(VisitDetails, supervisor=form.seen_by.data, observed=observed)
            enter_visit(public_id, person_id, details, by=actor)
            return go("tracks.progress", _("Saved."))
        standing = one_standing(person_id, public_id, actor, local_today())
        items = checklist_from_json(standing.enrolment.version.checklist)
    return page(
        "tracks/visit.html",
        form=form,
        standing=standing,
        items=items,
        observed=observed,
        sent=request.method == "POST",
    )


@blueprint.route("/<public_id>/versions/<version_id>/checklist", methods=["GET", "POST"])
@allow("tracks.edit")
def checklist(public_id: str, version_id: str) -> ResponseReturnValue:
    """Write the checklist of a draft, which is looked at on visits."""
    track, version = _found(public_id, version_id)
    address = _address(public_id, version_id)
    if version.state != "draft":
        return redirect(address)
    if request.method == "GET":
        items = forms.rows_to_write(checklist_from_json(version.checklist))
        return _checklist_page(
            track, version, {"rows": items, "row_version": version.row_version, "errors": {}}
        )
    rows, read = forms.rows_sent(request.form), number_shown(request.form.get("row_version"))
    sheet = {"rows": rows, "row_version": read, "errors": forms.too_long(rows)}
    if request.form.get("do") == "more":
        return _checklist_page(track, version, sheet | {"rows": forms.rows_to_write(rows)})
    if sheet["errors"]:
        return _checklist_page(track, version, sheet), 422
    with CaughtProblem(ChangedMeanwhile) as caught:
        services.write_checklist(version_id, rows, read, by=current_actor())
        flash(_("Saved."))
        return redirect(address)
    track, version = _found(public_id, version_id)
    if isinstance(caught.problem, ChangedMeanwhile):
        # Sent once more, it goes over what the sentence tells of.
        sheet["row_version"] = version.row_version
    return _checklist_page(track, version, sheet, caught.sentence), 422


def _checklist_page(
    track: Track, version: TrackVersion, sheet: Mapping[str, Any], problem: str = ""
) -> str:
    return render_template(
        "tracks/checklist.html", track=track, version=version, sheet=sheet, problem=problem
    )


@blueprint.get("/<public_id>/versions/<version_id>/checklist.pdf")
@allow("tracks.see")
def checklist_on_paper(public_id: str, version_id: str) -> ResponseReturnValue:
    """The checklist as a page to be filled in by hand."""
    pdf = checklist_sheet(*_found(public_id, version_id))
    return download(pdf, name="checklist.pdf", type="application/pdf")


def checklist_sheet(track: Track, version: TrackVersion) -> bytes:
    """The page as PDF, in the reader's language; nobody's name is on it. Raises RenderError."""
    html = current_app.jinja_env.get_template("tracks/paper/checklist.html").render(
        organisation=brand(),
        logo=logo_address(paper_wording(), "consents"),
        track=forms.track_name(track.name, track.name_sw),
        version=version.number,
        kinds=forms.VISITS,
        items=[forms.checklist_line(item) for item in checklist_from_json(version.checklist)],
    )
    return document(
        PagedDocument(
            html=html,
            title=_("Checklist for a visit"),
            language=forms.language(),
            footer_left=_("Keep this sheet locked away once it is filled in."),
        )
    )
