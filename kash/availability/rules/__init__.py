"""Decisions on absences, on days that a venue can't be had, and on the minutes between zones."""
