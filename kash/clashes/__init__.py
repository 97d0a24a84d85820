"""Clashes: what gets in each other's way in the schedule, and what to do instead."""
