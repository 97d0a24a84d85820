"""Everything that is done to registers, marks, and the statuses that marks may have."""

from kash.attendance.services.marking import (
    MOST_OPERATIONS,
    Closing,
    NobodyMarked,
    TooManyMarks,
    apply_marks,
    close_slot,
    record_sheets,
    reopen_slot,
)
from kash.attendance.services.statuses import (
    AlwaysInUse,
    StatusChangedMeanwhile,
    StatusDetails,
    StatusProblem,
    StatusTaken,
    TooManyStatuses,
    WeightIsFixed,
    WeightIsUsed,
    WrongLetter,
    add_status,
    change_status,
    order_statuses,
)

__all__ = [
    "MOST_OPERATIONS",
    "AlwaysInUse",
    "Closing",
    "NobodyMarked",
    "StatusChangedMeanwhile",
    "StatusDetails",
    "StatusProblem",
    "StatusTaken",
    "TooManyMarks",
    "TooManyStatuses",
    "WeightIsFixed",
    "WeightIsUsed",
    "WrongLetter",
    "add_status",
    "apply_marks",
    "change_status",
    "close_slot",
    "order_statuses",
    "record_sheets",
    "reopen_slot",
]
