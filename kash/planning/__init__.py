"""Planning: clashes, series of workshops, quarters, the calendar and its feeds."""
