"""Reads of a register: a slot's sheet, the grid, what people attended, a mark's history."""
