"""Reads of workshops: which ones, their plan and people, what is open and next."""
