"""Putting many people on a track: from a workshop, from pasted rows, or ticked in a list of people.
First a page shows who is new, who is on it already and who can't be, and why; it is confirmed once.
The people it is about go along in the form, and so do rows that lead to nobody, and ticks of people
who are not on the page. People on a track: who stands where, one person's way, enrolling and
moving. Tracks on the page of a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.accounts.queries.accounts import names_of
from kash.certificates.tracks import blueprint, forms
from kash.certificates.tracks.models import Track, note_of
from kash.certificates.tracks.queries import tracks as track_queries
from kash.certificates.tracks.queries import visits as visit_queries
from kash.certificates.tracks.queries.certifying import (
    TrackStanding,
    facts_seen,
    one_standing,
    standings_of,
)
from kash.certificates.tracks.rules import standing as standing_rules
from kash.certificates.tracks.services import tracks as enrolments
from kash.certificates.tracks.services import visits as visit_services
from kash.certificates.tracks.views.tracks import ON_TRACK_COLUMNS
from kash.people.models import Person
from kash.people.queries.search import find_people
from kash.people.rules.persons import OneGroup, one_group
from kash.people.scope import within_reach
from kash.people.sections import NextStep, SectionRow
from kash.platform.database import db, is_public_id, utc_now
from kash.platform.web import KashForm, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import date_text, day_text, local_today, short_date_text
from kash.platform.web.forms import choice_field, long_text_field, whole_number_field
from kash.platform.web.lists import ROWS
from kash.platform.web.pages import go
from kash.platform.web.row_versions import number_shown
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Actor, allow

_MOST_PASTED = 100_000


class ManyForm(KashForm):
    """Sources of people who are put on a track together."""

    workshop = choice_field(_l("Workshop"), required=False)
    least = whole_number_field(
        _l("Only who attended at least so many per cent"), least=0, most=100, required=False
    )
    pasted = long_text_field(_l("Rows"), most=_MOST_PASTED, required=False)

    def offer(self, actor: Actor) -> None:
        """Offer the latest workshops that an actor runs."""
        workshops = visit_queries.workshops_to_enter_from(actor)
        self.workshop.choices = [
            ("", "–"),
            *((workshop, f"{title}, {short_date_text(day)}") for workshop, title, day in workshops),
        ]
        if len(workshops) == visit_queries.MOST_WORKSHOPS:
            self.workshop.description = _(
                "The latest %(number)s are offered. Paste the rows of an earlier one.",
                number=visit_queries.MOST_WORKSHOPS,
            )


@dataclass(frozen=True)
class Wanted:
    """Everybody who is to be put on a track (public ids), and the pasted lines that lead to
    nobody."""

    people: Sequence[str]
    lost: Sequence[standing_rules.ReadLine[str]] = ()


@blueprint.route("/<public_id>/people/many", methods=["GET", "POST"])
@allow("tracks.keep")
def enter_many(public_id: str) -> ResponseReturnValue:
    """Ask who is to be put on a track, show who can be, and do it once that is confirmed."""
    actor, track = current_actor(), track_queries.one_track(public_id)
    form = ManyForm()
    form.offer(actor)
    if request.method == "GET" or track_queries.published_version(track) is None:
        return render_template("tracks/many.html", track=track, form=form)
    if "people" in request.form:
        return _confirmed_or_turned(track, actor)
    if form.validate_on_submit():
        wanted = _gathered(form, actor)
        if len(wanted.people) + len(wanted.lost) > standing_rules.MOST_AT_ONCE:
            form.form_errors.append(
                _("Too many at once. The most are: %(most)s", most=standing_rules.MOST_AT_ONCE)
            )
        elif wanted.people or wanted.lost:
            return _preview(track, actor, wanted)
        else:
            form.form_errors.append(_("Choose a workshop with people in it, or paste rows."))
    return render_template("tracks/many.html", track=track, form=form), 422


def _gathered(form: ManyForm, actor: Actor) -> Wanted:
    people: list[str] = []
    if form.workshop.data:
        people += visit_queries.people_of_workshop(actor, form.workshop.data, form.least.data or 0)
    read = visit_queries.people_of_lines(actor, standing_rules.pasted_lines(form.pasted.data))
    people += [line.person for line in read if line.person is not None]
    return Wanted(list(dict.fromkeys(people)), [line for line in read if line.fault is not None])


def _confirmed_or_turned(track: Track, actor: Actor) -> ResponseReturnValue:
    shown = [person for person in request.form["people"].split() if is_public_id(person)][
        : standing_rules.MOST_AT_ONCE
    ]
    ticked = set(request.form.getlist("chosen"))
    if request.form.get("do") == "save":
        people = [person for person in shown if person in ticked]
        with FlashedProblems(tone="warn"):
            version = request.form.get("version", "")
            _batch, done, left = enrolments.enrol_all(track.public_id, version, people, by=actor)
            flash(_("Put on the track: %(done)s. Left out: %(left)s.", done=done, left=left))
            return go("tracks.people", public_id=track.public_id)
    return _preview(
        track_queries.one_track(track.public_id), actor, Wanted(shown, _lost_rows()), ticked
    )


def _lost_rows() -> list[standing_rules.ReadLine[str]]:
    """Rows that lead to nobody, as the page that is turned carries them: number, fault and text."""
    lost = []
    for sent in request.form.getlist("lost")[: standing_rules.MOST_AT_ONCE]:
        number, fault, text = [*sent.split(" ", 2), "", ""][:3]
        if fault in set(standing_rules.LineFault):
            line = standing_rules.PastedLine(
                number_shown(number), text[: standing_rules.LONGEST_TERM], ()
            )
            lost.append(standing_rules.ReadLine[str](line, None, standing_rules.LineFault(fault)))
    return lost


def _preview(
    track: Track, actor: Actor, wanted: Wanted, ticked: set[str] | None = None
) -> ResponseReturnValue:
    """Page of who can be put on a track; everybody who is new is ticked at first."""
    people = visit_queries.entrants(track, actor, wanted.people[: standing_rules.MOST_AT_ONCE])
    first = standing_rules.EntryOutcome.NEW
    new = {entrant["person"] for entrant in people if entrant["outcome"] is first}
    chosen = new if ticked is None else ticked & new
    letter = request.form.get("group") or request.form.get("letter", "")
    # Who is new stands first; within that, by name.
    order = sorted(people, key=lambda entrant: entrant["person"] not in new)
    group = one_group(order, lambda entrant: entrant["letter"], letter)
    pages = max(1, -(-len(group.rows) // ROWS))
    turned = number_shown(request.form.get("turn")) if "group" not in request.form else 1
    number = min(max(turned, 1), pages)
    rows = group.rows[(number - 1) * ROWS : number * ROWS]
    return render_template(
        "tracks/many_preview.html",
        track=track,
        version=one_or_404(track_queries.published_version(track)),
        people=[entrant["person"] for entrant in people],
        shown=OneGroup(group.letter, rows, group.counts),
        chosen=chosen,
        elsewhere=sorted(chosen - {entrant["person"] for entrant in rows}),
        counts={
            outcome: sum(entrant["outcome"] is outcome for entrant in people)
            for outcome in standing_rules.EntryOutcome
        },
        left=len(wanted.people) - len(people),
        lost=wanted.lost,
        page=number,
        pages=pages,
    )


@blueprint.route("/<public_id>/people/many/<batch>/undo", methods=["GET", "POST"])
@allow("tracks.keep")
def undo_many(public_id: str, batch: str) -> ResponseReturnValue:
    """Ask, then take off again who was put on a track together."""
    actor, track = current_actor(), track_queries.one_track(public_id)
    if request.method == "GET":
        entered = visit_queries.batch_to_undo(track, actor, utc_now(), batch)
        return render_template("tracks/undo_many.html", track=track, batch=entered)
    taken = enrolments.undo_batch(public_id, batch, by=actor)
    return go("tracks.people", _("Taken off again: %(number)s.", number=taken))


def _tracks(actor: Actor) -> list[tuple[str, str]]:
    if not actor.may("tracks.keep"):
        return []
    return [
        (track.public_id, forms.track_name(track.name, track.name_sw))
        for track in track_queries.tracks_to_enter()
    ]


def _ask(track: str, people: Sequence[str], actor: Actor) -> ResponseReturnValue:
    return _preview(track_queries.one_track(track), actor, Wanted(people))


PUT_ON_A_TRACK = NextStep(
    "track",
    _l("Put them on a track"),
    _l("A page first shows who is new, who is on it and who can't be."),
    _tracks,
    asks=_ask,
)


@blueprint.get("/<public_id>/people")
@allow("tracks.see")
@offers_table("list", names=True)
def people(public_id: str) -> ResponseReturnValue:
    """List of who stands where on a track."""
    return _people_page(public_id, found=None)


def _people_page(public_id: str, *, found: list[tuple[str, str, str]] | None) -> str | Response:
    actor, today = current_actor(), local_today()
    track = track_queries.one_track(public_id)
    state, version = request.args.get("state", ""), request.args.get("version", "")
    listing, group = track_queries.who_stands_where(
        track, actor, today, state=state, version=version, letter=request.args.get("group", "")
    )
    page_shown = listing.turned(lambda rows: track_queries.shown(rows, track, today))
    if is_taken():
        known_names = track_queries.all_names()
        return taken([(standing, known_names) for standing in page_shown], ON_TRACK_COLUMNS)
    batches = (
        visit_queries.batches_to_undo(track, actor, utc_now()) if actor.may("tracks.keep") else []
    )
    return render_template(
        "tracks/people.html",
        track=track,
        listing=page_shown,
        shown=group,
        state=state,
        version=version,
        states=[
            ("", _("Everybody")),
            (track_queries.DONE, _("With the badge")),
            *(
                (str(standing), str(forms.STANDING[standing]))
                for standing in standing_rules.Standing
            ),
        ],
        versions=[
            ("", _("Any version")),
            *(
                (version.public_id, _("Version %(number)s", number=version.number))
                for version in track.versions
                if version.state == "published"
            ),
        ],
        known=track_queries.all_names(),
        batches=batches,
        most_counted=visit_queries.MOST_OF_BATCH,
        names=names_of([batch.by for batch in batches]),
        found=found,
        searched=request.form.get("search", "")[:200].strip(),
    )


@blueprint.post("/<public_id>/people/find")
@allow("tracks.keep")
def find(public_id: str) -> ResponseReturnValue:
    """Find people to enrol by name."""
    actor = current_actor()
    text = request.form.get("search", "")[:200].strip()
    return _people_page(public_id, found=_to_enrol(actor, text))


def _to_enrol(actor: Actor, text: str) -> list[tuple[str, str, str]]:
    """(public id, name, letter) of people of hers who are found by what was typed."""
    candidates = {person.public_id: person for person in find_people(actor, text)} if text else {}
    mine = db.session.scalars(
        select(Person.public_id).where(
            Person.public_id.in_(candidates),
            within_reach(actor, "tracks.keep", few=True),
            ~Person.minor,
        )
    )
    reached = set(mine)
    return [
        (candidate.public_id, candidate.chosen_name, candidate.letter)
        for candidate in candidates.values()
        if candidate.public_id in reached
    ]


@blueprint.post("/<public_id>/people/enrol")
@allow("tracks.keep")
def enrol(public_id: str) -> ResponseReturnValue:
    """Enrol somebody on the published version."""
    with FlashedProblems(tone="warn"):
        enrolments.enrol(public_id, request.form.get("person", ""), by=current_actor())
        flash(_("Enrolled."))
    return go("tracks.people")


@blueprint.get("/<public_id>/people/<person_id>")
@allow("tracks.standing")
def progress(public_id: str, person_id: str) -> ResponseReturnValue:
    """One person's way: what is done, what is missing, what comes next."""
    standing = _standing(public_id, person_id)
    actor = current_actor()
    seen = facts_seen(standing.enrolment.person)
    visits = visit_queries.visits_of(standing.enrolment.track_id, standing.enrolment.person_id)
    accounts = [
        *(fact.seen_by for fact in seen),
        *(move.moved_by for move in standing.enrolment.moves),
        *(visit.supervisor for visit in visits),
    ]
    versions = {
        version.id: version.number for version in track_queries.one_track(public_id).versions
    }
    return render_template(
        "tracks/progress.html",
        track=standing.enrolment.track,
        standing=standing,
        person=standing.enrolment.person,
        seen=seen,
        visits=visits,
        notes={visit.public_id: note_of(visit) for visit in visits},
        checklist=visit_queries.seen_of_checklist(standing.enrolment.version.checklist, visits),
        next_visit=next((visit.next_on for visit in visits if visit.withdrawn_at is None), None),
        versions=versions,
        names=names_of(accounts) if actor.may("tracks.see") else {},
        known=track_queries.all_names(),
        staff=actor.may("tracks.see"),
        keeps=actor.may("tracks.keep") and actor.person_id != standing.enrolment.person_id,
    )


def _standing(public_id: str, person_id: str) -> TrackStanding:
    return one_standing(person_id, public_id, current_actor(), local_today())


def _to_progress(public_id: str, person_id: str) -> ResponseReturnValue:
    return go("tracks.progress", public_id=public_id, person_id=person_id)


@blueprint.route("/<public_id>/people/<person_id>/move", methods=["GET", "POST"])
@allow("tracks.keep")
def move(public_id: str, person_id: str) -> ResponseReturnValue:
    """Move somebody to another version, with a reason."""
    standing = _standing(public_id, person_id)
    form = forms.MoveForm()
    form.version.choices = [
        (version.public_id, _("Version %(number)s", number=version.number))
        for version in track_queries.one_track(public_id).versions
        if version.state == "published" and version.id != standing.enrolment.version_id
    ]
    return _person_form(
        (public_id, person_id),
        form,
        "tracks/move.html",
        lambda: enrolments.move(
            public_id, person_id, form.version.data, form.reason.data, by=current_actor()
        ),
        _("Moved."),
        lambda _standing: {},
    )


def _person_form(
    of: tuple[str, str],
    form: KashForm,
    template: str,
    carry_out: Callable[[], object],
    told: str,
    shown: Callable[[TrackStanding], dict[str, Any]],
) -> ResponseReturnValue:
    """Ask something about somebody on a track, of (track, person), and do it; back to her way."""
    standing = _standing(*of)
    if form.validate_on_submit():
        with form.showing_problems():
            carry_out()
            flash(told)
            return _to_progress(*of)
        standing = _standing(*of)
    return page(template, form=form, standing=standing, **shown(standing))


@blueprint.route("/<public_id>/people/<person_id>/take-off", methods=["GET", "POST"])
@allow("tracks.keep")
def take_off(public_id: str, person_id: str) -> ResponseReturnValue:
    """Ask, then take somebody off a track."""
    standing = _standing(public_id, person_id)
    if request.method == "GET":
        return render_template("tracks/take_off.html", standing=standing)
    with FlashedProblems(tone="warn"):
        enrolments.take_off(public_id, person_id, by=current_actor())
        return go("tracks.people", _("Taken off. What was entered about this person stays."))
    return _to_progress(public_id, person_id)


@blueprint.route(
    "/<public_id>/people/<person_id>/facts/<fact_id>/withdraw", methods=["GET", "POST"]
)
@allow("tracks.keep")
def withdraw(public_id: str, person_id: str, fact_id: str) -> ResponseReturnValue:
    """Withdraw what was entered wrongly, with a reason."""
    form = forms.WithdrawForm()
    return _person_form(
        (public_id, person_id),
        form,
        "tracks/withdraw.html",
        lambda: visit_services.withdraw(person_id, fact_id, form.because.data, by=current_actor()),
        _("Withdrawn."),
        _fact_of(fact_id),
    )


@blueprint.route("/<public_id>/people/<person_id>/facts/<fact_id>/end", methods=["GET", "POST"])
@allow("tracks.keep")
def end_role(public_id: str, person_id: str, fact_id: str) -> ResponseReturnValue:
    """Say when a role was held last."""
    form = forms.EndForm()
    return _person_form(
        (public_id, person_id),
        form,
        "tracks/end_role.html",
        lambda: visit_services.end_role(
            person_id, fact_id, form.until.data or local_today(), by=current_actor()
        ),
        _("Saved."),
        _fact_of(fact_id),
    )


def _fact_of(fact_id: str) -> Callable[[TrackStanding], dict[str, Any]]:
    return lambda standing: {
        "fact": track_queries.one_of(facts_seen(standing.enrolment.person), fact_id)
    }


@blueprint.route(
    "/<public_id>/people/<person_id>/visits/<visit_id>/withdraw", methods=["GET", "POST"]
)
@allow("tracks.keep")
def withdraw_visit_page(public_id: str, person_id: str, visit_id: str) -> ResponseReturnValue:
    """Withdraw a visit that was entered wrongly, with a reason."""
    form = forms.WithdrawForm()
    return _person_form(
        (public_id, person_id),
        form,
        "tracks/withdraw_visit.html",
        lambda: visit_services.withdraw_visit(
            public_id, person_id, visit_id, form.because.data, by=current_actor()
        ),
        _("Withdrawn."),
        lambda standing: {
            "visit": track_queries.one_of(
                visit_queries.visits_of(standing.enrolment.track_id, standing.enrolment.person_id),
                visit_id,
            )
        },
    )


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """A person's tracks for her page, each with her standing and what comes next, and badges of
    tracks that she is on no more; None if there are none, or the actor may not see them."""
    if not actor.may("tracks.standing"):
        return None
    on_tracks, left = standings_of(person_id, actor, local_today())
    if not on_tracks and not left:
        return None
    spoken_of = track_queries.all_names() if on_tracks else track_queries.Names({}, {}, {})
    return [
        *(_row(standing, person_id, spoken_of) for standing in on_tracks),
        *(
            _track_row(
                badge.track,
                badge.earned_on,
                _badge(badge.earned_on),
                "good",
                _("Not on it any more"),
            )
            for badge in left
        ),
    ]


def _row(standing: TrackStanding, person_id: str, known: track_queries.Names) -> SectionRow:
    track, day = standing.enrolment.track, standing.earned_on
    state = (
        _("%(have)s of %(need)s done", have=standing.way.done, need=standing.way.parts)
        if day is None
        else str(forms.STANDING[standing.state])
    )
    return _track_row(
        track,
        day or standing.enrolment.enrolled_at,
        " · ".join(part for part in (_badge(day), _next(standing, known)) if part),
        forms.STANDING_TONE[standing.state],
        state,
        url_for("tracks.progress", public_id=track.public_id, person_id=person_id),
    )


def _track_row(
    track: Track, day: date, small: str, tone: str, state: str, url: str = ""
) -> SectionRow:
    return SectionRow(
        key=day_text(day),
        key_small=str(day.year),
        text=forms.track_name(track.name, track.name_sw),
        url=url,
        small=small,
        tone=tone,
        state=state,
    )


def _badge(day: date | None) -> str:
    return _("Badge since %(day)s", day=date_text(day)) if day is not None else ""


def _next(standing: TrackStanding, known: track_queries.Names) -> str:
    due = standing.renewal.way.steps if standing.renewal else ()
    steps = standing.way.steps if standing.earned_on is None else due
    if not steps:
        return ""
    words = _("Next: %(step)s", step=forms.sentence(steps[0], known))
    day = standing.possible.get(steps[0].text("course"))
    if day is None:
        return words
    return words + " · " + _("workshop from %(day)s", day=date_text(day))
