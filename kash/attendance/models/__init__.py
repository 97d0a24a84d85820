"""Tables of the attendance room."""

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
    "Mark",
    "MarkOperation",
    "MarkStatus",
    "Register",
    "RosterEntry",
    "Sheet",
    "Slot",
]
