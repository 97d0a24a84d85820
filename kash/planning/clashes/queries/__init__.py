"""Questions on clashes: the rules that hold, the timetable, and what gets in each other's way."""
