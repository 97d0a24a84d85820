"""How the fixed values of sign-ups read to a person."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.invitations.rules import LinkStand

STAND: dict[LinkStand, Any] = {
    LinkStand.OPEN: _l("Takes names"),
    LinkStand.WITHDRAWN: _l("Withdrawn"),
    LinkStand.EXPIRED: _l("Expired"),
    LinkStand.OVER: _l("Over"),
}
STAND_TONE = {
    LinkStand.OPEN: "live",
    LinkStand.WITHDRAWN: "bad",
    LinkStand.EXPIRED: "warn",
    LinkStand.OVER: "",
}
