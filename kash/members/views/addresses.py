"""Where addresses of before lead."""

from __future__ import annotations

from flask import Blueprint

from kash.platform.web.old_addresses import Moved, lead_on

moved = Blueprint("moved_members", __name__)
lead_on(
    moved,
    Moved(
        "/vault",
        "/w/v",
        {
            "begin": "b",
            "keys": "k",
            "let-in": "in",
            "lost": "o",
            "members": "m",
            "passphrase": "p",
            "recover": "r",
            "unsealing": "u",
        },
    ),
)
