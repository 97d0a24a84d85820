"""Words for how a connection stands."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.connections.rules import Stands

STANDS_WORDS: dict[Stands, Any] = {
    Stands.RECORDED: _l("recorded, not agreed to"),
    Stands.RETURNED: _l("sent back"),
    Stands.AGREED: _l("agreed, not on yet"),
    Stands.ON: _l("on"),
    Stands.OFF: _l("switched off"),
}
STANDS_TONES: dict[Stands, str] = {
    Stands.RECORDED: "warn",
    Stands.RETURNED: "bad",
    Stands.AGREED: "",
    Stands.ON: "good",
    Stands.OFF: "",
}
