"""Writes of incidents: one function, one action, one transaction, one audit entry; but a filing by
somebody without keys leaves no entry at all."""

from kash.incidents.services.cases import CaseChange, changing, note_opening, note_search
from kash.incidents.services.mediation import (
    DutyChangedMeanwhile,
    DutyDetails,
    MustKeepAway,
    NoConsentToMediate,
    NoMediator,
    Request,
    add_mediator,
    answer_brief,
    ask_mediator,
    change_mediator,
    close_brief,
    remove_mediator,
    set_own_duty,
    withdraw_request,
)

__all__ = [
    "CaseChange",
    "DutyChangedMeanwhile",
    "DutyDetails",
    "MustKeepAway",
    "NoConsentToMediate",
    "NoMediator",
    "Request",
    "add_mediator",
    "answer_brief",
    "ask_mediator",
    "change_mediator",
    "changing",
    "close_brief",
    "note_opening",
    "note_search",
    "remove_mediator",
    "set_own_duty",
    "withdraw_request",
]
