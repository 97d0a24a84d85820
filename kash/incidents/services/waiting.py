"""Counts of what waits for a member whose vault is open, as Today shows it, and no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kash.incidents.queries.register import register
from kash.incidents.queries.second_member import standings
from kash.incidents.rules.filters import ALL, Filters
from kash.incidents.rules.retention import SOON, days_left
from kash.incidents.rules.workflow import OVER
from kash.incidents.services.cases import note_search
from kash.platform.approvals.rules import Standing
from kash.platform.database import db
from kash.platform.vault import OpenVault
from kash.platform.web.formats import to_local
from kash.policy import Actor


@dataclass(frozen=True)
class WaitingCases:
    """How many cases wait: with somebody held or in danger, new and with nobody, the actor's own,
    with a clock that runs, verified ones in which somebody is to be asked what is wanted, such in
    which a mediator said no and nobody else is asked; of those for a custodian alone, which nobody
    has yet, the ones with somebody who is or may be under 18, and about somebody of the programme;
    those of which a custodian has to decide something (0 for whoever is none); such as are
    shredded within two days if nothing keeps them until then; such of which something was taken
    back that nobody has read yet; such in which each is to be asked whether it may stay; how
    many people of open cases are asked again, whose yes was to earlier words; such in which the
    actor may be the second member; and answers to what she asked a second member. Those of what was
    taken back, of each who is asked, of the second member and the answers also where they are
    closed."""

    over: int = 0
    held: int = 0
    new: int = 0
    mine: int = 0
    clocks: int = 0
    to_ask: int = 0
    refused: int = 0
    minors: int = 0
    decisions: int = 0
    programme: int = 0
    ending: int = 0
    taken_back: int = 0
    to_ask_each: int = 0
    ask_again: int = 0
    seconds: int = 0
    answers: int = 0


def what_waits(by: Actor, vault: OpenVault, now: datetime) -> WaitingCases:
    """Count what waits among the cases that the actor may see. One pass over them, as the register
    makes, and one entry in the audit, without ids."""
    found = register(by, vault, Filters(show=ALL), [], now)
    note_search(by, vault, found.new, found.additions, unsettled=found.unsettled)
    decides = by.may("incidents.decide")
    today = to_local(now).date()
    askers = {asker for one in found.lines for asker in one.summary.proposed_by}
    stands = standings(db.session(), by.public_id, askers) if askers else {}
    everything = [line.summary for line in found.lines]
    lines = [(line, line.summary) for line in found.lines if line.summary.state not in OVER]
    return WaitingCases(
        over=sum(line.is_over(now) for line in found.lines),
        held=sum(one.held for _line, one in lines),
        new=sum(one.state == "submitted" and not one.assigned_to for _line, one in lines),
        mine=sum(one.assigned_to == by.public_id for _line, one in lines),
        clocks=sum(bool(line.running(now)) for line, _one in lines),
        decisions=sum(one.undecided for _line, one in lines) if decides else 0,
        minors=sum(one.minor and not one.assigned_to for _line, one in lines),
        programme=sum(one.programme and not one.assigned_to for _line, one in lines),
        ending=sum(
            line.until is not None and days_left(line.until, today) <= SOON for line, _one in lines
        ),
        taken_back=sum(one.taken_back for one in everything),
        to_ask_each=sum(one.to_ask_each for one in everything),
        ask_again=sum(one.ask_again for _line, one in lines),
        seconds=sum(
            any(stands[asker] is Standing.MAY for asker in one.proposed_by) for one in everything
        ),
        answers=len(found.shredded) + sum(one.answered.count(by.public_id) for one in everything),
        to_ask=sum(one.to_ask for _line, one in lines),
        refused=sum(one.refused for _line, one in lines),
    )
