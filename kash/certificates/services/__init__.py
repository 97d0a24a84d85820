"""Services of certificates."""

from kash.certificates.services.approval import ChangedSinceApproval
from kash.certificates.services.holders import end_link, end_visit, make_link, use_link
from kash.certificates.services.issuing import (
    NamesMoved,
    NamesNotAsked,
    NothingToPropose,
    RegistersOpen,
    SamePerson,
    StandsInForProposer,
    UnknownChoice,
    WrongStep,
    approve,
    confirm_names,
    propose,
    set_rule,
    turn_back,
)
from kash.certificates.services.issuing_in_parts import (
    OthersIssue,
    WentBack,
    issue,
    leave_out,
    stop,
)
from kash.certificates.services.printing import (
    NothingToPrint,
    ReasonNeeded,
    make_paper,
    note_export,
    note_single,
)
from kash.certificates.services.reissuing import (
    BeingCorrected,
    SameName,
    pending_correction,
    propose_correction,
)
from kash.certificates.services.reminding import remind_of_expiry
from kash.certificates.services.renewing import (
    NamesUnconfirmed,
    NothingToRenew,
    propose_renewals,
)
from kash.certificates.services.revoking import AlreadyRevoked, revoke
from kash.certificates.services.signing import (
    KeyChangedMeanwhile,
    change_key,
    make_first_key,
    private_half,
    sign,
    sign_earlier,
)
from kash.certificates.services.still_right import (
    FormerRevoked,
    NamesChanged,
    NameWithheld,
    NoLongerEligible,
    SessionAhead,
)

__all__ = [
    "AlreadyRevoked",
    "BeingCorrected",
    "ChangedSinceApproval",
    "FormerRevoked",
    "KeyChangedMeanwhile",
    "NameWithheld",
    "NamesChanged",
    "NamesMoved",
    "NamesNotAsked",
    "NamesUnconfirmed",
    "NoLongerEligible",
    "NothingToPrint",
    "NothingToPropose",
    "NothingToRenew",
    "OthersIssue",
    "ReasonNeeded",
    "RegistersOpen",
    "SameName",
    "SamePerson",
    "SessionAhead",
    "StandsInForProposer",
    "UnknownChoice",
    "WentBack",
    "WrongStep",
    "approve",
    "change_key",
    "confirm_names",
    "end_link",
    "end_visit",
    "issue",
    "leave_out",
    "make_first_key",
    "make_link",
    "make_paper",
    "note_export",
    "note_single",
    "pending_correction",
    "private_half",
    "propose",
    "propose_correction",
    "propose_renewals",
    "remind_of_expiry",
    "revoke",
    "set_rule",
    "sign",
    "sign_earlier",
    "stop",
    "turn_back",
    "use_link",
]
