"""Clashes on Today: what gets in the way of one's own workshops within two weeks. It may have come
about since they were planned, as when a trainer is away or a venue is taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.clashes.queries.naming import names_for
from kash.clashes.queries.overview import clashes_ahead
from kash.clashes.rules.kinds import SAFETY
from kash.clashes.words import KIND, sentence
from kash.platform.web.formats import short_date_text
from kash.platform.web.today import MOST_SHOWN, Need, TodayLine, Viewer

SOON = timedelta(days=14)


def _soon(asked: Viewer) -> Sequence[TodayLine]:
    actor = asked.actor
    if not (actor.may("clashes.see") and actor.may("workshops.edit")):
        return []
    ahead = clashes_ahead(actor, asked.day, mine=True, within=SOON)
    names = names_for(ahead.clashes, ahead.events)
    return [
        TodayLine(
            str(KIND[one.kind]),
            url_for("clashes.index", mine=1, kind=str(one.kind)),
            sentence(one, names),
            key=short_date_text(one.day),
            button=_("Look at it"),
            about=str(KIND[one.kind]),
        )
        for one in sorted(ahead.clashes, key=lambda one: one.kind not in SAFETY)
    ]


TODAY = (
    Need(
        "clashes",
        143,
        _soon,
        lead=_l("Clashes of your workshops within two weeks:"),
        lead_place=84,
        most=MOST_SHOWN,
    ),
)
