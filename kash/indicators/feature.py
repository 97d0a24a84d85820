"""The declaration of indicators."""

from __future__ import annotations

from kash.feature import Feature
from kash.indicators.merging import REFERENCES
from kash.indicators.personal import PERSONAL
from kash.indicators.services.completions import FOLLOWS, ask_who_completed
from kash.platform.jobs.kinds import Chore

FEATURE = Feature(
    "indicators",
    parts=(
        *REFERENCES,
        *PERSONAL,
        FOLLOWS,
        Chore("ask_who_completed", ask_who_completed, minutes=60, at=37),
    ),
)
