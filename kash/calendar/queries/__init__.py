"""Reads of the calendar: what lies on days, what they are narrowed to, what is in the way."""
