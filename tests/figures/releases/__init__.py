"""Releases: the dice rule, plans, and what was printed."""
