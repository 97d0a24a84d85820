"""Actions on absences, teaching days, days that a venue can't be had, and minutes between zones."""
