"""Figures: funders, indicators, statements, releases of counted violations, and trends."""
