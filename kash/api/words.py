"""Words for how a token stands, and for its periods."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.api.rules.tokens import TokenStands

STANDS_WORDS: dict[TokenStands, Any] = {
    TokenStands.ASKED: _l("waits for a second person"),
    TokenStands.RETURNED: _l("sent back"),
    TokenStands.AGREED: _l("agreed, to be fetched"),
    TokenStands.IN_USE: _l("in use"),
    TokenStands.LAPSED: _l("waited too long"),
    TokenStands.RAN_OUT: _l("ran out"),
    TokenStands.ENDED: _l("ended"),
}
STANDS_TONES: dict[TokenStands, str] = {
    TokenStands.ASKED: "warn",
    TokenStands.RETURNED: "bad",
    TokenStands.AGREED: "warn",
    TokenStands.IN_USE: "good",
    TokenStands.LAPSED: "",
    TokenStands.RAN_OUT: "",
    TokenStands.ENDED: "",
}
PERIOD_WORDS: dict[int, Any] = {
    30: _l("30 days"),
    90: _l("90 days"),
    180: _l("Half a year"),
    365: _l("A year"),
}
