"""What is asked of a register: a slot's sheet, the grid, what people attended, a mark's history."""

from kash.attendance.queries.history import (
    Conflict,
    HistoryLine,
    MarkHistory,
    conflicts_of,
    history,
)
from kash.attendance.queries.registers import (
    Attended,
    Grid,
    GridRow,
    MarkValues,
    SheetRow,
    SlotColumn,
    SlotSheet,
    SlotValues,
    attended,
    grid,
    slot_of,
    slot_sheet,
)
from kash.attendance.queries.sheets import (
    PrintedRow,
    PrintedSheet,
    printed_sheets,
)

__all__ = [
    "Attended",
    "Conflict",
    "Grid",
    "GridRow",
    "HistoryLine",
    "MarkHistory",
    "MarkValues",
    "PrintedRow",
    "PrintedSheet",
    "SheetRow",
    "SlotColumn",
    "SlotSheet",
    "SlotValues",
    "attended",
    "conflicts_of",
    "grid",
    "history",
    "printed_sheets",
    "slot_of",
    "slot_sheet",
]
