"""Tracks on Today: versions that wait to be published, and those that were sent back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.formats import date_text
from kash.platform.web.today import Need, TodayLine, Viewer, total
from kash.tracks.queries.tracks import WaitingTrack, waiting_for
from kash.tracks.queries.visits import DUE, due_visits
from kash.tracks.words import track_name


def _waiting(asked: Viewer) -> Sequence[WaitingTrack]:
    actor = asked.actor
    return waiting_for(actor) if actor.may("tracks.approve") or actor.may("tracks.edit") else []


def _line(one: WaitingTrack, title: str, text: str, button: str) -> TodayLine:
    return TodayLine(
        title % {"track": one.name, "number": one.number},
        url_for("tracks.version", public_id=one.track, version_id=one.version),
        text,
        key=_("Track"),
        button=button,
        about=one.name,
    )


def _proposed(asked: Viewer) -> Sequence[TodayLine]:
    return [
        _line(
            one,
            _("Proposed: %(track)s, version %(number)s"),
            _("Nobody is enrolled on it before it is published."),
            _("Read and decide"),
        )
        for one in asked.once(_waiting)
        if not one.returned
    ]


def _returned(asked: Viewer) -> Sequence[TodayLine]:
    return [
        _line(
            one,
            _("Sent back: %(track)s, version %(number)s"),
            _("The reason stands on its page. Change it and propose it again."),
            _("See why"),
        )
        for one in asked.once(_waiting)
        if one.returned
    ]


def _due(asked: Viewer) -> Sequence[TodayLine]:
    """Visits that whoever looks is to make; no names, as people of both groups are among them."""
    if not asked.actor.may("tracks.see"):
        return []
    return [
        TodayLine(
            _("Visits to make: %(track)s", track=track_name(one.name, one.name_sw)),
            url_for("tracks.visits", public_id=one.track, state=DUE),
            _("The first is due since %(day)s.", day=date_text(one.since)),
            key=one.count,
            button=_("See whom"),
            about=track_name(one.name, one.name_sw),
            count=one.count,
        )
        for one in due_visits(asked.actor, asked.day)
    ]


TODAY = (
    Need("tracks_visits", 158, _due, lead=_l("Visits that are due:"), lead_place=94, count=total),
    Need("tracks", 152, _proposed, lead=_l("Tracks that wait for you:"), lead_place=92),
    Need("tracks_returned", 162, _returned),
)
