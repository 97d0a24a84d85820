"""Tracks on the page of a person."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import gettext as _

from kash.people.sections import SectionRow
from kash.platform.web.formats import date_text, day_text, local_today
from kash.policy import Actor
from kash.tracks.models import TrackBadge
from kash.tracks.queries.tracks import Names, all_names
from kash.tracks.queries.ways import TrackStanding, standings_of
from kash.tracks.words import STANDING, STANDING_TONE, sentence, track_name


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """A person's tracks for her page, each with her standing and what comes next, and badges of
    tracks that she is on no more; None if there are none, or the actor may not see them."""
    if not actor.may("tracks.standing"):
        return None
    found, left = standings_of(person_id, actor, local_today())
    if not found and not left:
        return None
    known = all_names() if found else Names({}, {}, {})
    return [*(_row(one, person_id, known) for one in found), *map(_left, left)]


def _row(one: TrackStanding, person_id: str, known: Names) -> SectionRow:
    track, day = one.enrolment.track, one.earned_on or one.enrolment.enrolled_at
    return SectionRow(
        key=day_text(day),
        key_small=str(day.year),
        text=track_name(track.name, track.name_sw),
        url=url_for("tracks.progress", public_id=track.public_id, person_id=person_id),
        small=" · ".join(said for said in (_badge(one.earned_on), _next(one, known)) if said),
        tone=STANDING_TONE[one.state],
        state=_state(one),
    )


def _left(badge: TrackBadge) -> SectionRow:
    """The badge of a track that she is on no more."""
    return SectionRow(
        key=day_text(badge.earned_on),
        key_small=str(badge.earned_on.year),
        text=track_name(badge.track.name, badge.track.name_sw),
        small=_badge(badge.earned_on),
        tone="good",
        state=_("Not on it any more"),
    )


def _badge(day: date | None) -> str:
    return _("Badge since %(day)s", day=date_text(day)) if day is not None else ""


def _next(one: TrackStanding, known: Names) -> str:
    due = one.renewal.way.steps if one.renewal else ()
    steps = one.way.steps if one.earned_on is None else due
    if not steps:
        return ""
    said = _("Next: %(step)s", step=sentence(steps[0], known))
    day = one.possible.get(steps[0].text("course"))
    if day is None:
        return said
    return said + " · " + _("workshop from %(day)s", day=date_text(day))


def _state(one: TrackStanding) -> str:
    if one.earned_on is None:
        return _("%(have)s of %(need)s done", have=one.way.done, need=one.way.parts)
    return str(STANDING[one.state])
