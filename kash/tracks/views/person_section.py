"""Tracks on the page of a person."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from kash.people.sections import SectionRow
from kash.platform.web.formats import date_text, day_text, local_today
from kash.policy import Actor
from kash.tracks.queries.people import TrackStanding, standings_of
from kash.tracks.queries.tracks import Names, all_names
from kash.tracks.words import RENEWAL, RENEWAL_TONE, sentence, track_name


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """A person's tracks for her page, each with what comes next; None if she is on none, or the
    actor may not see them."""
    if not actor.may("tracks.standing"):
        return None
    found = standings_of(person_id, actor, local_today())
    if not found:
        return None
    known = all_names()
    return [
        SectionRow(
            key=day_text(one.enrolment.enrolled_at),
            key_small=str(one.enrolment.enrolled_at.year),
            text=track_name(one.enrolment.track.name, one.enrolment.track.name_sw),
            url=url_for(
                "tracks.progress", public_id=one.enrolment.track.public_id, person_id=person_id
            ),
            small=_next(one, known),
            tone=_tone(one),
            state=_state(one),
        )
        for one in found
    ]


def _next(one: TrackStanding, known: Names) -> str:
    steps = one.way.steps or (one.renewal.way.steps if one.renewal else ())
    if not steps:
        return ""
    said = _("Next: %(step)s", step=sentence(steps[0], known))
    day = one.possible.get(steps[0].text("course"))
    if day is None:
        return said
    return said + " · " + _("workshop from %(day)s", day=date_text(day))


def _tone(one: TrackStanding) -> str:
    if one.renewal is not None:
        return RENEWAL_TONE[one.renewal.state]
    return "good" if one.way.done_on else "live"


def _state(one: TrackStanding) -> str:
    if one.renewal is not None:
        return str(RENEWAL[one.renewal.state])
    if one.way.done_on:
        return _("All done since %(day)s", day=date_text(one.way.done_on))
    return _("%(have)s of %(need)s done", have=one.way.done, need=one.way.parts)
