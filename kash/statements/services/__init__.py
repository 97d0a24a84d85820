"""Writes of statements."""
