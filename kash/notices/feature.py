"""The declaration of notices."""

from __future__ import annotations

from kash.feature import Feature
from kash.notices.merging import REFERENCES
from kash.notices.services.sending import send_notices, shred_old_messages
from kash.notices.trail_words import ACTION_WORDS
from kash.platform.jobs import Chore

FEATURE = Feature(
    "notices",
    parts=(
        ACTION_WORDS,
        *REFERENCES,
        Chore("send_notices", send_notices, minutes=1),
        Chore("shred_old_messages", shred_old_messages, minutes=60, at=41),
    ),
)
