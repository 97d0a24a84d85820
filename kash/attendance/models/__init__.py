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
    Slot,
)
from kash.attendance.models.sheets import Settlement, Sheet, SheetReading, SheetScan
from kash.attendance.models.times import TimeTap
