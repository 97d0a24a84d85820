"""Fate of notices when two people turn out to be one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.people.erasure import GOES
from kash.people.references import Reference, joined

REFERENCES = (
    Reference(
        "notice.person_id",
        _l("Messages"),
        # What either was told she was told.
        joined("notice.person_id", ("kind", "event_key"), lambda _kept, _gone: {}),
        erased=GOES,
    ),
    Reference(
        "message_choice.person_id",
        move=joined("message_choice.person_id", (), lambda _kept, _gone: {}),
        erased=GOES,
    ),
)
