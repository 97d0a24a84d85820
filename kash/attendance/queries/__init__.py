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
from kash.attendance.queries.statuses import (
    Choices,
    Status,
    forget_statuses,
    status,
    status_catalogue,
    status_used,
    statuses_for,
    workshop_choices,
)

__all__ = [
    "Attended",
    "Choices",
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
    "Status",
    "attended",
    "conflicts_of",
    "forget_statuses",
    "grid",
    "history",
    "printed_sheets",
    "slot_of",
    "slot_sheet",
    "status",
    "status_catalogue",
    "status_used",
    "statuses_for",
    "workshop_choices",
]
