"""Reads of the overview."""
