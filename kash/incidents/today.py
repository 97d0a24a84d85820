"""Cases on Today.

While the vault is closed a member reads the same words whether or not anything came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from kash.incidents.queries.mediation import briefs_waiting
from kash.incidents.queries.officers import few_custodians
from kash.incidents.queries.outside import what_is_missing
from kash.incidents.rules.arrivals import COME_AT
from kash.incidents.services.waiting import WaitingCases, what_waits
from kash.members.queries import identity_request_lines, may_hold_keys
from kash.platform.database import unless_full
from kash.platform.web.today import Need, TodayLine, Viewer


@dataclass(frozen=True)
class VaultWords:
    """The words of Today for a member of the vault. While it is closed: that she may open it. While
    it is open: `cases`, and the `requests` to read who somebody is that she may decide."""

    cases: WaitingCases | None = None
    requests: int = 0

    @property
    def hours(self) -> str:
        """The hours at which reports come."""
        return ", ".join(f"{hour}:00" for hour in COME_AT)


def _vault(asked: Viewer) -> Sequence[VaultWords]:
    actor, vault = asked.actor, asked.vault
    if not actor.may("incidents.see") or not may_hold_keys(actor):
        return []
    if vault is None or not vault.holds("case"):
        return [VaultWords()]
    lines = identity_request_lines(actor) if actor.may("vault.unseal") else []
    cases = None
    # What was looked through is noted. Without room for the note there is no look, but there is
    # the rest of the page.
    with unless_full():
        cases = what_waits(actor, vault, asked.now)
    if cases is None:
        return [VaultWords()]
    return [VaultWords(cases, sum(line.state == "waits" and not line.mine for line in lines))]


def _briefs(asked: Viewer) -> Sequence[TodayLine]:
    count = briefs_waiting(asked.actor) if asked.actor.may("incidents.briefs") else 0
    if not count:
        return []
    return [
        TodayLine(
            _("You are asked to mediate"),
            url_for("incidents.briefs"),
            _("Say whether you can."),
            key=count,
            button=_("Read"),
        )
    ]


def _few_custodians(asked: Viewer) -> Sequence[TodayLine]:
    if not few_custodians(asked.actor):
        return []
    title = _("Fewer than two custodians hold keys")
    return [
        TodayLine(
            title,
            url_for("members.members"),
            _(
                "With one, nobody could read a report about that one. Have another invited and let"
                " in."
            ),
            icon="lock",
            button=_("Members"),
            about=title,
        )
    ]


def _outside(asked: Viewer) -> Sequence[TodayLine]:
    missing = what_is_missing(asked.actor)
    if not missing:
        return []
    title, waits = _("Contact outside the programme"), missing == "waits"
    return [
        TodayLine(
            title,
            url_for("incidents.outside"),
            _("Somebody is proposed. You are the second person.")
            if waits
            else _("There is none yet. Whoever reports somebody of the programme needs one."),
            icon="phone",
            button=_("Decide") if waits else _("Propose"),
            about=title,
        )
    ]


TODAY = (
    # The first that is asked of the database: it may write, and what was read before would be read
    # again.
    Need("vault", 20, _vault, template="incidents/today.html", ranked=True),
    Need("briefs", 60, _briefs),
    Need("few_custodians", 200, _few_custodians),
    Need("outside", 210, _outside),
)
