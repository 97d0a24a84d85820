"""Questions on absences, teaching days, days that a venue can't be had, and travelling."""
