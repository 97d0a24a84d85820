"""Figures of the house, counted from the working tree: `python -m tools.house`."""
