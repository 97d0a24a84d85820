"""Old addresses that lead to where their pages are now.

The addresses of what belongs to the vault name nothing: whoever looks through a browser's history
reads `/w/…`. What was kept under the names of before still leads there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from kash.platform.web.urgent import always_answered
from kash.policy import SIGNED_IN, allow


@dataclass(frozen=True)
class Moved:
    """Addresses below `old` lie below `new`; `segments` says what parts of them are called now.

    A part that is called nothing any more ends the address: the page above it is the way on.
    """

    old: str
    new: str
    segments: Mapping[str, str]

    def now(self, rest: str) -> str:
        """The address of today for what stood after `old`, without its leading slash."""
        parts = (self.segments.get(part, part) for part in rest.split("/") if part)
        return "/".join([self.new, *takewhile(bool, parts)])


def lead_on(blueprint: Blueprint, moved: Moved) -> None:
    """Give a blueprint, which has no prefix of its own, the old addresses."""

    @allow(SIGNED_IN)
    @always_answered
    def old_address(rest: str = "") -> ResponseReturnValue:
        asked = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else ""
        return redirect(moved.now(rest) + asked, code=302)

    blueprint.add_url_rule(moved.old, "old_address", old_address, methods=["GET"])
    blueprint.add_url_rule(f"{moved.old}/<path:rest>", "old_address", methods=["GET"])
