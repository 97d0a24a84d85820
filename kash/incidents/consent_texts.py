"""The words that somebody agrees to or refuses, for each purpose of a case, with their version.

Whoever changes a text gives it a new version: an answer keeps the version of what was read out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class ConsentText:
    """One wording. `words` are translated when they become a string."""

    version: str
    words: Any


TEXTS: dict[str, ConsentText] = {
    "record": ConsentText(
        "2026-1",
        _l(
            "The programme may keep what I told, locked, so that only those who document cases "
            "can read it."
        ),
    ),
    "mediation": ConsentText(
        "2026-1",
        _l(
            "The programme may ask a mediator to speak with the other side. The mediator is told "
            "where to go and what is asked for, and not who I am."
        ),
    ),
    "forum_totals": ConsentText(
        "2026-1",
        _l(
            "The programme may count what happened to me in the rounded numbers that it shows to "
            "the forum. Nobody can tell from them whether I reported anything."
        ),
    ),
    "forum_story": ConsentText(
        "2026-1",
        _l(
            "The programme may tell what happened to me at the forum, without names, days and "
            "places, after a second person has read the text."
        ),
    ),
    "funder": ConsentText(
        "2026-1",
        _l("The programme may tell those who pay for its work that it helped in a case like mine."),
    ),
    "court": ConsentText(
        "2026-1",
        _l(
            "The programme may give a lawyer a paper with what happened to me, to use before a "
            "court or an oversight body. The paper is then out of the programme's hands."
        ),
    ),
}
