"""The form of a station."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from kash.figures.trends.rules import CountedPlace
from kash.platform.web import KashForm
from kash.platform.web.forms import choice_field


class PlaceForm(KashForm):
    """A station, or those of one ward. It is posted, so that no address tells which."""

    place = choice_field(_l("Station"), [])

    def offer(self, places: Iterable[CountedPlace]) -> None:
        """Let these be chosen."""
        self.place.choices = [("", ""), *((place.key, place.name) for place in places)]
