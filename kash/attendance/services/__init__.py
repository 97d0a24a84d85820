"""Everything that is done to registers, marks, and the statuses that marks may have."""
