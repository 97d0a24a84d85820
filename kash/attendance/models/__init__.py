"""Tables of the attendance room."""

from kash.attendance.models.door import (
    EntryAlias,
    Headcount,
    HeadcountOperation,
    RegisterNote,
    Signature,
    WalkIn,
)
from kash.attendance.models.pads import HeldItem, Pad, PadKey
from kash.attendance.models.registers import (
    BigKey,
    Mark,
    MarkOperation,
    MarkStatus,
    Register,
    RosterEntry,
    Sheet,
    Slot,
)

__all__ = [
    "BigKey",
    "EntryAlias",
    "Headcount",
    "HeadcountOperation",
    "HeldItem",
    "Mark",
    "MarkOperation",
    "MarkStatus",
    "Pad",
    "PadKey",
    "Register",
    "RegisterNote",
    "RosterEntry",
    "Sheet",
    "Signature",
    "Slot",
    "WalkIn",
]
