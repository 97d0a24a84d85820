"""Writes of incidents: one function, one action, one transaction, one audit entry; but a filing by
somebody without keys leaves no entry at all."""

from kash.incidents.services.cases import CaseChange, changing, note_opening, note_search
from kash.incidents.services.evidence import (
    Handed,
    Received,
    add_evidence,
    export_original,
    label_evidence,
    note_custody,
    note_evidence_opening,
    note_sheet,
    remove_evidence,
    show_copy,
    shred_evidence,
)
from kash.incidents.services.evidence_chores import delete_orphans
from kash.incidents.services.filing import (
    NothingToSend,
    answer_screen,
    begin_addition,
    forget_screen,
    say_held,
    submit,
    throw_away,
)
from kash.incidents.services.identities import file_identity, read_identity
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.linking import add_link, remove_link
from kash.incidents.services.mediation import (
    DutyChangedMeanwhile,
    DutyDetails,
    MustKeepAway,
    NobodyToCall,
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
from kash.incidents.services.mixing import mix_reports
from kash.incidents.services.quota import TooManyReports, WaitAMinute
from kash.incidents.services.receipts import (
    Found,
    PageTooOld,
    choose_word,
    found_by_pass,
    open_receipt,
    pass_of,
    receipt_if_sent,
    take_back,
)
from kash.incidents.services.reminding import next_reminder, remind_members
from kash.incidents.services.saved_views import SavedView, remove_view, save_view, saved_views
from kash.incidents.services.shredding import Shredded, shred_case, shred_unkept
from kash.incidents.services.waiting import WaitingCases, what_waits
from kash.incidents.services.workflow import StepRefused, mark_urgent, take_step
from kash.incidents.services.working import assign, comment, declare_conflict

__all__ = [
    "CaseChange",
    "DutyChangedMeanwhile",
    "DutyDetails",
    "Found",
    "Handed",
    "MustKeepAway",
    "NoConsentToMediate",
    "NoMediator",
    "NobodyToCall",
    "NothingToSend",
    "PageTooOld",
    "Received",
    "Request",
    "SavedView",
    "Shredded",
    "StepRefused",
    "TooManyReports",
    "WaitAMinute",
    "WaitingCases",
    "add_evidence",
    "add_link",
    "add_mediator",
    "answer_brief",
    "answer_screen",
    "ask_mediator",
    "assign",
    "begin_addition",
    "change_mediator",
    "changing",
    "choose_word",
    "close_brief",
    "comment",
    "declare_conflict",
    "delete_orphans",
    "export_original",
    "file_identity",
    "forget_screen",
    "found_by_pass",
    "label_evidence",
    "mark_urgent",
    "mix_reports",
    "next_reminder",
    "note_custody",
    "note_evidence_opening",
    "note_opening",
    "note_search",
    "note_sheet",
    "open_receipt",
    "pass_of",
    "read_identity",
    "receipt_if_sent",
    "remind_members",
    "remove_evidence",
    "remove_link",
    "remove_mediator",
    "remove_view",
    "save_view",
    "saved_views",
    "say_held",
    "set_own_duty",
    "show_copy",
    "shred_case",
    "shred_evidence",
    "shred_unkept",
    "submit",
    "take_back",
    "take_step",
    "tend_letterbox",
    "throw_away",
    "what_waits",
    "withdraw_request",
]
