"""Entering what the programme saw: a grid of the people on a track, for one requirement at a time.

What is ticked or typed for people who are not on the page goes along unseen, so that turning to
another page or group loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.database import is_public_id
from kash.platform.web import KashForm, current_actor
from kash.platform.web.formats import local_today
from kash.platform.web.forms import DayField, choice_field, required
from kash.platform.web.row_versions import number_shown
from kash.policy import Actor, allow
from kash.tracks import blueprint
from kash.tracks.errors import NothingEntered, NothingOfMinors
from kash.tracks.kinds import about_of
from kash.tracks.leaf_kinds import leaf_kinds
from kash.tracks.models import Track
from kash.tracks.queries.people import enterable_people, people_to_enter
from kash.tracks.queries.tracks import Names, all_names, one_track
from kash.tracks.rules.tree import Leaf, leaves_of, renewal_from_json, tree_from_json
from kash.tracks.services.seen import SeenTogether, enter, witnesses
from kash.tracks.words import SEEN

_FIELD = "of-"
MOST_SCORE = 100


class SeenForm(KashForm):
    """Facts entered together: for which requirement, on which day, seen by whom."""

    requirement = choice_field(_l("What was seen"))
    day = DayField(_l("Day"), validators=[required()])
    seen_by = choice_field(_l("Who saw it"))


@dataclass
class EntryGrid:
    """Ticks and scores as typed, by person (public id); and what is wrong, by person."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def posted(cls, track: Track, actor: Actor) -> EntryGrid:
        """The grid that was sent, as far as it is about people of whom an actor may enter it."""
        sent = {
            person: value[:8].strip()
            for name, value in request.form.items()
            if name.startswith(_FIELD)
            and is_public_id(person := name.removeprefix(_FIELD))
            and value.strip()
        }
        there = enterable_people(track, actor, sent)
        return cls({person: value for person, value in sent.items() if person in there})

    def amounts(self, *, scored: bool) -> dict[str, int]:
        """Amounts by person; what is no score of a hundred is noted as wrong."""
        found = {}
        for person, text in self.typed.items():
            whole = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
            if not scored:
                found[person] = 1
            elif 0 <= whole <= MOST_SCORE:
                found[person] = whole
            else:
                self.errors[person] = _("Enter a score from 0 to 100.")
        return found


def enterable(track: Track) -> dict[str, Leaf]:
    """The requirements of a track's published versions that the programme enters, each once, by
    kind and what they are about."""
    kinds = leaf_kinds()
    found: dict[str, Leaf] = {}
    for version in track.versions:
        if version.state != "published":
            continue
        leaves = leaves_of(tree_from_json(version.tree))
        if version.renewal:
            leaves += leaves_of(renewal_from_json(version.renewal).tree)
        for leaf in leaves:
            kind = kinds.get(leaf.kind)
            if kind is not None and kind.seen:
                found.setdefault(f"{kind.seen}:{about_of(leaf)}", leaf)
    return found


@blueprint.route("/<public_id>/enter", methods=["GET", "POST"])
@allow("tracks.keep")
def enter_facts(public_id: str) -> ResponseReturnValue:
    """A grid of people: ticked or scored, then entered together."""
    actor = current_actor()
    track = one_track(public_id)
    choices, known = enterable(track), all_names()
    form = SeenForm(data={"day": local_today(), "seen_by": actor.public_id})
    form.requirement.choices = [(key, _what(leaf, known)) for key, leaf in choices.items()]
    form.seen_by.choices = [(one.public_id, one.name) for one in witnesses()]
    grid = EntryGrid.posted(track, actor)
    chosen = form.requirement.data or next(iter(choices), "")
    scored = chosen.startswith("oral_test:")
    if request.form.get("do") == "save" and form.validate_on_submit():
        kind, about = chosen.split(":", 1)
        amounts = grid.amounts(scored=scored)
        if not grid.errors:
            with form.showing_problems(NothingEntered, NothingOfMinors):
                day = form.day.data or local_today()
                seen = SeenTogether(kind, about, day, form.seen_by.data)
                entered = enter(seen, amounts, by=actor)
                flash(_("Entered: %(number)s.", number=entered))
                return redirect(url_for("tracks.people", public_id=public_id))
    return _page(track, actor, form, grid, scored=scored)


def _what(leaf: Leaf, known: Names) -> str:
    """Words of what is entered for a requirement."""
    kind = leaf_kinds()[leaf.kind]
    word = str(SEEN[kind.seen])
    if leaf.kind in ("role", "document"):
        return f"{word}: {_about(leaf)}"
    return f"{word}: {known.courses.get(leaf.text('course'), '–')}" if leaf.text("course") else word


def _about(leaf: Leaf) -> str:
    if leaf.kind == "role":
        return str((leaf_kinds()["role"].choices or {}).get(leaf.text("role"), "–"))
    return about_of(leaf)


def _page(
    track: Track, actor: Actor, form: SeenForm, grid: EntryGrid, *, scored: bool
) -> ResponseReturnValue:
    letter = request.form.get("group") or request.form.get("letter", "")
    turned = "group" not in request.form
    number = number_shown(request.form.get("turn") or request.form.get("page")) if turned else 1
    listing, shown = people_to_enter(track, actor, letter=letter, page=number)
    here = {one.person for one in listing}
    wrong = bool(form.errors or grid.errors)
    return render_template(
        "tracks/enter.html",
        track=track,
        form=form,
        grid=grid,
        listing=listing,
        shown=shown,
        elsewhere={one: value for one, value in grid.typed.items() if one not in here},
        scored=scored,
        wrong_elsewhere=not here.issuperset(grid.errors),
    ), 422 if wrong else 200
