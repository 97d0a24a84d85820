"""Putting many people on a track: from a workshop, from pasted rows, or ticked in a list of people.

First a page shows who is new, who is on it already and who can't be, and why; it is confirmed once.
Whom it is about goes along in the form, and so do rows that lead to nobody, and ticks of people who
are not on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.next_steps import NextStep
from kash.people.rules.one_group import OneGroup, one_group
from kash.platform.database import is_public_id, utc_now
from kash.platform.web import KashForm, current_actor
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import short_date_text
from kash.platform.web.forms import choice_field, long_text_field, whole_number_field
from kash.platform.web.lists import ROWS
from kash.platform.web.row_versions import number_shown
from kash.policy import Actor, allow
from kash.tracks import blueprint
from kash.tracks.errors import NobodyOnStandardTrack, NothingPublished, PublishedMeanwhile
from kash.tracks.models import Track
from kash.tracks.queries.entering import (
    MOST_WORKSHOPS,
    Entrant,
    batch_to_undo,
    entrants,
    people_of_lines,
    people_of_workshop,
    workshops_to_enter_from,
)
from kash.tracks.queries.tracks import one_track, published_version, tracks_to_enter
from kash.tracks.rules.entering import (
    LONGEST_TERM,
    MOST_AT_ONCE,
    EntryOutcome,
    LineFault,
    PastedLine,
    ReadLine,
    pasted_lines,
)
from kash.tracks.services.entering import enrol_all, undo_batch
from kash.tracks.words import track_name

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
        found = workshops_to_enter_from(actor)
        self.workshop.choices = [
            ("", "–"),
            *((one, f"{title}, {short_date_text(day)}") for one, title, day in found),
        ]
        if len(found) == MOST_WORKSHOPS:
            self.workshop.description = _(
                "The latest %(number)s are offered. Paste the rows of an earlier one.",
                number=MOST_WORKSHOPS,
            )


@dataclass(frozen=True)
class Wanted:
    """Everybody who is to be put on a track (public ids), and the pasted lines that lead to
    nobody."""

    people: Sequence[str]
    lost: Sequence[ReadLine[str]] = ()


@blueprint.route("/<public_id>/people/many", methods=["GET", "POST"])
@allow("tracks.keep")
def enter_many(public_id: str) -> ResponseReturnValue:
    """Ask whom to put on a track, show who can be, and do it once that is confirmed."""
    actor, track = current_actor(), one_track(public_id)
    form = ManyForm()
    form.offer(actor)
    if request.method == "GET" or published_version(track) is None:
        return render_template("tracks/many.html", track=track, form=form)
    if "people" in request.form:
        return _confirmed_or_turned(track, actor)
    if form.validate_on_submit():
        wanted = _gathered(form, actor)
        if len(wanted.people) + len(wanted.lost) > MOST_AT_ONCE:
            form.form_errors.append(
                _("Too many at once. The most are: %(most)s", most=MOST_AT_ONCE)
            )
        elif wanted.people or wanted.lost:
            return _preview(track, actor, wanted)
        else:
            form.form_errors.append(_("Choose a workshop with people in it, or paste rows."))
    return render_template("tracks/many.html", track=track, form=form), 422


def _gathered(form: ManyForm, actor: Actor) -> Wanted:
    people: list[str] = []
    if form.workshop.data:
        people += people_of_workshop(actor, form.workshop.data, form.least.data or 0)
    read = people_of_lines(actor, pasted_lines(form.pasted.data))
    people += [line.person for line in read if line.person is not None]
    return Wanted(list(dict.fromkeys(people)), [line for line in read if line.fault is not None])


def _confirmed_or_turned(track: Track, actor: Actor) -> ResponseReturnValue:
    shown = [one for one in request.form["people"].split() if is_public_id(one)][:MOST_AT_ONCE]
    ticked = set(request.form.getlist("chosen"))
    if request.form.get("do") == "save":
        people = [one for one in shown if one in ticked]
        refused = (NobodyOnStandardTrack, NothingPublished, PublishedMeanwhile)
        with FlashedProblems(*refused, tone="warn"):
            version = request.form.get("version", "")
            done = enrol_all(track.public_id, version, people, by=actor)
            flash(
                _(
                    "Put on the track: %(done)s. Left out: %(left)s.",
                    done=done.entered,
                    left=done.left_out,
                )
            )
            return redirect(url_for("tracks.people", public_id=track.public_id))
    return _preview(one_track(track.public_id), actor, Wanted(shown, _lost_rows()), ticked)


def _lost_rows() -> list[ReadLine[str]]:
    """Rows that lead to nobody, as the page that is turned carries them: number, fault and text."""
    found = []
    for said in request.form.getlist("lost")[:MOST_AT_ONCE]:
        number, fault, text = [*said.split(" ", 2), "", ""][:3]
        if fault in set(LineFault):
            line = PastedLine(number_shown(number), text[:LONGEST_TERM], ())
            found.append(ReadLine[str](line, None, LineFault(fault)))
    return found


def _preview(
    track: Track, actor: Actor, wanted: Wanted, ticked: set[str] | None = None
) -> ResponseReturnValue:
    """Page of who can be put on a track; everybody who is new is ticked at first."""
    found = entrants(track, actor, wanted.people[:MOST_AT_ONCE])
    new = {one.person for one in found if one.outcome is EntryOutcome.NEW}
    chosen = new if ticked is None else ticked & new
    letter = request.form.get("group") or request.form.get("letter", "")
    # Who is new stands first; within that, by name.
    order = sorted(found, key=lambda one: one.outcome is not EntryOutcome.NEW)
    group: OneGroup[Entrant] = one_group(order, lambda one: one.letter, letter)
    pages = max(1, -(-len(group.rows) // ROWS))
    turned = number_shown(request.form.get("turn")) if "group" not in request.form else 1
    number = min(max(turned, 1), pages)
    rows = group.rows[(number - 1) * ROWS : number * ROWS]
    return render_template(
        "tracks/many_preview.html",
        track=track,
        version=one_or_404(published_version(track)),
        people=[one.person for one in found],
        shown=OneGroup(group.letter, rows, group.counts),
        chosen=chosen,
        elsewhere=sorted(chosen - {one.person for one in rows}),
        counts={each: sum(one.outcome is each for one in found) for each in EntryOutcome},
        left=len(wanted.people) - len(found),
        lost=wanted.lost,
        page=number,
        pages=pages,
    )


@blueprint.route("/<public_id>/people/many/<batch>/undo", methods=["GET", "POST"])
@allow("tracks.keep")
def undo_many(public_id: str, batch: str) -> ResponseReturnValue:
    """Ask, then take off again who was put on a track together."""
    actor, track = current_actor(), one_track(public_id)
    if request.method == "GET":
        found = batch_to_undo(track, actor, utc_now(), batch)
        return render_template("tracks/undo_many.html", track=track, batch=found)
    taken = undo_batch(public_id, batch, by=actor)
    flash(_("Taken off again: %(number)s.", number=taken))
    return redirect(url_for("tracks.people", public_id=public_id))


def _tracks(actor: Actor) -> list[tuple[str, str]]:
    if not actor.may("tracks.keep"):
        return []
    return [(one.public_id, track_name(one.name, one.name_sw)) for one in tracks_to_enter()]


def _ask(track: str, people: Sequence[str], actor: Actor) -> ResponseReturnValue:
    return _preview(one_track(track), actor, Wanted(people))


PUT_ON_A_TRACK = NextStep(
    "track",
    _l("Put them on a track"),
    _l("A page first shows who is new, who is on it already and who can't be."),
    _tracks,
    asks=_ask,
)
