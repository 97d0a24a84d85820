"""Words of trends."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.figures.trends.rules import FallVerdict

ENDS = {
    "settled": _l("Settled"),
    "partly": _l("Settled in part"),
    "failed": _l("Not settled"),
    "withdrawn": _l("Taken back"),
    "court": _l("Before a court"),
}


def verdict_word(verdict: FallVerdict) -> str:
    """A verdict in a few words."""
    if verdict.chance is None:
        return _("Too few to say")
    if not verdict.found:
        return _("No more than chance does")
    return _("A fall") if verdict.fell else _("A rise")


def chance_sentence(verdict: FallVerdict) -> str:
    """The sentence on chance: in how many of 100 it does as much alone."""
    if verdict.chance is None:
        return ""
    times = round(100 * verdict.chance)
    if not times:
        return _("Chance alone does as much less than once in 100.")
    return _("Chance alone does as much in %(times)s of 100.", times=times)
