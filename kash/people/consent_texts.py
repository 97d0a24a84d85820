"""The words that a person agrees to or refuses, for each purpose, with their version.

A person who changes a text gives it a new version. A consent row keeps the words as they were read
out, so that an old answer stays tied to what was asked.
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


TEXTS = {
    "contact": ConsentText(
        "2026-1",
        _l(
            "The programme may call me or send me messages about workshops and meetings I am part "
            "of. Messages say nothing about why I take part."
        ),
    ),
    "printed_name": ConsentText(
        "2026-1",
        _l(
            "The programme may print the name I chose on certificates, badges and lists "
            "that others in the room can see."
        ),
    ),
    "funder": ConsentText(
        "2026-1",
        _l(
            "The programme may show my name and my attendance to those who pay for its workshops, "
            "when they check that a workshop took place."
        ),
    ),
}
